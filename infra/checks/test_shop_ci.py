"""What shared/clients/ci/ shows for a shop's own CI does what it says: its commands are run as they stand."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request

import pytest
import yaml

from emulator import free_port
from translated import ROOT
from waybill_local import BINARY, running

SOURCE = ROOT / "shared" / "clients" / "ci"
MAILBOXES = {
    "shell": [SOURCE / "mailbox.sh"],
    "python": [sys.executable, SOURCE / "mailbox.py"],
    "node": ["node", SOURCE / "mailbox.mjs"],
}


def commands(file):
    """The commands that get waybill-local, and those after them."""
    document = yaml.safe_load((SOURCE / file).read_text(encoding="utf-8"))
    if "jobs" not in document:
        job = document["mails"]
        return "\n".join(job["before_script"]), "\n".join(job["script"])
    get, *others = [step["run"] for step in document["jobs"]["mails"]["steps"] if "run" in step]
    return get, "\n".join(others)


@pytest.fixture
def shop(tmp_path):
    """A shop's checkout, with what was fetched in its place."""
    shutil.copytree(SOURCE, tmp_path / "ci")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "waybill-local").symlink_to(BINARY)
    return tmp_path


def run_in(shop, script, port):
    environment = {**os.environ, "WAYBILL_URL": f"http://127.0.0.1:{port}"}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=shop, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("file", ["github-actions.yml", "gitlab-ci.yml"])
def test_the_commands_of_the_example_pass_and_leave_the_mails_and_nothing_running(shop, file):
    get, check = commands(file)
    assert "bin/waybill-local" in get
    port = free_port()
    code, output = run_in(shop, check, port)
    assert code == 0, output
    mails = [mail.read_text(encoding="utf-8") for mail in (shop / "mails").iterdir()]
    assert len(mails) == 2, "of the order and of the marker after it"
    assert all(any(number in mail for mail in mails) for number in ["#7001", "#7002"])
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", port)) != 0


def test_the_commands_fail_for_an_event_that_is_refused(shop):
    order = json.loads((shop / "ci" / "order.json").read_text(encoding="utf-8"))
    del order["data"]["order"]["customer"]["email"]
    (shop / "ci" / "order.json").write_text(json.dumps(order), encoding="utf-8")
    code, output = run_in(shop, commands("github-actions.yml")[1], free_port())
    assert code != 0
    assert "/data/order/customer/email" in output


@pytest.fixture(scope="module")
def mailbox():
    """The URL of a stack to which one order was published."""
    with running() as url:
        headers = {"content-type": "application/cloudevents+json"}
        request = urllib.request.Request(f"{url}/v1/events", (SOURCE / "order.json").read_bytes(), headers)
        with contextlib.closing(urllib.request.urlopen(request, timeout=10)) as answer:
            assert answer.status == 202
        yield url


@pytest.mark.parametrize("language", MAILBOXES)
def test_the_mailbox_waits_for_the_mail_and_fails_for_one_too_many(mailbox, language):
    if not shutil.which(MAILBOXES[language][0]):
        pytest.skip(f"{language} is not installed here")

    def ask(*words):
        environment = {**os.environ, "WAYBILL_URL": mailbox}
        return subprocess.run(
            [*MAILBOXES[language], *words], env=environment, capture_output=True, text=True, timeout=60
        )

    found = ask("1", "order=7001", "kind=order.confirmed", "to=zoe@customers.example")
    assert found.returncode == 0, found.stderr
    assert "#7001" in found.stdout
    assert ask("0", "order=7001").returncode != 0
    assert ask("0", "order=7002").returncode == 0
    assert ask("1", "ordr=7001").returncode != 0, "a parameter that is misspelt never means every mail"
