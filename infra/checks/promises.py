"""The promises of the template. Each function takes the translated template and returns the violations of
one promise, as sentences. `test_promises.py` expects none; `test_promises_can_break.py` breaks each
promise and expects a violation."""

import json
import re

from code_facts import metric_dimensions, metric_namespace, metrics_of, resent_kinds, told_states
from translated import SERVICES, of_type

TWO_WEEKS = 14 * 24 * 60 * 60
QUEUE = "AWS::SQS::Queue"
FUNCTION = "AWS::Lambda::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"
ALARM = "AWS::CloudWatch::Alarm"
# The functions whose URL anybody may call, and the condition under which they may.
OPEN = {"Intake": "SignedByWebhook", "Connector": "WithConnector"}


def name_of(reference):
    """The logical id that a Ref or a GetAtt names."""
    if isinstance(reference, dict):
        if "Ref" in reference:
            return reference["Ref"]
        if "Fn::GetAtt" in reference:
            target = reference["Fn::GetAtt"]
            return target.split(".")[0] if isinstance(target, str) else target[0]
    return None


def queue_mappings(template):
    """Mapping, its queue and its function, for each mapping that reads a queue."""
    queues = of_type(template, QUEUE)
    for name, mapping in of_type(template, MAPPING).items():
        source = name_of(mapping["EventSourceArn"])
        if source in queues:
            yield name, mapping, source, name_of(mapping["FunctionName"])


def dlq_of(template, queue):
    """The logical id of a queue's DLQ."""
    policy = of_type(template, QUEUE)[queue].get("RedrivePolicy") or {}
    return name_of(policy.get("deadLetterTargetArn"))


def every_mapping_reports_partial_failures(template):
    return [
        f"{name} does not report batch item failures: one bad record fails its whole batch"
        for name, mapping in of_type(template, MAPPING).items()
        if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", [])
    ]


# For so long SQS may give messages without taking or deleting any, and no healthy one goes to a DLQ.
SQS_AWAY_SECONDS = 30 * 60


def every_consumed_queue_has_a_dlq_of_its_own(template):
    violations, seen = [], {}
    queues = of_type(template, QUEUE)
    for _, _, queue, _ in queue_mappings(template):
        dlq = dlq_of(template, queue)
        if dlq not in queues:
            violations.append(f"{queue} has no DLQ")
            continue
        if dlq in seen:
            violations.append(f"{queue} and {seen[dlq]} share {dlq}")
        seen[dlq] = queue
        if queues[queue]["RedrivePolicy"].get("maxReceiveCount", 0) < 5:
            violations.append(f"{queue} moves a message to its DLQ after fewer than 5 receives: a short outage empties it")
        outlives = queues[queue].get("VisibilityTimeout", 30) * queues[queue]["RedrivePolicy"].get("maxReceiveCount", 0)
        # FeedbackQueue's receives bound the grace period instead: see below.
        if queue != "FeedbackQueue" and outlives <= SQS_AWAY_SECONDS:
            violations.append(f"{queue} gives a message for {outlives} s: SQS may take none for {SQS_AWAY_SECONDS} s")
        allowed = queues[dlq].get("RedriveAllowPolicy") or {}
        sources = str(allowed.get("sourceQueueArns"))
        if allowed.get("redrivePermission") != "byQueue" or queues[queue]["QueueName"]["Fn::Sub"] not in sources:
            violations.append(f"{dlq} does not allow exactly {queue} as its source")
    return violations


def every_visibility_is_six_timeouts(template):
    violations = []
    for name, mapping, queue, function in queue_mappings(template):
        visibility = of_type(template, QUEUE)[queue].get("VisibilityTimeout", 30)
        timeout = of_type(template, FUNCTION)[function].get("Timeout", 3)
        need = 6 * timeout + mapping.get("MaximumBatchingWindowInSeconds", 0)
        if visibility < need:
            violations.append(f"{queue}: visibility {visibility} s, {name} needs {need} s")
    return violations


def every_dlq_keeps_two_weeks(template):
    queues = of_type(template, QUEUE)
    consumed = {queue for _, _, queue, _ in queue_mappings(template)}
    return [
        f"{name} keeps messages for less than 14 days"
        for name, queue in queues.items()
        if name not in consumed and queue.get("MessageRetentionPeriod") != TWO_WEEKS
    ]


