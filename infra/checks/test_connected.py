"""A stack with both: shop systems deliver their webhooks to it, and it tells the shop what became of its mails."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import platform
import secrets
import threading
import uuid

import pytest

import cost_model as cost
import events
from emulator import free_port, running, wait_for
from translated import SERVICES, of_type, translated

STACK, SHOP = "connected", "north"
PARTNER_BUS = "aws.partner/shopify.com/1/orders"
OLDEST, OLD, NEW, FOREIGN = (secrets.token_urlsafe(24) for _ in range(4))


@pytest.fixture(scope="module")
def deployed():
    with running(free_port()) as emulator:
        emulator.client("sesv2").create_email_identity(EmailIdentity="shop.example")
        manager = emulator.client("secretsmanager")
        for system in ("shopify", "woocommerce"):
            name = f"{STACK}/{SHOP}/{system}"
            manager.create_secret(Name=name, SecretString=OLDEST)
            for rotated in (OLD, NEW):
                manager.put_secret_value(SecretId=name, SecretString=rotated)
        # Shopify's partner event source, once an operator has associated it.
        emulator.client("events").create_event_bus(Name=PARTNER_BUS, EventSourceName=PARTNER_BUS)
        emulator.deploy(
            STACK,
            SenderAddress="orders@shop.example",
            Architecture="arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
            ShopSystems="true",
            ConnectorConcurrency="50",
            ShopifyEventBus=PARTNER_BUS,
            ShopifyShop=SHOP,
            MailEvents="true",
        )
        put_settings_of_the_shop(emulator)
        yield emulator


def put_settings_of_the_shop(emulator):
    """As `waybill shop put` does."""
    brand = {"name": "North", "url": "https://north.example", "support_email": "help@north.example"}
    item = {"shop": {"S": SHOP}, "document": {"S": json.dumps({"brand": brand})}, "version": {"N": "1"}, "put_at": {"N": "0"}}
    emulator.client("dynamodb").put_item(TableName=emulator.outputs["ShopsTableName"], Item=item)


def an_order_id():
    return 10**12 + secrets.randbelow(10**11)


def delivery(system, order, secret=NEW):
    """Path, body and headers of a webhook as the system signs it: HMAC-SHA256 over the raw body, in base64."""
    body = json.dumps(order).encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    shopify = {"x-shopify-hmac-sha256": signature, "x-shopify-topic": "orders/create"}
    woocommerce = {"x-wc-webhook-signature": signature, "x-wc-webhook-topic": "order.created"}
    return f"{SHOP}/{system}", body, shopify if system == "shopify" else woocommerce


def deliver(deployed, path, body, headers):
    return deployed.post_to_function(deployed.outputs["ConnectorUrl"] + path, body, headers)


ORDERS = {"shopify": events.of_shopify, "woocommerce": events.of_woocommerce}


def the_only_mail_about(deployed, order_id):
    wait_for(f"the mail of {order_id}", lambda: deployed.mails(str(order_id)))
    wait_for("empty queues", deployed.queues_are_empty)
    (mail,) = deployed.mails(str(order_id))
    return mail


def test_every_function_is_there(deployed):
    assert sorted(deployed.functions_of(STACK)) == sorted(SERVICES)


@pytest.mark.parametrize("secret", [NEW, OLD], ids=["new", "old"])
@pytest.mark.parametrize("system", ORDERS)
def test_a_signed_webhook_ends_in_one_mail(deployed, system, secret):
    order_id = an_order_id()
    webhook = delivery(system, ORDERS[system](order_id), secret)
    # Shop systems repeat themselves.
    answers = [deliver(deployed, *webhook)[0] for _ in range(2)]
    assert answers == [200, 200]
    mail = the_only_mail_about(deployed, order_id)
    assert "Stoneware mug, blue" in mail["BodyText"]


@pytest.mark.parametrize("secret", [OLDEST, FOREIGN], ids=["the-one-before-the-previous", "wrong"])
@pytest.mark.parametrize("system", ORDERS)
def test_what_is_signed_with_another_secret_gets_401_and_is_not_kept(deployed, system, secret):
    order_id = an_order_id()
    assert deliver(deployed, *delivery(system, ORDERS[system](order_id), secret))[0] == 401
    assert all(str(order_id) not in m["Body"] for m in deployed.messages("DeliveriesQueueUrl"))


def test_a_shop_without_a_secret_is_as_unknown_as_any(deployed):
    _, body, headers = delivery("shopify", events.of_shopify(an_order_id()))
    assert deliver(deployed, "nobody/shopify", body, headers)[0] == 401


def test_a_webhook_that_says_nothing_known_is_kept_with_its_reason(deployed):
    word = str(uuid.uuid4())
    assert deliver(deployed, *delivery("shopify", {"something": word}))[0] == 200

    def dead():
        return [m for m in deployed.messages("DeliveriesDlqUrl") if word in m["Body"]]

    (dead_letter,) = wait_for("the webhook in the deliveries' DLQ", dead)
    assert dead_letter["MessageAttributes"]["waybill-reason"]["StringValue"]


def test_a_webhook_over_eventbridge_ends_in_one_mail(deployed):
    """Only Shopify may put events on its bus. So the rule's pattern is matched here, and its target gets the event from
    another bus."""
    order_id, client = an_order_id(), deployed.client("events")
    (rule,) = client.list_rules(EventBusName=PARTNER_BUS)["Rules"]
    ours = partner_event(order_id)
    matches = client.test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(ours))
    assert matches["Result"]
    targets = client.list_targets_by_rule(Rule=rule["Name"], EventBusName=PARTNER_BUS)["Targets"]
    client.create_event_bus(Name="another")
    client.put_rule(Name="another", EventBusName="another", EventPattern=json.dumps({"detail-type": ["shopifyWebhook"]}))
    client.put_targets(Rule="another", EventBusName="another", Targets=targets)
    entry = {"Source": "another", "DetailType": ours["detail-type"], "Detail": json.dumps(ours["detail"])}
    assert client.put_events(Entries=[entry | {"EventBusName": "another"}])["FailedEntryCount"] == 0
    the_only_mail_about(deployed, order_id)


def partner_event(order_id):
    metadata = {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": "north.myshopify.example"}
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "shopifyWebhook",
        "source": PARTNER_BUS,
        "account": "000000000000",
        "time": "2026-11-20T08:31:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {"payload": events.of_shopify(order_id), "metadata": metadata},
    }


# ---------------------------------------------------------------- what became of the mails


@pytest.fixture(scope="module")
def told(deployed):
    """The URL of a queue that gets whatever is on the bus."""
    queue = deployed.client("sqs").create_queue(QueueName="told")["QueueUrl"]
    deployed.outputs["Told"] = queue
    client, bus = deployed.client("events"), deployed.outputs["MailBusName"]
    client.put_rule(Name="told", EventBusName=bus, EventPattern=json.dumps({"source": ["waybill"]}))
    client.put_targets(Rule="told", EventBusName=bus, Targets=[{"Id": "told", "Arn": deployed.arn_of("Told")}])
    return queue


def told_about(deployed, event):
    """The CloudEvents on the bus that are about an event's order, by type."""
    found = [json.loads(message["Body"]) for message in deployed.messages("Told")]
    mine = [envelope for envelope in found if envelope["detail"]["data"]["order"]["id"] == events.order_id(event)]
    assert all(envelope["detail-type"] == envelope["detail"]["type"] for envelope in mine)
    return {envelope["detail"]["type"]: envelope["detail"] for envelope in mine}


