"""Facts of the code that the template depends on: metrics, and when a mail becomes stale."""

import functools
import re

from translated import ROOT, SERVICES


def source(folder, text):
    """The text of the one Rust file below a folder that contains `text`."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.rs")]
    found = [source for source in sources if text in source]
    assert len(found) == 1, f"{len(found)} files of {folder} contain {text!r}, not 1"
    return found[0]


def telemetry():
    return source("services/kit/src", "const NAMESPACE: &str")


def metric_namespace():
    return re.search(r'const NAMESPACE: &str = "(\w+)"', telemetry())[1]


def metric_dimensions():
    """The dimensions of every metric."""
    found = re.search(r"const DIMENSIONS: [^=]+= \[([^\]]+)\]", telemetry())[1]
    return set(re.findall(r'"(\w+)"', found))


@functools.cache
def metrics_of(service):
    """The names of the metrics that a service writes."""
    assert service in SERVICES
    names = dict(re.findall(r'Self::(\w+) => "(\w+)"', telemetry()))
    assert names, "kit's telemetry names no metric"
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "services" / service / "src").rglob("*.rs")
    )
    counted = {name for variant, name in names.items() if f"Count::{variant}" in code}
    recorded = {"AcceptedToSent": "accepted_to_sent(", "SweepLag": "record_sweep_lag("}
    return counted | {name for name, call in recorded.items() if call in code}


@functools.cache
def told_states():
    """The states of a mail that the publisher tells, as the ledger writes them."""
    body = re.search(r"pub enum MailOutcome \{(.*?)\n\}", source("shared/src", "pub enum MailOutcome {"), re.DOTALL)[1]
    variants = re.findall(r"^ +(\w+),$", body, re.MULTILINE)
    return [re.sub(r"(?<!^)(?=[A-Z])", "_", variant).lower() for variant in variants]


@functools.cache
def resent_kinds():
    """The kinds of mail that are resent when in doubt, and after how many seconds each is stale."""
    hours = arms(source("shared/src", "fn send_within("), "send_within")
    policy = arms(source("shared/src", "fn doubt_policy("), "doubt_policy")
    assert len(hours) >= 8 and set(hours) == set(policy), "the kinds of mail are not written as expected"
    return {kind: 3600 * product(hours[kind]) for kind in hours if policy[kind] == "DoubtPolicy::Resend"}


def arms(text, function):
    """Pattern and value of each arm of the first `match` of a function."""
    body = re.search(rf"fn {function}\(.*?match self \{{(.*?)\n        \}}", text, re.DOTALL)[1]
    return {
        pattern.removeprefix("Self::"): value.strip()
        for patterns, value in re.findall(r"([\w:| \n]+) => ([^,]+),", body)
        for pattern in re.split(r"\s*\|\s*", patterns.strip())
    }


def product(text):
    """A number, or a product of numbers."""
    result = 1
    for factor in text.split("*"):
        result *= int(factor)
    return result
