"""What a million orders cost, without SES: calls and consumed capacity, times list prices.

An order here is one event that ends in one delivered mail. `python infra/cost_model.py` prints the table of a million
orders in infra/README.md; `checks/test_deployed.py` counts the calls and the units that this assumes. What a shop of some
size pays a month is computed in `cost_month.py` and printed by `infra/cost`."""

import dataclasses
import json
import pathlib

# USD for a million orders, for calls and capacity alone: the design's limit, with look-up by number and
# address. What a shop hears of its mails (`of_mail_events`) is told apart, and so is what its shop system's webhooks
# cost (`of_a_webhook`): a stack has neither unless its parameters say so.
LIMIT = 6.00

# List prices in us-east-1, without any free tier, and those of other services.
PRICE_FILE = json.loads((pathlib.Path(__file__).parent / "prices.json").read_text(encoding="utf-8"))
# USD for one unit of each.
PRICES = {name: price["usd"] / price["per"] for name, price in PRICE_FILE["aws"].items()}

# A stored event: an item of up to 1 KB, but for two in twenty-nine. See `write_units` below.
EVENT_ITEM_WRITE_UNITS = 1.07
# Its entries, by which the sweep finds it, and an operator who has the customer's address.
EVENT_INDEXES = {"sweep": "sweep_bucket", "by_address": "address_key"}
# An order whose number does not show its id is also found by its number: an entry, and a key in the
# item, with which one item in fifteen more is over 1 KB.
NUMBER_INDEX = {"by_number": "number_key"}
NUMBER_WRITE_UNITS = 1 + 0.07
# The ledger's item is under 1 KB: planned, claimed, sent, delivered.
LEDGER_WRITE_UNITS = 4
# The send gate: one write for each batch of the mailer, whatever its size.
GATE_WRITE_UNITS_A_BATCH = 1
# The dispatcher queries the order's other mails for each event, up to 4 KB of them for one unit.
QUERIES = 1
# A shop's settings: an item of up to 4 KB, read by each process of intake and mailer that has orders of it, once
# a minute. A dozen processes and a shop with ten orders a second; with more orders it is less.
SETTINGS_READ_UNITS = 0.5 * 12 / 60 / 10
# That query, consistent; the sweep's reads of the index and of one key, at each of its two looks; the settings.
READ_UNITS = QUERIES * 1 + 2 * 0.6 + SETTINGS_READ_UNITS
# X-Ray samples one in twenty invocations that start a trace.
TRACED = 0.05


@dataclasses.dataclass(frozen=True)
class Function:
    """What one invocation uses."""

    memory_mb: int
    milliseconds_to_start: float
    milliseconds_a_record: float
    log_bytes_a_record: int


# Billed milliseconds at this memory, rounded up from what the calls wait for: a write of DynamoDB
# takes 5 ms, a send of SQS 10 ms, SES 100 ms; the records of a batch are handled concurrently.
FUNCTIONS = {
    "intake": Function(256, 2, 10, 350),
    "relay": Function(1769, 15, 1, 50),
    "dispatcher": Function(128, 20, 5, 350),
    "mailer": Function(256, 125, 8, 400),
    "feedback": Function(128, 10, 4, 350),
}
# Those that not every stack has.
CONNECTOR_URL = Function(256, 15, 0, 0)
CONNECTOR_WORKER = Function(256, 20, 8, 0)
PUBLISHER = Function(128, 20, 1, 0)
# A metrics line for each invocation.
METRICS_BYTES = 500
# Those that every order passes: dispatch, mail, feedback. The inbox is that of some, see `by_the_inbox`.
QUEUES = 3


def of_the_groups(batch):
    """USD more for a mail because the messages of the mail queue name a group, which makes it a fair queue. No document
    says whether that is for the sends alone: here it is for what is sent, received and deleted, by the batch."""
    return 3 / batch * PRICES["sqs_fair_request"]


