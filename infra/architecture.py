"""What the executables in target/zips were built for: arm64 or x86_64.

Usage: architecture.py ZIP... Prints it. Exits with 1 and a message if they differ."""

import sys
import zipfile

# e_machine of an ELF header.
MACHINES = {62: "x86_64", 183: "arm64"}


def architecture(path):
    """Of the executable in a zip."""
    with zipfile.ZipFile(path) as archive, archive.open("bootstrap") as binary:
        header = binary.read(20)
    if header[:4] != b"\x7fELF":
        raise ValueError(f"{path} holds no ELF executable")
    machine = int.from_bytes(header[18:20], "little")
    return MACHINES.get(machine, f"ELF machine {machine}")


def main(paths):
    try:
        found = sorted({architecture(path) for path in paths})
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        return f"the zips cannot be read ({error}); build them again, without --skip-build."
    if len(found) != 1:
        return f"the zips are for {' and '.join(found)}; build them again, without --skip-build."
    print(found[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
