//! The context that the steps of one delivery share.

use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::SqsMessage;
use jiff::SignedDuration;
use kit::ledger::{Change, ClaimOutcome, LEFT_OUT, LedgerError, RecordOutcome};
use kit::queue::{BatchItemOutcome, DeadLetter, sent_at};
use kit::telemetry::{Count, count};
use shared::ShopSettings;
use shared::ledger::{Facts, LeftOut};
use shared::notification::{AddressHash, News, Stage, Verdict};
use shared::queue::dead_letter::DeadLetterCode;
use shared::queue::message::MailRequest;

use super::attempt::Attempt;
use super::budget::Limits;
use super::due::Due;
use crate::backlog_watch::BacklogWatch;
use crate::mailer::Mailer;
use crate::render::Brand;

/// The delivery of one message: everything that is the same in all its steps.
#[derive(Debug)]
pub struct Delivery<'a> {
    pub(super) mailer: &'a Mailer,
    pub(super) request: &'a MailRequest,
    pub(super) settings: &'a ShopSettings,
    message: &'a SqsMessage,
    /// When SES must have answered.
    send_until: SystemTime,
    /// When the mail must be claimed.
    claim_until: SystemTime,
    reads_files: bool,
    order_key: String,
    notification: String,
}

impl<'a> Delivery<'a> {
    /// The delivery of `message`, whose body was parsed as `request`, for a shop with these settings. `deadline` is
    /// when Lambda ends the invocation.
    #[must_use]
    pub fn new(
        mailer: &'a Mailer,
        message: &'a SqsMessage,
        request: &'a MailRequest,
        settings: &'a ShopSettings,
        deadline: SystemTime,
    ) -> Self {
        let of = (&request.key.shop, settings.attachments.as_ref());
        let reads_files = mailer.attachments.may_read(of, &request.event.attachments);
        let now = SystemTime::now();
        let total = deadline.duration_since(now).unwrap_or_default();
        let limits = Limits::new(total, reads_files);
        let order_key = request.key.order_key().to_string();
        let notification = request.key.sort_key();
        Self {
            mailer,
            request,
            settings,
            message,
            send_until: now + limits.answer,
            claim_until: now + limits.claim,
            reads_files,
            order_key,
            notification,
        }
    }

    /// Whether its event names files that may be read, for which there has to be memory.
    pub(super) const fn reads_files(&self) -> bool {
        self.reads_files
    }

    /// What the customer sees of the shop: its own settings, or else the stack's.
    pub(super) fn brand(&self) -> &Brand {
        self.settings.brand.as_ref().unwrap_or(&self.mailer.brand)
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.mailer.clock.now_ms()
    }

    pub(super) fn is_stale(&self) -> bool {
        self.mailer.clock.now() >= self.request.send_before
    }

    /// What a worker knows before it claims. A claim with these facts is refused in `in_doubt`, because
    /// [`Facts::resend_doubts_from`] is not set.
    pub(super) fn facts(&self) -> Facts {
        let now = self.now_ms();
        Facts {
            enqueued_at: sent_at(self.message),
            lease_until: now + millis(self.mailer.lease),
            ..Facts::new(now)
        }
    }

    pub(super) async fn claim(&self, facts: Facts) -> Result<ClaimOutcome, LedgerError> {
        // New for each claim, so that the SDK's retry after a lost answer recognises the lease as its own,
        // and a redelivered message does not.
        let holder = uuid::Uuid::new_v4().to_string();
        let address = AddressHash::new(&self.request.key.shop, self.request.to());
        let ledger = &self.mailer.ledger;
        ledger.claim(&self.order_key, &self.notification, facts, &holder, address).await
    }

    pub(super) async fn record(&self, change: Change) -> Result<RecordOutcome, LedgerError> {
        self.mailer.ledger.record(&self.order_key, &self.notification, change).await
    }

    /// Records what became of an attempt, and which files its mail goes without, also where the change is refused: an SES
    /// event about the same mail may have been faster.
    pub(super) async fn record_attempt(
        &self,
        attempt: &Attempt,
        change: Change,
    ) -> Result<RecordOutcome, LedgerError> {
        let Some(left_out) = attempt.left_out.as_ref().map(LeftOut::to_attribute) else {
            return self.record(change).await;
        };
        let outcome = self.record(change.with(LEFT_OUT, &left_out)).await?;
        if matches!(outcome, RecordOutcome::Refused(_)) {
            let (ledger, keys) = (&self.mailer.ledger, (&self.order_key, &self.notification));
            let noted = ledger.note_left_out(keys.0, keys.1, attempt.number, &left_out).await;
            // The mail is sent whether or not the ledger knows what it went without.
            if let Err(error) = noted {
                tracing::warn!(%error, left_out, "the ledger does not know what the mail went without");
            }
        }
        Ok(outcome)
    }

