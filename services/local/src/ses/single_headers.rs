//! The headers that a mail may have once only.

use super::error::ApiError;
use super::mail::OutgoingMail;

/// In lower case, those that SES names (<https://docs.aws.amazon.com/ses/latest/dg/header-fields.html>) and a request
/// may have.
const SINGLE: [&str; 39] = [
    "accept-language",
    "archived-at",
    "auto-submitted",
    "comments",
    "content-language",
    "content-type",
    "date",
    "delivered-to",
    "disposition-notification-to",
    "dkim-signature",
    "errors-to",
    "from",
    "importance",
    "in-reply-to",
    "keywords",
    "list-archive",
    "list-help",
    "list-id",
    "list-owner",
    "list-post",
    "list-subscribe",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "message-context",
    "message-id",
    "mime-version",
    "organization",
    "original-message-id",
    "precedence",
    "priority",
    "references",
    "reply-to",
    "return-path",
    "return-receipt-to",
    "sender",
    "subject",
    "thread-index",
    "thread-topic",
    "user-agent",
];

/// # Errors
/// `BadRequestException` if the headers of `mail` repeat one of those, or a member of the request.
pub fn refuse_repeated(mail: &OutgoingMail) -> Result<(), ApiError> {
    let replies = (!mail.reply_to.is_empty()).then(|| "reply-to".to_owned());
    let mut seen = vec!["from".to_owned(), "subject".to_owned()];
    seen.extend(replies);
    for (name, _) in &mail.headers {
        let lower = name.to_lowercase();
        if SINGLE.contains(&lower.as_str()) && seen.contains(&lower) {
            return Err(ApiError::BadRequest(format!("Duplicate header '{name}'.")));
        }
        seen.push(lower);
    }
    Ok(())
}
