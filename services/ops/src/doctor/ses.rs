//! SES: the account, the sender's identity, the configuration set.

use aws_sdk_sesv2::operation::get_email_identity::GetEmailIdentityOutput;
use aws_sdk_sesv2::types::{DkimStatus, EventType};

use super::Finding;
use super::functions::Functions;
use crate::aws::{Stack, describe_error, is_denied};

/// What feedback needs to hear of in any case. A delay is the only word on a mail to a mailbox that
/// is out of reach, before the grace is over.
const NEEDED: [EventType; 5] = [
    EventType::Delivery,
    EventType::DeliveryDelay,
    EventType::Bounce,
    EventType::Complaint,
    EventType::Reject,
];

/// The grace, in seconds, that does without an event for each send. After a shorter one a mail that
/// SES has accepted and not yet delivered would be sent again.
const GRACE_WITHOUT_SENDS: i64 = 39_600;

/// Checks all three.
pub async fn check(stack: &Stack, functions: &Functions) -> Vec<Finding> {
    let client = &stack.ses();
    let mut findings = account(client).await;
    findings.push(match functions.variable("mailer", "MAIL_FROM") {
        Some(mailbox) => identity(client, mailbox).await,
        None => Finding::not_checked("SES: sender", "the mailer's MAIL_FROM is not known"),
    });
    let set = functions
        .variable("mailer", "SES_CONFIGURATION_SET")
        .or_else(|| stack.output("ConfigurationSetName"));
    match set {
        Some(set) => {
            findings.extend(configuration_set(client, set, &needed(functions.grace())).await);
        }
        None => findings.push(Finding::not_checked(
            "SES: configuration set",
            "the mailer's SES_CONFIGURATION_SET is not known",
        )),
    }
    findings
}

async fn account(client: &aws_sdk_sesv2::Client) -> Vec<Finding> {
    let account = match client.get_account().send().await {
        Ok(account) => account,
        Err(error) => return vec![Finding::unanswered("SES: account", &error, "ses:GetAccount")],
    };
    vec![
        Finding::expect(
            account.sending_enabled,
            "SES: sending",
            if account.sending_enabled { "enabled" } else { "paused" },
            "see the account's reputation in the SES console, then resume it; mails wait meanwhile",
        ),
        if account.production_access_enabled {
            Finding::good("SES: production access", "granted")
        } else {
            Finding::warning(
                "SES: production access",
                "sandbox: only verified addresses are mailed",
                "request production access in the SES console",
            )
        },
    ]
}

/// The identity of the sender: its address, or else its domain.
async fn identity(client: &aws_sdk_sesv2::Client, mailbox: &str) -> Finding {
    let address = mailbox.rsplit('<').next().unwrap_or(mailbox).trim_end_matches('>').trim();
    let domain = address.rsplit('@').next().unwrap_or(address);
    let mut refusal = String::new();
    for name in [domain, address] {
        match client.get_email_identity().email_identity(name).send().await {
            Ok(answer) => return judge_identity(domain, &answer),
            Err(error) if is_denied(&error) => {
                let subject = format!("SES: sender {domain}");
                return Finding::unanswered(subject, &error, "ses:GetEmailIdentity");
            }
            Err(error) => refusal = describe_error(&error),
        }
    }
    Finding::wrong(
        format!("SES: sender {domain}"),
        refusal,
        "create the identity in this region, and publish its DKIM records",
    )
}

fn judge_identity(domain: &str, identity: &GetEmailIdentityOutput) -> Finding {
    let subject = format!("SES: sender {domain}");
    let dkim = identity.dkim_attributes();
    let signs = dkim.is_some_and(|d| d.signing_enabled());
    let status = dkim.and_then(|d| d.status());
    match (identity.verified_for_sending_status(), signs, status) {
        (false, _, _) => Finding::wrong(
            subject,
            "not verified: SES refuses every mail",
            "publish the DKIM records that SES shows for it, and wait for its verification",
        ),
        (true, true, Some(DkimStatus::Success)) => Finding::good(subject, "verified, DKIM signs"),
        (true, _, status) => Finding::warning(
            subject,
            format!(
                "verified; DKIM {}",
                status.map_or("unknown", DkimStatus::as_str).to_lowercase()
            ),
            "publish its DKIM records: large mailbox providers refuse unsigned mail",
        ),
    }
}

