//! What all mails share: the shop, the greeting and the order.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use shared::Kind;
use shared::contract::address::Country;
use shared::contract::event::Event;
use shared::contract::order::Order;
use shared::shop_settings::Voice;

use super::Brand;
use super::autolink::has_link;
use super::localizer::Localizer;
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
    /// The language and the formats.
    pub say: Localizer,
    /// Whether it goes to somebody else than the customer.
    pub is_copy: bool,
    /// The customer's country, as a code of ISO 3166-1.
    pub country: Option<&'a str>,
    /// Whether its reader may want to send something back.
    pub is_about_returns: bool,
    /// What programs read in the HTML, JSON that may stand in a `script` element.
    pub json_ld: Option<String>,
}

impl<'a> Page<'a> {
    /// The page of the mail for `event`, without subject and preheader.
    pub fn new(
        event: &'a Event,
        accepted_at: Timestamp,
        voice: &Arc<Voice>,
        brand: &'a Brand,
    ) -> Self {
        let order = &event.order;
        Self {
            brand,
            subject: String::new(),
            preheader: String::new(),
            name: order.customer.name.as_ref().map(UserText::from).filter(is_plausible_name),
            number: UserText::from_shop(&order.number).shortened(MAX_NUMBER_LEN),
            order_url: order.url.as_ref().map(shared::HttpUrl::as_str),
            say: Localizer::new(order.customer.locale.as_ref(), voice, accepted_at),
            is_copy: false,
            country: country_of(order),
            is_about_returns: is_about_returns(event.payload.kind()),
            json_ld: None,
        }
    }

    /// The page with a subject and a preheader.
    pub fn with_subject(self, subject: String, preheader: String) -> Self {
        let subject = if self.is_copy { self.say.copy_subject(subject) } else { subject };
        Self { subject, preheader: preheader.trim().to_owned(), ..self }
    }

    /// The shop's name, to stand in a sentence.
    pub fn shop(&self) -> UserText<'_> {
        UserText::from_shop(&self.brand.name)
    }

    /// The company's address.
    pub fn postal_address(&self) -> Option<UserText<'_>> {
        self.brand.postal_address.as_ref().map(UserText::from_shop)
    }

    /// The shop's address for questions.
    pub fn support_email(&self) -> &str {
        self.brand.support_email.expose()
    }

    /// The words before and after the address for questions, which is a link.
    pub fn around_support_email(&self) -> (String, String) {
        const PLACE: &str = "\u{fffc}";
        let words = self.say.questions(PLACE, &self.number);
        match words.split_once(PLACE) {
            Some((before, after)) => (before.to_owned(), after.to_owned()),
            // A shop's own wording may leave it out.
            None => (format!("{words} "), String::new()),
        }
    }

    /// The steps from the order to its arrival.
    pub fn steps(&self, is_fetched: bool) -> [String; 4] {
        let say = &self.say;
        match is_fetched {
            true => {
                [say.step_ordered(), say.step_on_its_way(), say.step_ready(), say.step_picked_up()]
            }
            false => [
                say.step_ordered(),
                say.step_shipped(),
                say.step_out_for_delivery(),
                say.step_delivered(),
            ],
        }
    }

    /// A label before its value on the same line, with the space between them: none after a full-width colon.
    pub fn label(&self, name: String) -> String {
        let label = self.say.label_of_link(name);
        if label.ends_with('：') { label } else { label + " " }
    }

    /// What a screen reader says of the steps, of which so many are reached.
    pub fn spoken_step(&self, reached: &usize, names: &[String; 4]) -> String {
        let number = |step: usize| self.say.formats.number(&step.to_string());
        self.say.step_spoken(&names[reached - 1], number(*reached), number(names.len()))
    }

    /// A `mailto:` link to the shop's support, with the order in the subject.
    pub fn support_link(&self) -> String {
        let mut link = String::from("mailto:");
        percent_encode(&mut link, self.brand.support_email.expose());
        link.push_str("?subject=");
        // RFC 6068 section 2 has mail programs decode an encoded-word in a subject.
        let number = self.number.as_str().replace("=?", "=\u{200c}?");
        percent_encode(&mut link, &self.say.order_and_number(number));
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

/// Whether a mail of this kind is read by somebody who may want to send something back.
const fn is_about_returns(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ShipmentDelivered
            | Kind::ShipmentReturned
            | Kind::OrderCancelled
            | Kind::OrderRefunded
            | Kind::OrderWithdrawalReceived
    )
}

/// The customer's country, as a code of ISO 3166-1: where it is sent to, else where the bill goes, else that of the
/// customer's language.
fn country_of(order: &Order) -> Option<&str> {
    let addresses = [&order.shipping_address, &order.billing_address];
    let countries = addresses.into_iter().flatten().filter_map(|address| address.country.as_ref());
    let mut known = countries.filter(|country| country.is_code());
    let of_language = || order.customer.locale.as_ref()?.region();
    known.next().map(Country::as_str).or_else(of_language)
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
        let brand = Brand::default();
        let page = Page::new(&event, crate::render::tests::NOW, &Arc::default(), &brand);
        let link = page.support_link();
        assert!(link.ends_with("?subject=Order%20%3D%E2%80%8C%3FUTF-8%3FQ%3Ffree%3F%3D"), "{link}");
    }

    #[test]
    fn a_link_takes_any_text() {
        let mut link = String::new();
        percent_encode(&mut link, "o'hara+x@shop.example Order #1 ü");
        assert_eq!(link, "o%27hara%2Bx@shop.example%20Order%20%231%20%C3%BC");
    }
}
