"""The template and the scripts pass their linters, and no finding is suppressed without need."""

import json
import pathlib
import re
import subprocess
import sys

from translated import INFRA, ROOT, TEMPLATE

CLIENTS = ROOT / "shared" / "clients"
PEER = ROOT / "tests" / "peer"
BIN = pathlib.Path(sys.executable).parent
CHECKOV = ROOT / "target" / "infra" / "checkov" / "bin" / "checkov"


def run(*words):
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_cfn_lint_has_no_finding():
    assert run(BIN / "cfn-lint", TEMPLATE, *(INFRA / "entrances").glob("*.yaml")) == (0, "")


def test_shellcheck_has_no_finding():
    scripts = [ROOT / ".ci" / "run", *(INFRA / name for name in ("check", "deploy", "tools.sh")), *CLIENTS.rglob("*.sh")]
    assert run(BIN / "shellcheck", "--external-sources", *scripts) == (0, "")


def test_ruff_has_no_finding_at_the_oldest_python_that_infra_takes():
    rules = ("--isolated", "--no-cache", "--target-version", "py311", "--select", "E9,F,B")
    assert run(BIN / "ruff", "check", "--quiet", *rules, INFRA, INFRA / "cost", CLIENTS, PEER) == (0, "")


# checkov leaves out what is not deployed by the defaults of the parameters.
EVERYTHING_ON = {
    "ShopSystems": "'true'",
    "ShopifyEventBus": "aws.partner/shopify.com/1/orders",
    "MailEvents": "'true'",
    "MailHookUrl": "https://shop.example/hook",
}


def test_checkov_has_no_finding_and_every_suppression_is_needed_and_justified(tmp_path):
    template = TEMPLATE.read_text(encoding="utf-8")
    for name, value in EVERYTHING_ON.items():
        template, turned = re.subn(rf"(\n  {name}:\n(?:    .*\n)*?    Default: ).*", rf"\g<1>{value}", template)
        assert turned == 1, name
    (tmp_path / "template.yaml").write_text(template, encoding="utf-8")
    checks = ("--framework", "cloudformation", "--skip-download", "--output", "json")
    code, report = run(CHECKOV, "--file", tmp_path / "template.yaml", *checks)
    results = json.loads(report)["results"]
    assert code == 0, [(c["check_id"], c["resource"]) for c in results["failed_checks"]]
    needed = {(c["resource"].split(".")[-1], c["check_id"]) for c in results["skipped_checks"]}
    assert suppressions() == needed


def suppressions():
    """Resource and check of every suppression in the template."""
    found, resource = set(), None
    for line in TEMPLATE.read_text(encoding="utf-8").splitlines():
        if header := re.fullmatch(r"  (\w+):", line):
            resource = header[1]
        if skip := re.search(r"checkov:skip=(\w+):?(.*)", line):
            assert len(skip[2].split()) >= 2, f"{resource} suppresses {skip[1]} without a reason"
            found.add((resource, skip[1]))
    return found
