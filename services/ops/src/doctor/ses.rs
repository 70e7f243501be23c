//! SES: the account, the sender's identity, the configuration set.

use aws_sdk_sesv2::operation::get_email_identity::GetEmailIdentityOutput;
use aws_sdk_sesv2::types::{BehaviorOnMxFailure, DkimStatus, EventType, MailFromDomainStatus};

use super::finding::{Checked, Finding, Level, findings};
use super::lambda::Functions;
use crate::aws::{Stack, is_denied};
use crate::send_gate::{self, Gate};

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
    let unknown = |what: &str, variable: &str| {
        let found = format!("the mailer's {variable} is not known");
        Finding::new(Level::NotChecked, format!("SES: {what}"), found, "")
    };
    let mut found = findings(check_account(client).await);
    found.push(check_gate(stack).await);
    found.push(match functions.variable("mailer", "MAIL_FROM") {
        Some(mailbox) => check_identity(client, mailbox).await,
        None => unknown("sender", "MAIL_FROM"),
    });
    // The mailer's own setting is what it uses; the stack's output only says what was deployed.
    let set = functions
        .variable("mailer", "SES_CONFIGURATION_SET")
        .or_else(|| stack.output("ConfigurationSetName"));
    match set {
        Some(set) => {
            let needed = needed_events(functions.grace());
            found.extend(findings(check_configuration_set(client, set, &needed).await));
        }
        None => found.push(unknown("configuration set", "SES_CONFIGURATION_SET")),
    }
    found
}

async fn check_account(client: &aws_sdk_sesv2::Client) -> Checked {
    let failed = Finding::failed_call("SES: account", "ses:GetAccount", None);
    let account = client.get_account().send().await.map_err(failed)?;
    let (is_on, has_access) = (account.sending_enabled, account.production_access_enabled);
    Ok(vec![
        Finding::expect(
            is_on,
            "SES: sending",
            if is_on { "enabled" } else { "paused" },
            "see the account's reputation in the SES console, then resume it; mails wait meanwhile",
        ),
        match has_access {
            true => Finding::new(Level::Ok, "SES: production access", "granted", ""),
            false => Finding::new(
                Level::Warning,
                "SES: production access",
                "sandbox: only verified addresses are mailed",
                "request production access in the SES console",
            ),
        },
    ])
}

/// What SES last answered to a mailer, which may have another cause than the account's switch.
async fn check_gate(stack: &Stack) -> Finding {
    let subject = "SES: the last mail";
    match send_gate::read(stack).await {
        Ok(Gate { closed: Some(closed), .. }) => Finding::new(
            Level::Wrong,
            subject,
            closed.describe(),
            "remove the cause, then `waybill resend` one mail: it asks SES at once; the others follow",
        ),
        Ok(gate) => {
            let waiting = send_gate::describe_lines(&gate.lines);
            let waiting = waiting.map_or_else(String::new, |lines| format!(". {lines}"));
            let found = format!("no refusal for all mails{waiting}");
            Finding::new(Level::Ok, subject, found, "")
        }
        Err(error) => Finding::new(Level::NotChecked, subject, error.to_string(), ""),
    }
}

/// The sender's identity may be its domain or its address.
async fn check_identity(client: &aws_sdk_sesv2::Client, mailbox: &str) -> Finding {
    let address = mailbox.rsplit('<').next().unwrap_or(mailbox).trim_end_matches('>').trim();
    let domain = address.rsplit('@').next().unwrap_or(address);
    // The domain first: it covers every address, and its DKIM signs for them.
    let error = match client.get_email_identity().email_identity(domain).send().await {
        Ok(answer) => return identity_finding(domain, &answer),
        Err(error) if is_denied(&error) => error,
        Err(_) => match client.get_email_identity().email_identity(address).send().await {
            Ok(answer) => return identity_finding(domain, &answer),
            Err(error) => error,
        },
    };
    let fix = "create the identity in this region, and publish its DKIM records";
    let subject = format!("SES: sender {domain}");
    Finding::failed_call(subject, "ses:GetEmailIdentity", Some(fix))(error)
}

fn identity_finding(domain: &str, identity: &GetEmailIdentityOutput) -> Finding {
    let dkim = identity.dkim_attributes();
    let status = dkim.and_then(|d| d.status());
    let signs = dkim.is_some_and(|d| d.signing_enabled()) && status == Some(&DkimStatus::Success);
    let status = status.map_or("unknown", DkimStatus::as_str).to_lowercase();
    let unsigned = format!("verified; DKIM {status}");
    if refuses_without_mail_from(identity) {
        return Finding::new(
            Level::Wrong,
            format!("SES: sender {domain}"),
            "its MAIL FROM domain is not verified: SES refuses every mail",
            "publish the MX record of that domain again, or let SES use its own",
        );
    }
    let (level, found, fix) = match (identity.verified_for_sending_status(), signs) {
        (false, _) => (
            Level::Wrong,
            "not verified: SES refuses every mail",
            "publish the DKIM records that SES shows for it, and wait for its verification",
        ),
        (true, true) => (Level::Ok, "verified, DKIM signs", ""),
        (true, false) => (
            Level::Warning,
            unsigned.as_str(),
            "publish its DKIM records: large mailbox providers refuse unsigned mail",
        ),
    };
    Finding::new(level, format!("SES: sender {domain}"), found, fix)
}