/// What feedback needs to hear of where the mailer's grace is so many seconds long.
fn needed(grace: Option<i64>) -> Vec<EventType> {
    let is_short = grace.is_some_and(|seconds| seconds < GRACE_WITHOUT_SENDS);
    is_short.then_some(EventType::Send).into_iter().chain(NEEDED).collect()
}

async fn configuration_set(
    client: &aws_sdk_sesv2::Client,
    set: &str,
    needed: &[EventType],
) -> Vec<Finding> {
    let subject = format!("SES: configuration set {set}");
    let found = match client.get_configuration_set().configuration_set_name(set).send().await {
        Ok(found) => found,
        Err(error) if is_denied(&error) => {
            return vec![Finding::unanswered(subject, &error, "ses:GetConfigurationSet")];
        }
        Err(error) => {
            let fix = "without it no event comes back: deploy the template again";
            return vec![Finding::wrong(subject, describe_error(&error), fix)];
        }
    };
    let sends = found.sending_options.is_none_or(|options| options.sending_enabled());
    let mut findings = vec![Finding::expect(
        sends,
        subject.clone(),
        if sends { "sends" } else { "paused" },
        "resume it: aws sesv2 put-configuration-set-sending-options --sending-enabled",
    )];
    let destinations =
        client.get_configuration_set_event_destinations().configuration_set_name(set).send().await;
    findings.push(match destinations {
        Err(error) => {
            let permission = "ses:GetConfigurationSetEventDestinations";
            Finding::unanswered(format!("{subject}: events"), &error, permission)
        }
        Ok(answer) => {
            let heard: Vec<EventType> = answer
                .event_destinations()
                .iter()
                .filter(|destination| destination.enabled())
                .flat_map(|destination| destination.matching_event_types().to_vec())
                .collect();
            judge_events(&subject, needed, &heard)
        }
    });
    findings
}

fn judge_events(subject: &str, needed: &[EventType], heard: &[EventType]) -> Finding {
    let missing: Vec<String> = needed
        .iter()
        .filter(|needed| !heard.contains(needed))
        .map(|needed| needed.as_str().to_lowercase().replace('_', " "))
        .collect();
    Finding::expect(
        missing.is_empty(),
        format!("{subject}: events"),
        if missing.is_empty() {
            "all published".to_owned()
        } else {
            format!("not published: {}", missing.join(", "))
        },
        "doubts are settled by these: deploy the template again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn an_event_type_that_is_not_published_is_named() {
        let finding = judge_events("set", &NEEDED, &[EventType::Send, EventType::Delivery]);
        assert_eq!(finding.level, Level::Wrong);
        assert_eq!(finding.found, "not published: delivery delay, bounce, complaint, reject");
    }

    #[test]
    fn an_event_for_each_send_is_needed_only_where_the_grace_is_too_short_for_a_delivery() {
        let judged = |grace, heard: &[EventType]| judge_events("set", &needed(grace), heard);
        let with_sends = [&[EventType::Send][..], &NEEDED].concat();
        assert_eq!(judged(Some(GRACE_WITHOUT_SENDS), &NEEDED).level, Level::Good);
        assert_eq!(judged(None, &NEEDED).level, Level::Good);
        assert_eq!(judged(Some(1200), &with_sends).level, Level::Good);
        assert_eq!(judged(Some(1200), &NEEDED).found, "not published: send");
    }

    #[test]
    fn the_grace_without_sends_is_the_template_s() {
        let template = include_str!("../../../../infra/template.yaml");
        let line =
            format!("DOUBT_GRACE_SECONDS: !If [SendsAreReported, '1200', '{GRACE_WITHOUT_SENDS}']");
        assert!(template.contains(&line), "expected in the template: {line}");
    }

    #[test]
    fn an_unverified_sender_is_wrong_and_one_without_dkim_a_warning() {
        let identity = |verified| {
            GetEmailIdentityOutput::builder().verified_for_sending_status(verified).build()
        };
        assert_eq!(judge_identity("shop.example", &identity(false)).level, Level::Wrong);
        assert_eq!(judge_identity("shop.example", &identity(true)).level, Level::Warning);
    }
}
