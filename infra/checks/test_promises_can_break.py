"""Each promise, broken on purpose in a copy of the template, is reported. A check that cannot fail
checks nothing."""

import copy

import pytest

import permissions as p
import promises
from promises import MAPPING, QUEUE, queue_mappings
from translated import SERVICES, of_type, translated

WHOLE = translated()
MAPPINGS = sorted(of_type(WHOLE, MAPPING))
CONSUMED = sorted(queue for _, _, queue, _ in queue_mappings(WHOLE))
QUEUES = sorted(of_type(WHOLE, QUEUE))
GRANTS = [
    (service, i)
    for service in SERVICES
    for i, _ in enumerate(p.statements(WHOLE, service))
]


@pytest.fixture
def template():
    return translated()


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_mapping_that_loses_its_partial_failures_is_reported(template, mapping):
    del of_type(template, MAPPING)[mapping]["FunctionResponseTypes"]
    assert any(mapping in violation for violation in promises.every_mapping_reports_partial_failures(template))


@pytest.mark.parametrize("function", ["Intake", "Dispatcher", "Mailer", "Feedback", "Connector"])
def test_a_function_whose_requeued_messages_count_as_a_loop_is_reported(template, function):
    del of_type(template, promises.FUNCTION)[function]["RecursiveLoop"]
    violations = promises.no_function_that_requeues_is_stopped_as_a_loop(template)
    assert [function in violation for violation in violations] == [True]


def test_shop_events_that_pass_by_the_inbox_are_reported(template):
    target = of_type(template, "AWS::Events::Rule")["ShopEventsRule"]["Targets"][0]
    of_type(template, promises.FUNCTION)["Intake"]["DeadLetterConfig"]["TargetArn"] = target["DeadLetterConfig"]["Arn"]
    del target["DeadLetterConfig"]
    assert len(promises.an_event_that_nobody_waits_for_waits_in_a_queue(template)) == 2
    target["Arn"] = {"Fn::GetAtt": ["Intake", "Arn"]}
    assert len(promises.an_event_that_nobody_waits_for_waits_in_a_queue(template)) == 2


def test_partner_events_that_pass_by_the_deliveries_are_reported(template):
    target = of_type(template, "AWS::Events::Rule")["PartnerEventsRule"]["Targets"][0]
    target["Arn"] = {"Fn::GetAtt": ["InboxQueue", "Arn"]}
    assert len(promises.an_event_that_nobody_waits_for_waits_in_a_queue(template)) == 1


@pytest.mark.parametrize("rule", ["ShopEventsRule", "SesEventsRule", "PartnerEventsRule", "MailHookRule"])
@pytest.mark.parametrize("lost", ["RetryPolicy", "DeadLetterConfig"])
def test_a_rule_that_gives_up_early_or_for_good_is_reported(template, rule, lost):
    del of_type(template, "AWS::Events::Rule")[rule]["Targets"][0][lost]
    assert promises.every_rule_tries_for_a_day(template) == [f"{rule} gives an event up early, or has no DLQ"]


def test_a_hook_that_others_may_call_or_whose_secret_shows_is_reported(template):
    role = of_type(template, "AWS::IAM::Role")["MailHookRole"]
    role["Policies"][0]["PolicyDocument"]["Statement"][0]["Resource"] = "*"
    del role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]
    template["Parameters"]["MailHookUrl"]["AllowedPattern"] = "^https?://.*$"
    connection = of_type(template, "AWS::Events::Connection")["MailHookConnection"]
    connection["AuthParameters"]["ApiKeyAuthParameters"]["ApiKeyValue"] = {"Ref": "MailHookSecret"}
    assert len(promises.the_hook_is_called_by_its_rule_alone(template)) == 4


@pytest.mark.parametrize("queue", CONSUMED)
def test_a_queue_that_loses_its_dlq_is_reported(template, queue):
    del of_type(template, QUEUE)[queue]["RedrivePolicy"]
    assert f"{queue} has no DLQ" in promises.every_consumed_queue_has_a_dlq_of_its_own(template)


def test_two_queues_with_one_dlq_are_reported(template):
    queues = of_type(template, QUEUE)
    queues["MailQueue"]["RedrivePolicy"] = dict(queues["DispatchQueue"]["RedrivePolicy"])
    assert promises.every_consumed_queue_has_a_dlq_of_its_own(template)


@pytest.mark.parametrize("queue", CONSUMED)
def test_a_queue_with_a_receive_count_of_four_is_reported(template, queue):
    of_type(template, QUEUE)[queue]["RedrivePolicy"]["maxReceiveCount"] = 4
    assert promises.every_consumed_queue_has_a_dlq_of_its_own(template)


