//! How long intake takes for its largest request, and for what it refuses: the figures of shared/CONTRACT.md.
//!
//! ```sh
//! cargo run --profile lambda -p waybill-intake --example largest_request -- serve   # prints an address
//! cargo run --profile lambda -p waybill-intake --example largest_request -- ADDRESS
//! ```
//!
//! The first process answers each PutItem at once; the second handles requests as the function does, and
//! prints its own CPU time per request (the median). Run the second with a CPU quota to see what a Lambda of so much
//! memory would take (128 MB is 7.2 % of a core, 1,769 MB is a whole one).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use intake::{EventStore, Inbox, Intake, Publishers, Webhooks, handle};
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, ShopDirectory};
use serde_json::{Value, json};
use shared::contract::event::{MAX_BATCH_EVENTS, MAX_EVENT_BYTES, MAX_REQUEST_BYTES};
use standardwebhooks::Webhook;

const SECRETS: [&str; 2] = [
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI",
    "whsec_D2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI",
];
const FORGED: &str = "whsec_E2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let argument =
        std::env::args().nth(1).expect("the argument `serve`, or the address it printed");
    if argument == "serve" {
        serve();
    }
    let intake = intake(&argument).await;
    println!("| request | bytes | status | CPU, ms | wall, ms |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for (name, events, bytes) in [
        ("a usual event", 1, 1_500),
        ("an order of 250 lines", 1, 30_000),
        ("the largest event", 1, MAX_EVENT_BYTES),
        ("100 usual events", MAX_BATCH_EVENTS, 150_000),
        ("the largest request", MAX_BATCH_EVENTS, MAX_REQUEST_BYTES),
    ] {
        let request = request(&batch(events, bytes), Some(SECRETS[1]));
        measure(&intake, name, request).await;
    }
    for (name, bytes) in [("unsigned", 1_500), ("unsigned, 5 MB", 5_000_000)] {
        measure(&intake, name, request(&batch(1, bytes), None)).await;
    }
    for (name, bytes) in [("forged", 1_500), ("forged, 1 MB", 1_000_000)] {
        measure(&intake, name, request(&batch(1, bytes), Some(FORGED))).await;
    }
}

async fn measure(intake: &Intake, name: &str, request: Value) {
    let bytes = request["body"].as_str().map_or(0, str::len);
    let request = request.to_string();
    let mut times = Vec::new();
    let started = Instant::now();
    while times.len() < 3 || (started.elapsed() < Duration::from_secs(2) && times.len() < 2_000) {
        let (cpu, wall) = (cpu_time(), Instant::now());
        let answer = handle(intake, &request, SystemTime::now() + Duration::from_secs(10))
            .await
            .expect("an answer over HTTP");
        let status = answer["statusCode"].as_u64().expect("a status");
        times.push((cpu_time() - cpu, wall.elapsed(), status));
    }
    times.sort();
    let (cpu, wall, status) = times[times.len() / 2];
    let [cpu, wall] = [cpu, wall].map(|time| time.as_secs_f64() * 1e3);
    println!("| {name} | {bytes} | {status} | {cpu:.3} | {wall:.3} |");
}

/// What this thread has spent on a CPU: the function has only one.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
    Duration::from_nanos(nanoseconds)
}

/// As many events, of as many bytes together.
fn batch(events: usize, bytes: usize) -> String {
    let mut random = 1_u64;
    let events: Vec<String> = (0..events).map(|i| event(i, bytes / events, &mut random)).collect();
    format!("[{}]", events.join(","))
}

