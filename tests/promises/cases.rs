//! Orders as shops really publish them, each after a complaint that users of other shop systems made in public:
//! how they are read, and what their mails say. People, shops and goods are invented.
//!
//! `tests/cases/` has the events, a file for each kind of case. What the ledger decides about such events is
//! tested elsewhere.

use jiff::Timestamp;
use mailer::render::{Brand, Mail, render};
use serde_json::{Value, json};
use shared::contract::warnings::parse_with_warnings;
use shared::{Event, FieldWarning};

/// An event of a case, its mail, and what the answer to it warned of.
struct Case {
    event: Event,
    mail: Mail,
    warnings: Vec<FieldWarning>,
}

impl Case {
    /// Reads an event that could be mailed.
    fn of(event: &Value) -> Self {
        let now: Timestamp = "2026-11-26T11:00:00Z".parse().expect("a time");
        let (read, warnings) = parse_with_warnings(event, now);
        let event = read.unwrap_or_else(|errors| panic!("{} is refused: {errors:?}", event["id"]));
        let mail = render(&event, now, &Brand::default()).expect("a mail");
        Self { event, mail, warnings }
    }

    /// Both parts of the mail say this. The text may break a line within.
    fn says(&self, words: &str) {
        let text = self.mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "{words} is not in {}", self.mail.text);
        // In HTML, an amount or an ampersand is written otherwise.
        let html = words.replace('&', "&#38;").replace('\'', "&#39;");
        let visible = visible(&self.mail.html);
        assert!(visible.contains(&html), "{words} is not in {visible}");
    }

    fn says_nothing_of(&self, words: &[&str]) {
        let all = format!("{} {} {}", self.mail.subject, self.mail.text, visible(&self.mail.html));
        let all = all.to_lowercase();
        for word in words {
            assert!(!all.contains(&word.to_lowercase()), "{word} is in {all}");
        }
    }

    fn warned_of(&self) -> Vec<&str> {
        self.warnings.iter().map(|warning| warning.pointer.as_str()).collect()
    }
}

/// The text of HTML, without its tags.
pub fn visible(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let text: Vec<&str> = body
        .split('<')
        .map(|piece| piece.split_once('>').map_or("", |(_, text)| text.trim()))
        .filter(|text| !text.is_empty())
        .collect();
    text.join(" ").replace("&middot;", "\u{b7}").replace('\u{a0}', " ")
}

fn cases(file: &str) -> Vec<Case> {
    let path = format!("{}/cases/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the case is there");
    text.lines().map(|line| Case::of(&serde_json::from_str(line).expect("JSON"))).collect()
}

#[test]
fn cloth_by_the_metre_is_mailed_as_so_many_metres_with_its_price() {
    for case in cases("fractional-quantity") {
        case.says("1.5 m");
        case.says("€36.00");
        case.says("€40.90");
        assert!(case.warnings.is_empty(), "{:?}", case.warnings);
    }
}

#[test]
fn a_parcel_with_two_numbers_names_both_each_with_its_link() {
    for case in cases("two-tracking-numbers") {
        case.says("JD0001");
        case.says("JD0002");
        assert_eq!(case.warned_of(), ["/data/shipment/tracking_number"]);
    }
    let mut event: Value = serde_json::from_str(
        std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/cases/two-tracking-numbers.jsonl"
        ))
        .expect("the case")
        .lines()
        .next()
        .expect("a line"),
    )
    .expect("JSON");
    event["data"]["shipment"]["tracking_url"] =
        json!("https://t.example/?a=JD0001, https://t.example/?a=JD0002");
    let one_text = Case::of(&event);
    assert_eq!(one_text.event.payload.shipment().expect("a parcel").tracking.len(), 2);
    event["data"]["shipment"]["tracking_url"] =
        json!(["https://t.example/?a=JD0002", "https://t.example/?a=JD0001"]);
    let case = Case::of(&event);
    for number in ["JD0001", "JD0002"] {
        assert!(case.mail.html.contains(&format!("href=\"https://t.example/?a={number}\"")));
    }
}

#[test]
fn a_locale_is_understood_as_shop_systems_write_it() {
    for case in cases("locale-german").into_iter().chain(cases("locale-underscore")) {
        let locale = case.event.order.customer.locale.expect("a locale");
        assert_eq!((locale.as_str(), locale.language()), ("de-DE", "de"));
        assert!(case.warnings.is_empty());
    }
}

#[test]
fn the_time_of_an_order_is_the_one_that_the_customer_knew() {
    for case in cases("timezone") {
        case.says("20 November 2026 at 22:30");
        case.says_nothing_of(&["21 November", "03:30", "UTC"]);
    }
}

