"""`infra/deploy --local`, as a newcomer types it, ends with a mail and can be undone."""

import subprocess

from emulator import free_port
from translated import INFRA


def test_it_starts_everything_mails_the_sample_and_can_be_ended():
    endpoint = f"http://127.0.0.1:{free_port()}"
    try:
        done = run("--local", "--skip-build", "--endpoint", endpoint)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Subject: " in done.stdout and "#1001" in done.stdout
        assert "$ aws cloudformation deploy" in done.stdout
    finally:
        ended = run("--local", "--remove", "--endpoint", endpoint)
    assert ended.returncode == 0 and "waybill-ledger" in ended.stdout


def test_a_wrong_option_gets_a_sentence():
    done = run("--lokal")
    assert done.returncode != 0
    assert done.stderr == "deploy: there is no option --lokal. See infra/deploy --help.\n"


def run(*options):
    return subprocess.run([INFRA / "deploy", *options], capture_output=True, text=True, timeout=300)