@pytest.mark.parametrize("queue", ["DispatchQueue", "MailQueue", "DeliveriesQueue"])
def test_receives_that_do_not_outlive_half_an_hour_without_requeues_are_reported(template, queue):
    of_type(template, QUEUE)[queue]["RedrivePolicy"]["maxReceiveCount"] = 9
    assert promises.every_consumed_queue_has_a_dlq_of_its_own(template)


@pytest.mark.parametrize("queue", CONSUMED)
def test_a_visibility_under_six_timeouts_is_reported(template, queue):
    of_type(template, QUEUE)[queue]["VisibilityTimeout"] = 6 * 10 - 1
    assert any(queue in violation for violation in promises.every_visibility_is_six_timeouts(template))


@pytest.mark.parametrize("function", ["Intake", "Dispatcher", "Mailer", "Feedback", "Connector"])
def test_a_timeout_that_outgrows_its_queue_is_reported(template, function):
    of_type(template, promises.FUNCTION)[function]["Timeout"] = 60
    assert promises.every_visibility_is_six_timeouts(template)


@pytest.mark.parametrize("queue", sorted(set(QUEUES) - set(CONSUMED)))
def test_a_dlq_with_a_shorter_retention_is_reported(template, queue):
    of_type(template, QUEUE)[queue]["MessageRetentionPeriod"] = 345600
    assert promises.every_dlq_keeps_two_weeks(template)


@pytest.mark.parametrize("queue", QUEUES)
def test_an_unencrypted_queue_is_reported(template, queue):
    del of_type(template, QUEUE)[queue]["SqsManagedSseEnabled"]
    assert promises.every_queue_is_encrypted(template)


@pytest.mark.parametrize(
    "lost",
    ["BillingMode", "SSESpecification", "PointInTimeRecoverySpecification", "TimeToLiveSpecification"],
)
@pytest.mark.parametrize("table", ["EventsTable", "LedgerTable"])
def test_a_table_that_loses_a_safeguard_is_reported(template, table, lost):
    del of_type(template, "AWS::DynamoDB::Table")[table][lost]
    assert promises.tables_are_safe(template)


@pytest.mark.parametrize(
    "setting, value",
    [
        ("FilterCriteria", {}),
        ("BisectBatchOnFunctionError", False),
        ("MaximumRetryAttempts", 10),
        ("MaximumRecordAgeInSeconds", 3600),
        ("StartingPosition", "LATEST"),
    ],
)
@pytest.mark.parametrize("mapping", ["RelayInserts", "PublisherChanges"])
def test_a_stream_mapping_that_gives_records_up_is_reported(template, mapping, setting, value):
    of_type(template, MAPPING)[mapping][setting] = value
    assert len(promises.the_stream_mappings_give_up_nothing_that_an_outage_delays(template)) == 1


def test_a_stream_without_the_images_that_its_reader_compares_is_reported(template):
    table = of_type(template, "AWS::DynamoDB::Table")["LedgerTable"]
    table["StreamSpecification"]["Fn::If"][1] = {"StreamViewType": "NEW_IMAGE"}
    assert len(promises.the_stream_mappings_give_up_nothing_that_an_outage_delays(template)) == 1


def test_records_that_the_publisher_gives_up_unnoted_are_reported(template):
    del of_type(template, MAPPING)["PublisherChanges"]["DestinationConfig"]
    assert promises.what_the_publisher_gives_up_is_noted(template)


def test_a_sweep_that_outlasts_its_schedule_is_reported(template):
    of_type(template, promises.FUNCTION)["Relay"]["Timeout"] = 301
    assert promises.the_sweep_ends_before_the_next_one_begins(template)


@pytest.mark.parametrize("mapping", sorted(name for name, _, _, _ in queue_mappings(WHOLE)))
def test_an_unbounded_function_is_reported(template, mapping):
    del of_type(template, MAPPING)[mapping]["ScalingConfig"]
    assert promises.every_function_of_a_queue_is_bounded_by_its_mapping(template)


def test_reserved_concurrency_is_reported(template):
    of_type(template, promises.FUNCTION)["Mailer"]["ReservedConcurrentExecutions"] = 2
    assert promises.every_function_of_a_queue_is_bounded_by_its_mapping(template)