def test_what_became_of_a_mail_is_on_the_bus_without_an_address(deployed, told):
    event = events.shipped()
    deployed.invoke(f"{STACK}-intake", event)
    wait_for("mail.sent", lambda: "mail.sent" in told_about(deployed, event))
    (item,) = deployed.ledger(events.order_id(event))
    ours = events.from_ses("Delivery", item, deployed.outputs["ConfigurationSetName"], item["message_id"])
    deployed.client("sqs").send_message(QueueUrl=deployed.outputs["FeedbackQueueUrl"], MessageBody=json.dumps(ours))
    wait_for("mail.delivered", lambda: "mail.delivered" in told_about(deployed, event))
    assert set(told_about(deployed, event)) == {"mail.sent", "mail.delivered"}
    assert len(told_about(deployed, event)) == cost.EVENTS_A_MAIL
    assert "@" not in json.dumps(told_about(deployed, event))


def test_a_publisher_that_may_not_tell_asks_for_its_records_again(deployed, told):
    """That they come again is tested on one machine (`mail_events::bus`): MiniStack did not deliver them within a minute."""
    with deployed.policy_of(STACK, "publisher") as policy:
        tells = next(s for s in policy["Statement"] if s["Sid"] == "Tells")
        tells["Effect"] = "Deny"
    event = events.shipped()
    try:
        deployed.invoke(f"{STACK}-intake", event)
        wait_for("the mail", lambda: deployed.mails(events.number(event)))
        failed = "the stream is read again from this record"
        wait_for("the publisher's failure", lambda: deployed.logged(f"{STACK}-publisher", failed))
        assert told_about(deployed, event) == {}
    finally:
        with deployed.policy_of(STACK, "publisher") as policy:
            tells = next(s for s in policy["Statement"] if s["Sid"] == "Tells")
            tells["Effect"] = "Allow"


