//! The judgement about one notification, given the others of its order: whether it is news, and what it makes old.
//!
//! The dispatcher puts its record first and reads the others then. So does every other dispatcher, and so of two
//! records at least one dispatcher sees both; each decides by the same rules. A record is skipped, or made to yield,
//! only while the ledger says that its mail was certainly not sent: the writes behind a judgement are conditional, and
//! where one is refused, the judgement is made again.
//!
//! | the other record | what follows |
//! | --- | --- |
//! | newer, supersedes this one, and is told or will be | this one is skipped: superseded |
//! | older, superseded by this one, and not sent | it is skipped: superseded. Where this one corrects it, this one waits a while for it first |
//! | older, superseded by this one, and being sent | this one waits until the outcome is known |
//! | older ones that were told, and this one tells nothing beyond them | this one is skipped: nothing new |
//! | the same, but one of them may yet bounce at another address than this one's | this one waits until that is known |
//!
//! A copy is judged by what its own recipient was told, not by what the customer was: it may be of some kinds only, and
//! an earlier one may have bounced. Two things are the order's and not a recipient's: that it is cancelled (or open again),
//! and how much of it was paid back.
//!
//! A newer record never yields to an older one that is not told yet, even if both tell the same: the older one yields
//! to it, and both would be skipped.

use crate::ledger::{Record, SkipReason, State};
use crate::notification::Recipient;
use crate::notification::news::{News, Relation, ends, outdates};

/// Refunds and cancellations are of the same moment if they are at most so many milliseconds apart.
const SAME_MOMENT_MS: i64 = 10 * 60 * 1000;

/// For so many milliseconds after its acceptance, news that corrects other news waits until that was told.
pub const MAX_WAIT_MS: i64 = 10 * 60 * 1000;

/// For so many milliseconds after it was planned, a record's own dispatcher may still be deciding about it.
const DECIDING_MS: i64 = 5_000;

/// Another notification of the order, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Known {
    /// What it tells.
    pub news: News,
    /// What has become of it.
    pub standing: Standing,
}

/// How far the notification is that is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is planned, and there is certainly no mail request for it yet.
    New,
    /// It is planned, and there may be a mail request for it.
    Requested,
    /// A mailer has claimed it, and others were judged when it was in doubt or had failed: as if it were settled.
    Returning,
}

/// What has become of a notification, as far as others depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// It is to be sent, and was certainly not sent yet.
    Planned {
        /// Since when, in milliseconds since 1970.
        since: i64,
        /// Whether its dispatcher waits until an older one is told. Then there is no mail request for it yet.
        waits: bool,
    },
    /// A mailer may be calling SES.
    Sending,
    /// SES accepted it, or may have.
    Told,
    /// So it did, for another address than that of the one that is judged, where it may yet bounce.
    MayBounce,
    /// It told nothing new: what it says was told before.
    NothingNew,
    /// So it did at another address than that of the one that is judged. Nobody reads it there, and what it says may have
    /// bounced since: it counts as told as far as that is.
    NothingNewElsewhere,
    /// Its kind is turned off, mostly because the shop's own system mails it: it makes no other news old, and what it says
    /// is no change either.
    TurnedOff,
    /// It is not told.
    Silent,
}

/// What a mail about money has to say beyond its own event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MoneyNews {
    /// With this refund and those before it, the order is paid back in full.
    pub completes_refund: bool,
    /// The refund that this cancellation names was told before.
    pub refund_told: bool,
    /// The order cost more once: its total, as the event of this refund has it, is what earlier refunds left of it.
    pub total_reduced: bool,
    /// By how much all refunds together are above the order's total, in minor units; 0 where they are not.
    pub overpaid: i64,
}

/// What follows for a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is mailed.
    Mail(MoneyNews),
    /// It is skipped.
    Skip(SkipReason),
    /// It is judged again later.
    Wait,
    /// It is judged again later: what it tells is with SES for another address, and goes to this one only if it bounces
    /// there. That may take hours.
    WaitForBounce,
}

