"""Facts of the code that the template leans on: metrics, and how long a mail is news."""

import functools
import re

from translated import ROOT, SERVICES

TELEMETRY = ROOT / "services" / "kit" / "src" / "telemetry.rs"
KIND = ROOT / "shared" / "src" / "contract" / "kind.rs"
POLICY = ROOT / "shared" / "src" / "notification" / "policy.rs"


def metric_namespace():
    return re.search(r'const NAMESPACE: &str = "(\w+)"', TELEMETRY.read_text(encoding="utf-8"))[1]


def metric_dimensions():
    """What every metric is told apart by."""
    found = re.search(r"const DIMENSIONS: [^=]+= \[([^\]]+)\]", TELEMETRY.read_text(encoding="utf-8"))[1]
    return set(re.findall(r'"(\w+)"', found))


@functools.cache
def metrics_of(service):
    """The names of the metrics that a service writes."""
    assert service in SERVICES
    names = dict(re.findall(r'Self::(\w+) => "(\w+)"', TELEMETRY.read_text(encoding="utf-8")))
    assert names, f"{TELEMETRY} names no metric"
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "services" / service / "src").rglob("*.rs")
    )
    counted = {name for variant, name in names.items() if f"Count::{variant}" in code}
    return counted | ({"AcceptedToSent"} if "accepted_to_sent(" in code else set())


@functools.cache
def resent_kinds():
    """The kinds of mail that are sent again out of doubt, and for how many seconds each is news."""
    text = POLICY.read_text(encoding="utf-8")
    news = arms(text, "send_within")
    policy = arms(text, "doubt_policy")
    all_kinds = re.search(r"const ALL[^\[]+\[[^\]]+\] = \[([^\]]+)\]", KIND.read_text(encoding="utf-8"))[1]
    kinds = re.findall(r"Self::(\w+)", all_kinds)
    assert len(kinds) >= 8 and set(kinds) == set(news), f"{POLICY} is written otherwise than expected"
    return {
        kind: 3600 * product(news[kind])
        for kind in kinds
        if policy[kind] == "DoubtPolicy::Resend"
    }


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
