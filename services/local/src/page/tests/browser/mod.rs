//! What only a browser shows: sizes, keys, and the list that changes by itself. Where no Chromium is
//! installed, these tests pass without having looked.

mod chromium;

pub use chromium::Chromium;
use serde_json::Value;

use super::{Draft, json, send};
use crate::edge::tests::test_edge::TestEdge;

/// An edge with three mails about tea, the newest last, and a browser.
async fn tea() -> Option<(TestEdge, Chromium, Vec<String>)> {
    let Some(browser) = Chromium::start() else {
        eprintln!("No chromium is installed: the page is not tried in a browser.");
        return None;
    };
    let edge = TestEdge::plain().await;
    let mut ids = Vec::new();
    for subject in ["Tea one", "Tea two", "Tea three"] {
        ids.push(send(&edge, subject, "<html><head></head><body>Hi</body></html>").await);
    }
    Some((edge, browser, ids))
}

/// The id of the row that has the focus.
const CHOSEN: &str = "document.activeElement.closest('li')?.id ?? null";

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_readable_at_every_width_and_its_rows_are_links_from_edge_to_edge() {
    let Some((edge, mut browser, _)) = tea().await else { return };
    Draft {
        subject: "A parcel of your order #ORDER-2026-000123456789 will arrive later than we said",
        to: "a.rather.long.name.of.a.customer@a-long-domain-name.customers.example",
        kind: "shipment-out_for_delivery",
        order: "ORDER-2026-000123456789",
        ..Draft::default()
    }
    .send(&edge)
    .await;
    browser.open(&format!("{}/", edge.address));
    for width in [320, 375, 768, 1280] {
        browser.resize(width);
        let overflow = browser.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert!(overflow.as_i64() <= Some(0), "{width} px: {overflow} px are outside");
        let subject = browser.evaluate(
            "Math.min(...[...document.querySelectorAll('.subject')].map((s) => s.getBoundingClientRect().width))",
        );
        assert!(subject.as_f64() >= Some(240.0), "{width} px: a subject has {subject} px");
        let corners = browser.evaluate(
            "[...document.querySelectorAll('#rows li')].every((li) => {
                const box = li.getBoundingClientRect();
                return [[8, 8], [box.width - 8, box.height - 8]].every(([x, y]) => {
                    const at = document.elementFromPoint(box.left + x, box.top + y);
                    return at?.closest('a') === li.firstElementChild;
                });
            })",
        );
        assert_eq!(corners, json!(true), "{width} px");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_and_its_headers_fit_a_narrow_window() {
    let Some((edge, mut browser, ids)) = tea().await else { return };
    let mail = format!("{}/mail/{}", edge.address, ids[0]);
    for width in [320, 375] {
        browser.resize(width);
        browser.open(&mail);
        let frame =
            browser.evaluate("document.querySelector('iframe').getBoundingClientRect().width - document.documentElement.clientWidth");
        assert_eq!(frame, json!(0), "{width} px");
        let cut = browser
            .evaluate("(s => s.scrollWidth - s.clientWidth)(document.querySelector('.stage'))");
        assert_eq!(cut, json!(0), "{width} px");
        let outside = browser.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert!(outside.as_i64() <= Some(0), "{width} px: {outside} px are outside");
        browser.open(&format!("{mail}/headers"));
        let below = "['th', 'td'].map((name) => document.querySelector(`.headers ${name}`).getBoundingClientRect())";
        let stacked =
            browser.evaluate(&format!("(([name, value]) => value.top >= name.bottom)({below})"));
        assert_eq!(stacked, json!(true), "{width} px");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_choose_open_and_search_and_back_is_where_one_was() {
    let Some((edge, mut browser, ids)) = tea().await else { return };
    let list = format!("{}/?q=tea", edge.address);
    let mail = |id: &str| format!("{}/mail/{id}?q=tea", edge.address);
    let chosen = |id: &str| format!("({CHOSEN}) === '{id}'");
    browser.open(&list);
    for (key, position) in [("j", 2), ("j", 1), ("j", 0), ("j", 0), ("k", 1)] {
        browser.press(key);
        browser.until(&chosen(&ids[position]));
    }
    browser.press("Enter");
    browser.until_at(&mail(&ids[1]));
    browser.press("j");
    browser.until_at(&mail(&ids[0]));
    browser.press("k");
    browser.until_at(&mail(&ids[1]));
    browser.press("u");
    browser.until_at(&format!("{list}#{}", ids[1]));
    browser.until(&chosen(&ids[1]));
    // The browser's own way back, too.
    browser.press("k");
    browser.press("Enter");
    browser.until_at(&mail(&ids[2]));
    browser.leave_by("history.back()");
    browser.until_at(&format!("{list}#{}", ids[2]));
    browser.until(&chosen(&ids[2]));
    browser.press("/");
    browser.until("document.activeElement.id === 'q'");
    browser.press("j");
    browser.until("document.getElementById('q').value === 'j'");
    browser.press("Enter");
    browser.until_at(&format!("{}/?q=j", edge.address));
}

#[tokio::test(flavor = "multi_thread")]
async fn new_and_deleted_mails_show_by_themselves_and_move_nothing_that_one_holds() {
    let Some((edge, mut browser, ids)) = tea().await else { return };
    let list = format!("{}/?q=tea", edge.address);
    browser.open(&list);
    browser.press("j");
    browser.press("j");
    browser.until(&format!("({CHOSEN}) === '{}'", ids[1]));
    browser.evaluate("getSelection().selectAllChildren(document.querySelector('#rows li:nth-child(2) .subject'))");
    send(&edge, "Coffee", "").await;
    let new = send(&edge, "<b>More</b> tea", "").await;
    edge.request(http::Request::delete(format!("/mail/{}.json", ids[2])), "").await;
    let rows = "JSON.stringify([...document.querySelectorAll('#rows li')].map((li) => li.id))";
    let expected: Value = json!([new, ids[1], ids[0]]);
    browser.until(&format!("{rows} === '{expected}'"));
    browser.until("document.getElementById('summary').textContent === '3 of 4 e-mails'");
    assert_eq!(browser.evaluate(CHOSEN), json!(ids[1]));
    assert_eq!(browser.evaluate("getSelection().toString()"), json!("Tea two"));
    assert_eq!(browser.evaluate("location.href"), json!(list));
    assert_eq!(browser.evaluate("document.querySelectorAll('#rows b').length"), json!(0));
    // The last one goes, the first one comes.
    edge.request(http::Request::delete("/mail.json"), "").await;
    browser.until("document.querySelector('.empty h2')?.textContent === 'Nothing found'");
    let again = send(&edge, "Tea again", "").await;
    browser.until(&format!("{rows} === '{}'", json!([again])));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_delete_one_and_all_in_a_browser() {
    let Some((edge, mut browser, ids)) = tea().await else { return };
    browser.open(&format!("{}/mail/{}?q=tea", edge.address, ids[1]));
    browser.leave_by("document.querySelector('form button.danger').click()");
    browser.until_at(&format!("{}/?q=tea", edge.address));
    assert_eq!(json(&edge, "").await["kept"], 2);
    browser.leave_by("document.querySelector('a.danger').click()");
    browser.until_at(&format!("{}/mail/delete?q=tea", edge.address));
    assert_eq!(json(&edge, "").await["kept"], 2);
    browser.leave_by("document.querySelector('.choice button').click()");
    browser.until_at(&format!("{}/?q=tea", edge.address));
    assert_eq!(json(&edge, "").await["kept"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mails_frame_shows_the_sample_logo_and_runs_no_script() {
    let Some((edge, mut browser, _)) = tea().await else { return };
    let html = r#"<html><head></head><img src="https://shop.example/logo.png" alt="Waybill">
        <script>document.title = "hostile"</script></html>"#;
    let id = send(&edge, "x", html).await;
    browser.open(&format!("{}/mail/{id}/body.html", edge.address));
    browser.until("document.images[0].complete");
    assert_eq!(browser.evaluate("document.images[0].naturalHeight"), json!(64));
    assert_ne!(browser.evaluate("document.title"), json!("hostile"));
}
