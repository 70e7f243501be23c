"""`infra/deploy --local` ends with a mail and can be undone."""

import os
import platform
import subprocess

import boto3
import pytest

from emulator import free_port
from translated import INFRA, ROOT


@pytest.fixture(scope="module")
def endpoint():
    """Where the first test starts MiniStack. Nothing of it is left after the last test."""
    at = f"http://127.0.0.1:{free_port()}"
    try:
        yield at
    finally:
        run("--local", "--remove", "--endpoint", at)
    assert not state_dir(at).exists()


def state_dir(endpoint):
    return ROOT / "target" / "infra" / f"ministack-{endpoint.rsplit(':', 1)[1]}"


def test_it_starts_everything_and_mails_the_sample(endpoint):
    done = run("--local", "--skip-build", "--endpoint", endpoint)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Subject: " in done.stdout and "#1001" in done.stdout
    assert "$ aws cloudformation deploy" in done.stdout
    for function in ("intake", "relay", "dispatcher", "mailer", "feedback"):
        assert f"  ok  {function} answers " in done.stdout


def test_what_a_parameter_turns_on_is_asked_as_well(endpoint):
    both = ("--set", "ShopSystems=true", "--set", "MailEvents=true")
    done = run("--local", "--skip-build", "--endpoint", endpoint, *both)
    assert done.returncode == 0, done.stdout + done.stderr
    for function in ("connector", "publisher"):
        assert f"  ok  {function} answers " in done.stdout
    assert "Reserve a share for the connector: --set ConnectorConcurrency=50" in done.stderr


def test_a_deployment_whose_alarms_nobody_hears_is_no_success_unless_that_is_accepted(endpoint):
    verify = ("--local", "--verify", "--endpoint", endpoint)
    sns = client("sns", endpoint)
    (topic,) = [t["TopicArn"] for t in sns.list_topics()["Topics"] if t["TopicArn"].endswith(":waybill-alarms")]
    alone = run(*verify)
    assert alone.returncode == 3, alone.stdout + alone.stderr
    assert f"aws sns subscribe --topic-arn {topic}" in alone.stdout
    assert run(*verify, "--nobody-listens").returncode == 0
    # SNS confirms a queue of the same account by itself.
    queue = client("sqs", endpoint).create_queue(QueueName="pager")["QueueUrl"]
    arn = client("sqs", endpoint).get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
    heard = run(*verify)
    assert heard.returncode == 0, heard.stdout + heard.stderr
    assert "1 confirmed subscription" in heard.stdout


def test_a_setting_that_keeps_a_function_from_starting_is_reported(endpoint):
    brand = '{"name":"Shop","url":"ftp://shop.example","support_email":"help@shop.example"}'
    done = run("--local", "--skip-build", "--endpoint", endpoint, "--stack", "bad", "--set", f"ShopBrand={brand}")
    assert done.returncode == 1
    assert "/url: expected an http or https URL" in done.stdout
    assert "deployed, but mailer cannot start" in done.stderr


def test_a_first_deployment_that_fails_does_not_keep_the_name(endpoint):
    bus = client("events", endpoint)
    bus.create_event_bus(Name="second-orders")
    failed = run("--local", "--skip-build", "--endpoint", endpoint, "--stack", "second")
    assert failed.returncode == 1 and "ShopBus" in failed.stderr
    bus.delete_event_bus(Name="second-orders")
    done = run("--local", "--skip-build", "--endpoint", endpoint, "--stack", "second")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "$ aws cloudformation delete-stack --stack-name second" in done.stdout


def test_zips_for_another_architecture_are_not_deployed(endpoint):
    other = "x86_64" if platform.machine() in ("aarch64", "arm64") else "arm64"
    done = run("--local", "--skip-build", "--endpoint", endpoint, "--arch", other)
    assert done.returncode == 1 and f"waybill runs on {other}" in done.stderr


def test_what_remains_after_removal_is_named_and_not_overwritten(endpoint):
    cloudformation = client("cloudformation", endpoint)
    cloudformation.delete_stack(StackName="bad")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="bad", WaiterConfig={"Delay": 1})
    done = run("--local", "--skip-build", "--endpoint", endpoint, "--stack", "bad")
    assert done.returncode == 1
    assert "there is no stack bad, but its table bad-ledger" in done.stderr
    ended = run("--local", "--remove", "--endpoint", endpoint)
    assert ended.returncode == 0 and "table   waybill-ledger" in ended.stdout
    assert "waybill-artifacts-000000000000-us-east-1" in ended.stdout


def test_a_missing_endpoint_gets_a_sentence(endpoint):
    done = run("--local", "--verify", "--endpoint", endpoint)
    assert (done.returncode, done.stderr) == (1, f"deploy: nothing answers at {endpoint}.\n")


@pytest.mark.parametrize(
    "options,sentence",
    [
        (["--lokal"], "there is no option --lokal. See infra/deploy --help."),
        (["--arch", "arm"], "--arch takes arm64 or x86_64, not arm."),
        (["--set", "ReplyTo"], "--set takes KEY=VALUE, not ReplyTo. infra/README.md lists the keys."),
    ],
)
def test_a_wrong_option_gets_a_sentence(options, sentence):
    done = run(*options)
    assert (done.returncode, done.stderr) == (1, f"deploy: {sentence}\n")


def client(service, endpoint):
    return boto3.Session("test", "test", region_name="us-east-1").client(service, endpoint_url=endpoint)


def run(*options):
    """Runs infra/deploy without the caller's AWS settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run([INFRA / "deploy", *options], capture_output=True, text=True, timeout=300, env=environment)
