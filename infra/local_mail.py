"""Waits for a mail at MiniStack and prints it.

Usage: local_mail.py ENDPOINT WORDS. Exits with 1 if no subject or text contains WORDS within a minute."""

import json
import sys
import time
import urllib.request


def mails(endpoint):
    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages", timeout=10) as answer:
        by_account = json.load(answer)["messages"]
    return [mail for account in by_account.values() for mail in account]


def main(endpoint, words):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for mail in mails(endpoint):
            if words in mail["Subject"] or words in (mail["BodyText"] or ""):
                print(f"From:    {mail['Source']}\nTo:      {', '.join(mail['To'])}\nSubject: {mail['Subject']}\n")
                print(mail["BodyText"])
                return 0
        time.sleep(0.5)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
