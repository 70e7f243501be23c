"""What each role grants, and what it needs according to `services/*/permissions.json`.

A permissions.json has two lists of resource → actions: `calls`, which the function's own code makes,
and `lambda`, which AWS makes on the function's behalf (its mapping, its logs, its traces, its secret's key). A
resource is named by its logical id in the template."""

import json
import re

from promises import name_of
from translated import ROOT, SERVICES, of_type

# Actions without resource-level permissions.
WITHOUT_RESOURCE = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ses:GetAccount",
}


def declared(service):
    """Pairs of resource and action that the service declares."""
    lists = json.loads((ROOT / "services" / service / "permissions.json").read_text(encoding="utf-8"))
    return {
        (resource, action)
        for part in (lists["calls"], lists["lambda"])
        for resource, actions in part.items()
        for action in actions
    }


def declared_calls(service):
    """The actions that the service's own code calls, as declared."""
    lists = json.loads((ROOT / "services" / service / "permissions.json").read_text(encoding="utf-8"))
    return {action for actions in lists["calls"].values() for action in actions}


def resource_name(arn):
    """An ARN expression of the template, as permissions.json writes it."""
    if isinstance(arn, str):
        return arn
    if "Fn::GetAtt" in arn and arn["Fn::GetAtt"][1] == "StreamArn":
        return f"{arn['Fn::GetAtt'][0]}/stream"
    if "Fn::If" in arn:
        condition, resource, _ = arn["Fn::If"]
        return f"{resource_name(resource)} if {condition}"
    if "Fn::Sub" in arn:
        text = arn["Fn::Sub"] if isinstance(arn["Fn::Sub"], str) else arn["Fn::Sub"][0]
        inside = re.fullmatch(r"\$\{(\w+)\.Arn\}(/.+)", text)
        if inside:
            return inside[1] + inside[2]
        spelled = re.fullmatch(
            r"arn:\$\{AWS::Partition\}:(\w+):\$\{AWS::Region\}:\$\{AWS::AccountId\}:(.+)", text
        )
        return f"{spelled[1]}:{spelled[2]}" if spelled else text
    return name_of(arn) or str(arn)


def listed(value):
    return value if isinstance(value, list) else [value]


def statements(template, service):
    """The statements of a service's role."""
    return [statement for _, statement in conditions_and_statements(template, service)]


def conditions_and_statements(template, service):
    """The statements of a service's role, each with the condition under which it is there, or None."""
    role = of_type(template, "AWS::IAM::Role")[f"{service.capitalize()}Role"]
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Fn::If"][:2] if "Fn::If" in statement else (None, statement)


def granted(template, service):
    """Pairs of resource and action that the template grants."""
    return {
        (resource_name(resource) + (f" if {condition}" if condition else ""), action)
        for condition, statement in conditions_and_statements(template, service)
        for resource in listed(statement["Resource"])
        for action in listed(statement["Action"])
    }


def each_role_grants_exactly_what_is_declared(template):
    violations = []
    for service in SERVICES:
        grants, needs = granted(template, service), declared(service)
        violations += [f"{service} needs {a} on {r}, and is not granted it" for r, a in sorted(needs - grants)]
        violations += [f"{service} is granted {a} on {r}, and does not need it" for r, a in sorted(grants - needs)]
        role = of_type(template, "AWS::IAM::Role")[f"{service.capitalize()}Role"]
        if role.get("ManagedPolicyArns"):
            violations.append(f"{service} is granted managed policies, which grant more than is declared")
    return violations


def no_role_grants_a_wildcard(template):
    violations = []
    for service in SERVICES:
        for resource, action in sorted(granted(template, service)):
            if "*" in action:
                violations.append(f"{service} is granted the actions {action}")
            if resource == "*" and action not in WITHOUT_RESOURCE:
                violations.append(f"{service} is granted {action} on everything")
    return violations


def the_mailer_sends_only_as_the_shop(template):
    """As the stack's sender, or as those that shops may name."""
    conditions = [
        {"StringEquals": {"ses:FromAddress": {"Ref": "SenderAddress"}}},
        {"StringLike": {"ses:FromAddress": {"Ref": "ShopSenders"}}},
    ]
    return [
        f"{service} may send from any address"
        for service in SERVICES
        for statement in statements(template, service)
        if "ses:SendEmail" in listed(statement["Action"]) and statement.get("Condition") not in conditions
    ]


