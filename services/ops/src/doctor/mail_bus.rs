//! The bus of mail events: who listens to it, and whether the shop's own system is called.

use aws_sdk_eventbridge::types::{ApiDestinationState, ConnectionState, Rule, RuleState, Target};
use futures::future;

use super::finding::{Checked, Finding, Level, findings};
use crate::aws::Stack;

const DEPLOY: &str = "deploy the template again; it describes the rule";

/// Checks the rules of the bus and what they call. `calls_hook`: whether the stack calls the shop's own system.
pub async fn check(stack: &Stack, calls_hook: bool) -> Vec<Finding> {
    findings(check_rules(stack, calls_hook).await)
}

async fn check_rules(stack: &Stack, calls_hook: bool) -> Checked {
    let bus = stack.mail_bus();
    let subject = format!("bus {bus}");
    let call = stack.event_bridge().list_rules().event_bus_name(&bus);
    let failed = Finding::failed_call(&subject, "events:ListRules", None);
    let answer = call.send().await.map_err(failed)?;
    let rules = answer.rules();
    if rules.is_empty() {
        return Ok(vec![nobody_listens(subject, calls_hook)]);
    }
    let checks = rules.iter().map(async |rule| findings(check_rule(stack, &bus, rule).await));
    Ok(future::join_all(checks).await.concat())
}

fn nobody_listens(subject: String, calls_hook: bool) -> Finding {
    match calls_hook {
        true => Finding::new(Level::Wrong, subject, "no rule calls the shop's own system", DEPLOY),
        false => Finding::new(
            Level::Warning,
            subject,
            "no rule: nobody hears what becomes of the mails",
            "set MailHookUrl, add a rule of your own, or deploy with MailEvents=false and save its cost",
        ),
    }
}

async fn check_rule(stack: &Stack, bus: &str, rule: &Rule) -> Checked {
    let name = rule.name().unwrap_or_default();
    let subject = format!("rule {name}");
    let call = stack.event_bridge().list_targets_by_rule().rule(name).event_bus_name(bus);
    let failed = Finding::failed_call(&subject, "events:ListTargetsByRule", None);
    let answer = call.send().await.map_err(failed)?;
    let mut found = vec![rule_state(subject, rule)];
    for target in answer.targets() {
        if let Some(destination) = api_destination(target) {
            found.push(dead_letters(name, target));
            found.extend(findings(check_destination(stack, destination).await));
        }
    }
    Ok(found)
}

fn rule_state(subject: String, rule: &Rule) -> Finding {
    let state = rule.state().map_or("unknown", RuleState::as_str).to_lowercase();
    let is_enabled = rule.state() == Some(&RuleState::Enabled);
    Finding::expect(is_enabled, subject, state, "nothing is delivered: aws events enable-rule")
}

/// The name of the API destination that a target is
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html>).
fn api_destination(target: &Target) -> Option<&str> {
    target.arn().split_once(":api-destination/")?.1.split('/').next()
}

fn dead_letters(rule: &str, target: &Target) -> Finding {
    let queue = target.dead_letter_config().and_then(|config| config.arn());
    Finding::expect(
        queue.is_some(),
        format!("rule {rule}: dead letters"),
        queue.map_or("none", |arn| arn.rsplit(':').next().unwrap_or(arn)),
        format!("what the shop's own system does not take would be lost: {DEPLOY}"),
    )
}

async fn check_destination(stack: &Stack, name: &str) -> Checked {
    let client = stack.event_bridge();
    let subject = format!("API destination {name}");
    let failed = Finding::failed_call(&subject, "events:DescribeApiDestination", Some(DEPLOY));
    let answer = client.describe_api_destination().name(name).send().await.map_err(failed)?;
    let state = answer.api_destination_state().map_or("unknown", ApiDestinationState::as_str);
    let is_active = answer.api_destination_state() == Some(&ApiDestinationState::Active);
    let fix = "its connection is not authorized: see it in the EventBridge console";
    let destination = Finding::expect(is_active, subject, state.to_lowercase(), fix);
    let connection = answer.connection_arn().and_then(|arn| arn.split_once(":connection/"));
    let Some(name) = connection.and_then(|(_, name)| name.split('/').next()) else {
        return Ok(vec![destination]);
    };
    let subject = format!("connection {name}");
    let failed = Finding::failed_call(&subject, "events:DescribeConnection", Some(DEPLOY));
    let answer = client.describe_connection().name(name).send().await.map_err(failed)?;
    let state = answer.connection_state().map_or("unknown", ConnectionState::as_str);
    let is_authorized = answer.connection_state() == Some(&ConnectionState::Authorized);
    let fix = "deploy the template again with MailHookSecretArn: the shop's system would refuse the calls";
    Ok(vec![destination, Finding::expect(is_authorized, subject, state.to_lowercase(), fix)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_eventbridge::types::DeadLetterConfig;

    const ARN: &str =
        "arn:aws:events:eu-central-1:1:api-destination/shop-mail-hook/11111111-2222-3333";

    fn target(arn: &str) -> Target {
        Target::builder().id("t").arn(arn).build().unwrap()
    }

    #[test]
    fn a_call_to_the_shops_system_without_a_dead_letter_queue_is_wrong() {
        assert_eq!(api_destination(&target(ARN)), Some("shop-mail-hook"));
        assert_eq!(api_destination(&target("arn:aws:sqs:eu-central-1:1:q")), None);
        assert_eq!(dead_letters("r", &target(ARN)).level, Level::Wrong);
        let mut watched = target(ARN);
        let queue =
            DeadLetterConfig::builder().arn("arn:aws:sqs:eu-central-1:1:shop-mail-hook-dlq");
        watched.dead_letter_config = Some(queue.build());
        let finding = dead_letters("r", &watched);
        assert_eq!((finding.level, finding.found.as_str()), (Level::Ok, "shop-mail-hook-dlq"));
    }

    #[test]
    fn a_bus_that_nobody_listens_to_is_wrong_only_where_the_stack_is_to_call_the_shop() {
        assert_eq!(nobody_listens("bus".to_owned(), true).level, Level::Wrong);
        assert_eq!(nobody_listens("bus".to_owned(), false).level, Level::Warning);
        let disabled = Rule::builder().name("r").state(RuleState::Disabled).build();
        assert_eq!(rule_state("rule r".to_owned(), &disabled).level, Level::Wrong);
    }
}