@pytest.mark.parametrize("graces", [("1200", "43200"), ("1190", "39600")])
def test_a_grace_period_that_ends_too_late_or_while_an_event_is_invisible_is_reported(template, graces):
    variables = of_type(template, promises.FUNCTION)["Mailer"]["Environment"]["Variables"]
    variables["DOUBT_GRACE_SECONDS"]["Fn::If"][1:] = graces
    assert promises.a_mail_in_doubt_is_resent_before_it_is_stale(template)


def test_a_sweep_that_is_sooner_than_a_lease_ends_is_reported(template):
    of_type(template, promises.FUNCTION)["Relay"]["Environment"]["Variables"]["SWEEP_AFTER_SECONDS"] = "60"
    assert promises.the_sweep_knows_how_long_a_mail_in_doubt_waits(template)


def test_a_sweep_with_another_grace_period_is_reported(template):
    of_type(template, promises.FUNCTION)["Relay"]["Environment"]["Variables"]["DOUBT_GRACE_SECONDS"] = "60"
    assert promises.the_sweep_knows_how_long_a_mail_in_doubt_waits(template)


def test_a_mailer_that_does_not_know_feedback_s_retry_delay_is_reported(template):
    of_type(template, promises.FUNCTION)["Mailer"]["Environment"]["Variables"]["FEEDBACK_RETRY_SECONDS"] = "120"
    assert promises.a_mail_in_doubt_is_resent_before_it_is_stale(template)


@pytest.mark.parametrize("policy", ["Retain", "Delete"])
def test_tables_that_a_failed_creation_leaves_or_a_deletion_takes_are_reported(template, policy):
    template["Resources"]["LedgerTable"]["DeletionPolicy"] = policy
    assert promises.tables_are_safe(template)


@pytest.mark.parametrize(
    "alarm,advice",
    [
        ("InboxDlqAlarm", "Then `waybill dlq drop inbox`, or `waybill dlq replay inbox --edit JQ`."),
        ("MailDlqAlarm", "Then `waybill dlq replay mail --reason TEXT`."),
        ("RelayThrottlesAlarm", "Lambda throttled relay. See IntakeThrottlesAlarm."),
        ("SweptAlarm", "The sweep queued events again. " * 40),
    ],
)
def test_advice_that_does_not_work_is_reported(template, alarm, advice):
    of_type(template, promises.ALARM)[alarm]["AlarmDescription"] = advice
    assert [violation.split(":")[0].split(" ")[0] for violation in promises.every_advice_works(template)] == [alarm]


def test_an_alarm_that_reports_open_doubts_as_settled_is_reported(template):
    of_type(template, promises.ALARM)["InDoubtAlarm"]["OKActions"] = [{"Ref": "AlarmTopic"}]
    assert promises.no_alarm_reports_open_doubts_as_settled(template)


@pytest.mark.parametrize("alarm", ["RequeuedAlarm", "SendingPausedAlarm", "FeedbackRequeuedAlarm", "SweptAlarm", "InDoubtAlarm", "AcceptedToSentAlarm"])
@pytest.mark.parametrize(
    "change",
    [
        lambda alarm: alarm.update(MetricName="Requeeued"),
        lambda alarm: alarm["Dimensions"].pop(),
        lambda alarm: alarm["Dimensions"][0].update(Value="nobody"),
        lambda alarm: alarm["Dimensions"][1].update(Value="waybill"),
    ],
    ids=["name", "no-stack", "other-service", "other-stack"],
)
def test_an_alarm_for_a_metric_that_no_function_writes_is_reported(template, alarm, change):
    change(of_type(template, promises.ALARM)[alarm])
    assert promises.every_metric_of_ours_is_one_that_the_code_counts(template)