#[test]
fn each_parcel_names_the_engraving_that_is_in_it_and_none_that_nobody_says() {
    let all = cases("same-sku-two-lines");
    let in_parcel = |case: &Case| {
        let (_, rest) = case.mail.text.split_once("What’s included\n").expect("its content");
        rest.split("Still to come").next().unwrap_or_default().to_owned()
    };
    let engravings = |case: &Case| {
        let text = in_parcel(case);
        (text.contains("FOR A."), text.contains("FOR B."), text.contains(" or "))
    };
    let [named_a, named_b, first, second, both, both_apart] = all.as_slice() else { panic!("six") };
    assert_eq!(engravings(named_a), (true, false, false));
    assert_eq!(engravings(named_b), (false, true, false));
    for unclear in [first, second] {
        assert_eq!(engravings(unclear), (true, true, true));
        assert!(unclear.warned_of().contains(&"/data/shipment/lines"));
    }
    for whole in [both, both_apart] {
        assert_eq!(engravings(whole), (true, true, false));
        assert!(whole.mail.text.contains("all in one parcel"), "{}", whole.mail.text);
    }
}

#[test]
fn an_address_with_an_umlaut_or_with_dots_that_need_quotes_is_mailed() {
    let addresses: Vec<String> = cases("addresses")
        .iter()
        .map(|case| case.event.order.customer.email.expose().to_owned())
        .collect();
    let quoted = "\"sample..user\"@docomo.example";
    let punycode = "sample@xn--bcher-kva.example";
    assert_eq!(addresses, [quoted, quoted, punycode, punycode]);
}

#[test]
fn an_address_without_a_town_is_mailed() {
    for case in cases("address-without-town") {
        case.says("270 Sample Road");
        case.says("Singapore");
        assert!(case.warnings.is_empty());
    }
}

#[test]
fn a_number_is_taken_as_its_carrier_prints_it_and_a_link_is_mended() {
    let all = cases("tracking-number-and-link");
    let [spaces, odd_signs, no_scheme] = all.as_slice() else { panic!("three") };
    spaces.says("1111 2222 3333");
    assert!(spaces.mail.html.contains("https://t.example/q?n=1111%202222%203333"));
    assert!(odd_signs.mail.html.contains("zip=D02%20X285|x&#38;lang=[en]#a&#38;b=%7B"));
    assert!(no_scheme.mail.html.contains("\"https://t.example/JD1\""));
    assert_eq!(no_scheme.warned_of(), ["/data/shipment/tracking_url"]);
}

#[test]
fn a_cancelled_part_is_named_and_the_rest_comes() {
    let all = cases("partial-cancellation");
    let [_, part, whole] = all.as_slice() else { panic!("three") };
    part.says("Part of your order has been cancelled");
    part.says("The rest of your order isn’t affected.");
    part.says("Teapot");
    part.says("€49.00");
    part.says_nothing_of(&["Stoneware mug"]);
    whole.says("Your order has been cancelled");
    let key = |case: &Case| shared::NotificationKey::for_event(&case.event).sort_key();
    assert_ne!(key(part), key(whole), "both are mailed");
}

#[test]
fn what_the_customer_fetches_is_ready_with_place_day_and_code_and_then_picked_up() {
    for case in cases("pickup") {
        case.says_nothing_of(&["We’ve shipped", "delivered", "Delivery"]);
        match case.event.payload.kind().as_str() {
            "shipment.ready_for_pickup" => {
                case.says("ready to pick up at Store 7");
                case.says("4711");
                case.says("Monday 30 November");
            }
            "shipment.delivered" => case.says("has been picked up at Store 7"),
            "shipment.shipped" => case.says("on its way to Store 7"),
            _ => case.says("We’ll let you know when you can pick it up."),
        }
    }
}

#[test]
fn every_row_of_the_totals_has_its_name_and_the_rows_add_up() {
    let all = cases("totals");
    let [tip, gift_card, tax_on_top, discount, lines] = all.as_slice() else { panic!("five") };
    for words in ["Tip", "€3.00", "Cash on delivery", "€2.00", "including tax: €1.90", "€25.00"]
    {
        tip.says(words);
    }
    for words in ["Gift card", "−€30.00", "€4.70"] {
        gift_card.says(words);
    }
    for words in ["Tax", "$1.65", "$26.65"] {
        tax_on_top.says(words);
    }
    tax_on_top.says_nothing_of(&["including"]);
    discount.says("−€5.00");
    for words in ["Sample sachet", "€0.00", "−€3.00", "€17.00"] {
        lines.says(words);
    }
    for case in &all {
        assert!(case.warnings.is_empty(), "{:?}", case.warnings);
        assert!(case.event.order.sums().is_some_and(|sums| !sums.is_at_odds));
    }
}

