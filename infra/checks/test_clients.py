"""The clients of shared/clients/ publish what is in an outbox to the one-machine stack, and send it again as it was where
an answer is missing."""

import base64
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import urllib.request
import uuid

import pytest

import events
import front_door
from emulator import wait_for
from translated import ROOT
from waybill_local import running

SOURCE = ROOT / "shared" / "clients"
BUILT = ROOT / "target" / "infra" / "clients"
JACKSON = [pathlib.Path("/usr/share/java") / f"jackson-{part}.jar" for part in ("core", "databind", "annotations")]
SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()

COMMANDS = {
    "node": ["node", BUILT / "node" / "waybill.mjs"],
    "python": [sys.executable, SOURCE / "python" / "waybill.py"],
    "java": ["java", "-cp", os.pathsep.join(map(str, JACKSON)), SOURCE / "java" / "Waybill.java"],
    "php": ["php", SOURCE / "php" / "waybill.php"],
    "go": [BUILT / "go" / "waybill"],
}
NEEDED = {"java": JACKSON, "node": [BUILT / "node" / "node_modules"], "go": [BUILT / "go" / "waybill"]}


@pytest.fixture(params=COMMANDS)
def client(request):
    """The command that publishes with this language's client."""
    command = COMMANDS[request.param]
    missing = [str(file) for file in NEEDED.get(request.param, []) if not file.exists()]
    if not shutil.which(command[0]) or missing:
        pytest.skip(f"{request.param} is not tried: not installed here: {' '.join(missing) or command[0]}")
    return command


@pytest.fixture(scope="module")
def open_stack():
    with running() as url:
        yield url


@pytest.fixture(scope="module")
def signed_stack():
    with running("--webhook-secret", SECRET) as url:
        yield url


@pytest.fixture(params=["iam", "webhook"])
def way(request):
    return request.param


@pytest.fixture
def door(request, open_stack, signed_stack, way):
    with front_door.before(signed_stack if way == "webhook" else open_stack, way == "iam") as door:
        yield door


@pytest.fixture
def bus(open_stack):
    with front_door.before(open_stack) as door:
        yield door


def row(event):
    """A row of the outbox, with letters of more than a byte in it."""
    event["data"]["order"]["customer"]["name"] = "Zoë 山田"
    return {"id": f"msg_{uuid.uuid4().hex}", "body": json.dumps(event, ensure_ascii=False)}


def publish(client, way, door, *rows, **changed):
    """Runs a client, and returns what it printed and what it logged."""
    credentials = front_door.CREDENTIALS
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_SESSION_TOKEN": credentials.token,
        "AWS_REGION": front_door.REGION,
        "AWS_DEFAULT_REGION": front_door.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": door.url,
        "WAYBILL_URL": f"{door.url}/v1/events",
        "WAYBILL_BUS": "waybill-orders",
        "WAYBILL_SECRET": SECRET,
        **changed,
    }
    outbox = "".join(f"{json.dumps(row)}\n" for row in rows)
    done = subprocess.run(
        [*client, way], input=outbox, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    for published in rows:
        order = json.loads(published["body"])["data"]["order"]
        for personal in (order["id"], order["customer"]["name"], order["customer"]["email"]):
            assert personal not in done.stderr, done.stderr
    return done.stdout, done.stderr


def mails_of(stack, event):
    with urllib.request.urlopen(f"{stack}/mail.json?order={events.order_id(event)}", timeout=10) as answer:
        return json.load(answer)["mails"]


def is_mailed_once(stack, event):
    """Waits for the order's mail, and for whatever else is published at the time."""
    wait_for("the mail", lambda: mails_of(stack, event))
    assert len(mails_of(stack, event)) == 1


def test_an_event_whose_answer_is_lost_is_sent_again_as_it_was_and_mailed_once(client, way, door, request):
    event = events.shipped()
    published = row(event)
    door.faults = [503, 429, "lost"]
    printed, logged = publish(client, way, door, published)
    assert printed == f"{published['id']} stored\n", logged
    assert "duplicate" in logged
    assert [sent.body.decode() for sent in door.requests] == [published["body"]] * 4
    if way == "webhook":
        assert {sent.headers["webhook-id"] for sent in door.requests} == {published["id"]}
    is_mailed_once(request.getfixturevalue("signed_stack" if way == "webhook" else "open_stack"), event)


def test_what_is_refused_is_sent_once_and_its_field_is_logged(client, way, door):
    event = events.shipped()
    event["data"]["order"]["customer"]["email"] = "zoe at customers"
    refused, good = row(event), row(events.shipped())
    printed, logged = publish(client, way, door, refused, good)
    assert printed == f"{refused['id']} refused\n{good['id']} stored\n", logged
    assert "/data/order/customer/email" in logged
    assert len(door.requests) == 2


def test_warnings_are_logged(client, way, door):
    event = events.shipped()
    event["data"]["notifiy"] = True
    published = row(event)
    printed, logged = publish(client, way, door, published)
    assert printed == f"{published['id']} stored\n", logged
    assert "/data/notifiy" in logged


@pytest.mark.parametrize("way", ["iam"])
def test_a_signature_with_another_key_is_refused_and_not_repeated(client, way, door):
    published = row(events.shipped())
    printed, _ = publish(client, way, door, published, AWS_SECRET_ACCESS_KEY="another")
    assert printed == f"{published['id']} refused\n"
    assert len(door.requests) == 1


@pytest.mark.parametrize("way", ["webhook"])
def test_a_webhook_with_another_secret_is_refused_and_not_repeated(client, way, door):
    published = row(events.shipped())
    forged = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    printed, logged = publish(client, way, door, published, WAYBILL_SECRET=forged)
    assert printed == f"{published['id']} refused\n"
    assert "401" in logged
    assert len(door.requests) == 1


def test_an_entry_that_the_bus_does_not_take_is_put_again_as_it_was_and_mailed_once(client, bus, open_stack):
    event = events.shipped()
    published = row(event)
    bus.faults = ["throttled", "InternalFailure", 503, "lost"]
    printed, logged = publish(client, "bus", bus, published)
    assert printed == f"{published['id']} stored\n", logged
    entries = [json.loads(sent.body)["Entries"] for sent in bus.requests]
    assert [entry["Detail"] for (entry,) in entries] == [published["body"]] * 5
    assert entries[0][0]["EventBusName"] == "waybill-orders"
    is_mailed_once(open_stack, event)


def test_an_entry_that_no_attempt_would_change_is_put_once(client, bus):
    published = row(events.shipped())
    bus.faults = ["NotAuthorizedForSourceException"]
    printed, logged = publish(client, "bus", bus, published)
    assert printed == f"{published['id']} refused\n", logged
    assert "NotAuthorizedForSourceException" in logged
    assert len(bus.requests) == 1
