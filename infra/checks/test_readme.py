"""infra/README.md documents every parameter, and has each alarm in its runbook."""

import re

import promises
from translated import INFRA, ROOT, of_type, parameters, translated

README = (INFRA / "README.md").read_text(encoding="utf-8")


def test_every_parameter_is_documented():
    assert [name for name in parameters() if f"| `{name}`" not in README] == []


def test_the_runbook_has_each_alarm_once_and_no_other():
    runbook = README.split("\n## Runbook\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in runbook.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", "".join(rows))) == sorted(of_type(translated(), "AWS::CloudWatch::Alarm"))


def test_no_example_of_an_edit_changes_every_message():
    operator = (ROOT / "README.md").read_text(encoding="utf-8")
    assert promises.no_advice_changes_more_than_it_is_about(README + operator) == []
