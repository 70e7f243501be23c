//! Clients that send a request slowly, or never to its end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::test_edge::{FakeFunction, Setup, TestEdge, answered, lambdas_with};
use crate::edge::TransferLimits;

const SHORT: Duration = Duration::from_secs(1);
/// How long a test waits for an end that should have come after [`SHORT`].
const PATIENCE: Duration = Duration::from_secs(60);

async fn edge(limits: TransferLimits) -> (TestEdge, Arc<FakeFunction>) {
    let intake =
        FakeFunction::new("waybill-intake", |_| answered(json!({"statusCode": 202, "body": ""})));
    let lambdas = lambdas_with(&intake, None);
    (TestEdge::start(Setup { lambdas, limits, ..Setup::default() }).await, intake)
}

async fn connect(edge: &TestEdge) -> TcpStream {
    TcpStream::connect(edge.address.strip_prefix("http://").unwrap()).await.unwrap()
}

fn head(edge: &TestEdge, length: usize) -> String {
    let host = edge.address.strip_prefix("http://").unwrap();
    format!("POST /v1/events HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\r\n")
}

/// All that the server sends until it closes the connection.
async fn rest(mut connection: TcpStream) -> String {
    let mut response = Vec::new();
    let end = timeout(PATIENCE, connection.read_to_end(&mut response)).await;
    end.expect("the server closes the connection").unwrap();
    String::from_utf8(response).unwrap()
}

#[tokio::test]
async fn a_body_that_stops_is_answered_408_and_reaches_no_function() {
    let limits = TransferLimits { body: SHORT, min_rate: u32::MAX, ..TransferLimits::default() };
    let (edge, intake) = edge(limits).await;
    for sent in ["", "{\"half\":"] {
        let mut connection = connect(&edge).await;
        let request = head(&edge, 1000) + sent;
        connection.write_all(request.as_bytes()).await.unwrap();
        let response = rest(connection).await;
        assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
        assert!(response.contains("Send the request again."), "{response}");
    }
    assert!(intake.events().is_empty());
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_to_ever_end_is_ended() {
    let limits = TransferLimits { body: SHORT, min_rate: 1024, ..TransferLimits::default() };
    let (edge, intake) = edge(limits).await;
    let (mut reading, mut writing) = connect(&edge).await.into_split();
    writing.write_all(head(&edge, 1_000_000).as_bytes()).await.unwrap();
    let drip = tokio::spawn(async move {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut response = [0; 12];
    let answered = timeout(PATIENCE, reading.read_exact(&mut response)).await;
    answered.expect("the server ends it").unwrap();
    assert_eq!(&response, b"HTTP/1.1 408");
    drip.abort();
    assert!(intake.events().is_empty());
}

#[tokio::test]
async fn a_slow_upload_that_goes_on_is_taken() {
    let limits = TransferLimits { body: SHORT, min_rate: 16, ..TransferLimits::default() };
    let (edge, intake) = edge(limits).await;
    let body = format!("{{\"n\":\"{}\"}}", "x".repeat(2000));
    let (first, second) = body.split_at(1000);
    let mut connection = connect(&edge).await;
    let request = head(&edge, body.len()) + first;
    connection.write_all(request.as_bytes()).await.unwrap();
    // Longer than a body may take that sends nothing; the first half was worth a minute.
    tokio::time::sleep(SHORT * 3 / 2).await;
    connection.write_all(second.as_bytes()).await.unwrap();
    let mut response = [0; 12];
    connection.read_exact(&mut response).await.unwrap();
    assert_eq!(&response, b"HTTP/1.1 202");
    assert_eq!(intake.events()[0]["body"], body);
}

#[tokio::test]
async fn half_a_head_is_answered_408_and_an_idle_connection_closed_without_a_word() {
    let limits = TransferLimits { head: SHORT, ..TransferLimits::default() };
    let (edge, _) = edge(limits).await;
    let idle = connect(&edge).await;
    let mut half = connect(&edge).await;
    half.write_all(b"POST /v1/events HTTP/1.1\r\nhost: ").await.unwrap();
    let (half, idle) = tokio::join!(rest(half), rest(idle));
    assert!(half.starts_with("HTTP/1.1 408 "), "{half}");
    assert_eq!(idle, "");
}

#[tokio::test]
async fn a_connection_is_kept_open_for_the_next_request() {
    let (edge, intake) = edge(TransferLimits::default()).await;
    let mut connection = connect(&edge).await;
    let host = edge.address.strip_prefix("http://").unwrap();
    let last = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    let requests = head(&edge, 2) + "{}" + &last;
    connection.write_all(requests.as_bytes()).await.unwrap();
    let responses = rest(connection).await;
    assert_eq!(responses.matches("HTTP/1.1 202 ").count(), 2, "{responses}");
    assert_eq!(intake.events().len(), 2);
}