/// Whether SES sends nothing while the MX record of the MAIL FROM domain is missing
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MailFromAttributes.html>).
fn refuses_without_mail_from(identity: &GetEmailIdentityOutput) -> bool {
    identity.mail_from_attributes().is_some_and(|mail_from| {
        *mail_from.behavior_on_mx_failure() == BehaviorOnMxFailure::RejectMessage
            && *mail_from.mail_from_domain_status() != MailFromDomainStatus::Success
    })
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
) -> Checked {
    let subject = format!("SES: configuration set {set}");
    let fix = "without it SES sends no events: deploy the template again";
    let failed = Finding::failed_call(&subject, "ses:GetConfigurationSet", Some(fix));
    let call = client.get_configuration_set().configuration_set_name(set);
    let found = call.send().await.map_err(failed)?;
    // A set without options has never been paused.
    let is_sending = found.sending_options.is_none_or(|options| options.sending_enabled());
    let events_subject = format!("{subject}: events");
    let failed =
        Finding::failed_call(&events_subject, "ses:GetConfigurationSetEventDestinations", None);
    let call = client.get_configuration_set_event_destinations().configuration_set_name(set);
    let events = call.send().await.map_err(failed).map(|answer| {
        // A destination that is off publishes nothing, whatever it matches.
        let enabled = answer.event_destinations().iter().filter(|d| d.enabled());
        let published: Vec<EventType> =
            enabled.flat_map(|d| d.matching_event_types()).cloned().collect();
        check_events(&events_subject, needed, &published)
    });
    Ok(vec![
        Finding::expect(
            is_sending,
            subject,
            if is_sending { "sends" } else { "paused" },
            "resume it: aws sesv2 put-configuration-set-sending-options --sending-enabled",
        ),
        events.unwrap_or_else(|failed| failed),
    ])
}

fn check_events(subject: &str, needed: &[EventType], published: &[EventType]) -> Finding {
    let missing = needed.iter().filter(|needed| !published.contains(needed));
    let missing: Vec<String> =
        missing.map(|needed| needed.as_str().to_lowercase().replace('_', " ")).collect();
    Finding::expect_none_missing(
        &missing.iter().map(String::as_str).collect::<Vec<_>>(),
        subject,
        "all published",
        "not published:",
        "doubts are settled by these: deploy the template again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_sesv2::types::MailFromAttributes;
    use yaml_rust2::YamlLoader;

    #[test]
    fn an_event_that_is_needed_and_not_published_is_named() {
        let with_sends = [&[EventType::Send][..], &NEEDED].concat();
        let some = [EventType::Send, EventType::Delivery];
        let cases: [(Option<i64>, &[EventType], &str); 5] = [
            (None, &some, "not published: delivery delay, bounce, complaint, reject"),
            (None, &NEEDED, "all published"),
            (Some(GRACE_WITHOUT_SENDS), &NEEDED, "all published"),
            // A grace period that is too short for a delivery needs an event for each send.
            (Some(1200), &with_sends, "all published"),
            (Some(1200), &NEEDED, "not published: send"),
        ];
        for (grace, published, found) in cases {
            let finding = check_events("set", &needed_events(grace), published);
            assert_eq!(finding.found, found);
            assert_eq!(finding.level == Level::Ok, found == "all published");
        }
    }

    #[test]
    fn the_template_s_grace_is_the_one_without_sends_unless_sends_are_reported() {
        let template = include_str!("../../../../infra/template.yaml");
        let template = &YamlLoader::load_from_str(template).unwrap()[0];
        let mailer = &template["Resources"]["Mailer"]["Properties"];
        let grace = &mailer["Environment"]["Variables"]["DOUBT_GRACE_SECONDS"];
        assert_eq!(grace[0].as_str(), Some("SendsAreReported"), "{grace:?}");
        assert_eq!(grace[1].as_str(), Some(&*mailer::DEFAULT_GRACE_SECONDS.to_string()));
        assert_eq!(grace[2].as_str(), Some(&*GRACE_WITHOUT_SENDS.to_string()));
    }

    #[test]
    fn an_unverified_sender_is_wrong_and_one_without_dkim_a_warning() {
        for (verified, level) in [(false, Level::Wrong), (true, Level::Warning)] {
            let identity = GetEmailIdentityOutput::builder().verified_for_sending_status(verified);
            assert_eq!(identity_finding("shop.example", &identity.build()).level, level);
        }
    }

    #[test]
    fn a_mail_from_domain_without_mx_record_is_wrong_where_ses_then_refuses_mails() {
        for (behavior, status, is_wrong) in [
            (BehaviorOnMxFailure::RejectMessage, MailFromDomainStatus::Failed, true),
            (BehaviorOnMxFailure::RejectMessage, MailFromDomainStatus::Success, false),
            (BehaviorOnMxFailure::UseDefaultValue, MailFromDomainStatus::Failed, false),
        ] {
            let mail_from = MailFromAttributes::builder()
                .mail_from_domain("bounce.shop.example")
                .mail_from_domain_status(status)
                .behavior_on_mx_failure(behavior);
            let identity = GetEmailIdentityOutput::builder()
                .verified_for_sending_status(true)
                .mail_from_attributes(mail_from.build().expect("complete"));
            let finding = identity_finding("shop.example", &identity.build());
            assert_eq!(finding.level == Level::Wrong, is_wrong, "{finding:?}");
        }
    }
}
