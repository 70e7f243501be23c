"""What the three functions share: clients, the shop's settings, times and keys."""

import base64
import hashlib
import os
import time

import boto3
from botocore.config import Config

RETRIES = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=1, read_timeout=2)
SETTINGS_MAX_AGE = 60

dynamodb = boto3.client("dynamodb", config=RETRIES)
settings = {}


def read_settings(shop):
    """The shop's settings, at most a minute old."""
    read_at, item = settings.get(shop, (0, None))
    if time.monotonic() - read_at > SETTINGS_MAX_AGE:
        answer = dynamodb.get_item(TableName=os.environ["SHOPS_TABLE"], Key={"shop": {"S": shop}})
        settings[shop] = (time.monotonic(), item := answer.get("Item", {}))
    return item


def now():
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def number(value):
    return {"N": str(value)}


def text(value):
    return {"S": value}


def address_hash(shop, address):
    digest = hashlib.sha256(f"{shop}\n{address.lower()}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:6]).decode()
