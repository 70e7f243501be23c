"""A stack for shops outside AWS: the Function URL is open, and intake accepts only requests that are
signed with the secret in Secrets Manager."""

import base64
import hashlib
import hmac
import json
import os
import platform
import secrets
import subprocess
import sys
import time
import uuid

import pytest

import events
from emulator import free_port, running, wait_for
from translated import INFRA

STACK = "hooks"
OLDEST, OLD, NEW, FOREIGN = ("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(4))


@pytest.fixture(scope="module")
def deployed():
    with running(free_port()) as emulator:
        emulator.client("sesv2").create_email_identity(EmailIdentity="shop.example")
        manager = emulator.client("secretsmanager")
        secret = manager.create_secret(Name="shop", SecretString=OLDEST)
        for rotated in (OLD, NEW):
            manager.put_secret_value(SecretId=secret["ARN"], SecretString=rotated)
        emulator.deploy(
            STACK,
            SenderAddress="orders@shop.example",
            Architecture="arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
            Publishers="webhook",
            WebhookSecretArn=secret["ARN"],
            IntakeConcurrency="50",
        )
        yield emulator


def signed(secret, body, at=None, message_id=None):
    """Headers of Standard Webhooks (https://www.standardwebhooks.com)."""
    message_id = message_id or f"msg_{uuid.uuid4()}"
    at = str(int(at if at is not None else time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{at}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}


@pytest.mark.parametrize("secret", [NEW, OLD], ids=["new", "old"])
def test_the_current_and_the_previous_secret_are_accepted(deployed, secret):
    event = events.shipped()
    body = json.dumps(event).encode()
    status, answer = deployed.post(body, signed(secret, body), signed=False)
    assert status == 202, answer
    wait_for("the mail", lambda: deployed.mails(events.number(event)))


@pytest.mark.parametrize(
    "forged",
    [
        lambda body: {},
        lambda body: signed(FOREIGN, body),
        lambda body: signed(OLDEST, body),
        lambda body: signed(NEW, body + b" "),
        lambda body: signed(NEW, body, at=time.time() - 3600),
        lambda body: signed(NEW, body, at=time.time() + 3600),
    ],
    ids=["missing", "wrong", "the-one-before-the-previous", "for-another-body", "too-old", "in-the-future"],
)
def test_anything_else_gets_401_and_stores_nothing(deployed, forged):
    event = events.shipped()
    body = json.dumps(event).encode()
    status, _ = deployed.post(body, forged(body), signed=False)
    assert status == 401
    stored = deployed.items("EventsTableName")
    assert events.order_key(event) not in [item["order_key"]["S"] for item in stored]


def test_a_request_sent_a_second_time_is_a_duplicate_and_mails_nothing_more(deployed):
    event = events.shipped()
    body = json.dumps(event).encode()
    headers = signed(NEW, body)
    answers = [deployed.post(body, headers, signed=False) for _ in range(2)]
    assert [status for status, _ in answers] == [202, 202]
    assert [json.loads(answer)["results"][0]["result"] for _, answer in answers] == ["accepted", "duplicate"]
    wait_for("the mail", lambda: deployed.mails(events.number(event)))
    wait_for("empty queues", deployed.queues_are_empty)
    assert len(deployed.mails(events.number(event))) == 1


@pytest.fixture(scope="module")
def rest_api(deployed):
    """The address of intake behind a REST API, and its host."""
    outputs = deployed.deploy_entrance("rest-api", Waybill=STACK, Publishers="webhook")
    name = outputs["PublishUrl"].split("//")[1].split(".")[0]
    # As MiniStack serves a stage.
    return f"{deployed.endpoint}/restapis/{name}/live/_user_request_", None


@pytest.fixture(scope="module")
def load_balancer(deployed):
    """The address of intake behind a load balancer, and its host."""
    ec2, elb = deployed.client("ec2"), deployed.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    blocks = ("10.0.1.0/24", "10.0.2.0/24")
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"] for block in blocks]
    balancer = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]
    nothing = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[nothing]
    )["Listeners"][0]
    deployed.deploy_entrance("load-balancer", Waybill=STACK, ListenerArn=listener["ListenerArn"])
    # MiniStack's CloudFormation leaves a target group's `Targets` and its attributes out.
    (group,) = elb.describe_target_groups(Names=[f"{STACK}-intake"])["TargetGroups"]
    intake = deployed.client("lambda").get_function(FunctionName=f"{STACK}-intake")["Configuration"]["FunctionArn"]
    elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": intake}])
    return deployed.endpoint, balancer["DNSName"]


@pytest.mark.parametrize("entrance", ["rest_api", "load_balancer"])
def test_what_is_signed_is_accepted_through_other_entrances_and_nothing_else(deployed, entrance, request):
    address, host = request.getfixturevalue(entrance)
    event = events.shipped()
    body = json.dumps(event).encode()
    for signature, expected in [(signed(NEW, body), 202), (signed(FOREIGN, body), 401), ({}, 401)]:
        headers = {"content-type": "application/cloudevents+json", **signature, **({"Host": host} if host else {})}
        assert deployed.post_to(f"{address}/v1/events", body, headers)[0] == expected
    wait_for("the mail", lambda: deployed.mails(events.number(event)))


def test_no_variable_of_a_function_shows_a_secret(deployed):
    for function in deployed.client("lambda").list_functions()["Functions"]:
        assert "whsec_" not in json.dumps(function), function["FunctionName"]


def test_verifying_asks_intake_whether_it_has_the_secret(deployed):
    verify = [sys.executable, INFRA / "verify_webhook.py", STACK]
    done = subprocess.run(verify, env=os.environ | deployed.credentials, capture_output=True, text=True)
    assert done.returncode == 0 and "ok  intake has read the secret" in done.stdout, done.stdout + done.stderr
