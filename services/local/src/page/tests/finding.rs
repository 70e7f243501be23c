//! Lists of some of the mails, for people and for tools.

use serde_json::Value;

use super::{Draft, json, send, subjects};
use crate::edge::tests::test_edge::TestEdge;

#[tokio::test]
async fn a_search_finds_words_of_everything_a_person_sees_in_any_order() {
    let edge = TestEdge::plain().await;
    Draft {
        subject: "On its way: your order #2001",
        to: "Anna <anna@customers.example>",
        kind: "shipment-shipped",
        order: "id-77",
        shop: "default",
        text: "Parcel 0034 with Stoneware mug, blue, for J\u{200c}.\u{200c}R. Müller\nTotal 14,90\u{a0}€",
        html: "<p>Stoneware</p>",
    }
    .send(&edge)
    .await;
    let to = "bounce@simulator.amazonses.com";
    Draft { subject: "Refund", to, order: "R1001", ..Draft::default() }.send(&edge).await;
    for search in [
        "shipment.shipped",
        "id-77",
        "%232001",
        "2001",
        "delivered+ANNA",
        "CUSTOMERS.example",
        "blue+mug+way",
        "j.r.+müller",
        "14,90+€",
        "id-77+stoneware+shipped+delivered",
    ] {
        let search = search.replace('ü', "%C3%BC").replace('€', "%E2%82%AC");
        let found = json(&edge, &format!("?q={search}")).await;
        assert_eq!(subjects(&found), ["On its way: your order #2001"], "{search}");
        let (_, page) = edge.get(&format!("/?q={search}")).await;
        assert!(page.contains("On its way") && !page.contains("Refund"), "{search}");
    }
    assert_eq!(subjects(&json(&edge, "?q=bounced").await), ["Refund"]);
    assert_eq!(subjects(&json(&edge, "?q=example").await).len(), 2);
    assert!(subjects(&json(&edge, "?q=refund+anna").await).is_empty());
    assert!(edge.get("/?q=%22%3E%3Cb%3E").await.1.contains("Nothing found"));
}

#[tokio::test]
async fn a_mail_without_a_text_part_is_found_by_the_text_of_its_html() {
    let edge = TestEdge::plain().await;
    let call = r#"{"FromEmailAddress":"a@shop.example","Destination":{"ToAddresses":["b@c.example"]},
        "Content":{"Simple":{"Subject":{"Data":"x"},"Body":{"Html":{"Data":"<p class=secret>Tea<b>pot</b></p>"}}}}}"#;
    edge.request(http::Request::post("/v2/email/outbound-emails"), call).await;
    assert_eq!(json(&edge, "?q=teapot").await["found"], 1);
    assert_eq!(json(&edge, "?q=secret").await["found"], 0);
}

