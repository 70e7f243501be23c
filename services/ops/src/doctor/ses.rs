//! SES: the account, the sender's identity, the configuration set.

use aws_sdk_sesv2::operation::get_email_identity::GetEmailIdentityOutput;
use aws_sdk_sesv2::types::{DkimStatus, EventType};

use super::finding::Finding;
use super::lambda::Functions;
use crate::aws::{Stack, describe_error, is_denied};

/// The events that feedback always needs. For a mailbox that is out of reach, a delivery delay is the
/// only event before the grace period is over.
const NEEDED: [EventType; 5] = [
    EventType::Delivery,
    EventType::DeliveryDelay,
    EventType::Bounce,
    EventType::Complaint,
    EventType::Reject,
];

/// From this grace period on, in seconds, no event for each send is needed. After a shorter one, a mail
/// that SES has accepted and not yet delivered would be sent again.
const GRACE_WITHOUT_SENDS: i64 = 39_600;

pub async fn check(stack: &Stack, functions: &Functions) -> Vec<Finding> {
    let client = &stack.ses();
    let mut findings = check_account(client).await;
    findings.push(match functions.variable("mailer", "MAIL_FROM") {
        Some(mailbox) => check_identity(client, mailbox).await,
        None => Finding::not_checked("SES: sender", "the mailer's MAIL_FROM is not known"),
    });
    let set = functions
        .variable("mailer", "SES_CONFIGURATION_SET")
        .or_else(|| stack.output("ConfigurationSetName"));
    match set {
        Some(set) => {
            let needed = needed_events(functions.grace());
            findings.extend(check_configuration_set(client, set, &needed).await);
        }
        None => findings.push(Finding::not_checked(
            "SES: configuration set",
            "the mailer's SES_CONFIGURATION_SET is not known",
        )),
    }
    findings
}

async fn check_account(client: &aws_sdk_sesv2::Client) -> Vec<Finding> {
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
            Finding::ok("SES: production access", "granted")
        } else {
            Finding::warning(
                "SES: production access",
                "sandbox: only verified addresses are mailed",
                "request production access in the SES console",
            )
        },
    ]
}

/// The sender's identity may be its domain or its address.
async fn check_identity(client: &aws_sdk_sesv2::Client, mailbox: &str) -> Finding {
    let address = mailbox.rsplit('<').next().unwrap_or(mailbox).trim_end_matches('>').trim();
    let domain = address.rsplit('@').next().unwrap_or(address);
    let mut refusal = String::new();
    // The domain first: it covers every address, and its DKIM signs for them.
    for name in [domain, address] {
        match client.get_email_identity().email_identity(name).send().await {
            Ok(answer) => return identity_finding(domain, &answer),
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

fn identity_finding(domain: &str, identity: &GetEmailIdentityOutput) -> Finding {
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
        (true, true, Some(DkimStatus::Success)) => Finding::ok(subject, "verified, DKIM signs"),
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

/// The events that feedback needs, given the mailer's grace period in seconds.
fn needed_events(grace: Option<i64>) -> Vec<EventType> {
    let is_short = grace.is_some_and(|seconds| seconds < GRACE_WITHOUT_SENDS);
    is_short.then_some(EventType::Send).into_iter().chain(NEEDED).collect()
}

async fn check_configuration_set(
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
            let fix = "without it SES sends no events: deploy the template again";
            return vec![Finding::wrong(subject, describe_error(&error), fix)];
        }
    };
    let is_sending = found.sending_options.is_none_or(|options| options.sending_enabled());
    let mut findings = vec![Finding::expect(
        is_sending,
        subject.clone(),
        if is_sending { "sends" } else { "paused" },
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
            let published: Vec<EventType> = answer
                .event_destinations()
                .iter()
                .filter(|destination| destination.enabled())
                .flat_map(|destination| destination.matching_event_types().to_vec())
                .collect();
            check_events(&subject, needed, &published)
        }
    });
    findings
}

fn check_events(subject: &str, needed: &[EventType], published: &[EventType]) -> Finding {
    let missing: Vec<String> = needed
        .iter()
        .filter(|needed| !published.contains(needed))
        .map(|needed| needed.as_str().to_lowercase().replace('_', " "))
        .collect();
    Finding::expect_none_missing(
        &missing,
        format!("{subject}: events"),
        "all published",
        "not published:",
        "doubts are settled by these: deploy the template again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn an_event_type_that_is_not_published_is_named() {
        let finding = check_events("set", &NEEDED, &[EventType::Send, EventType::Delivery]);
        assert_eq!(finding.level, Level::Wrong);
        assert_eq!(finding.found, "not published: delivery delay, bounce, complaint, reject");
    }

    #[test]
    fn an_event_for_each_send_is_needed_only_where_the_grace_is_too_short_for_a_delivery() {
        let finding =
            |grace, published: &[EventType]| check_events("set", &needed_events(grace), published);
        let with_sends = [&[EventType::Send][..], &NEEDED].concat();
        assert_eq!(finding(Some(GRACE_WITHOUT_SENDS), &NEEDED).level, Level::Ok);
        assert_eq!(finding(None, &NEEDED).level, Level::Ok);
        assert_eq!(finding(Some(1200), &with_sends).level, Level::Ok);
        assert_eq!(finding(Some(1200), &NEEDED).found, "not published: send");
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
        assert_eq!(identity_finding("shop.example", &identity(false)).level, Level::Wrong);
        assert_eq!(identity_finding("shop.example", &identity(true)).level, Level::Warning);
    }
}
