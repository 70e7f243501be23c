"""The zips are small, hold one executable, and start on Amazon Linux 2023."""

import io
import re
import zipfile

import pytest

from promises import SERVICES
from translated import ROOT

LARGEST = 3_500_000
# Amazon Linux 2023's.
GLIBC = (2, 34)


def zipped(service):
    return (ROOT / "target" / "lambda" / service / "bootstrap.zip").read_bytes()


@pytest.mark.parametrize("service", SERVICES)
def test_a_zip_is_small(service):
    size = len(zipped(service))
    print(f"{service}: {size:,} bytes")
    assert size <= LARGEST


@pytest.mark.parametrize("service", SERVICES)
def test_a_zip_holds_an_executable_that_asks_for_no_newer_glibc(service):
    with zipfile.ZipFile(io.BytesIO(zipped(service))) as archive:
        (entry,) = archive.infolist()
        binary = archive.read(entry)
    assert entry.filename == "bootstrap"
    assert (entry.external_attr >> 16) & 0o111, "it is not executable"
    assert binary.startswith(b"\x7fELF")
    asked = {tuple(map(int, v.split(b"."))) for v in re.findall(rb"\x00GLIBC_([0-9.]+)\x00", binary)}
    print(f"{service}: newest glibc symbol {max(asked)}")
    assert max(asked)[:2] <= GLIBC
