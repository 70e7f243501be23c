//! `waybill publish`: hands events to intake as a shop's backend would, by a direct invoke.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_sdk_lambda::primitives::Blob;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::contract::event::{MAX_EVENT_BYTES, MAX_REQUEST_BYTES};

use crate::audit::{self, Audit, Intent, Operator};
use crate::aws::{Stack, service_error};
use crate::error::{CliError, ExitStatus};
use crate::event_file::read_events;
use crate::intake_answer::{Refusal, Row};
use crate::output::{ColorMode, Column, Report, Style, counted, is_or_are, number, table};
use crate::progress;

/// How many events one invocation carries. Lambda's limit of 6 MB holds for the response too,
/// and intake's result for an event, which names every bad field, may be longer than the event.
const BATCH_EVENTS: usize = 50;

/// What an array adds to its events, in bytes.
const BRACKETS: usize = 2;
const COMMA: usize = 1;

/// Lambda refuses a larger payload before intake sees it (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const MAX_BYTES: usize = 6_000_000;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file of CloudEvents in JSON, one after the other or in an array; - is standard input
    pub file: PathBuf,
    /// Why; written to the audit item, so without names and addresses
    #[arg(long, value_name = "TEXT", value_parser = audit::reason)]
    pub reason: Option<String>,
    #[command(flatten)]
    pub operator: Operator,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// In the file's order.
    pub events: Vec<Row>,
}

/// Publishes the file. After an error it is safe to publish the same file again: what was stored is
/// answered as a duplicate.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Publication, ExitStatus), CliError> {
    // The whole file is read and checked first: a bad line stops it before anything is published.
    let events: Vec<Value> = read_events(&args.file)?.into_iter().map(|event| event.json).collect();
    let count = events.len();
    let batches = batches(events)?;
    let intent = Intent {
        action: "publish".to_owned(),
        reason: args.reason.as_deref(),
        plan: json!({ "events": count }),
    };
    let audit = Audit::begin(stack, &args.operator, intent).await?;
    // Filled batch by batch, so that the audit item counts what was stored before an error.
    let mut rows = Vec::with_capacity(count);
    let result = publish_all(&Publisher::new(stack), batches, count, &mut rows).await;
    audit.complete(result, &json!(by_result(&rows))).await?;
    for (i, row) in rows.iter_mut().enumerate() {
        row.number = i + 1;
    }
    let refused = rows.iter().any(|row| !row.is_stored());
    Ok((Publication { events: rows }, ExitStatus::attention_if(refused)))
}

async fn publish_all(
    publisher: &Publisher,
    batches: Vec<Vec<Value>>,
    count: usize,
    rows: &mut Vec<Row>,
) -> Result<(), CliError> {
    let progress = progress::publishing(count);
    // One after the other: two events of one order keep the file's order.
    for batch in batches {
        let results = publisher.invoke(&Value::Array(batch)).await.map_err(|error| {
            CliError::service(format!(
                "Intake failed after {} of {}. {error} Publish the same file again: what was stored is \
                 answered as duplicate.",
                number(rows.len()),
                counted(count, "event")
            ))
            .caused_by(error)
        })?;
        rows.extend(results);
        progress.set_position(rows.len() as u64);
    }
    Ok(())
}

fn by_result(rows: &[Row]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.result.as_str()).or_default() += 1;
    }
    counts
}

/// Packs the events into invocations, in their order.
fn batches(events: Vec<Value>) -> Result<Vec<Vec<Value>>, CliError> {
    let mut batches = Vec::new();
    let mut batch = Vec::new();
    let mut bytes = BRACKETS;
    for (i, event) in events.into_iter().enumerate() {
        let size = event.to_string().len();
        // Smaller ones that intake refuses are sent all the same: its answer names what is wrong.
        if size > MAX_BYTES {
            return Err(CliError::input(format!(
                "Event {} holds {size} bytes, more than Lambda takes. Intake takes {MAX_EVENT_BYTES} \
                 bytes an event. Nothing was published.",
                i + 1
            )));
        }
        let is_full = batch.len() == BATCH_EVENTS || bytes + size > MAX_REQUEST_BYTES;
        if is_full && !batch.is_empty() {
            batches.push(std::mem::take(&mut batch));
            bytes = BRACKETS;
        }
        bytes += size + COMMA;
        batch.push(event);
    }
    batches.push(batch);
    Ok(batches)
}

#[derive(Debug)]
pub struct Publisher {
    client: aws_sdk_lambda::Client,
    function: String,
}

#[derive(Deserialize)]
struct Results {
    results: Vec<Row>,
}