fn event(number: usize, bytes: usize, random: &mut u64) -> String {
    let money = |amount: u64| json!({ "amount": amount, "currency": "EUR" });
    let mut lines = vec![];
    let mut size = 700;
    while lines.is_empty() || (size + 120 < bytes && lines.len() < 500) {
        // Few bytes in many events, or a few long titles: whatever compresses badly.
        let title = words(random, 6 + bytes / 6_000);
        size += title.len() + 105;
        lines.push(json!({
            "sku": format!("SKU-{}", next(random) % 1_000_000), "title": title,
            "quantity": 1 + next(random) % 9, "unit_price": money(next(random) % 100_000),
        }));
    }
    json!({
        "specversion": "1.0", "source": "https://shop.example/orders", "id": format!("e-{number}"),
        "type": "order.confirmed", "time": jiff::Timestamp::now().to_string(),
        "data": { "order": {
            "id": format!("{number}"), "number": format!("#{number}"), "placed_at": "2026-11-20T09:15:00Z",
            "customer": { "email": format!("c{number}@customers.example"), "name": "Zoë Example" },
            "lines": lines, "totals": { "total": money(1) },
            "shipping_address": {
                "lines": [words(random, 2)], "city": "Dublin", "postal_code": "D02 X285", "country": "IE",
            },
        } },
    })
    .to_string()
}

fn words(random: &mut u64, count: usize) -> String {
    let word = |random: &mut u64| -> String {
        let length = 3 + next(random) % 8;
        (0..length).map(|_| char::from(b'a' + (next(random) % 26) as u8)).collect()
    };
    (0..count).map(|_| word(random)).collect::<Vec<_>>().join(" ")
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The request as the Function URL delivers it.
fn request(body: &str, secret: Option<&str>) -> Value {
    let mut headers = json!({ "content-type": "application/json", "host": "x.lambda-url.example",
        "user-agent": "shop/1.0", "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https" });
    if let Some(secret) = secret {
        let at = jiff::Timestamp::now().as_second();
        let signature = Webhook::new(secret).and_then(|w| w.sign("msg_1", at, body.as_bytes()));
        headers["webhook-id"] = "msg_1".into();
        headers["webhook-timestamp"] = at.to_string().into();
        headers["webhook-signature"] = signature.expect("text").into();
    }
    json!({ "version": "2.0", "rawPath": "/v1/events", "headers": headers, "isBase64Encoded": false,
        "requestContext": { "http": { "method": "POST" } }, "body": body })
}

async fn intake(address: &str) -> Intake {
    let credentials =
        aws_sdk_dynamodb::config::Credentials::new("AKID", "secret", None, None, "example");
    let config = kit::aws::loader()
        .endpoint_url(format!("http://{address}"))
        .region(aws_sdk_dynamodb::config::Region::new("eu-central-1"))
        .credentials_provider(credentials);
    let config = config.load().await;
    let client = kit::aws::dynamodb(&config);
    let secrets = Webhooks::new(&config, "arn".to_owned(), Clock::system());
    secrets.warm_up().await;
    Intake {
        shops: ShopDirectory::new(client.clone(), "shops".to_owned(), Clock::system()),
        store: EventStore::new(client, "events".to_owned(), 90, Clock::system()),
        publishers: Publishers::Webhook(Box::new(secrets)),
        inbox: inbox(kit::aws::sqs(&config)),
    }
}

/// No request here comes from it.
fn inbox(sqs: aws_sdk_sqs::Client) -> Inbox {
    let queue = "http://sqs.example/inbox".to_owned();
    let clock = Clock::system();
    Inbox {
        dead_letters: DeadLetterQueue::new(sqs.clone(), queue.clone(), clock),
        requeue: DelayedRequeue::new(sqs, queue, clock),
        clock,
    }
}

/// Answers every call with an empty object, which is the answer of a PutItem that stored something.
fn serve() -> ! {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("bound"));
    loop {
        let (stream, _) = listener.accept().expect("a connection");
        std::thread::spawn(move || answer_calls(&stream));
    }
}

fn answer_calls(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
        let text = line.trim().to_ascii_lowercase();
        if let Some(value) = text.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if text.is_empty() {
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let answer = answer(&String::from_utf8_lossy(&body));
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", answer.len());
            let mut stream = stream;
            if stream.write_all((head + &answer).as_bytes()).is_err() {
                return;
            }
        }
        line.clear();
    }
}

/// The secrets are in Secrets Manager's order; a put that stores something is answered with an empty object.
fn answer(call: &str) -> String {
    for (stage, secret) in ["AWSCURRENT", "AWSPREVIOUS"].iter().zip(SECRETS) {
        if call.contains(&format!("\"VersionStage\":\"{stage}\"")) {
            return json!({ "SecretString": secret }).to_string();
        }
    }
    "{}".to_owned()
}
