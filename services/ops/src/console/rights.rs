//! What the operator's AWS identity may change, found out without a change.
//!
//! Each probe is a call of the kind that a change makes, and one that can change nothing: a write under a condition that no
//! item fulfils, a deletion of a message that nobody has received. AWS looks at the caller's rights first. So a caller
//! without them is told that, and any other that the condition failed or the receipt is none. Only the former takes a
//! button away: whatever else is answered leaves it, and AWS decides when it is pressed.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use tokio::time::timeout;

use super::navigation::Section;
use crate::audit;
use crate::aws::{Dlq, Queue, Stack, is_denied};

/// How long a probe may take: the console starts without its answer.
const LIMIT: Duration = Duration::from_secs(3);

/// No item both exists and does not.
const NEVER: &str = "attribute_exists(#key) AND attribute_not_exists(#key)";

/// A sort key that no item has.
const NO_ITEM: &str = "#probe";

/// What the identity may not do, as a phrase with the permission that it lacks; `None` where it may, or nobody knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    audit: Option<String>,
    mails: Option<String>,
    dead_letters: Option<String>,
    settings: Option<String>,
}

impl Rights {
    /// Asks AWS, all at once.
    pub async fn probe(stack: &Stack) -> Self {
        let (audit, mails, dead_letters, settings) = tokio::join!(
            timeout(LIMIT, audit_denied(stack)),
            timeout(LIMIT, mails_denied(stack)),
            timeout(LIMIT, dead_letters_denied(stack)),
            timeout(LIMIT, settings_denied(stack)),
        );
        Self {
            audit: audit.unwrap_or_default(),
            mails: mails.unwrap_or_default(),
            dead_letters: dead_letters.unwrap_or_default(),
            settings: settings.unwrap_or_default(),
        }
    }

    /// Why nothing at all can be changed, as a sentence.
    pub fn refusal(&self) -> Option<String> {
        let denied = self.audit.as_ref()?;
        Some(format!(
            "Your AWS identity may not {denied}, and nothing is done that is not written down there first. So this console \
             shows everything that you may see, and changes nothing."
        ))
    }

    /// Why nothing can be changed in this section, as a sentence.
    pub fn refusal_in(&self, section: Section) -> Option<String> {
        let denied = match section {
            Section::Orders => &self.mails,
            Section::DeadLetters => &self.dead_letters,
            Section::Shops => &self.settings,
            Section::Today | Section::Samples | Section::Audit | Section::Doctor => &None,
        };
        let here = |denied: &String| {
            format!("Your AWS identity may not {denied}: what would need that has no button here.")
        };
        self.refusal().or_else(|| denied.as_ref().map(here))
    }
}

/// Every change begins with an audit item.
async fn audit_denied(stack: &Stack) -> Option<String> {
    let table = stack.ledger_table();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = stack
        .dynamodb
        .put_item()
        .table_name(&table)
        .item("order_key", text(&audit::partition(stack.shop.as_ref())))
        .item("notification", text(NO_ITEM))
        .condition_expression(NEVER)
        .expression_attribute_names("#key", "order_key");
    denied(put.send().await, || format!("write the audit log (dynamodb:PutItem on {table})"))
}

/// To send a mail again, to settle one and to erase an order change a record of the ledger.
async fn mails_denied(stack: &Stack) -> Option<String> {
    let table = stack.ledger_table();
    let order_key = format!("{}/{NO_ITEM}", stack.shop_or_default());
    let update = stack
        .dynamodb
        .update_item()
        .table_name(&table)
        .key("order_key", AttributeValue::S(order_key))
        .key("notification", AttributeValue::S(NO_ITEM.to_owned()))
        .update_expression("REMOVE probe")
        .condition_expression(NEVER)
        .expression_attribute_names("#key", "order_key");
    let action =
        || format!("change what the ledger has of a mail (dynamodb:UpdateItem on {table})");
    denied(update.send().await, action)
}

/// A replay deletes what it has moved, and a drop what it has saved.
async fn dead_letters_denied(stack: &Stack) -> Option<String> {
    let url = stack.url(Queue::Dead(Dlq::Mail)).await.ok()?;
    // Nobody gets such a handle of SQS.
    let delete = stack.sqs.delete_message().queue_url(&url).receipt_handle(NO_ITEM);
    denied(delete.send().await, || "take messages out of its queues (sqs:DeleteMessage)".to_owned())
}

async fn settings_denied(stack: &Stack) -> Option<String> {
    let table = stack.shops_table();
    let put = stack
        .dynamodb
        .put_item()
        .table_name(&table)
        .item("shop", AttributeValue::S(stack.shop_or_default().to_string()))
        .condition_expression(NEVER)
        .expression_attribute_names("#key", "shop");
    denied(put.send().await, || {
        format!("put the settings of its shop (dynamodb:PutItem on {table})")
    })
}

fn denied<T, E, R>(answer: Result<T, SdkError<E, R>>, what: impl Fn() -> String) -> Option<String>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    answer.err().filter(is_denied).map(|_| what())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_write_the_audit_log_changes_nothing_and_a_lesser_right_closes_its_own_section() {
        let denied = |what: &str| Some(what.to_owned());
        let reader = Rights { audit: denied("write the audit log"), ..Rights::default() };
        let agent = Rights { dead_letters: denied("take messages"), ..Rights::default() };
        for section in [Section::Orders, Section::DeadLetters, Section::Shops] {
            assert!(reader.refusal_in(section).is_some_and(|why| why.contains("audit log")));
            assert_eq!(agent.refusal_in(section).is_some(), section == Section::DeadLetters);
            assert_eq!(Rights::default().refusal_in(section), None);
        }
        assert_eq!(agent.refusal(), None);
    }
}
