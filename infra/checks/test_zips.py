"""The zips are small, contain one executable for this machine's architecture, and run on Amazon Linux 2023."""

import io
import platform
import re
import subprocess
import sys
import zipfile

import pytest

from translated import INFRA, SERVICES, ZIPS

LARGEST = 3_500_000
# With fourteen kinds of mail, and their sentences and formats in every language.
LARGEST_MAILER = 3_950_000
# Amazon Linux 2023's.
GLIBC = (2, 34)


def path(service):
    return ZIPS / service / "bootstrap.zip"


def zipped(service):
    return path(service).read_bytes()


@pytest.mark.parametrize("service", SERVICES)
def test_a_zip_is_small(service):
    size = len(zipped(service))
    print(f"{service}: {size:,} bytes")
    assert size <= (LARGEST_MAILER if service == "mailer" else LARGEST)


@pytest.mark.parametrize("service", SERVICES)
def test_a_zip_contains_an_executable_that_needs_no_newer_glibc(service):
    with zipfile.ZipFile(io.BytesIO(zipped(service))) as archive:
        (entry,) = archive.infolist()
        binary = archive.read(entry)
    assert entry.filename == "bootstrap"
    assert (entry.external_attr >> 16) & 0o111, "it is not executable"
    assert binary.startswith(b"\x7fELF")
    needed = {tuple(map(int, v.split(b"."))) for v in re.findall(rb"\x00GLIBC_([0-9.]+)\x00", binary)}
    print(f"{service}: newest glibc symbol {max(needed)}")
    assert max(needed)[:2] <= GLIBC


def test_the_zips_are_for_this_machine():
    """And not left over from an earlier build for the other architecture."""
    built = architecture(*map(path, SERVICES))
    assert built.stdout.strip() == ("arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64")


@pytest.mark.parametrize("machine,name", [(183, "arm64"), (62, "x86_64")])
def test_the_architecture_is_read_from_the_executable(tmp_path, machine, name):
    assert architecture(made(tmp_path / "one.zip", machine)).stdout == f"{name}\n"


def test_zips_of_two_architectures_are_refused_with_a_sentence(tmp_path):
    done = architecture(made(tmp_path / "one.zip", 183), made(tmp_path / "other.zip", 62))
    assert done.returncode == 1
    assert done.stderr == "the zips are for arm64 and x86_64; build them again, without --skip-build.\n"


def made(where, machine):
    with zipfile.ZipFile(where, "w") as archive:
        archive.writestr("bootstrap", b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little"))
    return where


def architecture(*zips):
    return subprocess.run([sys.executable, INFRA / "architecture.py", *zips], capture_output=True, text=True)
