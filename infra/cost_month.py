"""What a shop of some size pays a month: Waybill, the same in Python, and services that send mails for it."""

import dataclasses
import itertools
import math

import cost_model as model
from cost_model import PRICE_FILE, PRICES

# The longest month, in seconds.
MONTH = 31 * 24 * 3600
# Three quarters of a day's mails come in eight of its hours: share and hours. An assumption; no shop was measured.
DAY = ((0.75, 8), (0.25, 16))
# How long relay, mailer and feedback wait for a batch's further records (MaximumBatchingWindowInSeconds), in seconds, and
# among how many pollers of a queue Lambda divides what arrives.
WINDOW, POLLERS = 1, 5
# A poller that finds nothing asks again after 20 seconds.
POLLS = MONTH / 20 * POLLERS
# The alarms, queues and secrets of a stack as it is, and what parameters add.
ALARMS, METRICS, QUEUES = 38, 27, 4
SHOP_SYSTEMS = {"alarms": 8, "queues": 1, "secrets": 1}
MAIL_EVENTS = {"alarms": 6}
MAIL_HOOK = {"alarms": 4, "secrets": 1}
# A sweep every five minutes reads an hour's 32 buckets at each of its two looks, half a unit each if they are empty, and is
# billed for a tenth of a second.
SWEEPS, SWEEP_READ_UNITS, SWEEP_MILLISECONDS = MONTH / 300, 2 * 32 * 0.5, 100
# GB and days for which a million orders are stored: events with their index entries, ledger.
EVENTS_STORED, LEDGER_STORED = (1.5, 90), (0.6, 400)

# The Python peer, as measured on 2026-11-26 against the same emulators: the same calls with boto3, Powertools and Jinja2.
# Seconds of processor time for Waybill's record, and how many times that Python takes. Relay and feedback were not
# compared and count as equal.
PEER_CPU = {"intake": (392e-6, 2.2), "dispatcher": (169e-6, 8.8), "mailer": (441e-6, 5.8)}
# Seconds of a start: 0.225 to 0.280 in Python, 0.006 to 0.007 here. Lambda bills it.
PEER_START = 0.2525 - 0.0065
# Its 55 to 59 MB fit into the same memory, where it waits as cheaply: computing costs the same at any size. 1,769 MB are a
# whole core. It is supposed to handle a batch's records concurrently, in threads.
CORE_GB = 1769 / 1024
# An idle process ends after some minutes; AWS does not say how many. Relay's never does: the sweep keeps it.
IDLE = 600
STARTING = ("intake", "dispatcher", "mailer", "feedback")


@dataclasses.dataclass(frozen=True)
class Shop:
    """A month's orders, and what its stack has beside the default."""

    orders: int
    mails_per_order: float = 3
    entrance: str = "http"
    numbers_are_ids: bool = True
    # For each mail.
    copies: float = 0
    attachment_kb: float = 0
    # Of a shop system, for each order.
    webhooks: float = 0
    mail_events: bool = False
    hook: bool = False
    ses_plan: str = "a-la-carte"

    @property
    def events(self):
        return self.orders * self.mails_per_order

    @property
    def mails(self):
        return self.events * (1 + self.copies)


def hours_of(events):
    """Share of the mails, arrivals a second, and records of a batch: the one that begins it, and what arrives for the same
    poller within the window, up to ten."""
    for share, hours in DAY:
        rate = events / MONTH * share * 24 / hours
        yield share, rate, min(10, 1 + rate * WINDOW / POLLERS)


def records_of_a_batch(events):
    """The mean that the cost depends on: what a batch costs is shared by its records."""
    return 1 / sum(share / batch for share, _, batch in hours_of(events))


def stored(gb, days):
    """USD a month for a million orders a month, once as many are deleted as come."""
    return gb * days * 24 * 3600 / MONTH * (PRICES["dynamodb_gb_month"] + PRICES["dynamodb_backup_gb_month"])


def fixed(shop):
    """USD for a stack without orders."""
    alarms, queues, secrets = ALARMS, QUEUES, int(shop.entrance == "webhook")
    for is_on, more in ((shop.webhooks, SHOP_SYSTEMS), (shop.mail_events, MAIL_EVENTS), (shop.hook, MAIL_HOOK)):
        alarms += more["alarms"] if is_on else 0
        queues += more.get("queues", 0) if is_on else 0
        secrets += more.get("secrets", 0) if is_on else 0
    sweep = SWEEP_READ_UNITS * PRICES["dynamodb_read_unit"] + PRICES["lambda_request"]
    sweep += model.gigabyte_seconds(model.FUNCTIONS["relay"], SWEEP_MILLISECONDS) * PRICES["lambda_gb_second_arm64"]
    watching = alarms * PRICES["alarm_month"] + METRICS * PRICES["metric_month"] + PRICES["dashboard_month"]
    return watching + queues * POLLS * PRICES["sqs_request"] + secrets * PRICES["secret_month"] + SWEEPS * sweep


