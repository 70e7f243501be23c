"""Publishes order events to Waybill: by HTTP with SigV4 or a webhook's signature, or on EventBridge's bus.

Python 3.11 or later, and `pip install urllib3`; `iam` and `bus` need `pip install boto3`. Copy what you need of it.

    python waybill.py iam|webhook|bus < outbox.jsonl

takes the rows of an outbox, {"id": ..., "body": ...} a line, and prints what became of each. How an outbox is written,
and why: README.md beside this folder.
"""

import base64
import enum
import hashlib
import hmac
import json
import logging
import os
import random
import sys
import time
from dataclasses import dataclass

import urllib3

log = logging.getLogger("waybill")

ATTEMPTS = 6
FIRST_PAUSE, LONGEST_PAUSE, TIMEOUT = 0.5, 20.0, 10.0  # seconds
MEDIA_TYPE = "application/cloudevents+json"


@dataclass(frozen=True)
class Row:
    """A row of the outbox, written in the transaction that changed the order. Every attempt sends the same bytes under
    the same id: what was stored already is answered as a duplicate, and nobody is mailed twice."""

    id: str
    body: bytes


class Outcome(enum.Enum):
    STORED = "stored"  # delete the row
    REFUSED = "refused"  # no attempt will change that: keep the row, and tell somebody
    LATER = "later"  # keep the row; the next run sends it again


def until_known(row, attempt):
    """Attempts until the outcome is known, with pauses that grow, each of a random length: clients that failed together
    do not come back together."""
    for number in range(1, ATTEMPTS + 1):
        outcome, why, at_least = attempt()
        if outcome is not Outcome.LATER or number == ATTEMPTS:
            return outcome
        pause = max(at_least, random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**number)))
        log.warning("row %s: attempt %d failed (%s); again in %.1f s", row.id, number, why, pause)
        time.sleep(pause)


# ---------------------------------------------------------------------------------------------------------------- HTTP

http = urllib3.PoolManager(timeout=TIMEOUT, retries=False)


def post(row, url, sign):
    """Publishes over HTTP; `sign` makes the headers of one attempt."""

    def attempt():
        headers = {"content-type": MEDIA_TYPE, **sign(row)}
        try:
            answer = http.request("POST", url, body=row.body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            # Perhaps it was stored and the answer was lost.
            return Outcome.LATER, type(error).__name__, 0
        if answer.status == 429 or answer.status >= 500:
            after = answer.headers.get("retry-after", "")
            return Outcome.LATER, answer.status, int(after) if after.isdecimal() else 0
        return log_answer(row, answer.status, answer.data), answer.status, 0

    return until_known(row, attempt)


def log_answer(row, status, data):
    """Logs what a developer needs, and no more: `source`, `id` and the order's id may hold a customer's address."""
    try:
        answer = json.loads(data)
    except ValueError:
        answer = {}
    if status != 202:
        log.error("row %s: %s, refused: %s", row.id, status, answer.get("title"))
        for error in answer.get("errors", []):
            log.error("row %s: %s: %s", row.id, error["pointer"], error["detail"])
    for result in answer.get("results", []):
        log.info("row %s: %s, correlation id %s", row.id, result["result"], result.get("correlation_id"))
        for warning in result.get("warnings", []):
            log.warning("row %s: %s: %s", row.id, warning["pointer"], warning["detail"])
    return Outcome.STORED if status == 202 else Outcome.REFUSED


def sigv4(url, session, service="lambda"):
    """Headers for a Function URL; `service` is execute-api behind API Gateway. Signed anew for each attempt, since a
    signature counts for five minutes and credentials are renewed."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    def sign(row):
        request = AWSRequest("POST", url, data=row.body, headers={"content-type": MEDIA_TYPE})
        SigV4Auth(session.get_credentials(), service, session.region_name).add_auth(request)
        return dict(request.headers)

    return sign


def webhook(secret):
    """Headers of Standard Webhooks: the id is the row's in every attempt, the time is that of the attempt."""
    key = base64.b64decode(secret.removeprefix("whsec_"))

    def sign(row):
        at = str(int(time.time()))
        content = b".".join([row.id.encode(), at.encode(), row.body])
        signature = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
        return {"webhook-id": row.id, "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}

    return sign


# --------------------------------------------------------------------------------------------------------- EventBridge


def put(row, bus, events):
    """Publishes on the bus. Nobody waits for intake there: what it refuses is in the inbox's dead-letter queue."""
    from botocore.exceptions import BotoCoreError, ClientError

    event = json.loads(row.body)
    entry = {
        "EventBusName": bus,
        "Source": event["source"],
        "DetailType": event["type"],
        "Detail": row.body.decode(),
    }

    def attempt():
        try:
            result = events.put_events(Entries=[entry])["Entries"][0]
        except ClientError as error:
            code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            if may_pass(code, status):
                return Outcome.LATER, code, 0
            log.error("row %s: refused: %s", row.id, code)
            return Outcome.REFUSED, code, 0
        except BotoCoreError as error:
            return Outcome.LATER, type(error).__name__, 0
        # EventBridge answers 200 also for an entry that it did not take.
        code = result.get("ErrorCode")
        if code is None:
            return Outcome.STORED, None, 0
        log.error("row %s: EventBridge did not take it: %s", row.id, code)
        return (Outcome.LATER if may_pass(code, 400) else Outcome.REFUSED), code, 0

    return until_known(row, attempt)


def may_pass(code, status):
    return status >= 500 or "Throttl" in code or code.startswith("Internal")


def publisher(way):
    if way == "webhook":
        sign = webhook(os.environ["WAYBILL_SECRET"])
        return lambda row: post(row, os.environ["WAYBILL_URL"], sign)

    import boto3
    from botocore.config import Config

    session = boto3.Session()
    if way == "bus":
        # The attempts are counted here.
        config = Config(retries={"total_max_attempts": 1}, connect_timeout=TIMEOUT, read_timeout=TIMEOUT)
        events = session.client("events", config=config)
        return lambda row: put(row, os.environ["WAYBILL_BUS"], events)
    url = os.environ["WAYBILL_URL"]
    sign = sigv4(url, session)
    return lambda row: post(row, url, sign)


def main():
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    publish = publisher(sys.argv[1])
    for line in sys.stdin:
        row = json.loads(line)
        outcome = publish(Row(row["id"], row["body"].encode()))
        print(row["id"], outcome.value)


if __name__ == "__main__":
    main()
