//! Names of tables, queues and functions, given by hand.

use super::queue::{Dlq, Queue};

/// Names that flags or variables give instead of the stack's own. The variables are the ones that
/// the functions are deployed with.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Names (default: the stack's own)")]
pub struct Overrides {
    /// The Events table
    #[arg(
        long,
        global = true,
        env = "EVENTS_TABLE",
        value_name = "NAME",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub events_table: Option<String>,
    /// The ledger table
    #[arg(
        long,
        global = true,
        env = "LEDGER_TABLE",
        value_name = "NAME",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub ledger_table: Option<String>,
    /// The dispatch queue
    #[arg(
        long,
        global = true,
        env = "DISPATCH_QUEUE_URL",
        value_name = "URL",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub dispatch_queue_url: Option<String>,
    /// The mail queue
    #[arg(
        long,
        global = true,
        env = "MAIL_QUEUE_URL",
        value_name = "URL",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub mail_queue_url: Option<String>,
    /// The feedback queue
    #[arg(
        long,
        global = true,
        env = "FEEDBACK_QUEUE_URL",
        value_name = "URL",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub feedback_queue_url: Option<String>,
    /// The dispatch queue's dead-letter queue
    #[arg(
        long,
        global = true,
        env = "DISPATCH_DLQ_URL",
        value_name = "URL",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub dispatch_dlq_url: Option<String>,
    /// The mail queue's dead-letter queue
    #[arg(
        long,
        global = true,
        env = "MAIL_DLQ_URL",
        value_name = "URL",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub mail_dlq_url: Option<String>,
    /// The feedback queue's dead-letter queue
    #[arg(
        long,
        global = true,
        env = "FEEDBACK_DLQ_URL",
        value_name = "URL",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub feedback_dlq_url: Option<String>,
    /// The failure destination of relay's stream
    #[arg(
        long,
        global = true,
        env = "RELAY_DLQ_URL",
        value_name = "URL",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub relay_dlq_url: Option<String>,
    /// The failure destination of intake's asynchronous invocations
    #[arg(
        long,
        global = true,
        env = "INTAKE_DLQ_URL",
        value_name = "URL",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub intake_dlq_url: Option<String>,
}

impl Overrides {
    /// The URL given for a queue.
    #[must_use]
    pub fn url(&self, queue: Queue) -> Option<&str> {
        let url = match queue {
            Queue::Dispatch => &self.dispatch_queue_url,
            Queue::Mail => &self.mail_queue_url,
            Queue::Feedback => &self.feedback_queue_url,
            Queue::Dead(Dlq::Dispatch) => &self.dispatch_dlq_url,
            Queue::Dead(Dlq::Mail) => &self.mail_dlq_url,
            Queue::Dead(Dlq::Feedback) => &self.feedback_dlq_url,
            Queue::Dead(Dlq::Relay) => &self.relay_dlq_url,
            Queue::Dead(Dlq::Intake) => &self.intake_dlq_url,
        };
        url.as_deref().filter(|url| !url.is_empty())
    }

    /// The name given for the Events table.
    #[must_use]
    pub fn events(&self) -> Option<&str> {
        self.events_table.as_deref().filter(|name| !name.is_empty())
    }

    /// The name given for the ledger table.
    #[must_use]
    pub fn ledger(&self) -> Option<&str> {
        self.ledger_table.as_deref().filter(|name| !name.is_empty())
    }

    /// The variables, or the flags of their names, that were given.
    #[must_use]
    pub fn given(&self) -> Vec<&'static str> {
        let tables = [("EVENTS_TABLE", self.events()), ("LEDGER_TABLE", self.ledger())];
        let queues = Queue::ALL.map(|queue| (queue.variable(), self.url(queue)));
        let all = tables.into_iter().chain(queues);
        all.filter(|(_, given)| given.is_some()).map(|(name, _)| name).collect()
    }

    /// Whether every table and queue has a name, so that nothing need be looked up.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.events().is_some()
            && self.ledger().is_some()
            && Queue::ALL.into_iter().all(|queue| self.url(queue).is_some())
    }
}
