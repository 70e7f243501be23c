"""The cost that infra/README.md states is the model's, and what `infra/cost` prints for a month."""

import collections
import datetime
import json
import re
import subprocess
import sys

import cost_model as cost
import cost_month
import pytest
from cost_month import Shop, month
from translated import INFRA, of_type, parameters, translated


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


def run(*words):
    return subprocess.run([sys.executable, INFRA / "cost", *words], capture_output=True, text=True)


def test_the_readme_has_what_the_command_prints():
    printed = run().stdout
    assert f"```\n{printed}```\n" in (INFRA / "README.md").read_text(encoding="utf-8")
    assert max(map(len, printed.splitlines())) < 100


def test_a_thousand_mails_cost_what_the_rows_add_up_to_by_hand():
    # One at a time: 5.04 and 0.28, 3.90, 1.00 and 0.92, 2.00, 1.25 for a million; of a month with 31 days are stored
    # 1.5 GB for 90 and 0.6 GB for 400, at 0.45: 4.35, 3.48, all of it a thousandth. 38 alarms, 27 metrics, a dashboard;
    # 4 queues with 15 polls a minute; 8,928 sweeps with 32 reads, 0.17 GB-seconds and a request.
    of_a_million = 5.04 + 0.28 + 3.90 + 1.00 + 0.92 + 2.00 + 1.25 + 0.45 * (1.5 * 90 + 0.6 * 400) / 31
    fixed = 3.80 + 8.10 + 3.00 + 4 * 15 * 60 * 24 * 31 * 0.40e-6 + 8928 * (32 * 0.125e-6 + 0.173 * 0.0000133334 + 0.2e-6)
    bill = month(Shop(1000, mails_per_order=1))
    assert bill["without_ses"] == pytest.approx(of_a_million / 1000 + fixed, abs=0.01)
    assert bill["ses"] == 0.10


def test_the_plan_essentials_asks_less_for_mails_beyond_ten_and_a_hundred_million():
    asked = [cost_month.of_mails("essentials", millions * 10**6) for millions in (1, 10, 20, 200)]
    assert asked == pytest.approx([160, 1_600, 1_600 + 1_400, 1_600 + 12_600 + 11_000])


def test_a_shop_with_full_batches_pays_the_column_of_ten_at_a_time():
    bill = month(Shop(1_000_000_000, mails_per_order=1))
    assert bill["records_of_a_batch"] == 10
    parts = sum(bill["waybill"][part] for part in ("DynamoDB", "SQS", "Lambda", "Logs", "Traces"))
    assert parts == pytest.approx(1000 * sum(cost.parts(10).values()), abs=0.05)


SIZES = sorted({int(digit * 10**power) for power in range(9) for digit in (1, 1.5, 2.5, 5, 9)})


def test_a_larger_shop_pays_more_in_all_and_less_for_each_order():
    bills = [month(Shop(orders)) for orders in SIZES]
    for key in ("without_ses", "ses", "with_ses", "python_with_ses", "records_of_a_batch"):
        assert [bill[key] for bill in bills] == sorted(bill[key] for bill in bills), key
    each = [bill["with_ses"] / orders for bill, orders in zip(bills, SIZES, strict=True)]
    assert each == sorted(each, reverse=True)
    for name in cost.PRICE_FILE["alternatives"]:
        asked = [bill["alternatives"][name]["usd"] for bill in bills if bill["alternatives"][name]]
        assert asked and asked == sorted(asked), name


def test_python_costs_more_but_hardly():
    for orders in SIZES:
        bill = month(Shop(orders))
        assert 0 <= bill["python_with_ses"] - bill["with_ses"] <= 0.01 + 0.002 * bill["with_ses"]


@pytest.mark.parametrize(
    ("part", "option"),
    [
        ("without_ses", {"entrance": "webhook"}),
        ("without_ses", {"entrance": "inbox"}),
        ("without_ses", {"entrance": "eventbridge"}),
        ("without_ses", {"numbers_are_ids": False}),
        ("without_ses", {"copies": 1}),
        ("without_ses", {"webhooks": 6}),
        ("without_ses", {"mail_events": True}),
        ("ses", {"copies": 1}),
        ("ses", {"attachment_kb": 100}),
        ("ses", {"ses_plan": "essentials"}),
    ],
    ids=str,
)
def test_each_option_costs_something(part, option):
    assert month(Shop(1_000_000, **option))[part] > month(Shop(1_000_000))[part]


def test_a_hook_costs_its_calls_alarms_and_secret():
    with_events = {"mails_per_order": 1, "mail_events": True}
    more = month(Shop(1_000_000, hook=True, **with_events))["with_ses"] - month(Shop(1_000_000, **with_events))["with_ses"]
    assert more == pytest.approx(0.40 + 0.40 + 0.40, abs=0.02)


def test_a_mail_service_asks_for_its_cheapest_plan_that_takes_so_many():
    postmark, mailgun = (cost.PRICE_FILE["alternatives"][name] for name in ("Postmark", "Mailgun"))
    assert cost_month.cheapest(postmark, 10_000) == {"plan": "Basic", "usd": 15.00}
    assert cost_month.cheapest(postmark, 30_000) == {"plan": "Platform", "usd": 18.00 + 20 * 1.20}
    assert cost_month.cheapest(mailgun, 10_001) == {"plan": "Foundation", "usd": 35.00}
    assert cost_month.cheapest(postmark, 300_001) is None


def test_the_fixed_part_counts_the_alarms_of_the_template():
    template = translated()
    resources = template["Resources"].values()
    alarms = collections.Counter(one.get("Condition") for one in resources if one["Type"] == "AWS::CloudWatch::Alarm")
    assert len(of_type(template, "AWS::CloudWatch::Dashboard")) == 1
    more = [part["alarms"] for part in (cost_month.SHOP_SYSTEMS, cost_month.MAIL_EVENTS, cost_month.MAIL_HOOK)]
    assert (alarms.pop(None), sorted(alarms.values())) == (cost_month.ALARMS, sorted(more))


def test_json_says_the_same_as_the_table_and_has_the_same_members_for_every_shop():
    (bill,) = json.loads(run("--json", "--orders-per-month", "10,000").stdout)
    assert bill == month(Shop(10_000))
    assert list(bill) == [
        "shop",
        "mails",
        "records_of_a_batch",
        "waybill",
        "without_ses",
        "ses",
        "with_ses",
        "python_with_ses",
        "alternatives",
    ]
    assert [size["shop"]["orders"] for size in json.loads(run("--json").stdout)] == [10**power for power in range(3, 8)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--orders-per-month", "many"], "many is not a whole number from 1 to 10,000,000,000"),
        (["--orders-per-month", "0"], "0 is not a whole number from 1"),
        (["--mails-per-order", "nan"], "nan is not a number from 0"),
        (["--mails-per-order", "0"], "must be more than 0"),
        (["--hook"], "give --mail-events too"),
        (["--orders"], "expected one argument"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(words, says):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr and done.stderr.endswith(". See infra/cost --help.\n")


def test_each_price_names_its_page_and_the_day_of_its_comparison():
    for price in [*cost.PRICE_FILE["aws"].values(), *cost.PRICE_FILE["alternatives"].values()]:
        assert price["page"].startswith("https://") and price["with"]
        assert datetime.date.fromisoformat(price["compared"])
