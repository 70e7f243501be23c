"""The mailbox of waybill-local, for a shop's own tests. Python 3.8 or later, and no package.

    mail, = mails(1, order="7001", kind="order.confirmed")
    assert "7001" in mail["subject"]

    python mailbox.py COUNT FILTER=VALUE...    prints them
"""

import json
import os
import sys
import time
import urllib.parse
import urllib.request

URL = os.environ.get("WAYBILL_URL", "http://127.0.0.1:8080") + "/mail.json"


def mails(count, seconds=30, **filters):
    """Waits until the mailbox has this many mails that match: by order, shop, kind, to, state or q.

    Fails if it has more, or not so many in time. That no further mail comes it cannot know: publish another order after
    the first, wait for its mail, and ask again."""
    until = time.monotonic() + seconds
    while True:
        with urllib.request.urlopen(f"{URL}?{urllib.parse.urlencode(filters)}", timeout=10) as answer:
            found = json.load(answer)["mails"]
        if len(found) == count:
            return found
        if len(found) > count or time.monotonic() > until:
            raise AssertionError(f"expected {count} mails ({filters}), and there are {len(found)}")
        time.sleep(0.1)


if __name__ == "__main__":
    print(json.dumps(mails(int(sys.argv[1]), **dict(word.split("=", 1) for word in sys.argv[2:]))))
