"""What the functions' code calls and reads, as far as its text shows.

SDK calls are found by their fluent builders (`.put_item()`), whose names come from the SDK's own
service models, so that a call to any operation is found, also one that is not expected here. A call
that a function makes through `services/kit` counts for every service that calls that function."""

import functools
import re

import botocore.loaders
from botocore import xform_name

from translated import ROOT

SDKS = {"dynamodb": "dynamodb", "sqs": "sqs", "sesv2": "ses", "secretsmanager": "secretsmanager", "events": "events"}

# IAM authorizes these batches by the action on a single message.
SAME_ACTION = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


@functools.cache
def actions_by_builder():
    """IAM action by the name of its builder: put_item is dynamodb:PutItem."""
    loader = botocore.loaders.Loader()
    found = {}
    for sdk, prefix in SDKS.items():
        for operation in loader.load_service_model(sdk, "service-2")["operations"]:
            action = f"{prefix}:{operation}"
            found[xform_name(operation)] = SAME_ACTION.get(action, action)
    return found


def sources(service):
    """The service's own code, without comments and tests."""
    texts = []
    folder = ROOT / "services" / service / "src"
    for path in sorted(folder.rglob("*.rs")):
        if {"tests", "tests.rs"} & set(path.relative_to(folder).parts):
            continue
        # Tests in files of their own are declared among the other modules; those in the file are its end.
        text = re.sub(r"#\[cfg\(test\)\]\nmod \w+;\n", "", path.read_text(encoding="utf-8"))
        text = text.split("#[cfg(test)]")[0]
        texts.append((path, re.sub(r"//[^\n]*", "", text)))
    return texts


def direct_actions(text):
    """The actions that a text calls by itself. A call that `InsteadOfCall` replaces is not made: it becomes a request
    without an operation (services/kit/src/connect.rs)."""
    made = [statement for statement in text.split(";") if "InsteadOfCall" not in statement]
    names = re.findall(r"\.(\w+)\(\)", ";".join(made))
    found = {actions_by_builder()[name] for name in names if name in actions_by_builder()}
    # The one request without an SDK: a GET that is signed for S3.
    return found | ({"s3:GetObject"} if '.name("s3")' in text and '"GET"' in text else set())


def functions(text):
    """Name and body of each function of a text."""
    for found in re.finditer(r"\bfn (\w+)", text):
        depth, start = 0, text.find("{", found.end())
        for end in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if depth == 0:
                yield found[1], text[start : end + 1]
                break


@functools.cache
def kit_functions():
    """The bodies of kit's functions, by module and name."""
    bodies = {}
    for module, text in kit_modules().items():
        for name, body in functions(text):
            bodies[(module, name)] = bodies.get((module, name), "") + body
    return bodies


@functools.cache
def kit_modules():
    """The text of kit's modules, by name."""
    texts = {}
    for path, text in sources("kit"):
        module = path.relative_to(ROOT / "services" / "kit" / "src").parts[0].removesuffix(".rs")
        texts[module] = texts.get(module, "") + text
    return texts


@functools.cache
def kit_actions():
    """By module and function of kit: the actions that it calls, itself or through others of kit."""
    bodies = kit_functions()
    actions = {key: direct_actions(body) for key, body in bodies.items()}
    near = {key: [other for other in bodies if may_call(key[0], other[0])] for key in bodies}
    for _ in bodies:
        grown = {
            key: actions[key].union(*(actions[other] for other in near[key] if calls(body, other[1])))
            for key, body in bodies.items()
        }
        if grown == actions:
            break
        actions = grown
    return {key: found for key, found in actions.items() if found}


@functools.cache
def may_call(module, other):
    """Whether a module of kit mentions another: then a call of a function's name may be one of that module's."""
    return module == other or re.search(rf"\b{other}\b", kit_modules()[module]) is not None


def calls(text, name):
    return re.search(rf"\b{name}\(", text) is not None


def actions_of(service):
    """The actions that a service's code calls. A function of kit counts for the files that mention
    its module: others may have a function of the same name."""
    found = set()
    for _, text in sources(service):
        found |= direct_actions(text)
        for (module, name), actions in kit_actions().items():
            if re.search(rf"\b{module}\b", text) and calls(text, name):
                found |= actions
    return found


def variables_of(service):
    """The environment variables that a service's code reads, itself or through the functions of kit that
    it calls."""
    found = set()
    for _, text in sources(service):
        found |= variables(text)
        for (module, name), body in kit_functions().items():
            if re.search(rf"\b{module}\b", text) and calls(text, name):
                found |= variables(body)
    return found


def variables(text):
    return set(re.findall(r"\b(?:required|optional|number|var)\(\s*\"([A-Z][A-Z0-9_]+)\"", text))