def test_a_graph_of_a_metric_that_no_function_writes_is_reported(template):
    body = of_type(template, "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]
    body["Fn::Sub"] = body["Fn::Sub"].replace('"Planned"', '"Plannned"')
    assert len(promises.every_metric_of_ours_is_one_that_the_code_counts(template)) == 1


def test_an_intake_that_does_not_know_who_may_publish_is_reported(template):
    del of_type(template, promises.FUNCTION)["Intake"]["Environment"]["Variables"]["PUBLISHERS"]
    assert promises.the_url_is_signed_or_verified(template)


def test_a_relay_that_may_write_to_all_of_the_ledger_is_reported(template):
    for statement in p.statements(template, "relay"):
        statement.pop("Condition", None)
    assert p.relay_writes_only_its_watermark_to_the_ledger(template)


def test_a_lease_shorter_than_the_timeout_is_reported(template):
    of_type(template, promises.FUNCTION)["Mailer"]["Environment"]["Variables"]["LEASE_SECONDS"] = "29"
    assert promises.the_lease_lies_between_timeout_and_visibility(template)


@pytest.mark.parametrize("lost", ["TracingConfig", "LoggingConfig", "Architectures", "MemorySize"])
def test_a_function_that_loses_a_setting_is_reported(template, lost):
    del of_type(template, promises.FUNCTION)["Relay"][lost]
    assert promises.every_function_is_as_designed(template)


@pytest.mark.parametrize("alarm", sorted(of_type(WHOLE, promises.ALARM)))
def test_a_removed_alarm_is_reported(template, alarm):
    del template["Resources"][alarm]
    assert promises.every_failure_has_an_alarm(template)


def test_a_reminder_that_comes_too_late_is_reported(template):
    of_type(template, promises.ALARM)["MailDlqForgottenAlarm"]["EvaluationPeriods"] = 24 * 8
    assert promises.every_reminder_leaves_time(template)


def test_an_alarm_without_advice_is_reported(template):
    of_type(template, promises.ALARM)["MailDlqAlarm"]["AlarmDescription"] = "DLQ not empty"
    assert promises.every_alarm_says_what_to_do(template)


def test_a_broken_dashboard_is_reported(template):
    body = of_type(template, "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]
    body["Fn::Sub"] = body["Fn::Sub"].replace("${Relay}", "${Rely}")[:-3]
    assert len(promises.the_dashboard_is_json_of_metrics_that_exist(template)) >= 2


def test_an_open_url_is_reported(template):
    of_type(template, "AWS::Lambda::Url")["IntakeUrl"]["AuthType"] = "NONE"
    assert promises.the_url_is_signed_or_verified(template)


@pytest.mark.parametrize("resource", ["ConnectorUrl", "ConnectorUrlIsPublic", "ConnectorUrlMayInvoke"])
def test_a_connector_that_is_open_without_its_parameter_is_reported(template, resource):
    del template["Resources"][resource]["Condition"]
    assert len(promises.the_url_is_signed_or_verified(template)) == 1


def test_a_shop_system_or_events_that_are_on_by_default_are_reported(template):
    for parameter in ("ShopSystems", "MailEvents"):
        template["Parameters"][parameter]["Default"] = "true"
    for function in ("Connector", "Publisher"):
        del template["Resources"][function]["Condition"]
    violations = promises.what_a_parameter_turns_on_is_off_by_default(template)
    assert sum("by default" in violation for violation in violations) == 2
    assert sum("is deployed without" in violation for violation in violations) == 2


@pytest.mark.parametrize(
    "place, refers",
    [
        ("DeliveriesDlqAlarm", "DeliveriesDlq"),
        ("MailHookDlqPolicy", "MailHookDlq"),
        ("PublisherChanges", "Publisher"),
        ("Settings", "ConnectorUrl"),
    ],
)
def test_a_reference_to_what_may_not_be_there_is_reported(template, place, refers):
    """CloudFormation refuses the template only where somebody deploys it without the parameter."""
    if place == "Settings":
        variables = of_type(template, "AWS::SSM::Parameter")[place]["Value"]["Fn::Sub"][1]
        variables["ConnectorUrlIfAny"] = variables["ConnectorUrlIfAny"]["Fn::If"][1]
    else:
        del template["Resources"][place]["Condition"]
    violations = promises.what_a_parameter_turns_on_is_off_by_default(template)
    assert any(v.startswith(f"{place} refers to {refers}, ") for v in violations), violations


def test_an_intake_that_cannot_find_its_secret_is_reported(template):
    del of_type(template, promises.FUNCTION)["Intake"]["Environment"]["Variables"]["WEBHOOK_SECRET_ARN"]
    assert promises.the_url_is_signed_or_verified(template)


def test_a_secret_in_a_variable_is_reported(template):
    variables = of_type(template, promises.FUNCTION)["Mailer"]["Environment"]["Variables"]
    variables["SHOP_BRAND"] = {"Fn::Sub": "{{resolve:secretsmanager:${WebhookSecretArn}}}"}
    assert "Mailer has a secret in its variables" in promises.the_url_is_signed_or_verified(template)


@pytest.mark.parametrize("function", ["Intake", "Connector"])
def test_an_open_url_that_may_use_up_the_accounts_concurrency_is_reported(template, function):
    del of_type(template, promises.FUNCTION)[function]["ReservedConcurrentExecutions"]
    assert promises.the_url_is_signed_or_verified(template)


@pytest.mark.parametrize("function", ["Intake", "Connector"])
def test_a_share_that_the_queue_alone_may_use_up_is_reported(template, function):
    template["Parameters"][f"{function}Concurrency"]["AllowedPattern"] = "0|[1-9][0-9]"
    assert len(promises.every_function_of_a_queue_is_bounded_by_its_mapping(template)) == 1


@pytest.mark.parametrize("service,statement", GRANTS)
def test_a_permission_that_is_removed_is_reported(template, service, statement):
    one = p.statements(template, service)[statement]
    lost = p.listed(one["Action"])[0]
    one["Action"] = [action for action in p.listed(one["Action"]) if action != lost]
    violations = p.each_role_grants_exactly_what_is_declared(template)
    assert any(b.startswith(f"{service} needs {lost}") for b in violations)


@pytest.mark.parametrize("service", SERVICES)
def test_a_permission_that_is_added_is_reported(template, service):
    role = of_type(template, "AWS::IAM::Role")[f"{service.capitalize()}Role"]
    role["Policies"][0]["PolicyDocument"]["Statement"].append(
        {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": {"Fn::GetAtt": ["LedgerTable", "Arn"]}}
    )
    violations = p.each_role_grants_exactly_what_is_declared(template)
    assert violations == [f"{service} is granted dynamodb:Scan on LedgerTable, and does not need it"]


@pytest.mark.parametrize(
    "change",
    [
        {"Action": "s3:PutObject"},
        {"Action": ["s3:GetObject", "s3:ListBucket"]},
        {"Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::*/*"}},
        {"Condition": {}},
        {"Condition": {"StringEquals": {"aws:ResourceAccount": "*"}}},
    ],
)
def test_more_of_s3_than_the_objects_of_one_bucket_is_reported(template, change):
    [one] = [s for s in p.statements(template, "mailer") if s.get("Sid") == "ReadsFilesOfMails"]
    one.update(change)
    assert p.the_mailer_reads_one_bucket_and_only_where_it_is_named(template)


def test_a_bucket_that_every_stack_may_read_is_reported(template):
    role = of_type(template, "AWS::IAM::Role")["MailerRole"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    [one] = [s for s in statements if s.get("Fn::If", [""])[0] == "MailsHaveFiles"]
    statements.append(one["Fn::If"][1])
    assert p.the_mailer_reads_one_bucket_and_only_where_it_is_named(template)


@pytest.mark.parametrize("service", SERVICES)
def test_a_managed_policy_is_reported(template, service):
    role = of_type(template, "AWS::IAM::Role")[f"{service.capitalize()}Role"]
    role["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]
    assert p.each_role_grants_exactly_what_is_declared(template)


@pytest.mark.parametrize("service", SERVICES)
def test_a_resource_widened_to_everything_is_reported(template, service):
    for statement in p.statements(template, service):
        statement["Resource"] = "*"
    assert p.no_role_grants_a_wildcard(template)


def test_a_mailer_that_may_send_from_any_address_is_reported(template):
    for statement in p.statements(template, "mailer"):
        statement.pop("Condition", None)
    assert p.the_mailer_sends_only_as_the_shop(template)


@pytest.mark.parametrize("wrong", ["Condition", "Action", "keys", "Null"])
def test_an_operator_of_one_shop_who_reaches_another_is_reported(template, wrong):
    policy = copy.deepcopy(p.SHOP_OPERATOR)
    statement = next(s for s in policy["Statement"] if s["Sid"] == "ReadsOrdersOfTheShop")
    if wrong == "Action":
        statement["Action"].append("dynamodb:Scan")
    elif wrong == "keys":
        statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = ["*"]
    elif wrong == "Null":
        del statement["Condition"]["Null"]
    else:
        del statement["Condition"]
    assert p.an_operator_of_one_shop_reaches_no_other(template, policy)


def test_a_connector_that_may_read_the_keys_of_a_shops_api_is_reported(template):
    [one] = [s for s in p.statements(template, "connector") if s["Sid"] == "ReadsSecretsOfShopSystems"]
    one["Resource"][0]["Fn::Sub"] = one["Resource"][0]["Fn::Sub"].replace("-??????", "*")
    assert len(p.the_connector_reads_no_secret_but_those_that_sign(template)) == 1


@pytest.mark.parametrize("policy", sorted(of_type(WHOLE, "AWS::SQS::QueuePolicy")))
def test_a_queue_open_to_every_rule_is_reported(template, policy):
    del of_type(template, "AWS::SQS::QueuePolicy")[policy]["PolicyDocument"]["Statement"][0]["Condition"]
    assert p.only_named_principals_reach_the_queues(template)
