use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::test_edge::{Setup, TestEdge};
use crate::aws::calls::Caller;
use crate::edge::faults::{Call, Fault, Faults};

/// Answers `fault` at the point that it was made for, to functions only.
struct Plan {
    before: Option<Fault>,
    after: Option<Fault>,
    asked: AtomicUsize,
}

impl Faults for Plan {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        matches!(call.caller, Caller::Function(_)).then_some(self.before)?
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        matches!(call.caller, Caller::Function(_)).then_some(self.after)?
    }
}

async fn edge(before: Option<Fault>, after: Option<Fault>) -> TestEdge {
    let faults = Arc::new(Plan { before, after, asked: AtomicUsize::new(0) });
    TestEdge::start(Setup { faults, ..Setup::default() }).await
}

async fn suppress(edge: &TestEdge, app: &'static str) -> Result<(), aws_sdk_sesv2::Error> {
    let call = edge.ses_as(app).put_suppressed_destination();
    let call = call.email_address("jo@example.com").reason("BOUNCE".into());
    call.send().await.map(drop).map_err(Into::into)
}

async fn was_done(edge: &TestEdge) -> bool {
    let list = edge.ses().list_suppressed_destinations().send().await.unwrap();
    !list.suppressed_destination_summaries().is_empty()
}

#[tokio::test]
async fn a_throttled_call_is_not_carried_out() {
    let edge = edge(Some(Fault::Throttled), None).await;
    let error = suppress(&edge, "waybill-mailer").await.unwrap_err();
    assert!(matches!(error, aws_sdk_sesv2::Error::TooManyRequestsException(_)), "{error:?}");
    assert!(!was_done(&edge).await);
    suppress(&edge, "somebody-else").await.unwrap();
}

#[tokio::test]
async fn a_hang_up_before_the_call_leaves_nothing_done_and_one_after_it_everything() {
    let before = edge(Some(Fault::HangUp), None).await;
    assert!(suppress(&before, "waybill-mailer").await.is_err());
    assert!(!was_done(&before).await);
    let after = edge(None, Some(Fault::HangUp)).await;
    assert!(suppress(&after, "waybill-mailer").await.is_err());
    assert!(was_done(&after).await);
}

#[tokio::test]
async fn a_hang_up_closes_the_connection_before_the_first_byte_of_a_response() {
    let edge = edge(None, Some(Fault::HangUp)).await;
    let address = edge.address.strip_prefix("http://").unwrap();
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /v2/email/account HTTP/1.1\r\nhost: {address}\r\nuser-agent: app/waybill-mailer\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut response = Vec::new();
    connection.read_to_end(&mut response).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&response), "");
}

#[tokio::test]
async fn a_server_error_after_the_call_hides_that_it_was_carried_out() {
    let edge = edge(None, Some(Fault::ServerError)).await;
    assert!(suppress(&edge, "waybill-mailer").await.is_err());
    assert!(was_done(&edge).await);
}
