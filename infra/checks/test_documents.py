"""The OpenAPI and the AsyncAPI document are ones by the specifications' own validators. That they say what the code
does is tested in Rust: `services/intake/src/documents`, `tests/handlers/http_document.rs`, `tests/promises/documents.rs`."""

import functools
import hashlib
import json
import shutil
import subprocess
import tarfile

import pytest
from jsonschema import Draft7Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing.exceptions import Unresolvable

from translated import ROOT

FOLDER = ROOT / "shared" / "schema"
WORK = ROOT / "target" / "infra"

# AsyncAPI's JSON Schema is in no Python package. Of the npm package nothing is run, and no other is installed: one
# file of it is read. The hash is of the whole package.
SPECS, SPECS_SHA256 = "@asyncapi/specs@6.11.1", "01af8744dc33c0c7eb2e908f6a955319ee58b70ecadc9387d1aeb16c0cd28928"
SCHEMA = "package/schemas/3.0.0-without-$id.json"


def read(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def openapi_errors(document):
    base = (FOLDER / "openapi.json").as_uri()
    return [error.message for error in OpenAPIV31SpecValidator(document, base_uri=base).iter_errors()]


@functools.cache
def asyncapi_schema():
    package = WORK / "asyncapi-specs-6.11.1.tgz"
    if not package.exists():
        if shutil.which("npm") is None:
            pytest.skip("the AsyncAPI document is not validated: that needs npm, of Node.js, which is not installed")
        command = ["npm", "pack", "--silent", "--ignore-scripts", SPECS]
        subprocess.run(command, cwd=WORK, check=True, capture_output=True, text=True)
    assert hashlib.sha256(package.read_bytes()).hexdigest() == SPECS_SHA256, f"{package} is another file: remove it"
    with tarfile.open(package) as files:
        return json.load(files.extractfile(SCHEMA))


def asyncapi_errors(document):
    return [error.message for error in Draft7Validator(asyncapi_schema()).iter_errors(document)]


def test_the_openapi_document_is_one_of_version_3_1():
    assert openapi_errors(read("openapi.json")) == []


def test_the_asyncapi_documents_are_of_version_3():
    assert asyncapi_errors(read("asyncapi.json")) == []
    assert asyncapi_errors(read("mail.asyncapi.json")) == []


def test_a_fault_in_a_document_is_found():
    openapi = read("openapi.json")
    del openapi["paths"]["/v1/events"]["post"]["responses"]["202"]["description"]
    assert len(openapi_errors(openapi)) == 1
    openapi = read("openapi.json")
    openapi["components"]["schemas"]["Batch"]["items"]["$ref"] = "no.schema.json"
    with pytest.raises(Unresolvable):
        openapi_errors(openapi)
    asyncapi = read("asyncapi.json")
    asyncapi["operations"]["receiveFromInbox"]["action"] = "subscribe"
    assert asyncapi_errors(asyncapi) != []