    /// Judges the mail, which tells `own`, by the others of its order.
    pub(super) async fn judge(&self, own: &News) -> Result<Verdict, LedgerError> {
        let key = (self.order_key.as_str(), self.notification.as_str());
        let judged = self.mailer.ledger.judge(key, own, Stage::Returning, self.now_ms()).await?;
        Ok(judged.verdict)
    }

    /// A mail that is stale is not sent, one that is not due not yet, and one in doubt only after a check of the
    /// backlog.
    pub(super) fn wants_turn_at_once(&self) -> bool {
        !self.is_stale()
            && !self.is_watched()
            && self.due().is_none_or(|due| due.at <= self.now_ms())
    }

    /// When the message is due, if it was requeued until then.
    pub(super) fn due(&self) -> Option<Due> {
        Due::read(self.message)
    }

    /// Whether the mail is in doubt and its copies watch the backlog. A watch that was interrupted proves nothing: its
    /// message may have been replayed since, and the mail be in another state.
    pub(super) fn is_watched(&self) -> bool {
        let (now, interval) = (self.now_ms(), self.backlog_interval());
        self.backlog_watch().is_some_and(|watch| watch.goes_on(now, interval))
    }

    /// The time between two checks of the backlog in milliseconds.
    pub(super) fn backlog_interval(&self) -> i64 {
        millis(self.mailer.feedback_retry) / 3
    }

    // Counted apart, as the mails are that SES itself turned away: an alarm of its own says that it takes none.
    pub(super) async fn requeue_until_open(&self, until: i64) -> BatchItemOutcome {
        let outcome = self.mailer.requeue.requeue_until(self.message, until, None).await;
        if outcome == BatchItemOutcome::Ack {
            count(Count::SendingPaused);
        }
        outcome
    }

    pub(super) async fn requeue_until(&self, until: i64) -> BatchItemOutcome {
        let outcome = self.mailer.requeue.requeue_until(self.message, until, None).await;
        if outcome == BatchItemOutcome::Ack {
            count(Count::Requeued);
        }
        outcome
    }

    // A mail in doubt has an alarm of its own.
    pub(super) async fn wait_until_due(&self, due: Due) -> BatchItemOutcome {
        let note = (Due::ATTRIBUTE, due.to_attribute());
        let outcome = self.mailer.requeue.requeue_until(self.message, due.at, Some(note)).await;
        if outcome == BatchItemOutcome::Ack && !due.in_doubt {
            count(Count::Requeued);
        }
        outcome
    }

    /// The checks of the feedback backlog so far.
    pub(super) fn backlog_watch(&self) -> Option<BacklogWatch> {
        BacklogWatch::read(self.message)
    }

    // Not counted: it is a mail in doubt, which has an alarm of its own.
    pub(super) async fn check_again(&self, until: i64, watch: BacklogWatch) -> BatchItemOutcome {
        let note = (BacklogWatch::ATTRIBUTE, watch.to_attribute());
        self.mailer.requeue.requeue_until(self.message, until, Some(note)).await
    }

    pub(super) async fn dead_letter(
        &self,
        code: DeadLetterCode,
        reason: String,
    ) -> BatchItemOutcome {
        let dead_letter = DeadLetter {
            body: self.body(),
            code,
            reason,
            order: Some(self.request.key.order_key()),
            kind: Some(self.request.key.kind),
        };
        self.mailer.dead_letters.move_message(dead_letter).await
    }

    /// The time left for calling SES.
    pub(super) fn time_left(&self) -> Duration {
        // The machine's clock, not `mailer.clock`: the deadline is Lambda's.
        self.send_until.duration_since(SystemTime::now()).unwrap_or_default()
    }

    /// The time left before the claim: none if SES could no longer be called after a slow one.
    pub(super) fn time_left_to_claim(&self) -> Duration {
        self.claim_until.duration_since(SystemTime::now()).unwrap_or_default()
    }

    fn body(&self) -> String {
        self.message.body.clone().unwrap_or_default()
    }
}

pub(super) fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}
