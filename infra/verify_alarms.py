"""Reports whether somebody hears the deployed stack's alarms.

Usage: verify_alarms.py STACK. Exits with 3 when nobody does. Only a confirmed subscription counts: SNS
delivers nothing to one that is pending."""

import sys

import boto3


def main(stack_name):
    stack = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    topic = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}["AlarmTopicArn"]
    attributes = boto3.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    confirmed, pending = (int(attributes.get(f"Subscriptions{state}", 0)) for state in ("Confirmed", "Pending"))
    print("\nAlarms:")
    if confirmed:
        print(f"  ok  {confirmed} confirmed subscription(s) of {topic}")
        return 0
    if pending:
        print(f"  !!  {pending} subscription(s) of {topic} are not confirmed: follow the link in SNS's mail")
    else:
        print(
            f"  !!  nobody is subscribed to {topic}: aws sns subscribe --topic-arn {topic} "
            "--protocol email --notification-endpoint YOU@SHOP.EXAMPLE, then follow the link in SNS's mail"
        )
    print("Deployed, but no alarm reaches anybody. Afterwards: infra/deploy --verify")
    return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
