"""MiniStack, started for one test module and stopped after it.

It runs with AUTH=true: every function calls with the credentials of its own role, and is denied what the
role does not allow. Everything binds to loopback and a free port."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from translated import ROOT

REGION = "eu-central-1"
BIN = pathlib.Path(sys.executable).parent


def wait_for(what, condition, seconds=60):
    """Returns the first true result of `condition`. Fails, naming `what`, if there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s for {what}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(port):
    """Runs MiniStack on `port`. Its process group, with every function in it, is ended with the block."""
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="waybill-infra-"))
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
        "AUTH": "true",
        "CLOUDTRAIL_RECORDING": "1",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.1",
        "LOCALSTACK_HOSTNAME": f"127.0.0.1:{port}",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "TMPDIR": str(scratch),
    }
    log = (scratch / "log").open("wb")
    process = subprocess.Popen(
        [BIN / "ministack"], env=environment, stdout=log, stderr=log, cwd=scratch, start_new_session=True
    )
    try:
        emulator = Emulator(port, scratch)
        wait_for("MiniStack answers", emulator.answers, 30)
        yield emulator
    except BaseException:
        print((scratch / "log").read_text(errors="replace")[-6000:])
        raise
    finally:
        end(process)
        log.close()
        shutil.rmtree(scratch, ignore_errors=True)


