"""The template, deployed to MiniStack with the real zips, accepts orders and mails each one once."""

import datetime
import json
import platform
import uuid

import pytest

import cost_model as cost
import events
from code_facts import metric_dimensions, metric_namespace
from emulator import free_port, running, wait_for
from translated import ALWAYS, ROOT, SERVICES, ZIPS

STACK = "waybill"


@pytest.fixture(scope="module")
def deployed():
    for service in SERVICES:
        zipped = ZIPS / service / "bootstrap.zip"
        assert zipped.exists(), f"{zipped} is not built: infra/check builds it"
    with running(free_port()) as emulator:
        emulator.client("sesv2").create_email_identity(EmailIdentity="shop.example")
        emulator.deploy(
            STACK,
            SenderAddress="orders@shop.example",
            SenderName="Shop",
            Architecture="arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
        )
        yield emulator


def the_only_mail_of(deployed, event):
    """Waits for the order's mail, and then until nothing in flight could send another."""
    wait_for(f"the mail of {events.number(event)}", lambda: deployed.mails(events.number(event)))
    wait_for_everything_published(deployed)
    mails = deployed.mails(events.number(event))
    assert len(mails) == 1, mails
    return mails[0]


def wait_for_everything_published(deployed):
    """Streams are ordered: once a later order is mailed and every queue is empty, everything published
    before it has been processed."""
    marker = events.shipped()
    deployed.invoke(f"{STACK}-intake", marker)
    wait_for("a later order's mail", lambda: deployed.mails(events.number(marker)))
    wait_for("empty queues", deployed.queues_are_empty)


def test_all_five_functions_are_there_and_none_that_nobody_turned_on(deployed):
    functions = deployed.client("lambda").list_functions()["Functions"]
    assert {f["FunctionName"] for f in functions} == {f"{STACK}-{name}" for name in ALWAYS}
    assert {f["Runtime"] for f in functions} == {"provided.al2023"}
    buses = {bus["Name"] for bus in deployed.client("events").list_event_buses()["EventBuses"]}
    assert buses == {"default", f"{STACK}-orders"}
    ledger = deployed.client("dynamodb").describe_table(TableName=deployed.outputs["LedgerTableName"])["Table"]
    assert "LatestStreamArn" not in ledger


def test_an_order_by_direct_invoke_ends_in_one_mail(deployed):
    event = events.shipped()
    answer, error = deployed.invoke(f"{STACK}-intake", event)
    assert error is None and "accepted" in json.dumps(answer)
    mail = the_only_mail_of(deployed, event)
    assert mail["Source"] == "Shop <orders@shop.example>"
    assert mail["To"] == ["success@simulator.amazonses.com"]
    assert "Stoneware mug, blue" in mail["BodyText"] and "Stoneware mug, blue" in mail["BodyHtml"]
    (item,) = deployed.ledger(events.order_id(event))
    assert item["state"] == "sent"


def test_an_order_by_the_function_url_ends_in_one_mail(deployed):
    event = events.shipped()
    status, body = deployed.post(event)
    assert status == 202, body
    the_only_mail_of(deployed, event)


def test_the_function_url_refuses_an_unsigned_request(deployed):
    event = events.shipped()
    status, _ = deployed.post(event, signed=False)
    assert status == 403
    wait_for_everything_published(deployed)
    assert deployed.mails(events.number(event)) == []


def test_while_the_url_is_open_intake_accepts_only_requests_that_iam_authorized(deployed):
    """As happens briefly while a stack is updated from webhooks to IAM."""
    event = events.shipped()
    with deployed.environment_of(STACK, "intake") as environment:
        environment["PUBLISHERS"] = "iam"
    try:
        # MiniStack does not pass on who signed: the function sees an unsigned request.
        status, body = deployed.post(event)
        assert status == 403 and "SigV4" in body
        assert events.order_key(event) not in [i["order_key"]["S"] for i in deployed.items("EventsTableName")]
        answer, _ = deployed.invoke(f"{STACK}-intake", events.as_signed_request(event))
        assert answer["statusCode"] == 202
    finally:
        with deployed.environment_of(STACK, "intake") as environment:
            environment["PUBLISHERS"] = "anyone"
    the_only_mail_of(deployed, event)


def test_an_order_by_eventbridge_ends_in_one_mail(deployed):
    event = events.shipped()
    entry = events.on_the_bus(deployed.outputs["EventBusName"], event)
    assert deployed.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    the_only_mail_of(deployed, event)


