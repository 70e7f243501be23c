"""The cost that infra/README.md states is the model's."""

import re

import cost
from translated import INFRA, parameters, translated


def test_the_readme_states_what_the_model_says():
    assert cost.table() in (INFRA / "README.md").read_text(encoding="utf-8")


def test_the_readme_states_what_an_hour_costs():
    assert cost.hourly() in (INFRA / "README.md").read_text(encoding="utf-8")


def test_the_documents_state_how_many_mails_a_mailer_sends():
    about = f"about {round(cost.mails_a_second(), -1):.0f} mails a second"
    template, readme = ((INFRA / name).read_text(encoding="utf-8") for name in ("template.yaml", "README.md"))
    assert set(re.findall(r"one\s+sends (about \d+ mails a\s+second)", (template + readme).replace("One sends", "one sends"))) == {about}


def test_calls_and_capacity_cost_no_more_than_the_design_asks_for():
    assert cost.calls_and_capacity(10) <= cost.LIMIT


def test_what_is_told_apart_from_the_limit_is_off_by_default():
    defaults = {name: parameter.get("Default") for name, parameter in parameters().items()}
    assert (defaults["MailEvents"], defaults["ShopSystems"], defaults["MailHookUrl"]) == ("false", "false", "")


def test_what_eventbridge_takes_is_most_of_what_mail_events_cost():
    events = 1e6 * cost.EVENTS_A_MAIL * cost.PRICES["eventbridge_event"]
    assert events < cost.of_mail_events(10) < cost.of_mail_events(1) < 1.5 * events


def test_a_webhook_costs_less_than_the_order_that_it_is_about():
    assert cost.PRICES["sqs_request"] * 2e6 < cost.of_a_webhook(10) < cost.of_a_webhook(1) < cost.calls_and_capacity(10)


def test_the_model_counts_every_index_of_the_template():
    indexes = translated()["Resources"]["EventsTable"]["Properties"]["GlobalSecondaryIndexes"]
    declared = {index["IndexName"]: index["KeySchema"][0]["AttributeName"] for index in indexes}
    assert declared == cost.EVENT_INDEXES | cost.NUMBER_INDEX


def test_a_copy_costs_less_than_an_order_as_intake_and_relay_have_no_part_in_it():
    for batch in (10, 1):
        assert cost.LEDGER_WRITE_UNITS * 0.62 < cost.of_a_copy(batch) < cost.calls_and_capacity(batch)


def test_an_item_is_counted_as_dynamodb_counts_it():
    assert cost.item_bytes({"order_key": {"S": "default/1001"}, "sweeps": {"N": "12"}}) == 9 + 12 + 6 + 3
    assert cost.item_bytes({"copies": {"L": [{"S": "IsKbxIjX"}, {"S": "AAAAAAAA"}]}}) == 6 + 3 + 2 * (1 + 8)
    assert [cost.write_units(size) for size in (1, 1024, 1025)] == [1, 1, 2]
