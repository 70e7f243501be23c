"""What stands before intake and EventBridge in AWS, for tests of clients against the one-machine stack: it verifies SigV4
signatures, at which that stack does not look, by AWS's own Python SDK; and it fails as it is told to."""

import contextlib
import hashlib
import hmac
import http.client
import json
import re
import threading
import time
from calendar import timegm
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "eu-central-1"
# Temporary ones, as a role has: their token must be signed too.
CREDENTIALS = Credentials("ASIAEXAMPLEEXAMPLE00", "an/invented+secret", "an/invented+token==")
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)"
)


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    headers: dict
    body: bytes


class FrontDoor:
    """Passes requests on to a stack. Each one takes a fault of `faults`, as long as there are any:

    - a number: that status, and the request is not passed on
    - `lost`: it is passed on, and the connection closed without an answer
    - `throttled`: EventBridge's refusal of a whole call
    - another text: EventBridge takes the call but not its entry, with this error
    """

    def __init__(self, stack, requires_iam):
        self.stack = urlsplit(stack)
        self.requires_iam = requires_iam
        self.faults = []
        self.requests = []
        self.url = ""

    def answer(self, request, path):
        """Status, headers and body; `None` closes the connection."""
        self.requests.append(request)
        is_event_bridge = "x-amz-target" in request.headers
        if self.requires_iam or is_event_bridge:
            service = "events" if is_event_bridge else "lambda"
            if refusal := refusal_of(self.url + path, service, request):
                return 403, {}, json.dumps({"Message": refusal}).encode()
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, int):
            return fault, {"retry-after": "0"}, b"no JSON"
        if fault == "throttled":
            return 400, {}, json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
        if fault not in (None, "lost"):
            entry = {"ErrorCode": fault, "ErrorMessage": "not taken"}
            return 200, {}, json.dumps({"FailedEntryCount": 1, "Entries": [entry]}).encode()
        passed_on = self.pass_on(request, path)
        return None if fault == "lost" else passed_on

    def pass_on(self, request, path):
        connection = http.client.HTTPConnection(self.stack.netloc, timeout=30)
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "connection")}
        with contextlib.closing(connection):
            connection.request("POST", path, request.body, headers)
            answer = connection.getresponse()
            return answer.status, {"content-type": answer.getheader("content-type")}, answer.read()


def refusal_of(url, service, request):
    """Why AWS would refuse this request; `None` if its signature is good."""
    parts = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if not parts:
        return "no signature"
    key, day, region, of_service, names, signature = parts.groups()
    names = names.split(";")
    now = request.headers.get("x-amz-date", "")
    if (key, region, of_service) != (CREDENTIALS.access_key, REGION, service) or not now.startswith(day):
        return "another scope"
    if abs(timegm(time.strptime(now, "%Y%m%dT%H%M%SZ")) - time.time()) > 300:
        return "an old signature"
    required = {"host", "x-amz-date", "x-amz-security-token"}
    if missing := required - set(names):
        return f"not signed: {missing}"
    if request.headers["x-amz-security-token"] != CREDENTIALS.token:
        return "another token"
    # Of the body as it came, whatever a header says of it.
    digest = hashlib.sha256(request.body).hexdigest()
    if request.headers.get("x-amz-content-sha256", digest) != digest:
        return "another body"
    signed = AWSRequest("POST", url, data=request.body, headers={name: request.headers[name] for name in names})
    signed.context["timestamp"] = now
    signer = SigV4Auth(CREDENTIALS, service, REGION)
    expected = signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed)
    return None if hmac.compare_digest(expected, signature) else "another signature"


@contextlib.contextmanager
def before(stack, requires_iam=False):
    """A front door before the stack at this URL."""
    door = FrontDoor(stack, requires_iam)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = door.answer(Request(headers, self.rfile.read(length)), self.path)
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
