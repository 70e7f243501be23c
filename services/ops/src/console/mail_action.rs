//! What an operator may do to one mail, as a form.

use shared::EmailAddress;
use shared::ledger::State;
use shared::notification::Recipient;

use super::command::CommandLine;
use super::wording::{mail_name, skip_reason};
use crate::aws::Stack;
use crate::error::CliError;
use crate::notification::settle::{self, Resolution};
use crate::notification::{Action, Changed, NotificationArgs, resend};
use crate::order::Notification;
use crate::output::{ColorMode, Report};
use crate::suppression;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailAction {
    Resend,
    /// To the customer's corrected address.
    Correct,
    Copy,
    SettleSent,
    SettleNotSent,
    /// Takes its address off the account's suppression list.
    LiftSuppression,
}

const ALL: [MailAction; 6] = [
    MailAction::Resend,
    MailAction::Correct,
    MailAction::Copy,
    MailAction::SettleSent,
    MailAction::SettleNotSent,
    MailAction::LiftSuppression,
];

impl MailAction {
    /// The action of a link or form.
    pub fn parse(name: &str) -> Option<Self> {
        ALL.into_iter().find(|action| action.name() == name)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Resend => "resend",
            Self::Correct => "correct",
            Self::Copy => "copy",
            Self::SettleSent => "sent",
            Self::SettleNotSent => "not-sent",
            Self::LiftSuppression => "lift",
        }
    }

    /// What may be done to a mail: what the command suggests, and a copy of what was sent to the customer.
    pub fn allowed_for(mail: &Notification) -> Vec<Self> {
        let suggested = mail.commands.iter().map(|suggestion| match suggestion.action {
            Action::Resend => Self::Resend,
            Action::ResendTo => Self::Correct,
            Action::SettleSent => Self::SettleSent,
            Action::SettleNotSent => Self::SettleNotSent,
            Action::LiftSuppression => Self::LiftSuppression,
        });
        let was_sent = matches!(
            State::parse(&mail.state),
            Some(State::Sent | State::Delivered | State::Complained)
        );
        let is_customers = mail.recipient == Recipient::Customer.to_string();
        suggested.chain((was_sent && is_customers).then_some(Self::Copy)).collect()
    }

    /// On its button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Resend => "Send it now",
            Self::Correct => "Send it to a corrected address",
            Self::Copy => "Send a copy",
            Self::SettleSent => "Record that it was sent",
            Self::SettleNotSent => "Send it, since it was not sent",
            Self::LiftSuppression => "Take its address off the suppression list",
        }
    }

    /// What happens, a sentence each.
    pub const fn effects(self) -> &'static [&'static str] {
        match self {
            Self::Resend => &[
                "The mail is queued, and leaves within seconds unless the mail service takes none just now.",
                "It goes to its own address, once, however often this is asked for.",
                "Its text is made from the shop's event, with the shop's settings as they are now.",
            ],
            Self::Correct => &[
                "The same news is sent to the address that you type, once.",
                "Only where the first mail cannot have arrived: the console refuses it otherwise.",
                "Later mails of the order go to the address that the shop has. Have it corrected there too.",
            ],
            Self::Copy => &[
                "A copy of the mail is sent to the address that you type, once for each address.",
                "It holds all that the customer's mail holds: name, postal address, what was bought.",
            ],
            Self::SettleSent => &[
                "The mail is recorded as sent. No mail is sent.",
                "Do this if the mail service's own records, or the customer, say that it was sent.",
            ],
            Self::SettleNotSent => &[
                "The mail is sent now.",
                "Do this only if the mail service's own records say that it was not sent: otherwise the customer gets it twice.",
            ],
            Self::LiftSuppression => &[
                "The mail service delivers to the address again that you type, whatever shop of this AWS account mails it.",
                "No mail is sent now. Send this one again afterwards, from the order's page.",
                "Do this only if the address takes mail again: each bounce counts against the account, and puts it back on \
                 the list.",
            ],
        }
    }

    /// What to think of before it is done to this mail.
    pub fn caution(self, mail: &Notification) -> Option<String> {
        match (self, State::parse(&mail.state)) {
            (Self::Copy, Some(State::Complained)) => {
                let caution =
                    "The customer reported this mail as spam: send a copy only if they ask for it.";
                Some(caution.to_owned())
            }
            (Self::Resend, Some(State::Skipped)) => Some(format!(
                "It was not sent on purpose: {}. What it says may be out of date: send it only if the customer wants it \
                 all the same.",
                skip_reason(mail)
            )),
            _ => None,
        }
    }

    /// Whether an address has to be typed.
    pub const fn takes_address(self) -> bool {
        matches!(self, Self::Correct | Self::Copy | Self::LiftSuppression)
    }

    /// Which address that is.
    pub const fn address_label(self) -> &'static str {
        match self {
            Self::LiftSuppression => "The e-mail address that is on the list: where this mail went",
            _ => "E-mail address",
        }
    }

    /// The command that does the same to this mail of an order, its reason left out.
    pub fn command(
        self,
        stack: &Stack,
        order: &str,
        mail: &Mail<'_>,
        address: &str,
    ) -> CommandLine {
        let words = match self {
            // The list is the account's, and knows no order.
            Self::LiftSuppression => {
                return CommandLine::new(stack, ["suppression", "remove", address]);
            }
            Self::Resend | Self::Correct | Self::Copy => vec!["resend", order, mail.kind],
            Self::SettleSent => vec!["settle", order, mail.kind, "sent"],
            Self::SettleNotSent => vec!["settle", order, mail.kind, "not-sent"],
        };
        let recipient = if mail.recipient == "customer" { "" } else { mail.recipient };
        let line = CommandLine::new(stack, words)
            .with("--scope", mail.scope)
            .with("--recipient", recipient);
        match self {
            Self::Correct => line.with("--to", address),
            Self::Copy => line.with("--copy-to", address),
            _ => line,
        }
    }

    /// What was done, in a sentence.
    fn done(self, changed: &Changed) -> String {
        let mail = mail_name(&changed.kind);
        let to = changed.address.as_ref().map(|address| format!(" to {address}"));
        let to = to.unwrap_or_default();
        match self {
            Self::SettleSent => format!("The {mail} is recorded as sent. No mail was sent."),
            Self::Copy => format!(
                "A copy of the {mail}{to} is on its way. In a few seconds the order's page shows whether it arrived."
            ),
            // A suppression is lifted without a change of the mail, and is told by its own command's report.
            Self::Resend | Self::Correct | Self::SettleNotSent | Self::LiftSuppression => format!(
                "The {mail}{to} is on its way. In a few seconds the order's page shows whether it arrived."
            ),
        }
    }

    /// Does it. Returns what was done, in a sentence. `address` is that of the form, if it takes one.
    ///
    /// # Errors
    /// As of `waybill resend`, `waybill settle` and `waybill suppression remove`.
    pub async fn carry_out(
        self,
        stack: &Stack,
        notification: NotificationArgs,
        address: String,
    ) -> Result<String, CliError> {
        // The command takes `-` for standard input, which is the console's own.
        if self.takes_address() {
            // Of one's own: what masks addresses in sentences would take the parser's for one.
            EmailAddress::parse(&address).map_err(|invalid| {
                let expected = "expected a name, an at sign and a domain such as example.com";
                CliError::input(format!("That is not an e-mail address: {expected}."))
                    .caused_by(invalid)
            })?;
        }
        let of = |is_its: bool| is_its.then(|| address.clone());
        let (changed, _) = match self {
            Self::Resend | Self::Correct | Self::Copy => {
                let (to, copy_to) = (of(self == Self::Correct), of(self == Self::Copy));
                resend::run(stack, &resend::Args { to, copy_to, notification }).await?
            }
            Self::SettleSent | Self::SettleNotSent => {
                let resolution = match self {
                    Self::SettleSent => Resolution::Sent,
                    _ => Resolution::NotSent,
                };
                let args = settle::Args { resolution, message_id: None, to: None, notification };
                settle::run(stack, &args).await?
            }
            Self::LiftSuppression => {
                let removed = suppression::remove(stack, &address, &notification.change).await?;
                return Ok(removed.text(ColorMode::Plain).trim_end().to_owned());
            }
        };
        Ok(self.done(&changed))
    }
}

/// Which mail of an order.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'a> {
    pub kind: &'a str,
    pub scope: &'a str,
    pub recipient: &'a str,
}
