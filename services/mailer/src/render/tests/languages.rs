//! What the mails say in each language, and in which language they say it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use shared::shop_settings::ShopSettings;
use shared::{Event, Locale};

use super::{NOW, sample};
use crate::render::localizer::{Direction, MailLanguage};
use crate::render::{Brand, Mail, MailContext, render_in_context};

/// Samples that have every sentence between them, as far as samples can.
const SAID: [&str; 26] = [
    "confirmed_with_every_kind_of_row",
    "confirmed_to_be_picked_up",
    "confirmed_usd_nothing_to_ship_nor_name",
    "order_updated_without_a_word",
    "payment_failed",
    "payment_failed_with_nothing_known",
    "cancelled_with_refund",
    "cancelled_in_part",
    "cancelled_before_payment",
    "refunded_in_full",
    "refunded_in_part_jpy",
    "withdrawal_received",
    "shipped_in_one_parcel",
    "shipped_in_part",
    "shipped_as_one_of_several_without_link",
    "shipped_to_be_picked_up",
    "updated_tracking_number",
    "updated_carrier",
    "delayed",
    "delayed_without_a_day",
    "out_for_delivery",
    "delivery_attempted",
    "ready_for_pickup",
    "delivered",
    "picked_up",
    "returned",
];

/// The mail for a customer with this locale of a shop with these settings.
fn mail(event: &Value, locale: &str, settings: &Value) -> Mail {
    let mut event = Event::parse(event).expect("a valid event");
    event.order.customer.locale = Some(Locale::parse(locale).expect("a locale"));
    let settings = ShopSettings::parse(&settings.to_string()).expect("settings");
    let context = MailContext { voice: Arc::clone(&settings.voice), ..MailContext::default() };
    render_in_context(&event, NOW, &context, &Brand::default()).expect("a mail")
}

fn mail_in(locale: &str, name: &str) -> Mail {
    mail(&sample(name), locale, &json!({}))
}

/// The preview text of a mail.
fn preheader(mail: &Mail) -> &str {
    let (_, text) = mail.html.split_once("mso-hide:all\">").expect("a preheader");
    text.split("&#847;").next().unwrap_or_default()
}

/// What the mails say in this locale and not, word for word, in British English.
fn sentences(locale: &str) -> String {
    let mut said = String::new();
    let mut before = BTreeSet::new();
    for name in SAID {
        let (english, mail) = (mail_in("en-GB", name), mail_in(locale, name));
        said += &format!("== {name}\n{}\n{}\n", mail.subject, preheader(&mail));
        let english: BTreeSet<&str> = english.text.lines().collect();
        for line in mail.text.lines().filter(|line| !english.contains(line)) {
            // What comes again in each mail is there once.
            if before.insert(line.to_owned()) {
                said += line;
                said.push('\n');
            }
        }
    }
    said
}

#[test]
fn each_language_says_what_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/languages");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for language in MailLanguage::all() {
            // All of British English is in the snapshots of the mails.
            let locale = if language.code == "en" { "en-US" } else { language.code };
            insta::assert_snapshot!(language.code, sentences(locale));
        }
    });
}

#[test]
fn every_snapshot_of_a_language_belongs_to_a_message_file() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/snapshots/languages");
    let files = std::fs::read_dir(directory).expect("the snapshots' directory");
    let kept: BTreeSet<String> = files
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".snap"))
        .collect();
    let wanted = MailLanguage::all().iter().map(|it| format!("{}.snap", it.code)).collect();
    assert_eq!(kept, wanted);
}

#[test]
fn no_template_says_anything_by_itself() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for file in std::fs::read_dir(directory).expect("the templates' directory") {
        let file = file.expect("a file").path();
        let mut text = std::fs::read_to_string(&file).expect("a template");
        if let Some(at) = text.find("<body") {
            text.replace_range(..at, "");
        }
        for (start, end) in
            [("{#", "#}"), ("{%", "%}"), ("{{", "}}"), ("<!--", "-->"), ("<", ">"), ("&", ";")]
        {
            while let Some((from, to)) = text
                .find(start)
                .and_then(|from| Some((from, from + text[from..].find(end)? + end.len())))
            {
                text.replace_range(from..to, " ");
            }
        }
        let words = text.split_whitespace().find(|word| word.contains(char::is_alphabetic));
        assert_eq!(words, None, "{}: a sentence belongs into messages/", file.display());
    }
}

#[test]
fn a_mail_is_in_the_customers_language_with_the_formats_of_its_country() {
    let german = mail_in("de", "confirmed_with_every_kind_of_row");
    assert!(german.html.contains("<html lang=\"de\" dir=\"ltr\""));
    assert!(german.text.contains("24,00\u{a0}€ pro m"), "{}", german.text);
    let austrian = mail_in("de-AT", "confirmed_with_every_kind_of_row");
    assert!(austrian.text.contains("€\u{a0}24,00 pro m"), "{}", austrian.text);
    let american = mail_in("en-US", "shipped_in_part");
    assert!(american.text.contains("Tuesday, November\u{a0}24"), "{}", american.text);
    assert!(mail_in("en", "shipped_in_part").text.contains("Tuesday 24\u{a0}November"));
}

