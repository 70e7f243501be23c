"""intake: checks the events of a request, and stores each with its message for the dispatcher."""

import hashlib
import json
import os
import uuid
import zlib
from datetime import datetime

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response, content_types
from aws_lambda_powertools.metrics import MetricUnit

from shop import address_hash, dynamodb, now, number, read_settings, text

TABLE = os.environ["EVENTS_TABLE"]
RETENTION = int(os.environ["EVENTS_RETENTION_DAYS"]) * 24 * 3600
BUCKET = 3_600_000
NEEDED = ("specversion", "source", "id", "type", "data")
KINDS = ("order.confirmed", "shipment.shipped", "order.cancelled", "order.refunded")

app = LambdaFunctionUrlResolver()
logger, metrics = Logger(), Metrics()


def faults(event):
    """What is wrong with an event."""
    found = [f"/{name}: expected a value" for name in NEEDED if not event.get(name)]
    if found:
        return found
    if event["type"] not in KINDS:
        found.append("/type: expected a kind of mail")
    order = event["data"].get("order", {})
    if not isinstance(order.get("id"), str) or not 0 < len(order["id"]) <= 128:
        found.append("/data/order/id: expected 1 to 128 characters")
    if "@" not in order.get("customer", {}).get("email", ""):
        found.append("/data/order/customer/email: expected an address")
    for n, line in enumerate(order.get("lines", [])):
        if not isinstance(line.get("quantity"), int) or line["quantity"] < 1:
            found.append(f"/data/order/lines/{n}/quantity: expected a positive number")
        if not isinstance(line.get("unit_price", {}).get("amount", 0), int):
            found.append(f"/data/order/lines/{n}/unit_price/amount: expected minor units")
    if "time" in event:
        datetime.fromisoformat(event["time"])
    return found


def store(event):
    """One conditional put; the result as it is answered."""
    shop, order = event.get("shop", "default"), event["data"]["order"]
    at, correlation_id = now(), str(uuid.uuid4())
    to = address_hash(shop, order["customer"]["email"])
    message = {"v": 1, "accepted_at": at, "correlation_id": correlation_id, "event": event}
    payload = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
    packed = zlib.compressobj(wbits=-15)
    message = packed.compress(json.dumps(message, separators=(",", ":")).encode()) + packed.flush()
    result = {"id": event["id"], "source": event["source"], "shop": shop, "order_id": order["id"], "correlation_id": correlation_id}
    try:
        dynamodb.put_item(
            TableName=TABLE,
            Item={
                "order_key": text(f"{shop}/{order['id']}"),
                "event": text(f"{event['source']} {event['id']}"),
                "type": text(event["type"]),
                "message": {"B": message},
                "digest": {"B": hashlib.sha256(payload).digest()[:12]},
                "correlation_id": text(correlation_id),
                "accepted_at": number(at),
                "ledger_key": text(f"{event['type']}##customer"),
                "to": text(to),
                "sweep_bucket": text(f"{at // BUCKET * BUCKET // 1000}#{at % 32}"),
                "sweep_at": number(at),
                "address_key": text(f"{shop}/{to}"),
                "expires_at": number(at // 1000 + RETENTION),
            },
            ConditionExpression="attribute_not_exists(order_key)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        metrics.add_metric("Duplicate", MetricUnit.Count, 1)
        return result | {"result": "duplicate"}
    metrics.add_metric("Accepted", MetricUnit.Count, 1)
    logger.info("accepted", shop=shop, order_id=order["id"], correlation_id=correlation_id)
    return result | {"result": "accepted"}


@app.post("/v1/events")
def publish():
    events = json.loads(app.current_event.body)
    events = events if isinstance(events, list) else [events]
    wrong = [found for event in events if (found := faults(event))]
    if wrong:
        return Response(400, content_types.APPLICATION_JSON, json.dumps({"faults": wrong}))
    for shop in {event.get("shop", "default") for event in events}:
        read_settings(shop)
    return Response(202, content_types.APPLICATION_JSON, json.dumps({"results": [store(event) for event in events]}))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event, context):
    return app.resolve(event, context)
