"""What a function that has started holds in memory, as it is deployed. Lambda bills memory, and the smallest has 128 MB."""

import http.server
import os
import pathlib
import re
import subprocess
import threading
import zipfile

import pytest

from translated import SERVICES, ZIPS

# Megabytes, connections to AWS included; without TLS, whose trusted authorities take about one more. The mailer has its
# messages and CLDR's formats in every language.
LARGEST, LARGEST_MAILER = 9.5, 11.5
TIMEOUT = 30
# What any of them needs to start.
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": "eu-central-2",
    "AWS_LAMBDA_FUNCTION_NAME": "waybill",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
    "AWS_LAMBDA_FUNCTION_VERSION": "1",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/waybill",
    "AWS_LAMBDA_LOG_STREAM_NAME": "memory",
    "EVENTS_TABLE": "events",
    "LEDGER_TABLE": "ledger",
    "SHOPS_TABLE": "shops",
    "MAIL_BUS_NAME": "mails",
    "MAIL_FROM": "Shop <orders@shop.example>",
    "SYSTEM_SECRET_PREFIX": "waybill",
    "PUBLISHERS": "anyone",
    "PUBLISHER_DLQ_URL": "http://127.0.0.1/0/publisher-dlq",
} | {
    f"{queue}_{kind}URL": f"http://127.0.0.1/0/{queue}"
    for queue in ("INBOX", "DELIVERIES", "DISPATCH", "MAIL", "FEEDBACK")
    for kind in ("QUEUE_", "DLQ_")
}


class World(http.server.ThreadingHTTPServer):
    """The Runtime API and AWS: it has no invocation for the function, and nothing for its calls."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked, self.over, self.paths = threading.Event(), threading.Event(), []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """A function that is killed resets its connections."""


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.paths.append(self.path)
        if self.path.endswith("/invocation/next"):
            self.server.asked.set()
            self.server.over.wait(TIMEOUT)
        self.send_response(404)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_POST(self):
        # It does not start: what it tells is on its standard error too.
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def world():
    with World() as world:
        yield world
        world.over.set()
        world.shutdown()


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024 / 1e6


@pytest.mark.parametrize("service", SERVICES)
def test_a_started_function_is_connected_and_holds_little_memory(service, world, tmp_path):
    with zipfile.ZipFile(ZIPS / service / "bootstrap.zip") as archive:
        bootstrap = archive.extract("bootstrap", tmp_path)
    os.chmod(bootstrap, 0o755)
    here = f"127.0.0.1:{world.server_address[1]}"
    settings = SETTINGS | {"AWS_LAMBDA_RUNTIME_API": here, "AWS_ENDPOINT_URL": f"http://{here}"}
    with subprocess.Popen([bootstrap], env=settings) as process:
        try:
            assert world.asked.wait(TIMEOUT), f"{service} did not ask for an event: {world.paths}"
            megabytes = resident(process.pid)
        finally:
            process.kill()
    print(f"{service}: {megabytes:.1f} MB resident")
    # DynamoDB is asked for a shop's settings at "/", or else each service for "/ping".
    assert world.paths[0] in ("/", "/ping"), f"it has connected to nothing before it asked for an event: {world.paths}"
    assert megabytes <= (LARGEST_MAILER if service == "mailer" else LARGEST)
