//! Which queue is which: an address that was typed, and a dead-letter queue's own source.

use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use serde_json::Value;

use super::error::refused;
use super::queue::{Dlq, Queue};
use super::session::Stack;
use crate::error::CliError;

impl Stack {
    /// Reads what the operator typed: `mail`, `mail-dlq`, the queue's name, or its whole ARN or
    /// URL, since a queue of the same name in another account or region is another queue.
    ///
    /// # Errors
    /// [`CliError::Input`] for anything that is not a dead-letter queue of this stack.
    pub async fn dlq(&self, typed: &str) -> Result<Dlq, CliError> {
        if let Some(dlq) = Dlq::named(typed, &self.name) {
            return Ok(dlq);
        }
        let is_arn = typed.starts_with("arn:");
        if is_arn || typed.contains("://") {
            for dlq in Dlq::ALL {
                let url = self.url(Queue::Dead(dlq)).await?;
                let is_it = match is_arn {
                    true => self.attribute(&url, Attribute::QueueArn).await? == typed,
                    false => url.trim_end_matches('/') == typed.trim_end_matches('/'),
                };
                if is_it {
                    return Ok(dlq);
                }
            }
        }
        Err(Dlq::unknown(typed, &self.name))
    }

    /// Makes sure that the queue to which dead letters go back is the one that they come from.
    /// Names can be overridden one by one, so the two may be of different stacks.
    ///
    /// # Errors
    /// [`CliError::Input`] when the source's redrive policy names another dead-letter queue.
    pub async fn check_source(&self, dlq: Dlq) -> Result<(), CliError> {
        let Some(source) = dlq.source() else { return Ok(()) };
        let (url, source_url) = (self.url(Queue::Dead(dlq)).await?, self.url(source).await?);
        let arn = self.attribute(&url, Attribute::QueueArn).await?;
        let policy = self.attribute(&source_url, Attribute::RedrivePolicy).await?;
        let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
        if policy["deadLetterTargetArn"] == arn.as_str() {
            return Ok(());
        }
        Err(CliError::input(format!(
            "Nothing was done: the redrive policy of {source_url} does not name {url} as its \
             dead-letter queue, so the two may be of different stacks. `waybill doctor` shows the \
             policy; --{}-queue-url, --{dlq}-dlq-url and their variables name other queues.",
            source.suffix()
        )))
    }

    /// An attribute of a queue; empty where it has none.
    async fn attribute(&self, url: &str, name: Attribute) -> Result<String, CliError> {
        let call = self.sqs.get_queue_attributes().queue_url(url).attribute_names(name.clone());
        let answer = call.send().await.map_err(refused(format!("read the attributes of {url}")))?;
        Ok(answer.attributes.unwrap_or_default().remove(&name).unwrap_or_default())
    }
}
