//! How long the mailer takes to render the confirmation of an order of ten lines, in each language:
//!
//! ```sh
//! cargo run --profile lambda -p waybill-mailer --example render_times
//! ```
//!
//! The first mail of a language is told apart: the language's messages are read for it. The others are the median of
//! [`SERIES`] series of [`MAILS`] mails. Wall time of one thread, and so of an idle machine alone.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use mailer::render::{Brand, Mail, render};
use serde_json::{Value, json};
use shared::{Event, Language, Locale};

const LINES: usize = 10;
const SERIES: usize = 9;
const MAILS: u32 = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let brand = Brand::default();
    println!("| language | first, ms | each further, µs | HTML, bytes | text, bytes |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for language in Language::all() {
        let mut event = Event::parse(&confirmation()).map_err(|faults| format!("{faults:?}"))?;
        event.order.customer.locale = Some(Locale::parse(language.code())?);
        let accepted_at = event.time.unwrap_or_default();
        let mail = || render(&event, accepted_at, &brand);
        let (first, Mail { html, text, .. }) = timed(mail)?;
        println!(
            "| {} | {:.2} | {:.1} | {} | {} |",
            language.code(),
            first.as_secs_f64() * 1e3,
            median(mail)?.as_secs_f64() * 1e6,
            html.len(),
            text.len()
        );
    }
    Ok(())
}

fn timed<T, E>(run: impl FnOnce() -> Result<T, E>) -> Result<(Duration, T), E> {
    let start = Instant::now();
    let value = run()?;
    Ok((start.elapsed(), value))
}

/// Of one mail.
fn median<E>(mail: impl Fn() -> Result<Mail, E>) -> Result<Duration, E> {
    let series = || (0..MAILS).try_for_each(|_| mail().map(|mail| drop(black_box(mail))));
    let mut times = Vec::with_capacity(SERIES);
    for _ in 0..SERIES {
        times.push(timed(series)?.0 / MAILS);
    }
    times.sort_unstable();
    Ok(times[SERIES / 2])
}

fn confirmation() -> Value {
    let euros = |cents: u32| json!({ "amount": cents, "currency": "EUR" });
    let lines: Vec<Value> = (1..=LINES)
        .map(|n| {
            json!({
                "sku": format!("MUG-{n}"),
                "title": format!("Stoneware mug, moss green, no. {n}"),
                "quantity": 2,
                "unit_price": euros(2490),
            })
        })
        .collect();
    json!({
        "specversion": "1.0",
        "source": "https://shop.example/orders",
        "id": "confirmed-1001",
        "type": "order.confirmed",
        "time": "2026-11-20T10:32:00Z",
        "data": { "order": {
            "id": "1001",
            "number": "#1001",
            "placed_at": "2026-11-20T11:31:00+01:00",
            "customer": { "email": "zoe@customer.example", "name": "Zoë Krüger" },
            "lines": lines,
            "totals": { "subtotal": euros(49800), "shipping": euros(490), "total": euros(50290) },
            "shipping_address": {
                "name": "Zoë Krüger",
                "lines": ["Lange Reihe 41"],
                "city": "Hamburg",
                "postal_code": "20099",
                "country": "DE",
            },
            "url": "https://shop.example/orders/1001",
        } },
    })
}