def end(process):
    """Ends a process group, and waits until it has."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        pass
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Emulator:
    """A running MiniStack, and the stack in it."""

    def __init__(self, port, scratch):
        self.endpoint = f"http://127.0.0.1:{port}"
        self.scratch = scratch
        self.credentials = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
        }
        self.session = boto3.Session("test", "test", region_name=REGION)
        self.outputs = {}

    def answers(self):
        try:
            self.get("/_ministack/health")
        except OSError:
            return False
        return True

    def get(self, path):
        with urllib.request.urlopen(self.endpoint + path, timeout=10) as answer:
            return json.load(answer)

    def client(self, service):
        # One attempt: a denied call must fail, not be retried.
        config = Config(retries={"total_max_attempts": 1})
        return self.session.client(service, endpoint_url=self.endpoint, config=config)

    # ------------------------------------------------------------ deploying

    def deploy(self, stack, **parameters):
        """Packages and deploys the template as infra/deploy does."""
        bucket, packaged = "artifacts", self.scratch / "packaged.yaml"
        s3 = self.client("s3")
        if bucket not in [b["Name"] for b in s3.list_buckets()["Buckets"]]:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.aws(
            "cloudformation", "package", "--template-file", ROOT / "infra" / "template.yaml",
            "--s3-bucket", bucket, "--output-template-file", packaged,
        )  # fmt: skip
        self.aws(
            "cloudformation", "deploy", "--template-file", packaged, "--s3-bucket", bucket,
            "--stack-name", stack, "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset",
            "--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items()),
        )  # fmt: skip
        described = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        self.outputs = {o["OutputKey"]: o["OutputValue"] for o in described["Outputs"]}
        self.adapt_to_ministack(stack)

    def deploy_entrance(self, name, **parameters):
        """Deploys a template of infra/entrances/, and returns its outputs."""
        cloudformation = self.client("cloudformation")
        cloudformation.create_stack(
            StackName=name,
            TemplateBody=(ROOT / "infra" / "entrances" / f"{name}.yaml").read_text(encoding="utf-8"),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        waiter = cloudformation.get_waiter("stack_create_complete")
        waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}

    def aws(self, *words):
        done = subprocess.run(
            [BIN / "aws", *words], env={**os.environ, **self.credentials}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def adapt_to_ministack(self, stack):
        """Changes what MiniStack 1.5.33 treats differently from AWS, and nothing else: it requires
        sqs:SendMessageBatch, where AWS requires sqs:SendMessage; it supports neither the resource nor
        the condition of ses:SendEmail in the v2 API; its Function URL does not tell the function who
        signed, so that intake would refuse every request; and its CloudFormation leaves out a function's
        dead-letter queue."""
        self.client("lambda").update_function_configuration(
            FunctionName=f"{stack}-intake", DeadLetterConfig={"TargetArn": self.arn_of("InboxQueueUrl")}
        )
        with self.environment_of(stack, "intake") as environment:
            if environment["PUBLISHERS"] == "iam":
                environment["PUBLISHERS"] = "anyone"
        for service in self.functions_of(stack):
            with self.policy_of(stack, service) as policy:
                for statement in policy["Statement"]:
                    actions = statement["Action"]
                    actions = actions if isinstance(actions, list) else [actions]
                    if "sqs:SendMessage" in actions:
                        actions.append("sqs:SendMessageBatch")
                    if "ses:SendEmail" in actions:
                        statement["Resource"] = "*"
                        statement.pop("Condition", None)
                    statement["Action"] = actions

    def functions_of(self, stack):
        """The services that are deployed, by name."""
        functions = self.client("lambda").list_functions()["Functions"]
        names = [function["FunctionName"] for function in functions]
        return [name.removeprefix(f"{stack}-") for name in names if name.startswith(f"{stack}-")]

    @contextlib.contextmanager
    def policy_of(self, stack, service):
        """The policy of a service's role, put back as the block leaves it."""
        iam = self.client("iam")
        function = self.client("lambda").get_function_configuration(FunctionName=f"{stack}-{service}")
        role = function["Role"].rsplit("/", 1)[1]
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        yield policy
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))

    @contextlib.contextmanager
    def environment_of(self, stack, service):
        """The environment of a function, put back as the block leaves it."""
        client, name = self.client("lambda"), f"{stack}-{service}"
        variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        before = dict(variables)
        yield variables
        if variables != before:
            client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
            client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    # ------------------------------------------------------------ publishing

    def invoke(self, function, payload):
        answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload))
        return json.load(answer["Payload"]), answer.get("FunctionError")

    def post(self, event, headers=None, signed=True):
        """POSTs to intake's Function URL. Status and body."""
        return self.post_to_function(self.outputs["PublishUrl"], event, headers, signed)

    def post_to_function(self, function_url, event, headers=None, signed=False):
        """POSTs to a Function URL. Status and body."""
        url = urlsplit(function_url)
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        request = AWSRequest("POST", url.geturl(), data=body, headers={"content-type": "application/json"})
        if signed:
            SigV4Auth(self.session.get_credentials(), "lambda", REGION).add_auth(request)
        sent = {**dict(request.headers), **(headers or {}), "Host": url.netloc}
        return self.post_to(self.endpoint + url.path, body, sent)

    @staticmethod
    def post_to(url, body, headers):
        """POSTs as it is told. Status and body."""
        plain = urllib.request.Request(url, data=body, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(plain, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    # ------------------------------------------------------------ inspecting

    def mails(self, words=""):
        """The mails that SES accepted with `words` in the subject or text."""
        by_account = self.get("/_ministack/ses/messages")["messages"]
        every = [mail for account in by_account.values() for mail in account]
        return [m for m in every if words in m["Subject"] or words in (m["BodyText"] or "")]

    def messages(self, output):
        """The messages in the queue that an output names, without receiving them."""
        name = self.outputs[output].rsplit("/", 1)[1]
        for regions in self.get("/_ministack/sqs/messages")["messages"].values():
            for queues in regions.values():
                for url, messages in queues.items():
                    if url.rsplit("/", 1)[1] == name:
                        return messages
        return []

    def arn_of(self, output):
        """The ARN of the queue that an output names."""
        answer = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs[output], AttributeNames=["QueueArn"]
        )
        return answer["Attributes"]["QueueArn"]

    def queues_are_empty(self):
        """Whether every queue message has been processed."""
        names = [f"{queue}QueueUrl" for queue in ("Deliveries", "Inbox", "Dispatch", "Mail", "Feedback")]
        return not any(self.messages(name) for name in names if name in self.outputs)

    def ledger(self, order_id):
        """The ledger's items of an order of the shop `default`, as plain values."""
        found = self.client("dynamodb").query(
            TableName=self.outputs["LedgerTableName"],
            KeyConditionExpression="order_key = :order",
            ExpressionAttributeValues={":order": {"S": f"default/{order_id}"}},
        )
        return [{k: next(iter(v.values())) for k, v in item.items()} for item in found["Items"]]

    def calls(self, operation, since):
        """How often an operation has been called. MiniStack reports 50 calls at most."""
        found = self.client("cloudtrail").lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": operation}], StartTime=since
        )["Events"]
        assert len(found) < 50, f"too many {operation} to count"
        return len(found)

    def logged(self, function, words):
        """The lines that a function has logged with these words."""
        pages = self.client("logs").get_paginator("filter_log_events")
        logged = [e["message"] for p in pages.paginate(logGroupName=f"/aws/lambda/{function}") for e in p["events"]]
        return [line for message in logged for line in message.splitlines() if words in line]

    def metrics(self, function):
        """The lines that a function has logged in the Embedded Metric Format."""
        return [json.loads(line) for line in self.logged(function, '"_aws"')]

    def items(self, output):
        """Every item of the table that an output names."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.outputs[output])
        return [item for page in pages for item in page["Items"]]
