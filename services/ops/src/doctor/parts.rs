//! The parts of a stack that a parameter of the template switches on. One that is off is no fault, and said so.

use super::finding::{Finding, Level};
use crate::aws::{Part, Stack};

/// Which parts the stack has; `None` while that is not known. Then each is taken to be on, so that none goes unchecked.
#[derive(Debug)]
pub struct Parts(Option<Vec<Part>>);

impl Parts {
    /// Those whose queues are there. Why they are not known while SQS does not answer, the check of the queues says.
    pub async fn read(stack: &Stack) -> Self {
        let queues = stack.queues().await.ok();
        Self(queues.map(|queues| queues.into_iter().filter_map(|queue| queue.part()).collect()))
    }

    pub fn has(&self, part: Part) -> bool {
        self.0.as_ref().is_none_or(|parts| parts.contains(&part))
    }

    /// A finding for each part that is off, or one that says that this is not known.
    pub fn off(&self) -> Vec<Finding> {
        if self.0.is_none() {
            let found = "SQS does not say which are on, so each is checked as if it were: what is missing may be off";
            return vec![Finding::new(Level::NotChecked, "parts", found, "")];
        }
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
        let off = Parts(Some(vec![Part::MailEvents])).off();
        let subjects: Vec<&str> = off.iter().map(|finding| finding.subject.as_str()).collect();
        assert_eq!(subjects, ["connector", "mail hook"]);
        assert!(off.iter().all(|finding| finding.level == Level::Ok));
        assert!(off[0].found.contains("parameter ShopSystems"), "{}", off[0].found);
    }

    #[test]
    fn while_the_parts_are_not_known_each_is_checked_and_none_is_said_to_be_off() {
        let unknown = Parts(None);
        let levels: Vec<Level> = unknown.off().iter().map(|finding| finding.level).collect();
        assert_eq!(levels, [Level::NotChecked]);
        for part in [Part::Connector, Part::MailEvents, Part::MailHook] {
            assert!(unknown.has(part), "{part:?}");
        }
    }
}
