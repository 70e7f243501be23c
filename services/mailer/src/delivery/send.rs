//! The call of SES, under the lease: the mail's files, the mail, the call.

use std::panic::AssertUnwindSafe;

use shared::ledger::{FailReason, LeftOut};
use shared::notification::Recipient;
use shared::queue::dead_letter::DeadLetterCode;
use shared::queue::message::MailRequest;

use super::attachments::{Files, NO_TIME_FOR_FILES, fetch_files, without_files};
use super::attempt::Attempt;
use super::budget::{MIN_SEND_TIME, time_to_send};
use super::context::Delivery;
use super::step::Step;
use crate::attachments::FilePermit;
use crate::mailer::Mailer;
use crate::render::{MailContext, RenderError};
use crate::send::PreparedMail;
use crate::send_outcome::SendOutcome;

/// The pseudo-answer where SES was not called because its answer could not have been waited for.
pub const OUT_OF_TIME: &str = "out of time";

/// Fetches the mail's files into the memory of `permit`, renders it and calls SES under the lease of this attempt. `earlier`
/// is what an earlier attempt left out.
pub async fn send(
    delivery: &Delivery<'_>,
    permit: Option<&FilePermit>,
    (number, token): (u32, &str),
    earlier: Option<&LeftOut>,
) -> Step {
    let Some(Files { files, note }) = fetch_files(delivery, permit, earlier).await else {
        let (code, retry_after) = (NO_TIME_FOR_FILES.to_owned(), MIN_SEND_TIME);
        let outcome = SendOutcome::Retryable { code, retry_after };
        return Step::Record { attempt: number.into(), outcome };
    };
    let attempt = Attempt { number, left_out: note };
    // Rendered under the lease, so that a mail that cannot be rendered fails only once.
    let prepared = match prepare(delivery, number, token) {
        Ok(prepared) => prepared,
        Err(description) => {
            return Step::Fail {
                attempt,
                reason: FailReason::Unrenderable,
                code: DeadLetterCode::Unrenderable,
                description,
            };
        }
    };
    let has_files = !files.is_empty();
    let outcome = call_ses(delivery, prepared.attach(files)).await;
    tracing::info!(attempt = number, answer = outcome.code(), "SES call ended");
    let (attempt, outcome) = match has_files {
        true => without_files(delivery, attempt, outcome),
        false => (attempt, outcome),
    };
    Step::Record { attempt, outcome }
}

/// Whether it is a copy that the customer does not get: one at the customer's own address is the mail itself.
fn is_for_somebody_else(request: &MailRequest) -> bool {
    let shop = &request.key.shop;
    let customers = Recipient::copy_to(shop, &request.event.order.customer.email);
    matches!(request.key.recipient, Recipient::Copy(_)) && request.key.recipient != customers
}

/// Renders the mail and makes SES's request of it. A panic is an error like any other: SES was not called, but a lease
/// that nobody ends would put the mail in doubt.
fn prepare(delivery: &Delivery<'_>, attempt: u32, token: &str) -> Result<PreparedMail, String> {
    let Delivery { mailer: Mailer { render, sender, .. }, request, settings, .. } = delivery;
    // Unwind-safe: nothing that it changes outlives a panic.
    let rendered = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let context = MailContext {
            money: request.money(),
            changes: request.changes.clone(),
            voice: settings.voice.clone(),
            is_copy: is_for_somebody_else(request),
        };
        let brand = delivery.brand();
        let mail = render(&request.event, request.accepted_at, &context, brand)?;
        Ok(sender.prepare(request, settings, brand, attempt, token, &mail))
    }));
    match rendered {
        Ok(prepared) => prepared.map_err(|error: RenderError| error.to_string()),
        Err(_panic) => {
            Err("the mailer panicked while it rendered the mail: see its log".to_owned())
        }
    }
}

/// Calls SES if there is time left to record its answer. A call that is not made counts as refused, because it
/// certainly sent nothing.
async fn call_ses(delivery: &Delivery<'_>, prepared: PreparedMail) -> SendOutcome {
    match time_to_send(delivery.time_left()) {
        None => SendOutcome::Retryable { code: OUT_OF_TIME.to_owned(), retry_after: MIN_SEND_TIME },
        Some(left) => delivery.mailer.sender.send(prepared, left).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::EmailAddress;
    use shared::notification::AddressHash;
    use shared::queue::message::DispatchRequest;

    #[test]
    fn a_copy_says_that_it_is_one_unless_it_goes_to_the_customers_own_address() {
        let event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": "order.confirmed",
            "data": { "order": {
                "id": "1001", "placed_at": "2025-11-20T10:30:00Z",
                "customer": { "email": "jo@example.com" },
                "lines": [{ "title": "Mug" }],
            }}
        });
        let accepted_at = jiff::Timestamp::constant(1_763_900_000, 0);
        let id = shared::CorrelationId::parse("c-1").expect("valid");
        let body = DispatchRequest::body(&event, accepted_at, &id);
        let request = DispatchRequest::parse(&body).expect("a dispatch request");
        let mut mail = request.clone().into_mail_request(request.send_before());
        let shop = mail.key.shop.clone();
        let copy_to =
            |address| Recipient::copy_to(&shop, &EmailAddress::parse(address).expect("an address"));
        let corrected = Recipient::Corrected(AddressHash::parse("IsKbxIjX").expect("a hash"));
        for (recipient, says_so) in [
            (Recipient::Customer, false),
            (corrected, false),
            (copy_to("jo@example.com"), false),
            (copy_to("sales@example.com"), true),
        ] {
            mail.key.recipient = recipient;
            assert_eq!(is_for_somebody_else(&mail), says_so, "{recipient}");
        }
    }
}