#[test]
fn a_language_without_mails_is_served_in_the_shops_and_then_in_english() {
    let subject = |locale: &str, default: Value| {
        mail(&sample("delivered"), locale, &json!({ "default_locale": default })).subject
    };
    assert_eq!(subject("tlh", json!("de-CH")), "Ihre Bestellung #1001 wurde zugestellt");
    assert_eq!(subject("qaa", json!("de")), "Ihre Bestellung #1001 wurde zugestellt");
    assert_eq!(subject("tlh", json!("tlh")), "Delivered: your order #1001");
    assert_eq!(subject("tlh", json!(null)), "Delivered: your order #1001");
    assert_eq!(subject("en-IE", json!("de")), "Delivered: your order #1001");
}

#[test]
fn a_shop_says_du_where_it_wants_to() {
    for (formality, words) in [("formal", "Ihre Bestellung"), ("informal", "eine Bestellung")] {
        let settings = json!({ "formality": formality });
        let mail = mail(&sample("delivered"), "de", &settings);
        for part in [&mail.subject, &mail.text, &mail.html] {
            assert!(part.contains(words), "{part}");
        }
    }
}

#[test]
fn without_a_word_a_shop_addresses_its_customers_as_most_shops_of_the_language_do() {
    for (language, words) in [("de", "Ihre Bestellung"), ("es", "tu pedido"), ("it", "tuo ordine")]
    {
        let mail = mail(&sample("delivered"), language, &json!({}));
        assert!(mail.text.contains(words), "{}", mail.text);
    }
}

#[test]
fn no_informal_mail_in_german_says_sie() {
    let formal = [" Sie ", " Ihnen", " Ihr ", " Ihre", "\nIhr"];
    for name in SAID {
        let mail = mail(&sample(name), "de", &json!({ "formality": "informal" }));
        let said = format!("{}\n{}\n{}", mail.subject, preheader(&mail), mail.text);
        assert!(!formal.iter().any(|word| said.contains(word)), "{name}: {said}");
    }
}

#[test]
fn a_shops_own_words_come_instead_and_are_no_markup() {
    let wording = json!({ "wording": {
        "de": {
            "shipped-subject": "{ $order } rollt",
            "shipped-subject.part": "Ein Teil von { $order } rollt",
            "parcel-contents": "{ $article } & { $count } mehr",
        },
        "en": { "shipped-heading": "Off it goes" },
    }});
    let german = |name: &str| mail(&sample(name), "de", &wording);
    assert_eq!(german("shipped_in_one_parcel").subject, "#1001 rollt");
    assert_eq!(german("shipped_in_part").subject, "Ein Teil von #1001 rollt");
    assert!(preheader(&german("delivered")).ends_with("smoked oak &#38; 2 mehr"));
    let english = mail(&sample("shipped_in_part"), "en", &wording);
    assert!(english.text.contains("Off it goes\n") && english.html.contains(">Off it goes</h1>"));
    assert!(!german("shipped_in_part").text.contains("Off it goes"));
}

#[test]
fn what_a_shop_may_not_say_in_its_own_words_is_said_in_ours() {
    let wording = json!({ "wording": { "de": { "delivered-subject": "{ $nobody } klingelt" } } });
    let mail = mail(&sample("delivered"), "de", &wording);
    assert_eq!(mail.subject, "Ihre Bestellung #1001 wurde zugestellt");
}

#[test]
fn a_language_from_right_to_left_is_mirrored_and_keeps_numbers_together() {
    let languages = MailLanguage::all().iter();
    for language in languages.filter(|it| it.direction() == Direction::RightToLeft) {
        for name in SAID {
            let mail = mail_in(language.code, name);
            let tag = format!("lang=\"{}\" dir=\"rtl\"", language.code);
            assert_eq!(mail.html.matches(&tag).count(), 2, "{name}");
            for left in ["text-align:left", "align=\"right\" style=\"padding", "letter-spacing"] {
                assert!(!mail.html.contains(left), "{name}: {left}");
            }
        }
        let shipped = mail_in(language.code, "shipped_in_part");
        for part in [&shipped.html, &shipped.text] {
            assert!(part.contains("\u{2068}00340434161094015902\u{2069}"), "{part}");
            assert!(part.contains("\u{2068}DHL\u{2069}"), "{part}");
        }
        assert!(shipped.subject.contains("\u{2068}#1001\u{2069}"), "{}", shipped.subject);
    }
}
