//! The services of the one-machine stack, without functions.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use kit::ledger::{Item, Ledger};
use local::resources::LEDGER_TABLE;
use local::ses::Mail;
use local::{Config, Stack};

/// The longest wait for what happens in this process.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// How long the ledger keeps its items, as deployed.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(400 * 24);

/// DynamoDB, SQS and SES, running in this process.
pub struct TestStack {
    pub stack: Stack,
}

impl TestStack {
    pub async fn start() -> Self {
        Self::start_with(Config::default()).await
    }

    pub async fn start_with(config: Config) -> Self {
        let config = Config { port: 0, services_only: true, ..config };
        Self { stack: local::start(config).await.expect("the services start") }
    }

    pub async fn stop(self) {
        self.stack.stop().await;
    }

    /// In the order in which SES accepted them.
    pub fn mails(&self) -> Vec<Arc<Mail>> {
        let mut mails = self.stack.ses.mailbox().newest_first();
        mails.reverse();
        mails
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.stack.dynamodb.clone(), LEDGER_TABLE.to_owned(), RETENTION)
    }

    /// The ledger's records of the order of this key.
    pub async fn ledger_items(&self, order: &str) -> Vec<Item> {
        self.ledger().list_by_order(order).await.expect("the ledger answers")
    }
}
