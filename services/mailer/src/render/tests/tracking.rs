//! Where a mail's tracking link comes from.

use serde_json::{Value, json};

use super::{render_sample, sample};
use crate::render::Mail;

const NUMBER: &str = "00340434161094015902";
const PAGE_OF_DHL: &str = "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode=00340434161094015902";
const SHOPS_LINK: &str = "https://shop.example/track/1";

/// A shipped parcel to Germany, carried by `carrier` and tracked as `tracking` says.
fn mail(carrier: &str, tracking: Value) -> Mail {
    let mut event = sample("shipped_part_of_a_set");
    event["data"]["order"]["customer"]["locale"] = json!("de-DE");
    event["data"]["shipment"]["carrier"] = json!(carrier);
    event["data"]["shipment"]["tracking"] = tracking;
    render_sample(&event)
}

fn is_linked(mail: &Mail, link: &str) -> bool {
    let in_html = mail.html.contains(&format!("href=\"{link}\""));
    assert_eq!(in_html, mail.text.contains(link), "{}", mail.text);
    in_html
}

#[test]
fn a_number_without_a_link_gets_the_page_of_its_carrier() {
    assert!(is_linked(&mail("DHL", json!([{ "number": NUMBER }])), PAGE_OF_DHL));
    let unknown = mail("Our own van", json!([{ "number": NUMBER }]));
    assert!(unknown.text.contains(NUMBER) && !unknown.html.contains("dhl.de"), "{}", unknown.text);
}

#[test]
fn the_events_own_link_goes_first() {
    for tracking in [
        json!([{ "number": NUMBER, "url": SHOPS_LINK }]),
        // Whose it is, nobody says: it may be the one of each number beside it.
        json!([{ "number": NUMBER }, { "number": "00340434161094015919" }, { "url": SHOPS_LINK }]),
    ] {
        let mail = mail("DHL", tracking);
        assert!(is_linked(&mail, SHOPS_LINK) && !mail.html.contains("dhl.de"), "{}", mail.text);
    }
}
