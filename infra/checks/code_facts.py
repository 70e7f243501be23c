"""Facts of the code that the template depends on: metrics, and when a mail becomes stale."""

import functools
import re

from translated import ROOT, SERVICES

TELEMETRY = ROOT / "services" / "kit" / "src" / "telemetry.rs"
NOTIFICATION = ROOT / "shared" / "src" / "notification.rs"


def metric_namespace():
    return re.search(r'const NAMESPACE: &str = "(\w+)"', TELEMETRY.read_text(encoding="utf-8"))[1]


def metric_dimensions():
    """The dimensions of every metric."""
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
    """The kinds of mail that are resent when in doubt, and after how many seconds each is stale."""
    text = NOTIFICATION.read_text(encoding="utf-8")
    news = arms(text, "send_within")
    policy = arms(text, "doubt_policy")
    kinds = re.findall(r"Self::(\w+)", re.search(r"const ALL[^\[]+\[[^\]]+\] = \[([^\]]+)\]", text)[1])
    assert len(kinds) >= 8 and set(kinds) == set(news), f"{NOTIFICATION} is not written as expected"
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
