"""dispatcher: plans the mail of each event, and sends all mail requests of a batch together."""

import base64
import hashlib
import json
import os
from datetime import datetime

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import SQSEvent, event_source

from shop import RETRIES, address_hash, dynamodb, now, number, read_settings, text

TABLE, MAIL_QUEUE = os.environ["LEDGER_TABLE"], os.environ["MAIL_QUEUE_URL"]
RETENTION = int(os.environ["LEDGER_RETENTION_DAYS"]) * 24 * 3600
SEND_WITHIN = 3 * 24 * 3600 * 1000

sqs = boto3.client("sqs", config=RETRIES)
logger, metrics = Logger(), Metrics()


def told(order):
    """Digests of what the mail tells."""
    parts = (json.dumps(order[name], sort_keys=True) for name in ("lines", "totals"))
    return " ".join(base64.urlsafe_b64encode(hashlib.sha256(part.encode()).digest()[:8]).decode() for part in parts)


def plan(request):
    """Plans the customer's mail, unless that was done before; the mail request, if the order's other mails allow it."""
    event, at = request["event"], now()
    shop, order = event.get("shop", "default"), event["data"]["order"]
    happened = int(datetime.fromisoformat(event["time"]).timestamp() * 1000)
    key, notification = f"{shop}/{order['id']}", f"{event['type']}##customer"
    read_settings(shop)
    item = {
        "order_key": text(key),
        "notification": text(notification),
        "state": text("planned"),
        "attempt": number(0),
        "doubts": number(0),
        "since": number(at),
        "not_before": number(0),
        "lease_until": number(0),
        "planned_at": number(at),
        "address_hash": text(address_hash(shop, order["customer"]["email"])),
        "event": text(f"{event['source']} {event['id']}"),
        "correlation_id": text(request["correlation_id"]),
        "accepted_at": number(request["accepted_at"]),
        "news_at": number(happened),
        "told": text(told(order)),
        "send_before": number(happened + SEND_WITHIN),
        "expires_at": number(at // 1000 + RETENTION),
    }
    try:
        dynamodb.put_item(
            TableName=TABLE,
            Item=item,
            ConditionExpression="attribute_not_exists(order_key)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        metrics.add_metric("Planned", MetricUnit.Count, 1)
    except dynamodb.exceptions.ConditionalCheckFailedException as refused:
        if refused.response.get("Item", {}).get("state") != text("planned"):
            return None
    others = dynamodb.query(
        TableName=TABLE,
        KeyConditionExpression="order_key = :order",
        ExpressionAttributeValues={":order": text(key)},
        ConsistentRead=True,
    )["Items"]
    if any(other["state"]["S"] == "sent" and int(other.get("news_at", number(0))["N"]) > happened for other in others):
        return None
    logger.info("planned", shop=shop, order_id=order["id"], kind=event["type"])
    recipient = {"shop": shop, "order_id": order["id"], "kind": event["type"], "scope": "", "recipient": "customer"}
    return request | {"notification": recipient, "send_before": happened + SEND_WITHIN}


def send(requests):
    """The ids of the messages whose mail requests SQS did not take."""
    entries = [
        {"Id": str(n), "MessageBody": json.dumps(request), "MessageGroupId": request["notification"]["shop"]}
        for n, (_, request) in enumerate(requests)
    ]
    failed = sqs.send_message_batch(QueueUrl=MAIL_QUEUE, Entries=entries).get("Failed", []) if entries else []
    return [requests[int(entry["Id"])][0] for entry in failed]


@logger.inject_lambda_context
@metrics.log_metrics
@event_source(data_class=SQSEvent)
def handler(event, context):
    requests, failed = [], []
    for record in event.records:
        try:
            if request := plan(record.json_body):
                requests.append((record.message_id, request))
        except Exception:
            logger.exception("retried")
            failed.append(record.message_id)
    failed += send(requests)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