/// A judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The others, by index, that have to be skipped first, each with its reason. If one of them cannot be, because
    /// it is being sent, this one is judged again.
    pub skips: Vec<(usize, SkipReason)>,
    /// What follows once they are.
    pub verdict: Verdict,
}

impl Judgement {
    const fn alone(verdict: Verdict) -> Self {
        Self { skips: Vec::new(), verdict }
    }
}

impl Standing {
    /// What its record says. `waits`: the record is marked so; `nothing_new`: that is why it was skipped, if it was.
    #[must_use]
    pub const fn new(record: &Record, waits: bool, nothing_new: bool) -> Self {
        match record.state {
            // What had a doubt may have been sent.
            State::Planned if record.doubts > 0 => Self::Told,
            State::Planned => Self::Planned { since: record.since, waits },
            State::Sending => Self::Sending,
            State::Sent
            | State::Delivered
            | State::Bounced
            | State::Complained
            | State::InDoubt => Self::Told,
            State::Skipped if nothing_new => Self::NothingNew,
            State::Skipped | State::Failed => Self::Silent,
        }
    }

    /// As it stands for news that goes to another address than its `record`'s mail, at the time `now` (milliseconds since
    /// 1970): the customer has not read what bounced there.
    #[must_use]
    pub fn elsewhere(self, record: &Record, now: i64) -> Self {
        match record.state {
            _ if record.may_bounce_until(now).is_some() => Self::MayBounce,
            // Its mailer died, and who receives its message next will doubt it, and may send it again.
            State::Sending if self == Self::Told => Self::MayBounce,
            State::Bounced => Self::Silent,
            State::Skipped if self == Self::NothingNew => Self::NothingNewElsewhere,
            _ => self,
        }
    }

    /// Whether the customer knows what it says by its own mail, or by those that were told instead, or will.
    const fn is_active(self) -> bool {
        !matches!(self, Self::Silent | Self::TurnedOff | Self::NothingNewElsewhere)
    }

    const fn is_known_to_customer(self) -> bool {
        matches!(self, Self::Told | Self::MayBounce | Self::NothingNew | Self::TurnedOff)
    }
}

/// Judges the notification `own`, given the `others` of its order, at the time `now` (milliseconds since 1970).
#[must_use]
pub fn judge(own: &News, others: &[Known], stage: Stage, now: i64) -> Judgement {
    match newer(own, others, stage, now) {
        Newer::Supersedes => return Judgement::alone(Verdict::Skip(SkipReason::Superseded)),
        Newer::IsDeciding => return Judgement::alone(Verdict::Wait),
        Newer::None => {}
    }
    let patient = stage == Stage::New && now - own.accepted_at < MAX_WAIT_MS;
    let mut skips = Vec::new();
    for (i, other) in others.iter().enumerate() {
        let Some((relation, reason)) = makes_old(own, other, others, now) else { continue };
        match other.standing {
            // Whatever becomes of it, this recipient gets neither it nor its outcome.
            Standing::Sending if other.news.recipient != own.recipient => {}
            Standing::Sending => return Judgement::alone(Verdict::Wait),
            Standing::Planned { .. } if relation == Some(Relation::Corrects) && patient => {
                return Judgement::alone(Verdict::Wait);
            }
            Standing::Planned { .. } => skips.push((i, reason)),
            Standing::Told
            | Standing::MayBounce
            | Standing::NothingNew
            | Standing::NothingNewElsewhere
            | Standing::TurnedOff
            | Standing::Silent => {}
        }
    }
    let verdict = if !is_known(own, others) {
        Verdict::Mail(money_news(own, others))
    } else if may_be_unknown(own, others) {
        Verdict::WaitForBounce
    } else {
        Verdict::Skip(SkipReason::NothingNew)
    };
    Judgement { skips, verdict }
}

