//! What the customer was really told.

use shared::Kind;
use shared::notification::news::supersedes;
use shared::notification::{News, Told};

/// A broken promise that is visible in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Violation {
    OlderAfterNewer,
    TwiceInARow,
}

/// The mails that SES accepted. No component sees this.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Truth {
    /// The event of the last one.
    pub(super) last: Option<usize>,
    /// The events of all, one bit each.
    told: u8,
}

impl Truth {
    /// SES accepts the mail of `event`. `unsure`: whose mails are in doubt, or bounce, so that they may have been taken for
    /// told.
    pub(super) fn tell(
        &mut self,
        news: &[News],
        event: usize,
        unsure: &[bool],
        now: i64,
    ) -> Option<Violation> {
        let own = &news[event];
        let is_old =
            |newer: &News| supersedes(newer, own, now).is_some() || contradicts(newer, own);
        let older = (0..news.len()).any(|other| self.has_told(other) && is_old(&news[other]));
        // The same mail twice is the named window of a doubt, which is not of interest here; and what stands between
        // two mails may be in doubt, or bounce.
        let again = self.last.is_some_and(|last| {
            let between = |at: &usize| {
                news[last].position() < news[*at].position()
                    && news[*at].position() < own.position()
            };
            last != event
                && own.kind.tells_changes_only()
                && news[last].told == own.told
                && !(0..news.len()).filter(between).any(|at| unsure[at])
        });
        if own.told != Told::default() {
            self.last = Some(event);
        }
        self.told |= 1 << event;
        match (older, again) {
            (true, _) => Some(Violation::OlderAfterNewer),
            (_, true) => Some(Violation::TwiceInARow),
            _ => None,
        }
    }

    pub(super) const fn has_told(&self, event: usize) -> bool {
        self.told & (1 << event) != 0
    }
}

/// Whether what `newer` says happened later, and is the opposite of what `older` says. By itself: the code that is checked
/// has its own rules.
fn contradicts(newer: &News, older: &News) -> bool {
    let is_opposite = match (newer.kind, older.kind) {
        (Kind::ShipmentReturned, Kind::ShipmentDelivered)
        | (Kind::ShipmentDelivered, Kind::ShipmentReturned) => newer.parcel == older.parcel,
        (Kind::OrderUpdated, Kind::OrderCancelled) => older.cancels_order,
        (Kind::OrderCancelled, Kind::OrderUpdated) => newer.cancels_order,
        _ => false,
    };
    is_opposite && newer.position() > older.position()
}
