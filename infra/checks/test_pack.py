"""Packing a zip again changes its size alone."""

import subprocess
import sys
import zipfile

from translated import INFRA


def test_a_packed_zip_holds_the_same_executable_in_fewer_bytes(tmp_path):
    zipped = tmp_path / "bootstrap.zip"
    executable = (INFRA / "template.yaml").read_bytes() * 3
    entry = zipfile.ZipInfo("bootstrap", (2026, 11, 27, 8, 49, 30))
    entry.external_attr = 0o100755 << 16
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry, executable)
    before = zipped.stat().st_size
    subprocess.run([sys.executable, INFRA / "pack.py", zipped], check=True)
    assert zipped.stat().st_size < before
    with zipfile.ZipFile(zipped) as archive:
        assert archive.testzip() is None
        (packed,) = archive.infolist()
        assert archive.read(packed) == executable
    assert (packed.filename, packed.date_time) == (entry.filename, entry.date_time)
    assert (packed.external_attr, packed.create_system) == (entry.external_attr, 3)