/// Whether the customer knows what `other` says, one of the `others` of the order, or will.
fn is_active(other: &Known, others: &[Known]) -> bool {
    other.standing.is_active()
        || other.standing == Standing::NothingNewElsewhere && is_known(&other.news, others)
}

/// Whether the recipient knows all that it tells.
fn is_known(own: &News, others: &[Known]) -> bool {
    tells_nothing_new(own, others) || is_money_told(own, others)
}

/// Whether the recipient does not, if what may bounce at another address does.
fn may_be_unknown(own: &News, others: &[Known]) -> bool {
    let is_certain = |other: &&Known| other.standing != Standing::MayBounce;
    let certain: Vec<Known> = others.iter().filter(is_certain).cloned().collect();
    certain.len() < others.len() && !is_known(own, &certain)
}

/// The one of `others` that supersedes `own`, whatever that one may be waiting for. So a mail is judged that a mailer
/// holds, before it is sent out of a doubt or by a replay. `others` are all of the order: one alone may be a cancellation
/// that a further one has undone.
#[must_use]
pub fn superseding<'a>(own: &News, others: &'a [Known], now: i64) -> Option<&'a Known> {
    others.iter().find(|other| {
        let is_newer =
            is_active(other, others) && outdates(&other.news, own, news_of(others), now).is_some();
        is_newer || ends(&other.news, own, news_of(others), now)
    })
}

/// The newest of `others` before `own` by which its recipient knows what the order holds.
#[must_use]
pub fn last_order_told<'a>(own: &News, others: &'a [Known]) -> Option<&'a News> {
    let before = told_before(own, others).filter(|news| news.told.tells_order());
    before.max_by(|a, b| a.position().cmp(&b.position()))
}

fn news_of(others: &[Known]) -> impl Iterator<Item = &News> {
    others.iter().map(|other| &other.news)
}

/// What was told of the same subject, to the same recipient, and happened before `own`.
fn told_before<'a>(own: &News, others: &'a [Known]) -> impl Iterator<Item = &'a News> {
    let is_before = move |other: &&Known| {
        other.standing.is_known_to_customer()
            && other.news.has_subject_of(own)
            && other.news.position() < own.position()
    };
    others.iter().filter(is_before).map(|it| &it.news)
}

/// What the newer ones among `others` mean for `own`.
enum Newer {
    None,
    Supersedes,
    /// One would supersede it, but may be about to wait for it.
    IsDeciding,
}

fn newer(own: &News, others: &[Known], stage: Stage, now: i64) -> Newer {
    if stage == Stage::Returning {
        // Whoever waits for it has taken it for settled meanwhile.
        let is_old = superseding(own, others, now).is_some();
        return if is_old { Newer::Supersedes } else { Newer::None };
    }
    let mut found = Newer::None;
    for other in others {
        if ends(&other.news, own, news_of(others), now) {
            return Newer::Supersedes;
        }
        let relation = outdates(&other.news, own, news_of(others), now);
        let relation = relation.filter(|_| is_active(other, others));
        match (relation, other.standing) {
            (None, _) => {}
            // It has no mail request and waits for this very record.
            (Some(Relation::Corrects), Standing::Planned { waits: true, .. }) => {}
            (Some(Relation::Corrects), Standing::Planned { since, .. })
                if now - since < DECIDING_MS =>
            {
                found = Newer::IsDeciding;
            }
            (Some(_), _) => return Newer::Supersedes,
        }
    }
    found
}

/// Why `other` is no news any more once `own` is told; `None` if it stays news.
fn makes_old(
    own: &News,
    other: &Known,
    others: &[Known],
    now: i64,
) -> Option<(Option<Relation>, SkipReason)> {
    // Whoever gets it: a copy's recipient may not be told of the cancellation itself.
    if ends(own, &other.news, news_of(others), now) {
        return Some((None, SkipReason::Superseded));
    }
    if let Some(relation) = outdates(own, &other.news, news_of(others), now) {
        return Some((Some(relation), SkipReason::Superseded));
    }
    tells_money_of(own, &other.news, others).then_some((None, SkipReason::NothingNew))
}

