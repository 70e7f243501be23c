"""mailer: takes a mail's lease, renders it, sends it through SES, and records the answer."""

import base64
import os
import uuid
from datetime import datetime
from email.utils import parseaddr
from urllib.parse import quote

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from botocore.config import Config
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shop import address_hash, dynamodb, now, number, read_settings, text

TABLE, LEASE = os.environ["LEDGER_TABLE"], int(os.environ["LEASE_SECONDS"]) * 1000
SENDER, REPLY_TO = os.environ["MAIL_FROM"], os.environ["MAIL_REPLY_TO"]
RATE = int(os.environ["SES_SEND_RATE"])
SHOP = {"name": parseaddr(SENDER)[0], "url": "https://shop.example/", "help": REPLY_TO}
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
CLAIM = (
    "(#state = :planned AND not_before <= :now) OR (#state = :failed AND since < :enqueued)"
    " OR (#state = :in_doubt AND since <= :graced AND doubts < :most_doubts)"
)

# A mail is sent at most once for each claim, so nothing repeats the call.
ses = boto3.client("sesv2", config=Config(retries={"total_max_attempts": 1}))
templates = Environment(
    loader=FileSystemLoader(os.path.join(os.path.dirname(__file__), "templates")),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
)
logger, metrics = Logger(), Metrics()
processor = BatchProcessor(event_type=EventType.SQS)


def money(price):
    return f"{SYMBOLS[price['currency']]}{price['amount'] / 100:,.2f}"


def encoded(value):
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


templates.filters["money"] = money
templates.filters["date"] = lambda at: f"{datetime.fromisoformat(at):%-d %B %Y at %H:%M} UTC"
HTML, PLAIN = templates.get_template("confirmed.html"), templates.get_template("confirmed.txt")


def take_slots(count):
    """Takes the next slots of the send rate, which all mailers share, for a batch."""
    start = now() * 1000
    dynamodb.update_item(
        TableName=TABLE,
        Key={"order_key": text("#send-gate"), "notification": text("gate")},
        UpdateExpression="SET next_at = :next",
        ConditionExpression="attribute_not_exists(next_at) OR next_at < :from",
        ExpressionAttributeValues={":from": number(start), ":next": number(start + count * 1_000_000 // RATE)},
        ReturnValues="ALL_NEW",
    )


def change(key, update, condition, state, values):
    return dynamodb.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression=f"SET #state = :state, since = :now, #state_at = :now, {update} REMOVE reason",
        ConditionExpression=condition,
        ExpressionAttributeNames={"#state": "state", "#state_at": f"{state}_at"},
        ExpressionAttributeValues={":state": text(state), ":now": number(now())} | values,
        ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )["Attributes"]


def claim(key, address, enqueued):
    holder = str(uuid.uuid4())
    update = (
        "attempt = attempt + :one, lease_until = :lease, holder = :holder, address_hash = :address,"
        " feedback_token = if_not_exists(feedback_token, :holder)"
    )
    values = {
        ":planned": text("planned"), ":failed": text("failed"), ":in_doubt": text("in_doubt"),
        ":enqueued": number(enqueued), ":graced": number(0), ":most_doubts": number(3), ":one": number(1),
        ":lease": number(now() + LEASE), ":holder": text(holder), ":address": text(address),
    }
    return change(key, update, CLAIM, "sending", values)


def send(request, item):
    """SES's id of the mail."""
    to, order = request["notification"], request["event"]["data"]["order"]
    kind, page = to["kind"].replace(".", "-"), {"order": order, "shop": SHOP, "quote": quote}
    reference = f"order.{to['shop']}.{encoded(to['order_id'])}"
    thread = f"<{reference}@{SENDER.rpartition('@')[2].rstrip('>')}>"
    headers = {
        "Auto-Submitted": "auto-generated",
        "Thread-Topic": f"{SHOP['name']} {order['number']}",
        "References": thread,
        "In-Reply-To": thread,
        "X-Entity-Ref-ID": reference,
    }
    tags = {
        "waybill-shop": to["shop"],
        "waybill-order": encoded(to["order_id"]),
        "waybill-notification": encoded(f"{to['kind']}#{to['scope']}#{to['recipient']}"),
        "waybill-attempt": item["attempt"]["N"],
        "waybill-token": item["feedback_token"]["S"],
        "ses:feedback-id-a": to["shop"],
        "ses:feedback-id-b": kind,
        "waybill-kind": kind,
    }
    content = {
        "Subject": {"Data": f"We’ve received your order {order['number']}", "Charset": "UTF-8"},
        "Body": {
            "Html": {"Data": HTML.render(page), "Charset": "UTF-8"},
            "Text": {"Data": PLAIN.render(page), "Charset": "UTF-8"},
        },
        "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
    }
    return ses.send_email(
        FromEmailAddress=SENDER,
        ReplyToAddresses=[REPLY_TO],
        Destination={"ToAddresses": [order["customer"]["email"]]},
        ConfigurationSetName=os.environ["SES_CONFIGURATION_SET"],
        Content={"Simple": content},
        EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
    )["MessageId"]


def deliver(record):
    request = record.json_body
    to, order = request["notification"], request["event"]["data"]["order"]
    read_settings(to["shop"])
    key = {"order_key": text(f"{to['shop']}/{to['order_id']}"), "notification": text(f"{to['kind']}#{to['scope']}#{to['recipient']}")}
    item = claim(key, address_hash(to["shop"], order["customer"]["email"]), int(record.attributes.sent_timestamp))
    message_id = send(request, item)
    condition = "(#state = :sending OR #state = :in_doubt) AND attempt = :attempt"
    values = {":id": text(message_id), ":attempt": item["attempt"], ":sending": text("sending"), ":in_doubt": text("in_doubt")}
    change(key, "message_id = :id", condition, "sent", values)
    metrics.add_metric("Sent", MetricUnit.Count, 1)
    metrics.add_metric("AcceptedToSent", MetricUnit.Milliseconds, now() - request["accepted_at"])
    logger.info("sent", shop=to["shop"], order_id=to["order_id"], message_id=message_id)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event, context):
    take_slots(len(event["Records"]))
    return process_partial_response(event=event, record_handler=deliver, processor=processor, context=context)
