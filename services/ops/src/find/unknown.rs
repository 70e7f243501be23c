//! An order that neither table knows: what the dead-letter queues hold about it.

use serde::Serialize;
use shared::ShopId;

use super::elsewhere::{Elsewhere, look_elsewhere};
use super::wanted::{Wanted, match_dead_letter};
use crate::aws::Stack;
use crate::dlq::{FoundDeadLetter, Received, Search, search};
use crate::error::CliError;
use crate::output::{ColorMode, Column, Report, format_time, table};
use crate::pii::PiiMode;
use crate::progress::RunControl;

/// How many commands are printed to copy.
const MAX_COMMANDS: usize = 5;

/// An order that no table knows, with the dead letters about it.
#[derive(Debug, Serialize)]
pub struct UnknownOrder {
    /// What the operator typed; an address is masked unless asked for.
    pub wanted: String,
    pub dead_letters: Vec<FoundDeadLetter>,
    /// Messages of dead-letter queues in flight or delayed.
    pub not_looked_at: u64,
}

/// That nothing is known of an order: why an answer is an error.
#[derive(Debug, thiserror::Error)]
#[error("nothing is known of {wanted}")]
pub struct NothingFound {
    /// What the operator typed; an address is masked unless asked for.
    pub wanted: String,
    pub is_address: bool,
    /// The other shops that have it.
    pub found_in: Vec<ShopId>,
}

/// Searches the dead-letter queues for an order that no table knows, also in these other shops: whoever asks in the wrong one
/// is told where it waits.
///
/// # Errors
/// [`CliError::Input`] when no dead letter is about it either.
pub async fn look_in_dead_letters(
    stack: &Stack,
    wanted: &Wanted,
    others: &[Wanted],
    pii: PiiMode,
    control: RunControl<'_>,
) -> Result<UnknownOrder, CliError> {
    let all = [std::slice::from_ref(wanted), others].concat();
    let matches = |dlq, message: &Received| match_dead_letter(dlq, message, &all);
    let found = search(stack, control, matches).await;
    let shown = wanted.shown(pii);
    let found = found.map_err(|error| match error {
        CliError::Interrupted(_) => error,
        other => {
            let tables = nothing_in_tables(wanted, &shown);
            CliError::service(format!(
                "{tables}; the dead-letter queues were not searched: {other}"
            ))
            .caused_by(other)
        }
    })?;
    if found.dead_letters.is_empty() {
        let elsewhere = look_elsewhere(stack, wanted).await;
        return Err(nothing(wanted, &shown, found.not_looked_at, &elsewhere));
    }
    let Search { dead_letters, not_looked_at } = found;
    Ok(UnknownOrder { wanted: shown, dead_letters, not_looked_at })
}

/// What the tables say, without its full stop.
fn nothing_in_tables(wanted: &Wanted, shown: &str) -> String {
    match wanted.is_address() {
        true => format!("No stored event has the customer {shown}"),
        false => format!("Nothing is known about the order {shown}"),
    }
}

fn nothing(wanted: &Wanted, shown: &str, not_looked_at: u64, elsewhere: &Elsewhere) -> CliError {
    let tables = nothing_in_tables(wanted, shown);
    let advice = elsewhere.sentence();
    let cause = NothingFound {
        wanted: shown.to_owned(),
        is_address: wanted.is_address(),
        found_in: elsewhere.found_in().to_vec(),
    };
    if elsewhere.has_it() {
        let message = format!("{tables} in the shop {}. {advice}", wanted.shop());
        return CliError::input(message).caused_by(cause);
    }
    let copies = match wanted.is_address() {
        true => " Whoever only gets copies of its mails finds it by its number.",
        false => "",
    };
    let hidden = match not_looked_at {
        0 => String::new(),
        count => format!(" (in flight or delayed, and so not looked at: {count})"),
    };
    CliError::input(format!(
        "{tables}, and no dead letter is about it{hidden}: no event of it was accepted, or it was \
         erased, or it is older than the retention. An order is found by number and address as long \
         as its events are kept, and by id as long as its mails are.{copies} {advice}"
    ))
    .caused_by(cause)
}

impl Report for UnknownOrder {
    fn text(&self, colors: ColorMode) -> String {
        let count = match self.dead_letters.len() {
            1 => "a dead letter is".to_owned(),
            count => format!("{count} dead letters are"),
        };
        let heading = format!("{}: nothing is stored, but {count} about it.", self.wanted);
        let columns = [
            Column::text("queue", |found: &FoundDeadLetter| found.queue.to_string()),
            Column::text("failed", |l| format_time(l.summary.failed_at)),
            Column::text("shop", |l: &FoundDeadLetter| l.summary.shop.clone().unwrap_or_default())
                .unless_all("default"),
            Column::text("order", |l| l.summary.shown_order_id()),
            Column::text("kind", |l| l.summary.kind.clone().unwrap_or_default()),
            Column::text("why", |l| l.summary.code.clone()),
            Column::text("about", |l| about(l).to_owned()),
            Column::text("reason", |l| l.summary.reason.clone()),
        ];
        let mut text = format!(
            "{}\n{}\n",
            colors.heading(&heading),
            table(colors, &columns, &self.dead_letters)
        );
        for found in self.dead_letters.iter().take(MAX_COMMANDS) {
            let id = &found.summary.message_id;
            text.push_str(&format!("waybill dlq show {} --message {id}\n", found.queue));
        }
        if self.dead_letters.len() > MAX_COMMANDS {
            text.push_str("… and more: `waybill dlq show QUEUE` lists them.\n");
        }
        if self.not_looked_at > 0 {
            let hidden = self.not_looked_at;
            text.push_str(&format!("\nIn flight or delayed, and so not looked at: {hidden}\n"));
        }
        text
    }
}

const fn about(found: &FoundDeadLetter) -> &'static str {
    if found.is_certain { "it" } else { "perhaps it" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Dlq;
    use crate::dlq::DeadLetterSummary;

    fn dead_letter(queue: Dlq, message_id: &str, is_certain: bool) -> FoundDeadLetter {
        let summary = DeadLetterSummary {
            message_id: message_id.to_owned(),
            shop: is_certain.then(|| "default".to_owned()),
            order_id: is_certain.then(|| "1001".to_owned()),
            kind: is_certain.then(|| "order.confirmed".to_owned()),
            code: "invalid".to_owned(),
            reason: "expected an e-mail address at /data/order/customer/email".to_owned(),
            failed_at: 1_763_900_000_000,
            ..DeadLetterSummary::default()
        };
        FoundDeadLetter { queue, summary, is_certain }
    }

    #[test]
    fn an_unknown_order_with_dead_letters_as_people_and_scripts_read_it() {
        let report = UnknownOrder {
            wanted: "#1001".to_owned(),
            dead_letters: vec![
                dead_letter(Dlq::Inbox, "11111111-1111-2222-3333-444444444444", true),
                dead_letter(Dlq::Dispatch, "22222222-1111-2222-3333-444444444444", false),
            ],
            not_looked_at: 3,
        };
        insta::assert_snapshot!(report.text(ColorMode::Plain));
        insta::assert_json_snapshot!(report);
    }
}
