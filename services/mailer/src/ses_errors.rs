//! What each of SES's error codes proves: the table [`SES_ERRORS`].

use ErrorMeaning::{Account, Ambiguous, Permanent, Retryable};
use MessagePattern::{Contains, NamesOwnIdentity};

use crate::identities::OwnIdentities;

/// What an error proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorMeaning {
    /// Not accepted; may be tried again after this many seconds.
    Retryable(u64),
    /// Not accepted, and nor would be any other mail of the account; may be tried again after this many seconds.
    Account(u64),
    /// Not accepted, and never will be: SES has read the request and refuses it.
    Permanent,
    /// Possibly accepted: SES read at least a part of the request, and its answer does not say how far it got.
    Ambiguous,
}

/// The messages for which a row holds, of those that SES sends with one code. Compared in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagePattern {
    /// Every message that contains this.
    Contains(&'static str),
    /// Every message that contains this and may be about the sender's identity
    /// (`OwnIdentities::are_named_in`).
    NamesOwnIdentity(&'static str),
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SesError {
    /// SES's error code.
    pub code: &'static str,
    /// Which messages with that code.
    pub message: MessagePattern,
    /// What that proves.
    pub meaning: ErrorMeaning,
    /// What is recorded beside the code, where the code alone does not say what is wrong; otherwise empty. Never
    /// SES's message, which may name an address.
    pub detail: &'static str,
    /// What an operator does about it; empty where nothing is to be done, or nothing can be.
    pub repair: &'static str,
    /// The page that documents the error.
    pub source: &'static str,
}

impl SesError {
    const fn when(self, message: MessagePattern, detail: &'static str) -> Self {
        Self { message, detail, ..self }
    }

    const fn repaired_by(self, repair: &'static str) -> Self {
        Self { repair, ..self }
    }

    /// The text for the ledger and the log.
    #[must_use]
    pub fn reason(&self) -> String {
        match self.detail {
            "" => self.code.to_owned(),
            detail => format!("{}: {detail}", self.code),
        }
    }

    fn matches(&self, code: &str, message: &str, own: &OwnIdentities) -> bool {
        self.code == code
            && match self.message {
                Contains(part) => message.contains(part),
                NamesOwnIdentity(part) => message.contains(part) && own.are_named_in(message),
            }
    }
}

const fn row(code: &'static str, meaning: ErrorMeaning, source: &'static str) -> SesError {
    let message = Contains("");
    SesError { code, message, meaning, detail: "", repair: "", source }
}

/// The first row for this answer; `None` for a code that the table does not have.
pub(crate) fn find(code: &str, message: &str, own: &OwnIdentities) -> Option<&'static SesError> {
    let message = message.to_lowercase();
    SES_ERRORS.iter().find(|row| row.matches(code, &message, own))
}

/// What an operator does about a mail that waits for this reason, as the ledger has it, as a sentence without
/// a full stop; `None` where it passes by itself.
#[must_use]
pub fn repair(reason: &str) -> Option<&'static str> {
    SES_ERRORS
        .iter()
        .find(|row| row.reason() == reason)
        .map(|row| row.repair)
        .filter(|r| !r.is_empty())
}

const SEND_EMAIL: &str = "https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors";
const COMMON: &str = "https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html";
const MESSAGES: &str = "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html";
const POLICIES: &str = "https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html";
const PAUSED_ACCOUNTS: &str = "https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html";
const DEFAULT_SETS: &str =
    "https://docs.aws.amazon.com/ses/latest/dg/managing-configuration-sets.html";
const CODES_OF_VERSION_1: &str =
    "https://docs.aws.amazon.com/ses/latest/DeveloperGuide/api-error-codes.html";
const SDK_RETRIES: &str =
    "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html";

const QUOTA: &str = "ask AWS to raise the daily quota; it frees itself over 24 hours";
const PAUSED: &str = "see the account's reputation in the SES console, then resume its sending, or the \
                      configuration set's";
const SUSPENDED: &str = "answer the mail that AWS sent to the account's owner";
const MAIL_FROM: &str =
    "publish the MX record of the sender's MAIL FROM domain again, or let SES use its own";
const CONFIGURATION_SET: &str = "deploy the template again, which makes the configuration set";
const SENDER: &str = "verify the sender's identity in this region again: publish its DKIM records";
const RECIPIENT: &str =
    "the account is in SES's sandbox: request production access, or verify this recipient";
const RECIPIENT_ROLE: &str = "in SES's sandbox, the mailer's role may mail no recipient that is an \
                              identity of the account: request production access";
const ROLE: &str =
    "deploy the template again: the mailer's role lacks ses:SendEmail for the sender";
const CREDENTIALS: &str = "see the mailer's log: AWS does not accept the credentials of its role";