def write_units(size):
    """What a write of an item of so many bytes consumes."""
    return -(-size // 1024)


def item_bytes(item):
    """An item's size as DynamoDB counts it: names, and values by their type."""
    return sum(len(name.encode()) + value_bytes(*next(iter(value.items()))) for name, value in item.items())


def value_bytes(kind, value):
    if kind == "L":
        return 3 + sum(1 + value_bytes(*next(iter(element.items()))) for element in value)
    if kind == "BOOL":
        return 1
    if kind == "N":
        return len(value.lstrip("-")) // 2 + 2
    return len(value if kind == "B" else value.encode())


def parts(batch, number_is_id=True):
    """USD for a million orders, by part, when queues and stream deliver `batch` records at a time."""
    event = EVENT_ITEM_WRITE_UNITS + len(EVENT_INDEXES) + (0 if number_is_id else NUMBER_WRITE_UNITS)
    ledger = LEDGER_WRITE_UNITS + GATE_WRITE_UNITS_A_BATCH / batch
    invocations = 1 + 4 / batch
    # Relay and dispatcher send by the batch, EventBridge one by one; a batch is received and deleted
    # by one request each.
    requests = 2 / batch + 1 + QUEUES * 2 / batch
    gb_seconds = logged = 0
    for name, function in FUNCTIONS.items():
        records = 1 if name == "intake" else batch
        milliseconds = function.milliseconds_to_start + records * function.milliseconds_a_record
        gb_seconds += function.memory_mb / 1024 * milliseconds / 1000 / records
        logged += function.log_bytes_a_record + METRICS_BYTES / records
    million = 1e6
    return {
        "DynamoDB writes": million * (event + ledger) * PRICES["dynamodb_write_unit"],
        "DynamoDB reads": million * READ_UNITS * PRICES["dynamodb_read_unit"],
        "SQS requests": million * (requests * PRICES["sqs_request"] + of_the_groups(batch)),
        "Lambda requests": million * invocations * PRICES["lambda_request"],
        "Lambda duration": million * gb_seconds * PRICES["lambda_gb_second_arm64"],
        "Logs": million * logged / 1e9 * PRICES["log_gb"],
        "Traces": million * invocations * TRACED * PRICES["xray_trace"],
    }


def calls_and_capacity(batch, number_is_id=True):
    """The cost of calls and consumed capacity: everything but logs and traces."""
    return sum(usd for part, usd in parts(batch, number_is_id).items() if part not in ("Logs", "Traces"))


def by_the_inbox(batch):
    """USD that a million orders cost more when they come by the inbox queue instead of over HTTP: each is
    sent, received and deleted, and intake is invoked by the batch. EventBridge's own price comes on top."""
    requests = 1 + 2 / batch
    invocations = 1 - 1 / batch
    started = invocations * FUNCTIONS["intake"].memory_mb / 1024 * FUNCTIONS["intake"].milliseconds_to_start / 1000
    saved = invocations * PRICES["lambda_request"] + started * PRICES["lambda_gb_second_arm64"]
    return 1e6 * (requests * PRICES["sqs_request"] - saved)


def of_a_copy(batch):
    """USD for a million copies, each a mail beside the customer's of the same event: a mail without intake, relay and the
    event's own message. Its ledger item is put, claimed, sent and delivered as any; the sweep reads one key more at each
    of its two looks, the dispatcher no more. Its hash makes the event's item longer by nine bytes, which hardly ever
    begins a further write unit."""
    writes = LEDGER_WRITE_UNITS + GATE_WRITE_UNITS_A_BATCH / batch
    reads = 2 * 0.5
    # Sent by the dispatcher, received and deleted; its SES event is sent, received and deleted.
    requests = 1 / batch + 1 + 2 * 2 / batch
    dispatcher = FUNCTIONS["dispatcher"]
    gb_seconds = dispatcher.memory_mb / 1024 * dispatcher.milliseconds_a_record / 1000
    for function in (FUNCTIONS["mailer"], FUNCTIONS["feedback"]):
        milliseconds = function.milliseconds_to_start / batch + function.milliseconds_a_record
        gb_seconds += function.memory_mb / 1024 * milliseconds / 1000
    return 1e6 * (
        writes * PRICES["dynamodb_write_unit"]
        + reads * PRICES["dynamodb_read_unit"]
        + requests * PRICES["sqs_request"]
        + of_the_groups(batch)
        + 2 / batch * PRICES["lambda_request"]
        + gb_seconds * PRICES["lambda_gb_second_arm64"]
    )


# What the shop hears of a mail that arrives: `mail.sent` and `mail.delivered`.
EVENTS_A_MAIL = 2


def of_mail_events(batch):
    """USD that a million orders cost more with `MailEvents`. Of what it reads of the ledger's stream, for nothing, Lambda
    gives the publisher what tells something, and that is put on the bus."""
    milliseconds = PUBLISHER.milliseconds_to_start / batch + PUBLISHER.milliseconds_a_record
    return 1e6 * (
        EVENTS_A_MAIL * PRICES["eventbridge_event"]
        + EVENTS_A_MAIL / batch * PRICES["lambda_request"]
        + EVENTS_A_MAIL * gigabyte_seconds(PUBLISHER, milliseconds) * PRICES["lambda_gb_second_arm64"]
    )


def of_the_hook():
    """USD more for a million orders where EventBridge calls the shop's own system with each event."""
    return 1e6 * EVENTS_A_MAIL * PRICES["api_destination_call"]


def of_a_webhook(batch):
    """USD for a million webhooks of a shop system, up to intake's put of what each says: one invocation and one message
    each, then by the batch. An event that repeats what an earlier webhook of the order said costs the refused put, one
    write unit; one that says something new costs what an order costs that comes by the inbox queue."""
    # Kept, received and deleted; published to the inbox, received and deleted there.
    requests = 1 + 2 / batch + 1 + 2 / batch
    worker = CONNECTOR_WORKER.milliseconds_to_start / batch + CONNECTOR_WORKER.milliseconds_a_record
    intake = FUNCTIONS["intake"]
    store = intake.milliseconds_to_start / batch + intake.milliseconds_a_record
    seconds = gigabyte_seconds(CONNECTOR_URL, CONNECTOR_URL.milliseconds_to_start)
    seconds += gigabyte_seconds(CONNECTOR_WORKER, worker) + gigabyte_seconds(intake, store)
    return 1e6 * (
        requests * PRICES["sqs_request"]
        + (1 + 2 / batch) * PRICES["lambda_request"]
        + seconds * PRICES["lambda_gb_second_arm64"]
    )


def gigabyte_seconds(function, milliseconds):
    return function.memory_mb / 1024 * milliseconds / 1000


def hourly():
    """The row of infra/README.md with the cost of an hour at 10, 1,000 and 10,000 orders a second."""
    usd = [sum(parts(10).values()) / 1e6 * 3600 * orders for orders in (10, 1_000, 10_000)]
    return "| **USD an hour**, without SES, with logs and traces | {:.2f} | {:.0f} | {:.0f} |".format(*usd[:2], round(usd[2], -1))


def mails_a_second():
    """How many mails one mailer sends, in batches of ten."""
    mailer = FUNCTIONS["mailer"]
    return 10 / ((mailer.milliseconds_to_start + 10 * mailer.milliseconds_a_record) / 1000)


def table():
    """The table of infra/README.md."""
    busy, quiet = parts(10), parts(1)
    lines = ["| USD for a million orders | ten at a time | one at a time |", "| --- | ---: | ---: |"]
    lines += [f"| {part} | {busy[part]:.2f} | {quiet[part]:.2f} |" for part in busy]
    lines.append(f"| calls and capacity | {calls_and_capacity(10):.2f} | {calls_and_capacity(1):.2f} |")
    other = [calls_and_capacity(batch, number_is_id=False) for batch in (10, 1)]
    lines.append(f"| the same, where order numbers are not the ids | {other[0]:.2f} | {other[1]:.2f} |")
    inbox = [by_the_inbox(batch) for batch in (10, 1)]
    lines.append(f"| more, where they come by the inbox queue | {inbox[0]:.2f} | {inbox[1]:.2f} |")
    event_bridge = [usd + 1e6 * PRICES["eventbridge_event"] for usd in inbox]
    lines.append(f"| more, where they come by EventBridge | {event_bridge[0]:.2f} | {event_bridge[1]:.2f} |")
    lines.append(f"| more, for each copy | {of_a_copy(10):.2f} | {of_a_copy(1):.2f} |")
    lines.append(f"| more, with `MailEvents` | {of_mail_events(10):.2f} | {of_mail_events(1):.2f} |")
    lines.append(f"| more, with `MailHookUrl` too | {of_the_hook():.2f} | {of_the_hook():.2f} |")
    lines.append(f"| more, for each webhook of a shop system | {of_a_webhook(10):.2f} | {of_a_webhook(1):.2f} |")
    lines.append(f"| **together, with logs and traces** | **{sum(busy.values()):.2f}** | **{sum(quiet.values()):.2f}** |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
