"""Order events for tests."""

import base64
import copy
import datetime
import json
import uuid

from translated import INFRA

SAMPLE = json.loads((INFRA / "sample-order.json").read_text(encoding="utf-8"))


def shipped(order_id=None):
    """The sample event, for a new order."""
    event = copy.deepcopy(SAMPLE)
    order_id = order_id or f"order-{uuid.uuid4()}"
    event["id"] = f"{order_id}-shipped"
    event["time"] = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
    event["data"]["order"]["id"] = order_id
    event["data"]["order"]["number"] = f"#{order_id[-12:]}"
    event["data"]["shipment"]["id"] = f"{order_id}-parcel"
    return event


def order_id(event):
    return event["data"]["order"]["id"]


def order_key(event):
    """The partition key of its order's items."""
    return f"default/{order_id(event)}"


def number(event):
    """The order number, which only this order's mail contains."""
    return event["data"]["order"]["number"]


def on_the_bus(bus, event):
    """The event as an entry of PutEvents: a CloudEvent in `detail`."""
    return {
        "EventBusName": bus,
        "Source": event["source"],
        "DetailType": event["type"],
        "Detail": json.dumps(event),
    }


def as_signed_request(event):
    """A POST of the event as the Function URL delivers it when IAM has authorized the caller."""
    return {
        "version": "2.0",
        "rawPath": "/v1/events",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "accountId": "000000000000",
            "authorizer": {"iam": {"userArn": "arn:aws:iam::000000000000:user/shop"}},
            "http": {"method": "POST", "path": "/v1/events"},
        },
        "body": json.dumps(event),
        "isBase64Encoded": False,
    }


def of_shopify(order_id):
    """An order as Shopify shows it, just paid."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    price = {"shop_money": {"amount": "24.00", "currency_code": "EUR"}, "presentment_money": {"amount": "24.00", "currency_code": "EUR"}}
    nothing = {key: {"amount": "0.00", "currency_code": "EUR"} for key in price}
    address = {"first_name": "Ada", "last_name": "Hill", "address1": "Lane 1", "city": "Berlin", "zip": "10115", "country_code": "DE"}
    return {
        "id": order_id,
        "name": f"#{order_id}",
        "email": "success@simulator.amazonses.com",
        "created_at": now,
        "updated_at": now,
        "processed_at": now,
        "cancelled_at": None,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "customer_locale": "en",
        "financial_status": "paid",
        "fulfillment_status": None,
        "taxes_included": True,
        "test": False,
        "subtotal_price_set": price,
        "total_price_set": price,
        "current_total_price_set": price,
        "total_tax_set": nothing,
        "total_discounts_set": nothing,
        "total_shipping_price_set": nothing,
        "line_items": [
            {
                "id": order_id + 1,
                "title": "Stoneware mug, blue",
                "name": "Stoneware mug, blue",
                "sku": "MUG-B",
                "quantity": 1,
                "current_quantity": 1,
                "requires_shipping": True,
                "price_set": price,
                "total_discount_set": nothing,
                "properties": [],
            }
        ],
        "shipping_address": address,
        "billing_address": address,
        "fulfillments": [],
        "refunds": [],
    }


def of_woocommerce(order_id):
    """An order as WooCommerce shows it, just paid."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds").removesuffix("+00:00")
    address = {"first_name": "Ada", "last_name": "Hill", "address_1": "Lane 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
    return {
        "id": order_id,
        "number": str(order_id),
        "status": "processing",
        "currency": "EUR",
        "prices_include_tax": False,
        "date_created_gmt": now,
        "date_modified_gmt": now,
        "date_paid_gmt": now,
        "date_completed_gmt": None,
        "total": "24.00",
        "total_tax": "0.00",
        "discount_total": "0.00",
        "discount_tax": "0.00",
        "shipping_total": "0.00",
        "shipping_tax": "0.00",
        "billing": {**address, "email": "success@simulator.amazonses.com"},
        "shipping": address,
        "meta_data": [],
        "line_items": [
            {
                "id": 1,
                "name": "Stoneware mug, blue",
                "sku": "MUG-B",
                "quantity": 1,
                "subtotal": "24.00",
                "subtotal_tax": "0.00",
                "total": "24.00",
                "total_tax": "0.00",
                "price": 24,
                "meta_data": [],
            }
        ],
        "tax_lines": [],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
    }


def from_ses(event_type, ledger_item, configuration_set, message_id):
    """An SES event about the mail of a ledger item, as EventBridge delivers it."""

    def tag(text):
        return [base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")]

    shop, order = ledger_item["order_key"].split("/")
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Email Delivered",
        "source": "aws.ses",
        "account": "000000000000",
        "time": "2026-11-20T08:31:00Z",
        "region": "eu-central-1",
        "resources": [f"arn:aws:ses:eu-central-1:000000000000:configuration-set/{configuration_set}"],
        "detail": {
            "eventType": event_type,
            "mail": {
                "timestamp": "2026-11-20T08:30:58.000Z",
                "messageId": message_id,
                "tags": {
                    "ses:configuration-set": [configuration_set],
                    "waybill-shop": [shop],
                    "waybill-order": tag(order),
                    "waybill-notification": tag(ledger_item["notification"]),
                    "waybill-attempt": ["1"],
                    "waybill-token": [ledger_item.get("feedback_token", "")],
                },
            },
            "delivery": {"timestamp": "2026-11-20T08:31:00.000Z", "smtpResponse": "250 ok"},
        },
    }
