//! The tables and queues of a stack: the one place of this command that knows their names.

use serde::{Serialize, Serializer};

use crate::error::CliError;

/// How a table's name or a queue's URL is found: by flag or variable, else by the stack's
/// CloudFormation output, else by the convention `STACK-suffix`.
#[derive(Debug, PartialEq, Eq)]
pub struct Resource {
    /// Follows the stack's name in the resource's own name.
    pub suffix: &'static str,
    /// The CloudFormation output with the name or URL.
    pub output: &'static str,
    /// The environment variable, which is also that of the functions.
    pub variable: &'static str,
    /// The flag, without its dashes.
    pub flag: &'static str,
    pub help: &'static str,
}

const fn resource(
    suffix: &'static str,
    output: &'static str,
    variable: &'static str,
    flag: &'static str,
    help: &'static str,
) -> Resource {
    Resource { suffix, output, variable, flag, help }
}

pub static EVENTS_TABLE: Resource =
    resource("events", "EventsTableName", "EVENTS_TABLE", "events-table", "The Events table");

pub static LEDGER_TABLE: Resource =
    resource("ledger", "LedgerTableName", "LEDGER_TABLE", "ledger-table", "The ledger table");

pub static SHOPS_TABLE: Resource =
    resource("shops", "ShopsTableName", "SHOPS_TABLE", "shops-table", "The table of shops");

/// A part of a stack that a parameter of the template switches on. Without it, its queues are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Takes the webhooks of shops' systems.
    Connector,
    /// Tells shops what becomes of their mails.
    MailEvents,
    /// Calls a shop's own system with these events.
    MailHook,
}

impl Part {
    /// The parameter of the template that switches it on.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Connector => "ShopSystems",
            Self::MailEvents => "MailEvents",
            Self::MailHook => "MailHookUrl",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Webhooks of shops' systems, for the connector.
    Deliveries,
    /// Events of publishers that do not wait for the answer, for intake.
    Inbox,
    /// Events to decide about, for the dispatcher.
    Dispatch,
    /// Mails to send, for the mailer.
    Mail,
    /// SES events to record, for feedback.
    Feedback,
    /// What a function could not process.
    Dead(Dlq),
}

/// A dead-letter queue of the stack, named after what its messages come from. It tells which contract
/// they follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dlq {
    /// Webhooks of shops' systems, as the connector kept them.
    Deliveries,
    /// Events as they were published: one, an array, or an EventBridge envelope.
    Inbox,
    /// Dispatch requests.
    Dispatch,
    /// Mail requests.
    Mail,
    /// SES events.
    Feedback,
    /// Lambda's reports of changes of the ledger that the publisher did not publish: where they are in the table's
    /// stream, not what they are.
    Publisher,
    /// Events about mails that the shop's own system did not take.
    MailHook,
}

/// Where the messages of a dead-letter queue come from, and so what a replay does with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A queue: they are sent there again.
    Queue(Queue),
    /// The ledger's stream: the changes are given to the publisher again.
    LedgerStream,
    /// The bus of mail events: they are put there again.
    MailBus,
}

struct Row {
    queue: Queue,
    /// Where its messages end when they fail; of a dead-letter queue, itself.
    dlq: Dlq,
    consumer: Option<&'static str>,
    /// The part of the stack that it belongs to; `None` where every stack has it.
    part: Option<Part>,
    resource: Resource,
}

const fn row(queue: Queue, dlq: Dlq, consumer: Option<&'static str>, resource: Resource) -> Row {
    Row { queue, dlq, consumer, part: None, resource }
}

const fn of_part(part: Part, row: Row) -> Row {
    Row { part: Some(part), ..row }
}

