//! The parts of a stack that a parameter of the template switches on. One that is off is no fault, and said so.

use super::finding::{Finding, Level};
use crate::aws::{Part, Stack};

/// Which parts the stack has.
#[derive(Debug, Default)]
pub struct Parts(Vec<Part>);

impl Parts {
    /// Those whose queues are there. While SQS does not answer, none: the check of the queues says so.
    pub async fn read(stack: &Stack) -> Self {
        let queues = stack.queues().await.unwrap_or_default();
        Self(queues.into_iter().filter_map(|queue| queue.part()).collect())
    }

    pub fn has(&self, part: Part) -> bool {
        self.0.contains(&part)
    }

    /// A finding for each part that is off.
    pub fn off(&self) -> Vec<Finding> {
        let all = [
            (Part::Connector, "connector", "no shop's system delivers webhooks here"),
            (Part::MailEvents, "publisher", "no shop hears what becomes of its mails"),
            (Part::MailHook, "mail hook", "no shop's own system is called"),
        ];
        let off = all.into_iter().filter(|(part, ..)| !self.has(*part));
        let finding = |(part, subject, so): (Part, &str, &str)| {
            let found = format!("off, by the template's parameter {}: {so}", part.parameter());
            Finding::new(Level::Ok, subject, found, "")
        };
        off.map(finding).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_off_is_said_so_and_is_no_fault() {
        let off = Parts(vec![Part::MailEvents]).off();
        let subjects: Vec<&str> = off.iter().map(|finding| finding.subject.as_str()).collect();
        assert_eq!(subjects, ["connector", "mail hook"]);
        assert!(off.iter().all(|finding| finding.level == Level::Ok));
        assert!(off[0].found.contains("parameter ShopSystems"), "{}", off[0].found);
    }
}
