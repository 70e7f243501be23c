//! Who works on which mail, and what may befall a mailer's step.

use super::action::{How, Step};
use super::mailer::{Mailer, Next};
use super::settings::Faults;
use super::settings::Waybill;
use super::world::{Breach, Hand, Mailing, Message, Order, World};

impl Waybill {
    pub(super) fn mailer_steps(&self, world: &World, order: &Order, steps: &mut Vec<Step>) {
        let mails = world.orders.iter().flat_map(|order| &order.mail);
        let busy: usize = mails.map(|message| message.hands.len()).sum();
        for (place, message) in order.mail.iter().enumerate() {
            let again = message.hands.len() > 0;
            let may_be_received = !message.gone
                && message.hands.has_room()
                && message.visible_at <= 0
                && (!again || world.left.duplicates > 0);
            if busy < self.mailers && may_be_received {
                steps.push(Step::MailerReceives(place));
            }
            if !again && world.left.redrives > 0 {
                steps.push(Step::MailRedrive(place));
            }
            for (hand, work) in message.hands.iter().enumerate() {
                let ways = ways(work.step, world.left);
                steps.extend(ways.map(|how| Step::Mailer(place, hand, work.step, how)));
                if world.left.crashes > 0 {
                    steps.push(Step::MailerCrash(place, hand));
                }
            }
        }
    }

    pub(super) fn mailing(&self, world: &mut World, at: usize, step: Step) -> Option<Breach> {
        let order = &mut world.orders[at];
        match step {
            Step::MailerReceives(place) => {
                let step = Mailing::Start { stale: order.stale_for.is_some() };
                let hands = &mut order.mail[place].hands;
                world.left.duplicates -= u8::from(hands.len() > 0);
                hands.push(Hand { age: 0, step });
                None
            }
            Step::MailerCrash(place, hand) => {
                world.left.crashes -= 1;
                Message::leave(&mut order.mail, place, hand);
                None
            }
            Step::MailRedrive(place) => {
                world.left.redrives -= 1;
                order.mail.remove(place);
                order.mail_dead = true;
                None
            }
            Step::Mailer(place, hand, _, how) => {
                world.left.spend(how);
                let mut mailer = Mailer { model: self, order, place, hand, how, breach: None };
                let next = mailer.step();
                let breach = mailer.breach;
                match next {
                    Next::Step(step) => order.mail[place].hands.next(hand, step),
                    Next::Retry => Message::leave(&mut order.mail, place, hand),
                }
                breach
            }
            _ => None,
        }
    }
}

/// What a mailer's step may meet while these faults are left.
fn ways(step: Mailing, left: Faults) -> impl Iterator<Item = How> {
    let ways: &'static [How] = match step {
        Mailing::Start { .. } | Mailing::Resend => {
            &[How::Plain, How::Unanswered, How::WrittenUnanswered]
        }
        Mailing::Requeue { .. } | Mailing::Bury => &[How::Plain],
        Mailing::Record { .. } | Mailing::Expire | Mailing::Hold { .. } => {
            &[How::Plain, How::Echoed]
        }
        Mailing::Delete => &[How::Plain, How::Undeleted],
        Mailing::Send { .. } => &[
            How::Accepts,
            How::AcceptsSilently,
            How::IgnoresSilently,
            How::SaysNotNow,
            How::SaysNever,
        ],
    };
    ways.iter().copied().filter(move |how| left.has(*how))
}

impl Faults {
    fn has(mut self, how: How) -> bool {
        self.count(how).is_none_or(|left| *left > 0)
    }

    fn spend(&mut self, how: How) {
        if let Some(left) = self.count(how) {
            *left -= 1;
        }
    }

    fn count(&mut self, how: How) -> Option<&mut u8> {
        match how {
            How::Plain | How::Accepts => None,
            How::Echoed => Some(&mut self.ledger_echoes),
            How::Unanswered | How::WrittenUnanswered => Some(&mut self.ledger_silent),
            How::Undeleted => Some(&mut self.duplicates),
            How::AcceptsSilently | How::IgnoresSilently => Some(&mut self.ses_silent),
            How::SaysNotNow => Some(&mut self.ses_not_now),
            How::SaysNever => Some(&mut self.ses_never),
        }
    }
}