def every_queue_is_encrypted(template):
    return [
        f"{name} is not encrypted"
        for name, queue in of_type(template, QUEUE).items()
        if not (queue.get("SqsManagedSseEnabled") or queue.get("KmsMasterKeyId"))
    ]


def tables_are_safe(template):
    violations = []
    for name, table in of_type(template, "AWS::DynamoDB::Table").items():
        wanted = {
            "is not on demand": table.get("BillingMode") == "PAY_PER_REQUEST",
            "is not encrypted": table.get("SSESpecification", {}).get("SSEEnabled"),
            "has no point-in-time recovery": table.get("PointInTimeRecoverySpecification", {}).get(
                "PointInTimeRecoveryEnabled"
            ),
            # The settings of shops are kept until they are replaced.
            "does not expire its items": name == "ShopsTable"
            or table.get("TimeToLiveSpecification") == {"AttributeName": "expires_at", "Enabled": True},
            # With Retain, a first deployment that fails leaves the tables, and no other of its name succeeds.
            "is deleted with its stack, or kept when its first deployment fails": template["Resources"][name].get(
                "DeletionPolicy"
            )
            == "RetainExceptOnCreate",
        }
        violations += [f"{name} {problem}" for problem, kept in wanted.items() if not kept]
    return violations


# What the mapping of each table's stream reads, how old a record may become, and what images of it there are. What
# relay's drops after a day, the sweep has found long before. What the publisher's gives up goes to a queue, 12 hours
# before the stream drops it; it reads what a mail's state tells, and no removal.
STREAMS = {
    "EventsTable": ({"eventName": ["INSERT"]}, 86400, "NEW_IMAGE"),
    "LedgerTable": ({"eventName": ["INSERT", "MODIFY"]}, 43200, "NEW_AND_OLD_IMAGES"),
}


def the_stream_mappings_give_up_nothing_that_an_outage_delays(template):
    tables = of_type(template, "AWS::DynamoDB::Table")
    mappings = of_type(template, MAPPING).values()
    streams = {name_of(m["EventSourceArn"]): m for m in mappings if name_of(m["EventSourceArn"]) in tables}
    if set(streams) != set(STREAMS):
        return [f"mappings read the streams of {', '.join(sorted(streams))}, not of {', '.join(sorted(STREAMS))}"]
    violations = []
    for table, mapping in streams.items():
        changes, age, images = STREAMS[table]
        if table == "LedgerTable":
            changes = changes | {"dynamodb": {"NewImage": {"state": {"S": told_states()}}}}
        filters = mapping.get("FilterCriteria", {}).get("Filters", [])
        wanted = {
            "reads other changes": [json.loads(one["Pattern"]) for one in filters] == [changes],
            "reads other images": images in str(tables[table].get("StreamSpecification")).split("'"),
            "does not split a failing batch": mapping.get("BisectBatchOnFunctionError"),
            "gives up a record after some attempts": mapping.get("MaximumRetryAttempts", -1) == -1,
            "gives up a record too early or too late": mapping.get("MaximumRecordAgeInSeconds", -1) == age,
            "skips records that are already there": mapping.get("StartingPosition") == "TRIM_HORIZON",
        }
        violations += [f"the mapping of {table}'s stream {problem}" for problem, kept in wanted.items() if not kept]
    return violations