def the_mailer_reads_one_bucket_and_only_where_it_is_named(template):
    """And nobody else reads any, and nobody writes or lists one, or reads that of another account."""
    allowed = ("mailer", "s3:GetObject", "arn:${AWS::Partition}:s3:::${AttachmentBucket}/* if MailsHaveFiles")
    own_account = {"StringEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}}
    return [
        f"{service} may {action} on {resource}"
        for service in SERVICES
        for resource, action in sorted(granted(template, service))
        if action.startswith("s3:") and (service, action, resource) != allowed
    ] + [
        f"{service} may read a bucket of another account"
        for service in SERVICES
        for statement in statements(template, service)
        if any(action.startswith("s3:") for action in listed(statement["Action"]))
        and statement.get("Condition") != own_account
    ]


def relay_writes_only_its_watermark_to_the_ledger(template):
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["#sweep"]}}
    return [
        f"relay may {action} any item of the ledger"
        for statement in statements(template, "relay")
        for action in listed(statement["Action"])
        if action in ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
        and "LedgerTable" in map(resource_name, listed(statement["Resource"]))
        and statement.get("Condition") != condition
    ]


def the_connector_reads_no_secret_but_those_that_sign(template):
    """Secrets Manager adds six characters to a name: `?` each, and no `*`, which would match SHOP/shopify-api as well."""
    names = [f"secretsmanager:secret:${{AWS::StackName}}/*/{system}" for system in ("shopify", "woocommerce")]
    wanted = {name + ending for name in names for ending in ("", "-??????")}
    read = {r for r, action in granted(template, "connector") if action.startswith("secretsmanager:")}
    return [f"the connector may read {resource}" for resource in sorted(read - wanted)]


def only_named_principals_reach_the_queues(template):
    violations = []
    for name, policy in of_type(template, "AWS::SQS::QueuePolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            source = statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn")
            if statement["Effect"] == "Allow" and not name_of(source):
                violations.append(f"{name} allows senders that it does not name")
    return violations


SHOP_OPERATOR = json.loads((ROOT / "infra" / "shop-operator-policy.json").read_text(encoding="utf-8"))
# The keys that an operator of one shop may use: the shop's own, and its audit items'; to read, the send gate's too.
SHOP_KEYS = {"SHOP", "SHOP/*", "#audit/SHOP"}
READ_KEYS = SHOP_KEYS | {"#send-gate"}
READS = {"Query", "GetItem", "BatchGetItem"}


def an_operator_of_one_shop_reaches_no_other(template, policy=SHOP_OPERATOR):
    """Every access to a table names its keys: a scan names none, and a condition alone would let it pass."""
    tables = {f"table/STACK-{name}" for name in ("events", "ledger", "shops")}
    violations = []
    for statement in policy["Statement"]:
        resources = [resource.rsplit(":", 1)[1] for resource in listed(statement["Resource"])]
        if not any(resource.startswith("table/") for resource in resources):
            continue
        condition = statement.get("Condition", {})
        keys = {
            key
            for operator, values in condition.items()
            if operator.startswith("ForAllValues:String")
            for key in values.get("dynamodb:LeadingKeys", [])
        }
        writes = any(action.removeprefix("dynamodb:") not in READS for action in listed(statement["Action"]))
        if not keys or not keys <= (SHOP_KEYS if writes else READ_KEYS):
            violations.append(f"{statement['Sid']} reaches other shops' items")
        if condition.get("Null") != {"dynamodb:LeadingKeys": "false"}:
            violations.append(f"{statement['Sid']} may be used without naming keys")
        if any("Scan" in action or "*" in action for action in listed(statement["Action"])):
            violations.append(f"{statement['Sid']} may scan")
        if any("/".join(resource.split("/")[:2]) not in tables for resource in resources):
            violations.append(f"{statement['Sid']} names a table that the stack does not have")
    names = {table["TableName"]["Fn::Sub"] for table in of_type(template, "AWS::DynamoDB::Table").values()}
    if names != {f"${{AWS::StackName}}-{table.split('-', 1)[1]}" for table in tables}:
        violations.append("the policy for an operator of one shop does not know every table")
    return violations


PERMISSION_PROMISES = [
    each_role_grants_exactly_what_is_declared,
    no_role_grants_a_wildcard,
    the_mailer_sends_only_as_the_shop,
    the_mailer_reads_one_bucket_and_only_where_it_is_named,
    relay_writes_only_its_watermark_to_the_ledger,
    the_connector_reads_no_secret_but_those_that_sign,
    only_named_principals_reach_the_queues,
    an_operator_of_one_shop_reaches_no_other,
]
