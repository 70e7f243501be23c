"""Reports whether the deployed intake has read the secret that publishers sign with.

Usage: verify_webhook.py STACK. Exits with 1 when it has not: then it answers every request with 503, although the
stack is deployed. Intake itself is asked, so its role, the secret's key and the secret's form are checked too, and
whoever deploys needs no right to read the secret."""

import json
import sys
import time

import boto3

# Intake reads the secret at most every ten seconds, and rights of a new role need a while to take effect.
ATTEMPTS, SECONDS = 7, 6


def status_of_a_forged_request(function):
    """401 where intake has a secret to compare the signature with, else 503."""
    headers = {"webhook-id": "verify", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
    headers["content-type"] = "application/json"
    request = {"rawPath": "/v1/events", "requestContext": {"http": {"method": "POST"}}, "headers": headers, "body": "{}"}
    answer = boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps(request))
    return json.load(answer["Payload"]).get("statusCode")


def main(stack_name):
    stack = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    parameters = {p["ParameterKey"]: p.get("ParameterValue") for p in stack["Parameters"]}
    if parameters["Publishers"] != "webhook":
        return 0
    print("\nWebhook:")
    function = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}["IntakeFunctionName"]
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(SECONDS)
        status = status_of_a_forged_request(function)
        if status == 401:
            print("  ok  intake has read the secret, and refuses a forged signature")
            return 0
    print(
        f"  !!  intake has no usable secret, and answers {status} to publishers. {parameters['WebhookSecretArn']} must be in this "
        "region, its text one whsec_... secret of at least 24 bytes in base64, and WebhookSecretKeyArn its key, if that "
        f"is one of your own. The log /aws/lambda/{function} says which. Afterwards: infra/deploy --verify"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
