//! What all mails share: the shop, the greeting and the order.

use std::fmt::Write as _;

use jiff::Timestamp;
use shared::contract::event::Event;

use super::Brand;
use super::autolink::has_link;
use super::day::Calendar;
use super::user_text::UserText;

/// The longest order number shown, in characters, so that subjects stay short.
const MAX_NUMBER_LEN: usize = 40;
/// The longest name in a greeting, in characters.
const MAX_NAME_LEN: usize = 60;

/// The data that all mails share.
#[derive(Debug)]
pub struct Page<'a> {
    /// The shop.
    pub brand: &'a Brand,
    /// One line; also the document's title.
    pub subject: String,
    /// The preview text that a mailbox shows beside the subject.
    pub preheader: String,
    /// The name in the greeting.
    pub name: Option<UserText<'a>>,
    /// The order number as the customer knows it, possibly with a `#`.
    pub number: UserText<'a>,
    /// The order's page in the shop.
    pub order_url: Option<&'a str>,
    /// Formats days.
    pub calendar: Calendar,
    /// Whether it goes to somebody else than the customer.
    pub is_copy: bool,
}

impl<'a> Page<'a> {
    /// The page of the mail for `event`, without subject and preheader.
    pub fn new(event: &'a Event, accepted_at: Timestamp, brand: &'a Brand) -> Self {
        let order = &event.order;
        Self {
            brand,
            subject: String::new(),
            preheader: String::new(),
            name: order.customer.name.as_ref().map(UserText::from).filter(is_plausible_name),
            number: UserText::from_shop(&order.number).shortened(MAX_NUMBER_LEN),
            order_url: order.url.as_ref().map(shared::HttpUrl::as_str),
            calendar: Calendar::for_mail_at(accepted_at),
            is_copy: false,
        }
    }

    /// The page with a subject and a preheader.
    pub fn with_subject(self, subject: String, preheader: String) -> Self {
        let subject = if self.is_copy { format!("Copy: {subject}") } else { subject };
        Self { subject, preheader, ..self }
    }

    /// `order #1001`, for a sentence in plain text or a subject.
    pub fn order(&self) -> String {
        format!("order {}", self.number)
    }

    /// The steps from the order to its arrival.
    pub fn steps(&self, is_fetched: bool) -> [&'static str; 4] {
        match is_fetched {
            true => ["Ordered", "On its way", "Ready", "Picked up"],
            false => ["Ordered", "Shipped", "Out for delivery", "Delivered"],
        }
    }

    /// A `mailto:` link to the shop's support, with the order in the subject.
    pub fn support_link(&self) -> String {
        let mut link = String::from("mailto:");
        percent_encode(&mut link, self.brand.support_email.expose());
        link.push_str("?subject=");
        // RFC 6068 section 2 has mail programs decode an encoded-word in a subject.
        let number = self.number.as_str().replace("=?", "=\u{200c}?");
        percent_encode(&mut link, &format!("Order {number}"));
        link
    }
}

/// Whether a customer's name may be used in the greeting.
pub(super) fn is_plausible_name(name: &UserText<'_>) -> bool {
    // Anyone can order under any name and any address. A name that contains a link could make the shop mail
    // an advertisement to strangers.
    let text = name.as_str();
    !text.contains('@') && !has_link(text) && text.chars().count() <= MAX_NAME_LEN
}

/// Percent-encodes as in RFC 3986, except for `@`, which RFC 6068 allows in an address.
fn percent_encode(to: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            to.push(char::from(byte));
        } else {
            write!(to, "%{byte:02X}").expect("a String takes every write");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_advertises_is_not_greeted() {
        let names = ["WIN NOW https://evil.example", "Win! evil-prize.com/claim", "0900 1234567"];
        for name in names.into_iter().chain(["www.evil.example", "x".repeat(61).as_str()]) {
            assert!(!is_plausible_name(&UserText::new(name)), "{name}");
        }
        for name in ["Seán O'Hara-Müller", "J. R. Smith", "J.R. Smith", "山田 太郎", "<b>Bo</b>"]
        {
            assert!(is_plausible_name(&UserText::new(name)), "{name}");
        }
    }

    #[test]
    fn the_subject_for_the_support_holds_no_encoded_word() {
        let mut event = crate::render::tests::sample("delivered");
        event["data"]["order"]["number"] = serde_json::json!("=?UTF-8?Q?free?=");
        let event = Event::parse(&event).expect("an event");
        let link = Page::new(&event, crate::render::tests::NOW, &Brand::default()).support_link();
        assert!(link.ends_with("?subject=Order%20%3D%E2%80%8C%3FUTF-8%3FQ%3Ffree%3F%3D"), "{link}");
    }

    #[test]
    fn a_link_takes_any_text() {
        let mut link = String::new();
        percent_encode(&mut link, "o'hara+x@shop.example Order #1 ü");
        assert_eq!(link, "o%27hara%2Bx@shop.example%20Order%20%231%20%C3%BC");
    }
}