/// What each documented error proves; of several rows with one code, the first that fits. Any other code is
/// classified by its HTTP status.
///
/// Not the account's fault although nothing is wrong with the mail: `ExpiredTokenException`,
/// `RequestExpired` and an expired signature, which a process gets that was frozen between signing and sending; and in the sandbox, a
/// recipient that is not verified. One of those must not stop every mail.
#[rustfmt::skip]
pub const SES_ERRORS: [SesError; 55] = [
    row("TooManyRequestsException", Account(900), QUOTAS).when(Contains("daily message quota exceeded"), "daily quota spent").repaired_by(QUOTA),
    row("TooManyRequestsException", Retryable(2), SEND_EMAIL),
    row("ThrottlingException", Account(900), QUOTAS).when(Contains("daily message quota exceeded"), "daily quota spent").repaired_by(QUOTA),
    row("ThrottlingException", Retryable(2), COMMON),
    row("Throttling", Account(900), QUOTAS).when(Contains("daily message quota exceeded"), "daily quota spent").repaired_by(QUOTA),
    row("Throttling", Retryable(2), CODES_OF_VERSION_1),
    row("ThrottledException", Retryable(2), SDK_RETRIES),
    row("RequestThrottled", Retryable(2), SDK_RETRIES),
    row("SlowDown", Retryable(2), SDK_RETRIES),
    row("LimitExceededException", Retryable(60), SEND_EMAIL),
    row("SendingPausedException", Account(300), SEND_EMAIL).repaired_by(PAUSED),
    row("AccountSuspendedException", Account(900), SEND_EMAIL).repaired_by(SUSPENDED),
    row("MailFromDomainNotVerifiedException", Account(300), SEND_EMAIL).repaired_by(MAIL_FROM),
    row("NotFoundException", Account(300), SEND_EMAIL).repaired_by(CONFIGURATION_SET),
    row("BadRequestException", Account(300), DEFAULT_SETS).when(Contains("configuration set"), "configuration set").repaired_by(CONFIGURATION_SET),
    row("BadRequestException", Permanent, SEND_EMAIL),
    row("MessageRejected", Account(300), MESSAGES).when(NamesOwnIdentity("not verified"), "sender not verified").repaired_by(SENDER),
    row("MessageRejected", Retryable(900), MESSAGES).when(Contains("not verified"), "recipient not verified").repaired_by(RECIPIENT),
    row("MessageRejected", Account(300), PAUSED_ACCOUNTS).when(Contains("sending paused"), "sending paused").repaired_by(PAUSED),
    row("MessageRejected", Account(900), PAUSED_ACCOUNTS).when(Contains("sending suspended"), "sending suspended").repaired_by(SUSPENDED),
    row("MessageRejected", Permanent, SEND_EMAIL),
    row("AccessDeniedException", Account(300), COMMON).when(NamesOwnIdentity(""), "").repaired_by(ROLE),
    row("AccessDeniedException", Retryable(900), POLICIES).when(Contains(""), "recipient's identity").repaired_by(RECIPIENT_ROLE),
    row("NotAuthorized", Account(300), COMMON).repaired_by(ROLE),
    row("OptInRequired", Account(300), COMMON).repaired_by(ROLE),
    row("IncompleteSignature", Account(300), COMMON).repaired_by(CREDENTIALS),
    row("InvalidClientTokenId", Account(300), COMMON).repaired_by(CREDENTIALS),
    row("InvalidSignatureException", Retryable(5), COMMON).when(Contains("signature expired"), "signature expired"),
    row("InvalidSignatureException", Account(300), COMMON).repaired_by(CREDENTIALS),
    row("MissingAuthenticationToken", Account(300), COMMON).repaired_by(CREDENTIALS),
    row("SignatureDoesNotMatch", Retryable(5), COMMON).when(Contains("signature expired"), "signature expired"),
    row("SignatureDoesNotMatch", Account(300), COMMON).repaired_by(CREDENTIALS),
    row("UnrecognizedClientException", Account(300), COMMON).repaired_by(CREDENTIALS),
    row("ExpiredTokenException", Retryable(5), COMMON),
    row("RequestExpired", Retryable(5), COMMON),
    row("AlreadyExistsException", Permanent, SEND_EMAIL),
    row("ConflictException", Permanent, SEND_EMAIL),
    row("InvalidAction", Permanent, COMMON),
    row("InvalidParameterCombination", Permanent, COMMON),
    row("InvalidParameterValue", Permanent, COMMON),
    row("InvalidQueryParameter", Permanent, COMMON),
    row("MalformedHttpRequestException", Permanent, COMMON),
    row("MalformedQueryString", Permanent, COMMON),
    row("MissingAction", Permanent, COMMON),
    row("MissingParameter", Permanent, COMMON),
    row("RequestEntityTooLargeException", Permanent, COMMON),
    row("UnknownOperationException", Permanent, COMMON),
    row("ValidationError", Permanent, COMMON),
    row("ConcurrentModificationException", Ambiguous, SEND_EMAIL),
    row("InternalServiceErrorException", Ambiguous, SEND_EMAIL),
    row("InternalFailure", Ambiguous, COMMON),
    row("RequestAbortedException", Ambiguous, COMMON),
    row("RequestTimeout", Ambiguous, COMMON),
    row("RequestTimeoutException", Ambiguous, COMMON),
    row("ServiceUnavailable", Ambiguous, COMMON),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_an_operator_says_what_to_repair_and_nothing_else_asks_for_it() {
        for row in &SES_ERRORS {
            if matches!(row.meaning, Account(_)) {
                assert_eq!(repair(&row.reason()), Some(row.repair), "{row:?}");
            }
            let waits = matches!(row.meaning, Account(_) | Retryable(_));
            assert!(waits || row.repair.is_empty(), "{row:?}");
        }
        assert_eq!(repair("rate limited"), None);
    }

    #[test]
    fn no_row_stands_behind_one_that_takes_all_of_its_messages() {
        for (i, row) in SES_ERRORS.iter().enumerate() {
            let takes_all = |earlier: &SesError| earlier.message == Contains("");
            let hidden = SES_ERRORS[..i].iter().any(|e| e.code == row.code && takes_all(e));
            assert!(!hidden, "{row:?}");
        }
    }
}
