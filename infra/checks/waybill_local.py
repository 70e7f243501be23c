"""The one-machine stack, started for a test as its users start it."""

import contextlib
import os
import subprocess
import urllib.request

from emulator import end, free_port, wait_for
from translated import ROOT

BINARY = ROOT / "target" / "debug" / "waybill-local"


@contextlib.contextmanager
def running(*arguments):
    """Starts the stack without events, and yields its URL."""
    port = free_port()
    process = subprocess.Popen(
        [BINARY, "--port", str(port), "--events", os.devnull, *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"

    def answers():
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"{url}/healthz", timeout=5).status == 200

    try:
        wait_for("the one-machine stack answers", answers)
        yield url
    finally:
        end(process)