def what_the_publisher_gives_up_is_noted(template):
    """Nothing else has it: there is no sweep of what was told."""
    (mapping,) = [m for m in of_type(template, MAPPING).values() if name_of(m["EventSourceArn"]) == "LedgerTable"]
    to = name_of(mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
    return [] if to == "PublisherDlq" else [f"what the publisher gives up goes to {to}, not to PublisherDlq"]


def the_sweep_ends_before_the_next_one_begins(template):
    """Two that overlap lose nothing, but both work at the same events."""
    rules = [rule for name, rule in of_type(template, "AWS::Events::Rule").items() if name.startswith("RelaySweep")]
    timeout = of_type(template, FUNCTION)["Relay"].get("Timeout", 3)
    minutes = [int(re.fullmatch(r"rate\((\d+) minutes\)", rule["ScheduleExpression"])[1]) for rule in rules]
    if len(minutes) == 1 and timeout <= 60 * minutes[0]:
        return []
    return [f"relay may run for {timeout} s, and sweeps every {minutes} minutes"]


def every_function_of_a_queue_is_bounded_by_its_mapping(template):
    violations = [
        f"MaximumConcurrency of {name} does not bound {function}"
        for name, mapping, _, function in queue_mappings(template)
        if "MaximumConcurrency" not in mapping.get("ScalingConfig", {})
    ]
    violations += [
        f"{name} reserves concurrency: Lambda throttles messages that it has received, which uses up receives"
        for name, function in of_type(template, FUNCTION).items()
        # But those with an open URL, which is flooded: without a share of its own, each would take everybody's. What
        # their parameters allow is checked below.
        if "ReservedConcurrentExecutions" in function and name not in OPEN
    ]
    for open_function in OPEN:
        parameter = template["Parameters"][f"{open_function}Concurrency"]
        (most,) = [
            mapping["ScalingConfig"].get("MaximumConcurrency", 0)
            for _, mapping, _, function in queue_mappings(template)
            if function == open_function and "ScalingConfig" in mapping
        ] or [0]
        # As much again for those who come over HTTP.
        too_few = [n for n in range(1, 2 * most) if re.fullmatch(parameter["AllowedPattern"], str(n))]
        if too_few or not re.fullmatch(parameter["AllowedPattern"], str(2 * most)):
            violations.append(
                f"{open_function}Concurrency may be less than its queue's mapping uses: that uses up receives"
            )
    return violations


def the_lease_lies_between_timeout_and_visibility(template):
    mailer = of_type(template, FUNCTION)["Mailer"]
    lease = int(mailer["Environment"]["Variables"]["LEASE_SECONDS"])
    visibility = of_type(template, QUEUE)["MailQueue"]["VisibilityTimeout"]
    if mailer["Timeout"] < lease < visibility:
        return []
    return [f"timeout {mailer['Timeout']} s < lease {lease} s < visibility {visibility} s does not hold"]


def the_sweep_knows_how_long_a_mail_in_doubt_waits(template):
    """With a shorter one, it would queue mails again that only wait for an SES event."""
    functions = of_type(template, FUNCTION)
    relay, mailer = (functions[name]["Environment"]["Variables"] for name in ("Relay", "Mailer"))
    violations = []
    if relay.get("DOUBT_GRACE_SECONDS") != mailer["DOUBT_GRACE_SECONDS"]:
        violations.append("the grace period that the sweep knows is not the mailer's")
    if int(relay["SWEEP_AFTER_SECONDS"]) <= int(mailer["LEASE_SECONDS"]):
        violations.append("the sweep takes a mail that is being sent for a lost one")
    return violations


def a_mail_in_doubt_is_resent_before_it_is_stale(template):
    """With a longer grace period, the policy `resend` would never send."""
    sooner, later = of_type(template, FUNCTION)["Mailer"]["Environment"]["Variables"]["DOUBT_GRACE_SECONDS"][
        "Fn::If"
    ][1:]
    violations = [
        f"the grace period of {grace} s ends when a {kind} is already stale, after {stale_after} s"
        for grace in (int(sooner), int(later))
        for kind, stale_after in resent_kinds().items()
        if grace >= stale_after
    ]
    # An SES event on which feedback is killed each time stays hidden this long, until it is in the DLQ, where
    # the mailer's checks find it. They come at least once in each of feedback's retry delays.
    queue = of_type(template, "AWS::SQS::Queue")["FeedbackQueue"]
    functions = of_type(template, FUNCTION)
    retry, known = (functions[name]["Environment"]["Variables"]["FEEDBACK_RETRY_SECONDS"] for name in ("Feedback", "Mailer"))
    if retry != known:
        violations.append(f"feedback delays an SES event for {retry} s, and the mailer takes it for {known} s")
    hidden = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"] + int(retry)
    if int(sooner) <= hidden:
        violations.append(f"the grace period of {sooner} s ends while an SES event may be invisible, for {hidden} s")
    return violations


def every_function_is_as_designed(template):
    violations = []
    groups = of_type(template, "AWS::Logs::LogGroup").values()
    kept = {str(g["LogGroupName"]["Fn::Sub"]) for g in groups if "RetentionInDays" in g}
    for name, function in of_type(template, FUNCTION).items():
        log_group = "/aws/lambda/" + str(function["FunctionName"]["Fn::Sub"])
        memory, timeout = function.get("MemorySize", 0), function.get("Timeout", 3)
        wanted = {
            "does not run on provided.al2023": function.get("Runtime") == "provided.al2023",
            "does not take its architecture from the parameter": function.get("Architectures")
            == [{"Ref": "Architecture"}],
            "does not have 128 to 256 MB": 128 <= memory <= 256 or name == "Relay",
            "does not have a timeout of 10 to 30 s": 10 <= timeout <= 30 or name in ("Relay", "Publisher"),
            # For the calls of its largest batch, one after the other.
            "does not have 90 s": name != "Publisher" or timeout == 90,
            # For its sweep: a whole core, and the time between two runs of its schedule.
            "does not have 1769 MB and 300 s": name != "Relay" or (memory, timeout) == (1769, 300),
            "drops what LogFilter allows": function.get("LoggingConfig", {}).get("ApplicationLogLevel")
            == "TRACE",
            "is not traced": function.get("TracingConfig", {}).get("Mode") == "Active",
            "has no log group with a retention": log_group in kept,
            "does not have a role of its own": name_of(function["Role"]) == f"{name}Role",
        }
        violations += [f"{name} {problem}" for problem, ok in wanted.items() if not ok]
    return violations


# An alarm that looks at so many seconds reminds of what an earlier one has reported.
REMINDS_AFTER = 24 * 60 * 60


def no_function_that_requeues_is_stopped_as_a_loop(template):
    """Lambda stops what comes back to its function more than 16 times, unless the function allows it
    (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html)."""
    return [
        f"Lambda drops a message that {function} requeues more than 16 times: RecursiveLoop is not Allow"
        for _, _, _, function in queue_mappings(template)
        if of_type(template, FUNCTION)[function].get("RecursiveLoop") != "Allow"
    ]


def an_event_that_nobody_waits_for_waits_in_a_queue(template):
    """EventBridge's targets, and intake's own dead-letter queue, are the queues that intake and the connector read."""
    inbox = {queue for _, _, queue, function in queue_mappings(template) if function == "Intake"}
    deliveries = {queue for _, _, queue, function in queue_mappings(template) if function == "Connector"}
    violations = []
    for name, function, queues in [("ShopEventsRule", "intake", inbox), ("PartnerEventsRule", "the connector", deliveries)]:
        for target in of_type(template, "AWS::Events::Rule")[name]["Targets"]:
            if name_of(target["Arn"]) not in queues:
                violations.append(f"{name}'s events go to {name_of(target['Arn'])}, not to {function}'s queue")
                continue
            if name_of(target.get("DeadLetterConfig", {}).get("Arn")) != dlq_of(template, name_of(target["Arn"])):
                violations.append(f"what EventBridge cannot deliver does not go to the DLQ of {function}'s queue")
    dead_letters = of_type(template, FUNCTION)["Intake"].get("DeadLetterConfig", {})
    if name_of(dead_letters.get("TargetArn")) not in inbox:
        violations.append("an asynchronous invocation of intake that failed does not go to intake's queue")
    return violations


def every_rule_tries_for_a_day(template):
    """As long as EventBridge allows, and what is left after that is in a queue of two weeks."""
    longest = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}
    return [
        f"{name} gives an event up early, or has no DLQ"
        for name, rule in of_type(template, "AWS::Events::Rule").items()
        # The sweep's: the next one begins soon.
        if "EventPattern" in rule
        for target in rule["Targets"]
        if target.get("RetryPolicy") != longest or not target.get("DeadLetterConfig")
    ]