#[tokio::test]
async fn tools_ask_for_the_mails_of_an_order_a_kind_a_recipient_or_a_state() {
    let edge = TestEdge::plain().await;
    let draft = |subject, order, kind, to| Draft { subject, order, kind, to, ..Draft::default() };
    let bounce = "bounce@simulator.amazonses.com";
    draft("a", "1001", "order-confirmed", "jo@example.com").send(&edge).await;
    draft("b", "1001", "shipment-out_for_delivery", "jo@example.com").send(&edge).await;
    draft("c", "10011", "order-confirmed", bounce).send(&edge).await;
    for (query, expected) in [
        ("?order=1001", &["b", "a"][..]),
        ("?order=1001&kind=shipment.out_for_delivery", &["b"]),
        ("?kind=order.confirmed", &["c", "a"]),
        ("?to=JO@example.com&limit=1", &["b"]),
        ("?to=jo@example.com&limit=1&page=2", &["a"]),
        ("?state=bounced", &["c"]),
        ("?order=100", &[]),
        ("?limit=0", &[]),
    ] {
        assert_eq!(subjects(&json(&edge, query).await), expected, "{query}");
    }
    let first = json(&edge, "?to=jo@example.com&limit=1").await;
    assert_eq!((first["found"].as_u64(), first["kept"].as_u64()), (Some(2), Some(3)));
    let next = edge.get(first["next"].as_str().unwrap()).await.1;
    let next: Value = serde_json::from_str(&next).unwrap();
    assert_eq!((subjects(&next), &next["next"]), (vec!["a"], &Value::Null));
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_refused_as_a_problem() {
    let edge = TestEdge::plain().await;
    let (parts, body) = edge.get("/mail.json?ordr=1001").await;
    assert_eq!(parts.status, 400);
    assert_eq!(parts.headers["content-type"], "application/problem+json");
    assert!(body.contains("There is no parameter ordr: expected q, order"), "{body}");
    assert_eq!(edge.get("/?ordr=1001").await.0.status, 200);
}

#[tokio::test]
async fn a_search_goes_along_to_the_mail_its_neighbours_the_next_page_and_back() {
    let edge = TestEdge::plain().await;
    let mut tea = Vec::new();
    for number in 0..101 {
        tea.push(send(&edge, &format!("Tea {number}"), "").await);
        if number == 50 {
            send(&edge, "Coffee", "").await;
        }
    }
    let (_, first) = edge.get("/?q=tea").await;
    assert!(first.contains("101 of 102 e-mails"), "{first}");
    assert!(first.contains(r#"<a href="/?q=tea&#38;page=2" rel="next">"#), "{first}");
    let (_, second) = edge.get("/?q=tea&page=2").await;
    assert!(second.contains("Tea 0<") && second.contains("Page 2 of 2"), "{second}");
    assert!(second.contains(&format!("href=\"/mail/{}?q=tea&#38;page=2\"", tea[0])), "{second}");
    let (_, mail) = edge.get(&format!("/mail/{}?q=tea&page=2", tea[50])).await;
    for link in [
        format!(r#"class="back" href="/?q=tea&#38;page=2#{}""#, tea[50]),
        format!(r#"href="/mail/{}?q=tea&#38;page=2" rel="prev""#, tea[51]),
        format!(r#"href="/mail/{}?q=tea&#38;page=2" rel="next""#, tea[49]),
        format!(r#"href="/mail/{}/text?q=tea&#38;page=2""#, tea[50]),
    ] {
        assert!(mail.contains(&link), "{link} is missing in {mail}");
    }
}

#[tokio::test]
async fn the_whole_row_is_one_link() {
    let edge = TestEdge::plain().await;
    let id = send(&edge, "Hello", "").await;
    let (_, page) = edge.get("/").await;
    let row = page.split_once(&format!("<li id=\"{id}\">")).unwrap().1;
    let row = row.split_once("</li>").unwrap().0;
    assert!(row.starts_with(&format!("<a class=\"row\" href=\"/mail/{id}\">")), "{row}");
    assert!(row.trim_end().ends_with("</a>"), "{row}");
    assert_eq!((row.matches("<a ").count(), row.matches("</a>").count()), (1, 1), "{row}");
}

#[tokio::test]
async fn a_subject_of_encoded_words_is_shown_and_found_as_a_reader_shows_it() {
    let edge = TestEdge::plain().await;
    let id =
        send(&edge, "=?UTF-8?B?T3JkZXIgPT9VVEYtOD9CP1dXOTE/?= =?utf-8?q?=3D_=3Cb=3E?=", "").await;
    let shown = "Order =?UTF-8?B?WW91?= <b>";
    assert_eq!(subjects(&json(&edge, "?q=Order+%3D%3Futf-8%3Fb").await), [shown]);
    let escaped = "Order =?UTF-8?B?WW91?= &#60;b&#62;";
    for path in ["/", &format!("/mail/{id}")] {
        let (_, page) = edge.get(path).await;
        assert!(page.contains(escaped) && !page.contains("T3JkZXI"), "{path}: {page}");
    }
}
