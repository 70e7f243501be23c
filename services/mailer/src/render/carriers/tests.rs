use std::collections::{BTreeMap, BTreeSet};

use shared::HttpUrl;
use shared::contract::text::Line;

use super::number::Shape::{self, Digits, Mixed, S10, Starts};
use super::page::{Proof, folded};
use super::*;

/// A number of each shape.
fn example(shape: Shape) -> String {
    match shape {
        Digits(_, last) => "1".repeat(last),
        Mixed(_, last) => format!("A{}", "1".repeat(last - 1)),
        Starts(beginning, _, last) => format!("{beginning}{}", "1".repeat(last - beginning.len())),
        S10(countries) => format!("RR123456785{}", countries.first().unwrap_or(&"US")),
    }
}

fn to(country: &str) -> Destination<'_> {
    let country = Some(country).filter(|country| !country.is_empty());
    Destination { country, postcode: Some("1012AB".to_owned()), language: Some("de") }
}

#[test]
fn every_page_of_every_carrier_is_a_plain_https_link_that_holds_the_number_once() {
    for carrier in CARRIERS {
        for page in carrier.pages {
            let name = carrier.names[0];
            for shape in page.numbers {
                let number = LinkNumber::parse(&example(*shape)).expect("a number");
                assert!(number.has(*shape), "{name}: {number:?}");
                let country = page.to.first().copied().unwrap_or("NL");
                let link = page.link(&number, &to(country)).expect("a link");
                let url = HttpUrl::parse(&link).expect("a URL");
                assert_eq!(url.as_str(), link, "{name}");
                assert!(link.starts_with("https://") && !link.contains(['{', '}', ' ']), "{link}");
                assert_eq!(link.matches(number.as_str()).count(), 1, "{link}");
            }
            let (Proof::Seen(source) | Proof::Used(source)) = page.proof;
            assert!(!page.numbers.is_empty() && !source.is_empty(), "{name}");
            assert_eq!(page.url.contains("{language}"), !page.languages.is_empty(), "{name}");
        }
    }
}

#[test]
fn every_page_can_be_reached() {
    for carrier in CARRIERS {
        for (i, page) in carrier.pages.iter().enumerate() {
            let country = page.to.first().copied().unwrap_or("");
            let mut numbers = page.numbers.iter().map(|shape| example(*shape));
            let is_reached = |number: String| {
                let number = LinkNumber::parse(&number).expect("a number");
                let first =
                    carrier.pages.iter().position(|p| p.link(&number, &to(country)).is_some());
                first == Some(i)
            };
            assert!(
                numbers.any(is_reached),
                "{} has a page that no number reaches: {}",
                carrier.names[0],
                page.url
            );
        }
    }
}

#[test]
fn no_two_carriers_have_the_same_name() {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for carrier in CARRIERS {
        let own: BTreeSet<String> =
            carrier.names.iter().map(|name| folded(name).collect()).collect();
        for name in own {
            assert!(!name.is_empty(), "{}", carrier.names[0]);
            let other = owners.insert(name.clone(), carrier.names[0]);
            assert_eq!(other, None, "{name} is also a name of {}", carrier.names[0]);
        }
    }
    assert!(CARRIERS.len() >= 30, "{} carriers", CARRIERS.len());
}

#[test]
fn a_carrier_is_known_however_its_name_is_written() {
    let number = "1Z 999 AA1 01 2345 6784";
    let link = Some("https://www.ups.com/track?tracknum=1Z999AA10123456784".to_owned());
    for name in ["UPS", "ups", " U.P.S. ", "United Parcel Service", "ups_ground"] {
        assert_eq!(tracking_page(name, number, &Destination::default()), link, "{name}");
    }
    for name in ["", "UPS Mail Innovations", "Up", "Our own van"] {
        assert_eq!(tracking_page(name, number, &Destination::default()), None, "{name}");
    }
    let yamato = tracking_page("ヤマト運輸", "1234-5678-9012", &to("JP")).expect("a link");
    assert!(yamato.ends_with("number01=123456789012"), "{yamato}");
}

#[test]
fn an_ambiguous_name_is_decided_by_country_or_number_or_not_at_all() {
    let host = |name, number, country| {
        let link = tracking_page(name, number, &to(country))?;
        Some(link.split('/').nth(2).expect("a host").to_owned())
    };
    for (name, number, country, expected) in [
        ("Hermes", "12345678901234", "DE", Some("www.myhermes.de")),
        ("Hermes", "H000000000000000", "GB", Some("www.evri.com")),
        ("Hermes", "12345678901234", "FR", None),
        ("Hermes", "12345678901234", "", None),
        ("Post", "996000000000000001", "CH", Some("service.post.ch")),
        ("Post", "1234567890123456789012", "AT", Some("www.post.at")),
        ("Post", "1234567890123456789012", "DE", None),
        ("EMS", "EE123456785CN", "DE", Some("www.ems.com.cn")),
        ("EMS", "EE123456785JP", "DE", Some("trackings.post.japanpost.jp")),
        ("EMS", "EE123456785KR", "DE", None),
        ("Correos", "PQ4B2A0710012345612345Z", "ES", Some("www.correos.es")),
        ("Correos", "PQ4B2A0710012345612345Z", "CL", None),
        ("DPD", "01905012345678", "DE", Some("tracking.dpd.de")),
        ("DPD", "15501234567890", "GB", Some("track.dpd.co.uk")),
        ("DPD", "01905012345678", "HU", None),
        ("DHL", "00340434161094022115", "DE", Some("www.dhl.de")),
        ("DHL", "1234567890", "DE", Some("www.dhl.com")),
        ("DHL", "9261290416102420744039", "US", Some("webtrack.dhlglobalmail.com")),
        ("DHL", "9261290416102420744039", "DE", None),
    ] {
        assert_eq!(
            host(name, number, country).as_deref(),
            expected,
            "{name} {number} to {country}"
        );
    }
}

#[test]
fn a_page_that_asks_for_the_postal_code_gets_it_or_is_no_link() {
    let at = |postcode: &str| {
        let code = Line::parse(postcode).expect("a line");
        Destination { country: Some("NL"), postcode: destination::postcode(&code), language: None }
    };
    let link = |postcode| tracking_page("PostNL", "3SABCD123456789", &at(postcode));
    let expected = "https://jouw.postnl.nl/track-and-trace/3SABCD123456789-NL-1012AB";
    assert_eq!(link("1012 ab").as_deref(), Some(expected));
    for bad in ["../..", "1012 AB?x", "AB", "<script>", "unknown", "10 12 34 56 78 9A"] {
        assert_eq!(link(bad), None, "{bad}");
    }
    // bpost shows less without it, but shows the parcel.
    let bpost = |postcode| tracking_page("bpost", "323212345678", &at(postcode)).expect("a link");
    assert!(!bpost("?").contains("postalCode"), "{}", bpost("?"));
}

#[test]
fn no_number_leaves_its_place_in_a_link() {
    let hostile = [
        "../?x=<>",
        "1Z999AA1012345678/",
        "1Z999AA1012345678%2F",
        "1Z999AA10\"1234567",
        "1Z\u{202e}999AA101234",
    ];
    for carrier in CARRIERS {
        for number in hostile {
            assert_eq!(tracking_page(carrier.names[0], number, &to("DE")), None, "{number}");
        }
    }
}