def options(shop, batch):
    """USD for a million events more, by what is turned on."""
    by_the_inbox = model.by_the_inbox(batch)
    if shop.webhooks:
        # What a webhook repeats costs a refused put of an event.
        repeated = max(0, shop.webhooks - shop.mails_per_order)
        puts = 1e6 * model.EVENT_ITEM_WRITE_UNITS * PRICES["dynamodb_write_unit"]
        of_an_order = shop.webhooks * model.of_a_webhook(batch) + repeated * puts
        yield "Webhooks of a shop system", of_an_order / shop.mails_per_order + by_the_inbox
    elif shop.entrance == "inbox":
        yield "Inbox queue", by_the_inbox
    elif shop.entrance == "eventbridge":
        yield "EventBridge, inbox queue", by_the_inbox + 1e6 * PRICES["eventbridge_event"]
    if shop.copies:
        yield "Copies", shop.copies * (model.of_a_copy(batch) + stored(*LEDGER_STORED))
    if shop.mail_events:
        told = model.of_mail_events(batch) + (model.of_the_hook() if shop.hook else 0)
        yield "Mail events", (1 + shop.copies) * told


def waybill(shop):
    """USD by part, without SES."""
    batch = records_of_a_batch(shop.events)
    million = model.parts(batch, shop.numbers_are_ids)
    of_orders = {
        "DynamoDB": million["DynamoDB writes"] + million["DynamoDB reads"],
        "SQS": million["SQS requests"],
        "Lambda": million["Lambda requests"] + million["Lambda duration"],
        "Logs": million["Logs"],
        "Traces": million["Traces"],
        "Storage, once the oldest is deleted": stored(*EVENTS_STORED) + stored(*LEDGER_STORED),
    } | dict(options(shop, batch))
    return {part: usd * shop.events / 1e6 for part, usd in of_orders.items()} | {"Alarms, metrics, polling": fixed(shop)}


def ses(shop):
    # In a mail, three bytes of a file are four.
    of_files = shop.attachment_kb * 4 / 3 / 1e6 * PRICES["ses_attachment_gb"]
    return of_mails(shop.ses_plan, shop.mails) + shop.mails * of_files


def of_mails(plan, mails):
    if plan == "a-la-carte":
        return mails * PRICES["ses_mail"]
    price = model.PRICE_FILE["aws"]["ses_mail_essentials"]
    steps = [{"mails": 0, "usd": price["usd"]}, *price["beyond"], {"mails": math.inf}]
    taken = ((step, min(mails, end["mails"]) - min(mails, step["mails"])) for step, end in itertools.pairwise(steps))
    return sum(step["usd"] * count for step, count in taken) / price["per"]


def more_in_python(shop):
    """USD that the processor time and the starts of Python cost more."""
    gb_seconds = shop.events * CORE_GB * sum(seconds * (times - 1) for seconds, times in PEER_CPU.values())
    for share, rate, batch in hours_of(shop.events):
        for name in STARTING:
            records = 1 if name == "intake" else batch
            starts = shop.events * share / records * math.exp(-rate / records * IDLE)
            gb_seconds += starts * model.gigabyte_seconds(model.FUNCTIONS[name], PEER_START * 1000)
    return gb_seconds * PRICES["lambda_gb_second_arm64"]


def cheapest(service, count):
    """Plan and USD of the cheapest plan that takes so many, with its price for those beyond the included ones; or None."""
    if count > service["up_to"]:
        return None
    offers = []
    for plan in service["plans"]:
        beyond = max(0, count - plan["included"])
        if not beyond or plan["more_per_1000"] is not None:
            offers.append((plan["usd"] + beyond / 1000 * (plan["more_per_1000"] or 0), plan["plan"]))
    usd, plan = min(offers)
    return {"plan": plan, "usd": round(usd, 2)}


def month(shop):
    """All of it, in whole cents."""
    parts = waybill(shop)
    without, of_ses = sum(parts.values()), ses(shop)
    counts = {"mails": shop.mails, "parcels": shop.orders}
    return {
        "shop": dataclasses.asdict(shop),
        "mails": shop.mails,
        "records_of_a_batch": round(records_of_a_batch(shop.events), 2),
        "waybill": {part: round(usd, 2) for part, usd in parts.items()},
        "without_ses": round(without, 2),
        "ses": round(of_ses, 2),
        "with_ses": round(without + of_ses, 2),
        "python_with_ses": round(without + of_ses + more_in_python(shop), 2),
        "alternatives": {
            name: cheapest(service, counts[service["counts"]]) for name, service in PRICE_FILE["alternatives"].items()
        },
    }