def the_hook_is_called_by_its_rule_alone(template):
    """And its role may do nothing else, and it is sent over TLS, with what only EventBridge keeps."""
    violations = []
    role = of_type(template, "AWS::IAM::Role")["MailHookRole"]
    allowed = [
        (statement["Action"], name_of(statement["Resource"]))
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    if allowed != [("events:InvokeApiDestination", "MailHook")]:
        violations.append(f"the hook's role may do {allowed}")
    (trusted,) = role["AssumeRolePolicyDocument"]["Statement"]
    if trusted.get("Condition") != {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}:
        violations.append("EventBridge may take the hook's role for another account")
    pattern = template["Parameters"]["MailHookUrl"]["AllowedPattern"]
    if re.fullmatch(pattern, "http://shop.example/hook") or not re.fullmatch(pattern, "https://shop.example/hook"):
        violations.append("the hook may be called without TLS")
    key = of_type(template, "AWS::Events::Connection")["MailHookConnection"]["AuthParameters"]["ApiKeyAuthParameters"]
    if key["ApiKeyValue"] != {"Fn::Sub": "{{resolve:secretsmanager:${MailHookSecretArn}}}"}:
        violations.append("the hook's secret is in the template or in a parameter")
    return violations


def every_failure_has_an_alarm(template):
    alarms = of_type(template, ALARM).values()

    def watched(metric, reminds=False):
        return {
            name_of(dimension["Value"]) or str(dimension["Value"])
            for alarm in alarms
            if alarm.get("MetricName") == metric
            and (alarm["Period"] * alarm["EvaluationPeriods"] >= REMINDS_AFTER) == reminds
            for dimension in alarm.get("Dimensions", [{"Value": "account"}])
        }

    consumed = {queue for _, _, queue, _ in queue_mappings(template)}
    functions = set(of_type(template, FUNCTION))
    dead_letter_queues = set(of_type(template, QUEUE)) - consumed
    wanted = {
        "ApproximateNumberOfMessagesVisible": dead_letter_queues,
        "ApproximateAgeOfOldestMessage": consumed,
        "Errors": functions,
        "Url5xxCount": set(OPEN),
        "Throttles": functions,
        "IteratorAge": {"Relay", "Publisher"},
        "InDoubt": {"mailer"},
        "Requeued": {"intake", "dispatcher", "mailer", "feedback", "connector"},
        "DeadLetterErrors": {"Intake"},
        "DestinationDeliveryFailures": {"Publisher"},
        "SignatureRefused": {"connector"},
        "RetryInvocationAttempts": {"MailBus"},
        "InvocationsFailedToBeSentToDlq": {"MailBus"},
        "SendingPaused": {"mailer"},
        "RefusedUnread": {"intake"},
        "Swept": {"relay"},
        "SweepLag": {"relay"},
        "AcceptedToSent": {"mailer"},
        "ForgedFeedback": {"feedback"},
        "Reputation.BounceRate": {"account"},
        "Reputation.ComplaintRate": {"account"},
    }
    return [
        f"no alarm watches {metric} of {', '.join(sorted(names - watched(metric)))}"
        for metric, names in wanted.items()
        if names - watched(metric)
    ] + [
        f"no alarm reminds of what has been in {queue} for days"
        for queue in sorted(dead_letter_queues - watched("ApproximateNumberOfMessagesVisible", reminds=True))
    ]


def every_reminder_leaves_time(template):
    """SQS deletes a dead letter 14 days after it was first queued; CloudWatch looks at seven days at most."""
    return [
        f"{name} reminds after {alarm['Period'] * alarm['EvaluationPeriods'] // 3600} hours: half of the 14 days is the most"
        for name, alarm in of_type(template, ALARM).items()
        if alarm["Period"] * alarm["EvaluationPeriods"] > 7 * 24 * 60 * 60
    ]


def every_alarm_says_what_to_do(template):
    return [
        f"{name} notifies nobody, or does not say what to do"
        for name, alarm in of_type(template, ALARM).items()
        if len(alarm.get("AlarmDescription", "").split()) < 10 or not alarm.get("AlarmActions")
    ]


def no_advice_changes_more_than_it_is_about(text):
    """An edit without a selector changes every message, so that one customer's address would be everybody's."""
    edits = re.findall(r"`(waybill dlq replay [^`]*--edit[^`]*)`", text)
    return [f"{advice}: it selects no message" for advice in edits if not re.search(r"--(order|message|filter)\s", advice)]


def every_advice_works(template):
    violations = []
    for name, alarm in of_type(template, ALARM).items():
        advice = alarm["AlarmDescription"]
        violations += [f"{name}: {violation}" for violation in no_advice_changes_more_than_it_is_about(advice)]
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        if len(advice) > 1024:
            violations.append(f"{name}: CloudWatch takes 1024 characters, not {len(advice)}")
        # It rings alone: the other alarm, whose description would be in another mail, need not.
        if re.search(r"See \w+Alarm", advice):
            violations.append(f"{name} only refers to another alarm")
        if re.fullmatch(r"\w+DlqAlarm", name) and "waybill dlq drop" not in advice:
            violations.append(f"{name} does not say how to end what is never replayed")
    return violations


def no_alarm_reports_open_doubts_as_settled(template):
    """InDoubt counts new mails in doubt: without new ones, older ones may still be open."""
    return [
        f"{name} reports that all is well when there is no new mail in doubt"
        for name, alarm in of_type(template, ALARM).items()
        if alarm.get("MetricName") == "InDoubt" and alarm.get("OKActions")
    ]


def every_metric_of_ours_is_one_that_the_code_counts(template):
    """Names, dimensions and functions: with a typo in any of them, an alarm never fires."""
    violations = []
    for place, name, dimensions in metrics_of_ours(template):
        service = dimensions.get("Service")
        if set(dimensions) != metric_dimensions():
            violations.append(f"{place}: {name} has the dimensions {', '.join(sorted(metric_dimensions()))}")
        elif dimensions["Stack"] not in ({"Ref": "AWS::StackName"}, "${AWS::StackName}"):
            violations.append(f"{place}: {name} belongs to another stack")
        elif service not in SERVICES or name not in metrics_of(service):
            violations.append(f"{place}: {service} does not count {name}")
    return violations


def metrics_of_ours(template):
    """Location, name and dimensions of every metric of the namespace Waybill."""
    for name, alarm in of_type(template, ALARM).items():
        if alarm.get("Namespace") == metric_namespace():
            yield name, alarm["MetricName"], {d["Name"]: d["Value"] for d in alarm["Dimensions"]}
    body = of_type(template, "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    for written in re.findall(r'\["Waybill"[^\]]*\]', body):
        words = [word for word in json.loads(written) if isinstance(word, str)]
        yield "Dashboard", words[1], dict(zip(words[2::2], words[3::2], strict=True))


def the_dashboard_is_json_of_metrics_that_exist(template):
    body = of_type(template, "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    violations = [
        f"the dashboard refers to {name}, which is not in the template"
        for name in re.findall(r"\$\{(\w+)[.}]", body)
        if name not in template["Resources"]
    ]
    try:
        json.loads(body)
    except ValueError as error:
        violations.append(f"the dashboard is not valid JSON: {error}")
    return violations


def what_a_parameter_turns_on_is_off_by_default(template):
    """A stack without a shop system opens no URL for one, and neither it nor a stack whose mails' events nobody reads
    pays for what it does not use: each resource of theirs has the condition, and so do those that refer to it."""
    violations = []
    for name, parameter, services in [("ShopSystems", "WithConnector", "connector"), ("MailEvents", "WithMailEvents", "publisher")]:
        if template["Parameters"][name]["Default"] != "false":
            violations.append(f"{name} is on by default")
        if template["Resources"][services.capitalize()].get("Condition") != parameter:
            violations.append(f"{services} is deployed without {name}")
    conditional = {name: r["Condition"] for name, r in template["Resources"].items() if r.get("Condition") in REFINES}
    for place, part in [*template["Resources"].items(), *template["Outputs"].items()]:
        for target in references(part, conditional):
            if conditional[target] not in implied(part.get("Condition")):
                violations.append(f"{place} refers to {target}, which is there only if {conditional[target]}")
    return violations


# Each condition of those two parameters, with the condition that it includes.
REFINES = {
    "WithConnector": None,
    "ShopifyPutsEvents": "WithConnector",
    "WithMailEvents": None,
    "WithMailHook": "WithMailEvents",
}


def implied(condition):
    """The condition and those that it includes."""
    found = set()
    while condition:
        found.add(condition)
        condition = REFINES.get(condition)
    return found


def references(part, names):
    """Which of these logical ids an expression refers to, but for what an `Fn::If` of the same condition guards."""
    if isinstance(part, list):
        return {found for each in part for found in references(each, names)}
    if not isinstance(part, dict):
        return set()
    if "Fn::If" in part:
        condition, when, otherwise = part["Fn::If"]
        guarded = {name: needs for name, needs in names.items() if needs not in implied(condition)}
        return references(when, guarded) | references(otherwise, names)
    found = {name_of(part)} & set(names)
    if "Fn::Sub" in part:
        text = part["Fn::Sub"] if isinstance(part["Fn::Sub"], str) else part["Fn::Sub"][0]
        found |= set(re.findall(r"\$\{(\w+)[.}]", text)) & set(names)
    return found | {name for value in part.values() for name in references(value, names)}


def the_url_is_signed_or_verified(template):
    url = of_type(template, "AWS::Lambda::Url")["IntakeUrl"]
    violations = []
    publishers = of_type(template, FUNCTION)["Intake"]["Environment"]["Variables"].get("PUBLISHERS")
    if publishers != {"Ref": "Publishers"}:
        violations.append("intake does not know who may publish, and accepts everything while the URL changes")
    if url["AuthType"] != {"Fn::If": ["SignedByWebhook", "NONE", "AWS_IAM"]}:
        violations.append("the Function URL is not AWS_IAM by default and NONE for webhooks")
    secret = of_type(template, FUNCTION)["Intake"]["Environment"]["Variables"].get("WEBHOOK_SECRET_ARN")
    if secret != {"Fn::If": ["SignedByWebhook", {"Ref": "WebhookSecretArn"}, {"Ref": "AWS::NoValue"}]}:
        violations.append("with an open URL, intake is not told where its secret is")
    for name, function in of_type(template, FUNCTION).items():
        # lambda:GetFunctionConfiguration shows the variables, in clear.
        if "{{resolve:" in str(function["Environment"]):
            violations.append(f"{name} has a secret in its variables")
    for name in OPEN:
        reserved = of_type(template, FUNCTION)[name].get("ReservedConcurrentExecutions")
        if reserved != {"Fn::If": [f"{name}IsLimited", {"Ref": f"{name}Concurrency"}, {"Ref": "AWS::NoValue"}]}:
            violations.append(f"a flood of {name}'s open URL cannot be kept from using up the account's concurrency")
    for name, permission in of_type(template, "AWS::Lambda::Permission").items():
        condition = template["Resources"][name].get("Condition")
        if permission["Principal"] == "*" and condition != OPEN.get(name_of(permission["FunctionName"])):
            violations.append(f"{name} allows everybody")
    for name, url in of_type(template, "AWS::Lambda::Url").items():
        function = name_of(url["TargetFunctionArn"])
        if function not in OPEN or url["AuthType"] == "NONE" and template["Resources"][name].get("Condition") != OPEN[function]:
            violations.append(f"{name} is open, and nothing turns it on")
    return violations


PROMISES = [
    every_mapping_reports_partial_failures,
    no_function_that_requeues_is_stopped_as_a_loop,
    an_event_that_nobody_waits_for_waits_in_a_queue,
    every_rule_tries_for_a_day,
    the_hook_is_called_by_its_rule_alone,
    every_consumed_queue_has_a_dlq_of_its_own,
    every_visibility_is_six_timeouts,
    every_dlq_keeps_two_weeks,
    every_queue_is_encrypted,
    tables_are_safe,
    the_stream_mappings_give_up_nothing_that_an_outage_delays,
    what_the_publisher_gives_up_is_noted,
    the_sweep_ends_before_the_next_one_begins,
    every_function_of_a_queue_is_bounded_by_its_mapping,
    the_lease_lies_between_timeout_and_visibility,
    the_sweep_knows_how_long_a_mail_in_doubt_waits,
    a_mail_in_doubt_is_resent_before_it_is_stale,
    every_function_is_as_designed,
    every_failure_has_an_alarm,
    every_reminder_leaves_time,
    every_alarm_says_what_to_do,
    every_advice_works,
    no_alarm_reports_open_doubts_as_settled,
    every_metric_of_ours_is_one_that_the_code_counts,
    the_dashboard_is_json_of_metrics_that_exist,
    the_url_is_signed_or_verified,
    what_a_parameter_turns_on_is_off_by_default,
]