fn tells_nothing_new(own: &News, others: &[Known]) -> bool {
    if !own.kind.tells_changes_only() {
        return false;
    }
    let mut before: Vec<&News> = told_before(own, others).collect();
    before.sort_by(|a, b| a.position().cmp(&b.position()));
    let told = before.iter().fold(super::Told::default(), |told, news| told.then(&news.told));
    !own.told.has_news_beyond(&told)
}

/// Whether `own`, a refund, is the money that a cancellation of the same moment tells. A refund that is taken for one that
/// it is not is never told, so that where two might be the cancellation's, both are told: rather twice than not at all.
fn is_money_told(own: &News, others: &[Known]) -> bool {
    let tells =
        |other: &&Known| other.standing.is_active() && tells_money_of(&other.news, own, others);
    others.iter().any(|other| tells(&other))
}

/// Whether the cancellation `cancelled` tells the money of `refund`, and of no other one.
fn tells_money_of(cancelled: &News, refund: &News, others: &[Known]) -> bool {
    let is_other = |other: &&News| other.event != refund.event;
    let mut rest = others.iter().map(|other| &other.news).filter(is_other);
    may_tell(cancelled, refund) && !rest.any(|other| may_tell(cancelled, other))
}

/// Whether the money that the cancellation names may be that of `refund`: to the same recipient, since each has a record
/// of the same money, and of the same moment.
fn may_tell(cancelled: &News, refund: &News) -> bool {
    let (Some(named), Some(paid)) = (&cancelled.money, &refund.money) else { return false };
    !cancelled.kind.is_refund()
        && refund.kind.is_refund()
        && cancelled.recipient == refund.recipient
        && (cancelled.news_at() - refund.news_at()).abs() <= SAME_MOMENT_MS
        && named.may_be(paid)
}

fn amount_refunded(news: &News) -> Option<i64> {
    news.money.as_ref().filter(|_| news.kind.is_refund()).map(|money| money.amount)
}

/// What the mail of `own` has to say of money beyond its event.
fn money_news(own: &News, others: &[Known]) -> MoneyNews {
    let Some(money) = &own.money else { return MoneyNews::default() };
    if !own.kind.is_refund() {
        let is_told = |other: &Known| {
            other.standing.is_known_to_customer() && tells_money_of(own, &other.news, others)
        };
        let refund_told = others.iter().any(is_told);
        return MoneyNews { refund_told, ..MoneyNews::default() };
    }
    let refunds = |counts: &dyn Fn(&Known) -> bool| -> i64 {
        let counted = others.iter().filter(|other| other.news.recipient == Recipient::Customer);
        let amounts = counted.filter(|it| counts(it)).filter_map(|it| amount_refunded(&it.news));
        amounts.fold(0, i64::saturating_add)
    };
    // Money counts whether or not its mail was sent, and by the customer's records: each refund has one of these, and
    // whoever gets a copy of the last refund only is told of the sum too. Of two refunds at the same time, only the
    // later one says that they complete the sum.
    let is_other = |other: &Known| other.news.event != own.event;
    let is_before = |other: &Known| {
        is_other(other)
            && (other.news.position() < own.position()
                || !matches!(other.standing, Standing::Planned { .. }))
    };
    let before = refunds(&is_before);
    let sum = before.saturating_add(money.amount);
    let all = refunds(&is_other).saturating_add(money.amount);
    // A shop that reduces the order with each refund calls what is left the total: what was bought is the most of all.
    let totals = others.iter().filter_map(|other| Some(other.news.money.as_ref()?.of));
    let bought = totals.fold(money.of, i64::max);
    MoneyNews {
        // Once it is complete, a further refund completes nothing.
        completes_refund: before > 0 && before < bought && sum >= bought,
        total_reduced: money.of < bought,
        overpaid: all.saturating_sub(bought).max(0),
        ..MoneyNews::default()
    }
}

#[cfg(test)]
mod tests;