def test_a_duplicate_mails_nothing(deployed):
    event = events.shipped()
    deployed.invoke(f"{STACK}-intake", event)
    the_only_mail_of(deployed, event)
    answer, _ = deployed.invoke(f"{STACK}-intake", event)
    assert "duplicate" in json.dumps(answer)
    status, body = deployed.post(event)
    assert status == 202 and "duplicate" in body
    the_only_mail_of(deployed, event)


def test_the_same_fact_under_another_event_id_mails_nothing(deployed):
    event = events.shipped()
    deployed.invoke(f"{STACK}-intake", event)
    the_only_mail_of(deployed, event)
    again = {**event, "id": str(uuid.uuid4())}
    answer, _ = deployed.invoke(f"{STACK}-intake", again)
    assert "accepted" in json.dumps(answer)
    the_only_mail_of(deployed, event)


@pytest.mark.parametrize("queue", ["Inbox", "Dispatch", "Mail", "Feedback"])
def test_poison_on_a_queue_reaches_its_dlq_with_a_reason(deployed, queue):
    poison = f"not a message {uuid.uuid4()}"
    deployed.client("sqs").send_message(QueueUrl=deployed.outputs[f"{queue}QueueUrl"], MessageBody=poison)

    def dead():
        return [m for m in deployed.messages(f"{queue}DlqUrl") if m["Body"] == poison]

    (dead_letter,) = wait_for(f"the poison in the {queue} DLQ", dead)
    assert dead_letter["MessageAttributes"]["waybill-code"]["StringValue"] == "unreadable"
    assert dead_letter["MessageAttributes"]["waybill-reason"]["StringValue"]


def test_poison_does_not_touch_its_neighbours(deployed):
    before, after = events.shipped(), events.shipped()
    deployed.invoke(f"{STACK}-intake", before)
    deployed.client("sqs").send_message(QueueUrl=deployed.outputs["DispatchQueueUrl"], MessageBody="{")
    deployed.invoke(f"{STACK}-intake", after)
    the_only_mail_of(deployed, before)
    the_only_mail_of(deployed, after)


def test_an_event_that_intake_refuses_asynchronously_is_kept_with_its_reason(deployed):
    """By the inbox queue at once, and by an asynchronous invocation after three attempts."""
    refused = [events.shipped(), events.shipped()]
    for event in refused:
        event["type"] = "shipment.teleported"
    deployed.client("sqs").send_message(
        QueueUrl=deployed.outputs["InboxQueueUrl"], MessageBody=json.dumps(refused[0])
    )
    deployed.client("lambda").invoke(
        FunctionName=f"{STACK}-intake", InvocationType="Event", Payload=json.dumps(refused[1])
    )
    for event in refused:

        def kept(event=event):
            return [m for m in deployed.messages("InboxDlqUrl") if events.order_id(event) in m["Body"]]

        (message,) = wait_for("the refused event in the inbox's DLQ", kept)
        body = json.loads(message["Body"])
        # MiniStack sends a function's dead letter in the record of a failure destination, AWS as it was sent.
        assert body.get("requestPayload", body) == event
        assert message["MessageAttributes"]["waybill-code"]["StringValue"] == "invalid"


def test_an_order_by_the_inbox_queue_ends_in_one_mail(deployed):
    event = events.shipped()
    deployed.client("sqs").send_message(
        QueueUrl=deployed.outputs["InboxQueueUrl"], MessageBody=json.dumps(event)
    )
    the_only_mail_of(deployed, event)


def test_an_ses_event_reaches_the_ledger(deployed):
    event = events.shipped()
    deployed.invoke(f"{STACK}-intake", event)
    the_only_mail_of(deployed, event)
    (item,) = deployed.ledger(events.order_id(event))
    ours = events.from_ses("Delivery", item, deployed.outputs["ConfigurationSetName"], item["message_id"])
    # MiniStack emits no SES events, and nobody may put an event from aws.ses on a bus: so the rule's
    # pattern is matched here, and the event sent to its target.
    assert ses_rule_matches(deployed, ours)
    deployed.client("sqs").send_message(
        QueueUrl=deployed.outputs["FeedbackQueueUrl"], MessageBody=json.dumps(ours)
    )
    wait_for("delivered", lambda: deployed.ledger(events.order_id(event))[0]["state"] == "delivered")


def test_the_ses_rule_ignores_mails_of_others(deployed):
    item = {"order_key": "default/1", "notification": "x"}
    assert not ses_rule_matches(deployed, events.from_ses("Delivery", item, "somebody-elses", "m"))