/// Every queue, in the order of the flow, the dead-letter queues last.
#[rustfmt::skip]
static QUEUES: [Row; 12] = [
    of_part(Part::Connector, row(Queue::Deliveries, Dlq::Deliveries, Some("connector"), resource(
        "deliveries", "DeliveriesQueueUrl", "DELIVERIES_QUEUE_URL", "deliveries-queue-url",
        "The queue of shop systems' deliveries"))),
    row(Queue::Inbox, Dlq::Inbox, Some("intake"), resource(
        "inbox", "InboxQueueUrl", "INBOX_QUEUE_URL", "inbox-queue-url",
        "The inbox queue")),
    row(Queue::Dispatch, Dlq::Dispatch, Some("dispatcher"), resource(
        "dispatch", "DispatchQueueUrl", "DISPATCH_QUEUE_URL", "dispatch-queue-url",
        "The dispatch queue")),
    row(Queue::Mail, Dlq::Mail, Some("mailer"), resource(
        "mail", "MailQueueUrl", "MAIL_QUEUE_URL", "mail-queue-url",
        "The mail queue")),
    row(Queue::Feedback, Dlq::Feedback, Some("feedback"), resource(
        "feedback", "FeedbackQueueUrl", "FEEDBACK_QUEUE_URL", "feedback-queue-url",
        "The feedback queue")),
    of_part(Part::Connector, row(Queue::Dead(Dlq::Deliveries), Dlq::Deliveries, None, resource(
        "deliveries-dlq", "DeliveriesDlqUrl", "DELIVERIES_DLQ_URL", "deliveries-dlq-url",
        "The dead-letter queue of shop systems' deliveries"))),
    row(Queue::Dead(Dlq::Inbox), Dlq::Inbox, None, resource(
        "inbox-dlq", "InboxDlqUrl", "INBOX_DLQ_URL", "inbox-dlq-url",
        "The inbox queue's dead-letter queue")),
    row(Queue::Dead(Dlq::Dispatch), Dlq::Dispatch, None, resource(
        "dispatch-dlq", "DispatchDlqUrl", "DISPATCH_DLQ_URL", "dispatch-dlq-url",
        "The dispatch queue's dead-letter queue")),
    row(Queue::Dead(Dlq::Mail), Dlq::Mail, None, resource(
        "mail-dlq", "MailDlqUrl", "MAIL_DLQ_URL", "mail-dlq-url",
        "The mail queue's dead-letter queue")),
    row(Queue::Dead(Dlq::Feedback), Dlq::Feedback, None, resource(
        "feedback-dlq", "FeedbackDlqUrl", "FEEDBACK_DLQ_URL", "feedback-dlq-url",
        "The feedback queue's dead-letter queue")),
    of_part(Part::MailEvents, row(Queue::Dead(Dlq::Publisher), Dlq::Publisher, None, resource(
        "publisher-dlq", "PublisherDlqUrl", "PUBLISHER_DLQ_URL", "publisher-dlq-url",
        "The failure destination of the publisher's stream"))),
    of_part(Part::MailHook, row(Queue::Dead(Dlq::MailHook), Dlq::MailHook, None, resource(
        "mail-hook-dlq", "MailHookDlqUrl", "MAIL_HOOK_DLQ_URL", "mail-hook-dlq-url",
        "The dead-letter queue of the calls to a shop's own system"))),
];

pub fn resources() -> impl Iterator<Item = &'static Resource> {
    let tables = [&EVENTS_TABLE, &LEDGER_TABLE, &SHOPS_TABLE];
    tables.into_iter().chain(QUEUES.iter().map(|row| &row.resource))
}

/// Those that every stack has.
pub fn required_resources() -> impl Iterator<Item = &'static Resource> {
    let is_optional = |resource: &&Resource| {
        QUEUES.iter().any(|row| row.part.is_some() && row.resource == **resource)
    };
    resources().filter(move |resource| !is_optional(resource))
}

impl Queue {
    /// Every queue, in the order of the flow, the dead-letter queues last.
    pub const ALL: [Self; 12] = [
        Self::Deliveries,
        Self::Inbox,
        Self::Dispatch,
        Self::Mail,
        Self::Feedback,
        Self::Dead(Dlq::Deliveries),
        Self::Dead(Dlq::Inbox),
        Self::Dead(Dlq::Dispatch),
        Self::Dead(Dlq::Mail),
        Self::Dead(Dlq::Feedback),
        Self::Dead(Dlq::Publisher),
        Self::Dead(Dlq::MailHook),
    ];

    fn row(self) -> &'static Row {
        QUEUES.iter().find(|row| row.queue == self).expect("each queue has a row")
    }

    /// How its URL is found.
    pub fn resource(self) -> &'static Resource {
        &self.row().resource
    }

    /// Its name without the stack's: what reports call it.
    pub fn suffix(self) -> &'static str {
        self.resource().suffix
    }

    /// The dead-letter queue whose contract its messages follow.
    pub fn dlq(self) -> Dlq {
        self.row().dlq
    }

    /// The function that receives its messages; `None` for a dead-letter queue.
    pub fn consumer(self) -> Option<&'static str> {
        self.row().consumer
    }

    /// The part of the stack that it belongs to; `None` where every stack has it.
    pub fn part(self) -> Option<Part> {
        self.row().part
    }
}

