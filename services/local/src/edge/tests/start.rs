//! What a client gets that is faster than the stack.

use serde_json::json;

use super::test_edge::{FakeFunction, Setup, TestEdge, answered};
use crate::edge::Lambdas;

#[tokio::test]
async fn who_comes_before_the_stack_is_ready_waits_and_then_gets_the_answer_of_a_running_one() {
    let lambdas = Lambdas::default();
    let setup = Setup { lambdas: lambdas.clone(), ..Setup::default() };
    let edge = TestEdge::start_not_ready(setup).await;
    let published = edge.request(http::Request::post("/v1/events"), "{}");
    let looked = edge.get("/mail.json");
    let starting = async {
        // The stack's own calls are answered: else nothing would ever be ready.
        for _ in 0..20 {
            edge.ses_as("waybill-mailer").get_account().send().await.unwrap();
        }
        let accepted = json!({"statusCode": 202, "body": "accepted"});
        let intake = FakeFunction::new("waybill-intake", move |_| answered(accepted.clone()));
        lambdas.add(intake, None);
        edge.server.set_ready();
    };
    let (published, looked, ()) = tokio::join!(published, looked, starting);
    assert_eq!((published.0.status.as_u16(), published.1.as_str()), (202, "accepted"));
    assert_eq!(looked.0.status, 200);
}