def ses_rule_matches(deployed, event):
    client = deployed.client("events")
    queue = deployed.outputs["FeedbackQueueUrl"].rsplit("/", 1)[1]
    for rule in client.list_rules()["Rules"]:
        targets = client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if any(target["Arn"].endswith(f":{queue}") for target in targets):
            pattern = client.describe_rule(Name=rule["Name"])["EventPattern"]
            return client.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"]
    raise AssertionError("no rule feeds the feedback queue")


def test_every_metric_names_its_stack(deployed):
    event = events.shipped()
    deployed.invoke(f"{STACK}-intake", event)
    the_only_mail_of(deployed, event)
    for service in ("intake", "relay", "dispatcher", "mailer"):
        written = wait_for(f"metrics of {service}", lambda name=service: deployed.metrics(f"{STACK}-{name}"))
        assert all(line["Service"] == service and line["Stack"] == STACK for line in written)
        assert {
            (definition["Namespace"], tuple(sorted(dimensions)))
            for line in written
            for definition in line["_aws"]["CloudWatchMetrics"]
            for dimensions in definition["Dimensions"]
        } == {(metric_namespace(), tuple(sorted(metric_dimensions())))}


def test_the_sweep_runs(deployed):
    scheduled = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
    answer, error = deployed.invoke(f"{STACK}-relay", scheduled)
    assert error is None and answer["queued_again"] == 0


def test_a_role_without_its_permission_is_denied(deployed):
    """The other tests show that each role has what it needs; this one shows that roles are enforced."""
    with deployed.policy_of(STACK, "intake") as policy:
        stores = next(s for s in policy["Statement"] if s["Sid"] == "StoresEvents")
        stores["Effect"] = "Deny"
    event = events.shipped()
    try:
        status, _ = deployed.post(event)
        assert status == 503
    finally:
        with deployed.policy_of(STACK, "intake") as policy:
            stores = next(s for s in policy["Statement"] if s["Sid"] == "StoresEvents")
            stores["Effect"] = "Allow"
    assert deployed.post(event)[0] == 202
    the_only_mail_of(deployed, event)


def test_the_cost_model_counts_the_calls_that_are_made(deployed):
    orders = [events.shipped() for _ in range(20)]
    since = datetime.datetime.now(datetime.timezone.utc)
    deployed.invoke(f"{STACK}-intake", orders)
    for order in orders:
        wait_for("every mail", lambda order=order: deployed.mails(events.number(order)))
    wait_for("empty queues", deployed.queues_are_empty)
    assert all(len(deployed.mails(events.number(order))) == 1 for order in orders)
    operations = ("PutItem", "UpdateItem", "Query", "SendMessageBatch")
    made = {operation: deployed.calls(operation, since) / len(orders) for operation in operations}
    print(f"calls an order, of {len(orders)} in one batch: {made}")
    # One put in each table; the claim and the result. Feedback would add the delivery.
    assert made["PutItem"] == 2
    # The gate adds one for each batch of mails: two at least, and for each process that starts one that is
    # refused, or reads the rate (two).
    gate = made["UpdateItem"] - (cost.LEDGER_WRITE_UNITS - 2)
    assert 2 * cost.GATE_WRITE_UNITS_A_BATCH <= gate * len(orders) <= len(orders)
    assert made["Query"] == cost.QUERIES
    # Twenty orders make at least two batches of ten in each of two places.
    assert made["SendMessageBatch"] <= 0.5


def test_the_cost_model_counts_the_units_that_are_written(deployed):
    """Counts the samples only, which are like a shop's: the other tests' orders have longer ids."""
    lines = (ROOT / "services" / "local" / "samples" / "orders.jsonl").read_text(encoding="utf-8")
    samples = [json.loads(line) for line in lines.splitlines()]
    deployed.invoke(f"{STACK}-intake", samples)
    wait_for_everything_published(deployed)
    orders = {events.order_key(sample) for sample in samples if "order" in sample.get("data", {})}
    items = [i for i in deployed.items("EventsTableName") if i["order_key"]["S"] in orders]
    sizes = list(map(cost.item_bytes, items))
    stored = sum(map(cost.write_units, sizes)) / len(sizes)
    ledger = max(cost.write_units(cost.item_bytes(item)) for item in deployed.items("LedgerTableName"))
    print(f"write units an event: {stored:.2f} (bytes: {sorted(sizes)}), a ledger item: {ledger}")
    assert ledger == 1
    assert stored <= cost.EVENT_ITEM_WRITE_UNITS
    # An item is in each index whose key it has. The samples' numbers are their ids.
    for item in items:
        indexes = {name: key for name, key in (cost.EVENT_INDEXES | cost.NUMBER_INDEX).items() if key in item}
        assert indexes == cost.EVENT_INDEXES