impl Publisher {
    pub fn new(stack: &Stack) -> Self {
        Self { client: stack.lambda(), function: stack.function("intake") }
    }

    /// Passes `payload`, an event or several, to intake. One result for each event, in their order.
    async fn invoke(&self, payload: &Value) -> Result<Vec<Row>, CliError> {
        let call = self.client.invoke().function_name(&self.function);
        let answer = call.payload(Blob::new(payload.to_string())).send().await;
        let answer =
            answer.map_err(service_error(format!("invoke the function {}", self.function)))?;
        let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
        // The invocation succeeded and the function failed: its payload is the error.
        if answer.function_error.is_some() {
            let error: Value = serde_json::from_slice(&body).unwrap_or_default();
            let message = error["errorMessage"].as_str().unwrap_or("it gave no reason");
            if let Some(refusal) = Refusal::parse(message) {
                return Ok(refusal.into_rows());
            }
            return Err(CliError::service(format!("{}.", message.trim_end_matches('.'))));
        }
        let results = serde_json::from_slice::<Results>(&body).map_err(|error| {
            CliError::service(format!(
                "The answer of {} is not intake's. Is it the function of this stack?",
                self.function
            ))
            .caused_by(error)
        })?;
        Ok(results.results)
    }
}

impl Report for Publication {
    fn text(&self, colors: ColorMode) -> String {
        let columns = [
            Column::number("#", |row: &Row| row.number.to_string()),
            Column::text("result", |row: &Row| row.result.clone())
                .styled(|row| Some(if row.is_stored() { Style::Success } else { Style::Error })),
            Column::text("shop", |row: &Row| row.shop.clone().unwrap_or_default())
                .unless_all("default"),
            Column::text("order", |row: &Row| row.order_id.clone().unwrap_or_default()),
            Column::text("event", |row: &Row| row.id.clone().unwrap_or_default()),
            Column::text("problems", Row::problems),
        ];
        let stored = self.events.iter().filter(|row| row.is_stored()).count();
        let rows = table(colors, &columns, &self.events);
        let all = counted(self.events.len(), "event");
        format!("{rows}\n{} of {all} {} stored.\n", number(stored), is_or_are(stored))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_full_by_its_events_or_by_their_bytes() {
        let sizes = |events: Vec<Value>| -> Vec<usize> {
            batches(events).unwrap().iter().map(Vec::len).collect()
        };
        let of = |bytes: usize| Value::String("x".repeat(bytes));
        assert_eq!(sizes(vec![of(1); BATCH_EVENTS + 1]), [BATCH_EVENTS, 1]);
        assert_eq!(sizes(vec![of(MAX_EVENT_BYTES - 2); 7]), [3, 3, 1]);
        assert_eq!(sizes(vec![of(1), of(2 * MAX_REQUEST_BYTES), of(1)]), [1, 1, 1]);
    }

    #[test]
    fn an_event_that_lambda_does_not_carry_is_named_and_nothing_is_published() {
        let events = vec![Value::Null, Value::String("x".repeat(MAX_BYTES))];
        let refused = batches(events).unwrap_err().to_string();
        assert!(refused.starts_with("Event 2 holds 6000002 bytes"), "{refused}");
    }

    #[test]
    fn a_publication_as_people_and_scripts_read_it() {
        let row = |number, result: &str| Row {
            number,
            result: result.to_owned(),
            source: Some("https://shop.example/orders".to_owned()),
            id: Some(format!("e-{number}")),
            shop: Some("default".to_owned()),
            order_id: Some("1001".to_owned()),
            correlation_id: None,
            errors: Vec::new(),
            warnings: Vec::new(),
        };
        let odd = Row {
            warnings: vec![shared::FieldWarning {
                pointer: "/data/shipment/tracking_nubmer".to_owned(),
                detail: "This member is not known and was ignored.".to_owned(),
                suggestion: Some("did you mean tracking_number?".to_owned()),
            }],
            ..row(2, "duplicate")
        };
        let bad = Row {
            shop: None,
            order_id: None,
            errors: vec![shared::FieldError {
                pointer: "/data/order/customer/email".to_owned(),
                detail: "expected an e-mail address".to_owned(),
            }],
            ..row(3, "invalid")
        };
        let report = Publication { events: vec![row(1, "accepted"), odd, bad] };
        insta::assert_snapshot!(report.text(ColorMode::Plain));
        insta::assert_snapshot!(
            "a_publication_at_80_columns",
            report.text(ColorMode::at_width(80))
        );
        insta::assert_json_snapshot!(report);
    }
}