def test_the_shops_own_system_gets_each_event_alone_with_the_secret(deployed):
    """MiniStack's CloudFormation knows neither a connection nor an API destination: they are made here as the template
    has them."""
    with listening() as (url, heard):
        made = make_hook(deployed, url, secret="Bearer of the shop")
        try:
            event = events.shipped()
            deployed.invoke(f"{STACK}-intake", event)

            def mine():
                return [call for call in heard if call[1].get("data", {}).get("order", {}).get("id") == events.order_id(event)]

            ((headers, body), *_) = wait_for("the hook", mine)
        finally:
            deployed.client("events").remove_targets(**made)
    assert headers["Authorization"] == "Bearer of the shop"
    assert body["type"] == "mail.sent" and body["specversion"] == "1.0"


def make_hook(deployed, url, secret):
    client, template = deployed.client("events"), translated()
    connection = of_type(template, "AWS::Events::Connection")["MailHookConnection"]
    key = connection["AuthParameters"]["ApiKeyAuthParameters"]["ApiKeyName"]
    arn = client.create_connection(
        Name="hook",
        AuthorizationType=connection["AuthorizationType"],
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": key, "ApiKeyValue": secret}},
    )["ConnectionArn"]
    method = of_type(template, "AWS::Events::ApiDestination")["MailHook"]["HttpMethod"]
    destination = client.create_api_destination(
        Name="hook", ConnectionArn=arn, HttpMethod=method, InvocationEndpoint=url
    )["ApiDestinationArn"]
    rule = of_type(template, "AWS::Events::Rule")["MailHookRule"]
    (target,) = rule["Targets"]
    at = {"Rule": "hook", "EventBusName": deployed.outputs["MailBusName"]}
    client.put_rule(Name="hook", EventBusName=at["EventBusName"], EventPattern=json.dumps(rule["EventPattern"]))
    role = "arn:aws:iam::000000000000:role/hook"
    client.put_targets(**at, Targets=[{"Id": target["Id"], "Arn": destination, "RoleArn": role, "InputPath": target["InputPath"]}])
    return {**at, "Ids": [target["Id"]]}


@contextlib.contextmanager
def listening():
    """A shop's own system on loopback, and what it has heard: headers and body of each call."""
    heard = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((dict(self.headers), json.loads(body)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
