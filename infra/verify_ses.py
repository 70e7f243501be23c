"""Reports whether SES accepts the deployed stack's mails, and what to do if not.

Usage: verify_ses.py STACK. Exits with 2 when mails cannot go out yet."""

import sys

import boto3
from botocore.exceptions import ClientError


def main(stack_name):
    stack = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    ses = boto3.client("sesv2")
    print("\nSES:")
    ready = [
        check_sender(ses, parameters["SenderAddress"], parameters["SesIdentity"]),
        check_account(ses, parameters["RedirectAllMailTo"]),
        check_configuration_set(ses, stack_name, outputs["ConfigurationSetName"]),
    ]
    if not all(ready):
        print("Deployed, but mails cannot go out yet. Afterwards: infra/deploy --verify")
    return 0 if all(ready) else 2


def say(good, text):
    print(f"  {'ok' if good else '!!'}  {text}")
    return good


def domain(address):
    return address.split("@")[1]


def identity_for(ses, candidates):
    """Name and description of the first identity that SES knows; the most specific ones come first."""
    for name in candidates:
        try:
            return name, ses.get_email_identity(EmailIdentity=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
    return None, {}


def check_sender(ses, address, named):
    identity, found = identity_for(ses, [address, domain(address), *([named] if named else [])])
    if identity is None:
        wanted = named or domain(address)
        return say(False, f"{wanted} is unknown: aws sesv2 create-email-identity --email-identity {wanted}")
    if not found.get("VerifiedForSendingStatus"):
        records = "".join(
            f"\n        CNAME {token}._domainkey.{identity} → {token}.dkim.amazonses.com"
            for token in found.get("DkimAttributes", {}).get("Tokens", [])
        )
        needs = f"in DNS:{records}" if records else "a click on the link in SES's mail"
        return say(False, f"{identity} is not verified yet. It needs {needs}")
    return say(True, f"{identity} is verified")


def check_account(ses, redirected_to):
    account = ses.get_account()
    quota = account.get("SendQuota", {})
    rate = f"{quota.get('MaxSendRate', 0):.0f} mails per second, {quota.get('Max24HourSend', 0):.0f} per day"
    if not account.get("SendingEnabled", True):
        return say(False, "SES has paused this account: see its reputation dashboard")
    if account.get("ProductionAccessEnabled"):
        return say(True, f"out of the sandbox; {rate}")
    return check_sandbox(ses, redirected_to, rate)


def check_sandbox(ses, redirected_to, rate):
    """In the sandbox, only addresses that are verified in this account and region get mail."""
    print("        Request production access: https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html")
    if not redirected_to:
        return say(False, f"the account is in SES's sandbox: only verified addresses get mail; {rate}")
    identity, found = identity_for(ses, [redirected_to, domain(redirected_to)])
    if not found.get("VerifiedForSendingStatus"):
        return say(
            False,
            f"the account is in SES's sandbox, and {redirected_to}, where all mail goes, is not verified: "
            f"aws sesv2 create-email-identity --email-identity {redirected_to}",
        )
    return say(True, f"the account is in SES's sandbox; all mail goes to {redirected_to}, {identity} is verified; {rate}")


def check_configuration_set(ses, stack_name, name):
    function = boto3.client("lambda").get_function_configuration(FunctionName=f"{stack_name}-mailer")
    used = function["Environment"]["Variables"].get("SES_CONFIGURATION_SET")
    destinations = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
    to_the_bus = [d for d in destinations if d["Enabled"] and d.get("EventBridgeDestination")]
    return say(
        used == name and bool(to_the_bus),
        f"configuration set {name}: the mailer uses {used}, {len(to_the_bus)} destination to EventBridge",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
