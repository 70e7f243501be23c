//! Mails are deleted by people, who are asked first, and by tools.

use super::{Draft, json, send, subjects};
use crate::edge::tests::test_edge::{Setup, TestEdge};

async fn delete(edge: &TestEdge, path: &str) -> (u16, String) {
    let (parts, body) = edge.request(http::Request::delete(path), "").await;
    (parts.status.as_u16(), body)
}

#[tokio::test]
async fn tools_delete_one_mail_some_or_all() {
    let edge = TestEdge::plain().await;
    let mut ids = Vec::new();
    for (subject, order) in [("a", "1"), ("b", "2"), ("c", "2"), ("d", "3"), ("e", "4")] {
        ids.push(Draft { subject, order, ..Draft::default() }.send(&edge).await);
    }
    let one = format!("/mail/{}.json", ids[0]);
    assert_eq!(delete(&edge, &one).await, (200, r#"{"deleted":1}"#.to_owned()));
    assert_eq!(delete(&edge, &one).await.0, 404);
    assert_eq!(edge.get(&one).await.0.status, 404);
    assert_eq!(delete(&edge, "/mail.json?order=2").await, (200, r#"{"deleted":2}"#.to_owned()));
    let by_id = format!("/mail.json?id={}", ids[3]);
    assert_eq!(delete(&edge, &by_id).await, (200, r#"{"deleted":1}"#.to_owned()));
    assert_eq!(subjects(&json(&edge, "").await), ["e"]);
    assert_eq!(delete(&edge, "/mail.json").await, (200, r#"{"deleted":1}"#.to_owned()));
    assert_eq!(delete(&edge, "/mail.json").await, (200, r#"{"deleted":0}"#.to_owned()));
    let list = json(&edge, "").await;
    assert_eq!((list["accepted"].as_u64(), list["kept"].as_u64()), (Some(5), Some(0)));
}

#[tokio::test]
async fn a_deletion_that_is_not_understood_deletes_nothing() {
    let edge = TestEdge::plain().await;
    send(&edge, "a", "").await;
    for query in ["ordr=1", "order=", "q=", "q=+", "limit=1", "page=2", "order=R1001&order=2"] {
        let (status, body) = delete(&edge, &format!("/mail.json?{query}")).await;
        assert_eq!(status, 400, "{query}: {body}");
        let form = http::Request::post(format!("/mail/delete?{query}"));
        let is_form = !query.contains("limit") && !query.contains("page");
        if is_form {
            assert_eq!(edge.request(form, "").await.0.status, 400, "{query}");
        }
    }
    assert_eq!(json(&edge, "").await["kept"], 1);
}

#[tokio::test]
async fn people_delete_the_mail_they_see_and_are_back_in_their_list() {
    let edge = TestEdge::plain().await;
    let id = send(&edge, "Tea", "").await;
    send(&edge, "More tea", "").await;
    let (_, page) = edge.get(&format!("/mail/{id}?q=tea")).await;
    let form = format!("action=\"/mail/delete?q=tea&#38;id={id}\" method=\"post\"");
    assert!(page.contains(&form), "{page}");
    let request = || http::Request::post(format!("/mail/delete?q=tea&id={id}"));
    for _ in 0..2 {
        let (parts, _) = edge.request(request(), "").await;
        assert_eq!(
            (parts.status.as_u16(), &parts.headers["location"]),
            (303, &"/?q=tea".parse().unwrap())
        );
        assert_eq!(subjects(&json(&edge, "").await), ["More tea"]);
    }
}

#[tokio::test]
async fn people_are_asked_before_all_that_they_see_is_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let edge =
        TestEdge::start(Setup { mail_dir: Some(directory.path()), ..Setup::default() }).await;
    for subject in ["Tea", "Coffee", "More <tea>"] {
        send(&edge, subject, "").await;
    }
    assert!(edge.get("/").await.1.contains("href=\"/mail/delete\""));
    assert!(edge.get("/mail/delete").await.1.contains("Delete all 3 e-mails?"));
    let (_, list) = edge.get("/?q=%3Ctea").await;
    assert!(list.contains("href=\"/mail/delete?q=%3Ctea\""), "{list}");
    let (_, question) = edge.get("/mail/delete?q=%3Ctea").await;
    assert!(question.contains("Delete 1 e-mail?") && question.contains("“&#60;tea”"), "{question}");
    assert!(question.contains("action=\"/mail/delete?q=%3Ctea\" method=\"post\""), "{question}");
    assert_eq!(json(&edge, "").await["kept"], 3);
    edge.request(http::Request::post("/mail/delete?q=%3Ctea"), "").await;
    assert_eq!(subjects(&json(&edge, "").await), ["Coffee", "Tea"]);
    edge.request(http::Request::post("/mail/delete"), "").await;
    assert!(edge.get("/").await.1.contains("No e-mail here"));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 3);
}

#[tokio::test]
async fn a_browser_tells_the_origin_of_the_pages_own_forms() {
    let edge = TestEdge::plain().await;
    let (parts, _) = edge.get("/mail/delete").await;
    // With `no-referrer` it would say `Origin: null` (Fetch, "append a request Origin header").
    assert_eq!(parts.headers["referrer-policy"], "same-origin");
}