#[test]
fn further_addresses_are_the_orders_copies() {
    for case in cases("cc") {
        let order = &case.event.order;
        assert_eq!(order.customer.email.expose(), "buyer@company.example");
        let copies: Vec<&str> = order.copies.iter().map(|copy| copy.expose()).collect();
        assert_eq!(copies, ["accounts@company.example"]);
    }
}

#[test]
fn parts_of_a_set_that_are_sent_apart_are_named_under_their_set() {
    let all = cases("bundle-parts");
    let [part, ..] = all.as_slice() else { panic!("three") };
    part.says("Teapot Part of: Tea set (teapot and two mugs)");
    part.says("2 × Mug Part of: Tea set (teapot and two mugs)");
    assert!(part.warnings.is_empty(), "{:?}", part.warnings);
}

#[test]
fn an_empty_text_is_as_good_as_none() {
    for case in cases("empty-strings") {
        assert!(case.warnings.is_empty(), "{:?}", case.warnings);
        case.says("Hello,");
        case.says("Main Street 1");
    }
}

#[test]
fn a_changed_order_is_mailed_as_it_is_now() {
    let case = cases("order-edited").pop().expect("the last");
    case.says("Your order has changed");
    case.says("€44.70");
    case.says_nothing_of(&["Teapot"]);
}

#[test]
fn a_failed_attempt_and_a_parcel_that_goes_back_have_mails_of_their_own() {
    let all = cases("delivery-problems");
    let [attempted, returned, ready] = all.as_slice() else { panic!("three") };
    attempted.says("couldn’t be delivered");
    returned.says("on its way back to us");
    ready.says("ready to pick up");
}

#[test]
fn nothing_is_said_of_money_that_the_event_does_not_say() {
    for case in cases("cancelled-after-payment") {
        case.says_nothing_of(&["charged", "refund", "get back", "pay", "€", "money"]);
    }
}

#[test]
fn a_day_of_another_year_names_its_year() {
    let case = cases("old-news").pop().expect("the last");
    case.says("5 March 2019");
}

/// What is kept of an order of which nothing but its id and its address is as it should be.
#[test]
fn an_order_in_other_forms_than_the_contracts_is_mailed_with_what_could_be_understood() {
    let case = Case::of(&json!({
        "type": "order.confirmed",
        "data": { "order": {
            "id": 5551234567_u64, "placed_at": "2026-11-20 22:30:00", "currency": "eur",
            "customer": { "email": "Jo Example <jo@customers.example>", "locale": "german", "name": "" },
            "lines": [
                { "title": "Linen", "quantity": "1.50", "unit": "m", "unit_price": "24.00",
                  "options": { "Colour": "Sand" } },
                { "title": "Removed", "quantity": 0 },
                { "sku": "ONLY-SKU", "quantity": 1 },
            ],
            "totals": { "discounts": "5.00", "shipping": { "amount": "4.90" }, "total": "35.90" },
            "shipping_address": { "lines": "Main Street 1\nFloor 2", "country": "Ireland" },
            "url": "shop.example/orders/1",
        }},
    }));
    for words in ["order 5551234567", "1.5 m", "Colour: Sand", "ONLY-SKU", "€36.00", "€35.90"] {
        case.says(words);
    }
    for words in ["20 November 2026 at 22:30", "Main Street 1", "Floor 2", "Ireland"] {
        case.says(words);
    }
    case.says_nothing_of(&["Removed", "Discount", "UTC"]);
    assert!(case.mail.html.contains("\"https://shop.example/orders/1\""));
    assert_eq!(case.warnings.last().map(|warning| warning.pointer.as_str()), Some(""));
}

#[test]
fn a_retry_under_another_id_asks_for_the_same_mail() {
    let mut first: Value = json!({
        "source": "shop", "type": "order.cancelled", "id": "e-1",
        "data": {
            "order": { "id": "#1 ü", "customer": { "email": "jo@customers.example" },
                "lines": [{ "id": "1", "title": "Mug", "quantity": 1 }], "totals": {} },
            "cancellation": { "lines": [{ "line_id": "1", "quantity": 1 }] },
        },
    });
    let key = |event: &Value| shared::NotificationKey::for_event(&Case::of(event).event);
    let of_first = key(&first);
    first["id"] = json!("e-2");
    assert_eq!(key(&first), of_first);
    first["data"]["cancellation"]["lines"][0]["quantity"] = json!(2);
    assert_ne!(key(&first), of_first);
    let written = of_first.sort_key();
    assert_eq!(
        shared::NotificationKey::from_sort_key(of_first.order_key(), &written),
        Ok(of_first)
    );
}