impl Dlq {
    /// Every dead-letter queue, in the order of the flow.
    pub const ALL: [Self; 7] = [
        Self::Deliveries,
        Self::Inbox,
        Self::Dispatch,
        Self::Mail,
        Self::Feedback,
        Self::Publisher,
        Self::MailHook,
    ];

    /// What the operator types: `mail` of `mail-dlq`.
    pub fn name(self) -> &'static str {
        Queue::Dead(self).suffix().trim_end_matches("-dlq")
    }

    /// Where its messages come from.
    pub const fn origin(self) -> Origin {
        match self {
            Self::Deliveries => Origin::Queue(Queue::Deliveries),
            Self::Inbox => Origin::Queue(Queue::Inbox),
            Self::Dispatch => Origin::Queue(Queue::Dispatch),
            Self::Mail => Origin::Queue(Queue::Mail),
            Self::Feedback => Origin::Queue(Queue::Feedback),
            Self::Publisher => Origin::LedgerStream,
            Self::MailHook => Origin::MailBus,
        }
    }

    /// The one that a short or full name means: `mail`, `mail-dlq`, `STACK-mail-dlq`.
    pub fn from_name(typed: &str, stack: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dlq| {
            let suffix = Queue::Dead(*dlq).suffix();
            typed == dlq.name() || typed == suffix || typed == format!("{stack}-{suffix}")
        })
    }

    /// The refusal of what is no dead-letter queue of the stack.
    pub fn unknown(typed: &str, stack: &str) -> CliError {
        let known = Self::ALL.map(Self::name).join(", ");
        CliError::input(format!(
            "{typed} is not a dead-letter queue of the stack {stack}. Its dead-letter queues are \
             {known}; `waybill dlq list` shows what is in them."
        ))
    }

    /// The refusal of one that this stack does not have.
    pub fn absent(self, part: Part, stack: &str) -> CliError {
        CliError::input(format!(
            "The stack {stack} has no dead-letter queue {self}: the template's parameter {} is off. `waybill \
             dlq list` shows those that it has.",
            part.parameter()
        ))
    }
}

impl std::fmt::Display for Dlq {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Queue {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_queue_has_its_row_in_the_same_order() {
        assert_eq!(QUEUES.each_ref().map(|row| row.queue), Queue::ALL);
        for row in &QUEUES {
            assert_eq!(row.resource.flag, row.resource.variable.to_lowercase().replace('_', "-"));
            assert_eq!(serde_json::json!(row.dlq), row.dlq.name());
        }
    }

    #[test]
    fn the_source_of_a_dead_letter_queue_is_read_by_a_function() {
        for dlq in Dlq::ALL {
            let Origin::Queue(source) = dlq.origin() else { continue };
            let row = QUEUES.iter().find(|row| row.queue == source).expect("a row");
            assert!(row.consumer.is_some() && row.dlq == dlq, "{dlq}");
            assert_eq!(row.part, Queue::Dead(dlq).part(), "{dlq}");
        }
    }

    #[test]
    fn what_a_parameter_switches_on_is_no_required_resource() {
        let optional = resources().filter(|one| !required_resources().any(|other| other == *one));
        let suffixes: Vec<&str> = optional.map(|resource| resource.suffix).collect();
        let expected = ["deliveries", "deliveries-dlq", "publisher-dlq", "mail-hook-dlq"];
        assert_eq!(suffixes, expected);
    }

    #[test]
    fn a_dead_letter_queue_is_known_by_its_short_and_its_full_name_and_others_are_refused() {
        for typed in ["mail", "mail-dlq", "shop-mail-dlq"] {
            assert_eq!(Dlq::from_name(typed, "shop"), Some(Dlq::Mail), "{typed}");
        }
        for typed in ["shop-mail", "other-mail-dlq", "arn:aws:sqs:r:1:shop-mail-dlq", "maill", ""] {
            assert_eq!(Dlq::from_name(typed, "shop"), None, "{typed}");
        }
        let refused = Dlq::unknown("maill", "shop").to_string();
        assert!(refused.contains("inbox, dispatch, mail, feedback"), "{refused}");
    }
}
