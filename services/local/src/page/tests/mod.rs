mod browser;
mod deletion;
mod finding;
mod keeping;
mod preview;
mod sample_brand;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::edge::tests::test_edge::TestEdge;

/// A mail to send.
struct Draft<'a> {
    subject: &'a str,
    to: &'a str,
    kind: &'a str,
    order: &'a str,
    shop: &'a str,
    text: &'a str,
    html: &'a str,
}

impl Default for Draft<'_> {
    fn default() -> Self {
        Self {
            subject: "We have your order",
            to: "jo@example.com",
            kind: "order-confirmed",
            order: "R1001",
            shop: "default",
            text: "Hello <b>",
            html: "",
        }
    }
}

impl Draft<'_> {
    /// Sends it by the wire format and returns its id.
    async fn send(self, edge: &TestEdge) -> String {
        let utf8 = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
        let call = json!({
            "FromEmailAddress": "Shop <orders@shop.example>",
            "Destination": {"ToAddresses": [self.to]},
            "EmailTags": [
                {"Name": "waybill-shop", "Value": self.shop},
                {"Name": "waybill-order", "Value": URL_SAFE_NO_PAD.encode(self.order)},
                {"Name": "waybill-kind", "Value": self.kind},
            ],
            "Content": {"Simple": {
                "Subject": utf8(self.subject),
                "Body": {"Text": utf8(self.text), "Html": utf8(self.html)},
            }},
        });
        let request = http::Request::post("/v2/email/outbound-emails");
        let (_, answer) = edge.request(request, call.to_string()).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["MessageId"].as_str().unwrap().to_owned()
    }
}

async fn send(edge: &TestEdge, subject: &str, html: &str) -> String {
    Draft { subject, html, ..Draft::default() }.send(edge).await
}

/// `/mail.json` with this query.
async fn json(edge: &TestEdge, query: &str) -> Value {
    let (parts, body) = edge.get(&format!("/mail.json{query}")).await;
    assert_eq!(parts.status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn subjects(list: &Value) -> Vec<&str> {
    let mails = list["mails"].as_array().unwrap().iter();
    mails.map(|mail| mail["subject"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_list_shows_the_newest_first_and_escapes_what_customers_wrote() {
    let edge = TestEdge::plain().await;
    assert!(edge.get("/").await.1.contains("No e-mail here"));
    send(&edge, "First", "").await;
    send(&edge, "<script>alert(1)</script>", "").await;
    let (parts, page) = edge.get("/").await;
    assert!(page.contains("&#60;script&#62;alert(1)"), "{page}");
    assert!(!page.contains("<script>alert"));
    assert!(page.find("&#60;script&#62;").unwrap() < page.find("First").unwrap());
    assert!(page.contains("R1001"));
    let policy = parts.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}

#[tokio::test]
async fn the_list_tells_the_shops_apart_once_there_is_more_than_the_default_one() {
    let edge = TestEdge::plain().await;
    send(&edge, "First", "").await;
    assert!(!edge.get("/").await.1.contains("class=\"shop\""), "one shop is not named");
    let id = Draft { shop: "north", ..Draft::default() }.send(&edge).await;
    let page = edge.get("/").await.1;
    assert!(page.contains("<span class=\"shop\">north</span> R1001"), "{page}");
    assert!(page.contains("<span class=\"shop\">default</span> R1001"), "{page}");
    let mail = edge.get(&format!("/mail/{id}")).await.1;
    assert!(mail.contains("<dt>Shop</dt><dd>north</dd>"), "{mail}");
    assert!(mail.contains("shop=north&#38;order=R1001"), "the order of this shop: {mail}");
    assert_eq!(json(&edge, "?shop=north").await["mails"][0]["shop"], "north");
    assert_eq!(json(&edge, "?shop=default&order=R1001").await["found"], 1);
}

#[tokio::test]
async fn a_mail_is_shown_in_every_view() {
    let edge = TestEdge::plain().await;
    let id = send(&edge, "Über", "<html><head></head><body>Hi</body></html>").await;
    for (view, holds) in [
        ("", "w600"),
        ("/narrow", "w320"),
        ("/text", "Hello &#60;b&#62;"),
        ("/headers", "Message-ID"),
        ("/raw", "multipart/alternative"),
    ] {
        let (parts, page) = edge.get(&format!("/mail/{id}{view}")).await;
        assert_eq!(parts.status, 200, "{view}");
        assert!(page.contains(holds), "{view}: {page}");
    }
    let (parts, eml) = edge.get(&format!("/mail/{id}.eml")).await;
    assert_eq!(parts.headers["content-type"], "message/rfc822");
    assert_eq!(eml.as_bytes(), edge.service.mailbox().find(&id).unwrap().to_rfc5322());
    assert_eq!(edge.get("/mail/0107-none").await.0.status, 404);
}

#[tokio::test]
async fn a_mails_own_html_is_sandboxed() {
    let edge = TestEdge::plain().await;
    let id =
        send(&edge, "x", "<html><head><title>x</title></head><a href='https://x'>y</a></html>")
            .await;
    let (parts, body) = edge.get(&format!("/mail/{id}/body.html")).await;
    let policy = parts.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    assert!(body.starts_with("<html><head><base target=\"_blank\"><title>"), "{body}");
}

#[tokio::test]
async fn tools_read_the_mailbox_as_json() {
    let edge = TestEdge::plain().await;
    let id = send(&edge, "Über", "<p>Hi</p>").await;
    let list = json(&edge, "").await;
    assert_eq!((&list["accepted"], &list["kept"]), (&json!(1), &json!(1)));
    assert_eq!(list["mails"][0]["id"], id);
    assert_eq!(list["mails"][0]["order"], "R1001");
    assert_eq!(list["mails"][0]["kind"], "order.confirmed");
    let mail: Value = serde_json::from_str(&edge.get(&format!("/mail/{id}.json")).await.1).unwrap();
    assert_eq!(mail["to"], json!(["jo@example.com"]));
    assert_eq!((&mail["text"], &mail["html"]), (&json!("Hello <b>"), &json!("<p>Hi</p>")));
    assert_eq!(mail["state"], "delivered");
    let names: Vec<_> = mail["headers"].as_array().unwrap().iter().map(|h| &h["name"]).collect();
    assert!(names.contains(&&json!("Subject")), "{names:?}");
}
