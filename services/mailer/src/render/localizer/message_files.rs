//! The message files, held against the English one. Whoever adds a language reads these messages.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentArgs;
use fluent_syntax::ast::{Entry, Message, Resource, VariantKey};
use fluent_syntax::parser;

use super::language::MailLanguage;
use super::syntax::{COUNT, Variables, choices};
use super::wording::USUAL_FORMALITY;

/// All counts of which a mail may speak, as far as plural forms tell them apart. Of none, it speaks where `[0]` stands.
const COUNTS: std::ops::RangeInclusive<usize> = 1..=200;

fn parsed(language: &'static MailLanguage) -> Resource<&'static str> {
    parser::parse(language.source())
        .unwrap_or_else(|(_, faults)| panic!("{}.ftl has faults: {faults:?}", language.code))
}

fn messages<'r>(
    file: &'r Resource<&'static str>,
) -> BTreeMap<&'static str, &'r Message<&'static str>> {
    let messages = file.body.iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some((message.id.name, message)),
        _ => None,
    });
    messages.collect()
}

fn english() -> Resource<&'static str> {
    parsed(MailLanguage::english())
}

/// For each message of each language: what is said of it if it is not right.
fn faults(
    check: impl Fn(
        &'static MailLanguage,
        &Message<&'static str>,
        &Message<&'static str>,
    ) -> Option<String>,
) -> Vec<String> {
    let english = english();
    let originals = messages(&english);
    let mut faults = Vec::new();
    for language in MailLanguage::all() {
        let file = parsed(language);
        for (id, message) in messages(&file) {
            let Some(original) = originals.get(id) else { continue };
            let fault = check(language, message, original);
            faults.extend(fault.map(|fault| format!("{}.ftl: {id}: {fault}", language.code)));
        }
    }
    faults
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_language_has_every_message_and_no_other() {
    let english = english();
    let wanted: BTreeSet<&str> = messages(&english).into_keys().collect();
    for language in MailLanguage::all() {
        let file = parsed(language);
        let there: BTreeSet<&str> = messages(&file).into_keys().collect();
        let missing: Vec<_> = wanted.difference(&there).collect();
        let unknown: Vec<_> = there.difference(&wanted).collect();
        assert!(missing.is_empty(), "{}.ftl lacks {missing:?}", language.code);
        assert!(unknown.is_empty(), "{}.ftl has what no mail says: {unknown:?}", language.code);
        let twice = file.body.iter().filter(|entry| matches!(entry, Entry::Message(_))).count();
        assert_eq!(twice, there.len(), "{}.ftl has a message twice", language.code);
    }
}

#[test]
fn every_language_says_how_its_shops_mostly_address_their_customers() {
    for language in MailLanguage::all() {
        let usual = language.format(USUAL_FORMALITY, false, &FluentArgs::new());
        assert!(["formal", "informal"].contains(&usual.as_str()), "{}.ftl: {usual}", language.code);
    }
}

#[test]
fn every_message_shows_the_variables_of_the_english_one() {
    none(&faults(|_, message, original| {
        let wanted = Variables::new(original.value.as_ref()?);
        for pattern in patterns(message) {
            let there = Variables::new(pattern);
            if wanted.shown != there.shown {
                return Some(format!("expected {:?}, found {:?}", wanted.shown, there.shown));
            }
            if let Some(other) = there.choosing.difference(&wanted.choosing).next() {
                return Some(format!("${other} chooses nothing here"));
            }
        }
        None
    }));
}

#[test]
fn a_message_is_text_variables_and_choices_alone() {
    none(&faults(|language, message, _| {
        let attributes: Vec<&str> = message.attributes.iter().map(|it| it.id.name).collect();
        if !matches!(attributes.as_slice(), [] | ["informal"]) {
            return Some(format!("expected no attribute but .informal, found {attributes:?}"));
        }
        let Some(_) = message.value else { return Some("it says nothing".to_owned()) };
        let beyond = patterns(message).map(|pattern| Variables::new(pattern).beyond).sum::<usize>();
        let file = parsed(language);
        let is_alone =
            !file.body.iter().any(|entry| matches!(entry, Entry::Term(_) | Entry::Junk { .. }));
        (beyond > 0 || !is_alone).then(|| "expected no term, function or other message".to_owned())
    }));
}

#[test]
fn no_message_holds_markup_or_an_address_of_the_web() {
    none(&faults(|_, message, _| {
        let source = format!("{message:?}");
        let found =
            ["<", "&amp;", "&nbsp;", "://", "www."].into_iter().find(|it| source.contains(it));
        found.map(|found| format!("{found} is shown as it stands"))
    }));
}

#[test]
fn a_choice_names_the_words_of_the_english_one_or_the_plural_forms_of_its_language() {
    none(&faults(|language, message, original| {
        let known: BTreeSet<String> =
            choices(original.value.as_ref()?).into_iter().flat_map(|(_, it)| it).map(key).collect();
        for (variable, variants) in patterns(message).flat_map(choices) {
            let keys: BTreeSet<String> = variants.iter().map(key).collect();
            if variable == COUNT {
                let wanted = plural_forms(language, &keys);
                if wanted != keys.iter().filter(|key| !is_number(key)).cloned().collect() {
                    return Some(format!("expected the forms {wanted:?}, found {keys:?}"));
                }
            } else if keys != known {
                return Some(format!("expected the choices {known:?}, found {keys:?}"));
            }
        }
        None
    }));
}

fn patterns<'m>(
    message: &'m Message<&'static str>,
) -> impl Iterator<Item = &'m fluent_syntax::ast::Pattern<&'static str>> {
    message.value.iter().chain(message.attributes.iter().map(|attribute| &attribute.value))
}

fn key(variant: &fluent_syntax::ast::Variant<&str>) -> String {
    match variant.key {
        VariantKey::Identifier { name } => name.to_owned(),
        VariantKey::NumberLiteral { value } => value.to_owned(),
    }
}

fn is_number(key: &str) -> bool {
    key.bytes().all(|b| b.is_ascii_digit())
}

/// The plural forms that the counts of a mail take in this language, but for numbers that the message names themselves.
fn plural_forms(language: &MailLanguage, named: &BTreeSet<String>) -> BTreeSet<String> {
    const FORMS: &str = "x = { $count ->\n [zero] zero\n [one] one\n [two] two\n [few] few\n [many] many\n *[other] other\n }";
    let mut bundle = fluent_bundle::FluentBundle::new(vec![language.code.parse().expect("a code")]);
    bundle.set_use_isolating(false);
    let resource = fluent_bundle::FluentResource::try_new(FORMS.to_owned()).expect("readable");
    bundle.add_resource(resource).expect("new");
    let message = bundle.get_message("x").expect("there");
    let form = |count: usize| {
        let mut values = FluentArgs::new();
        values.set(COUNT, count);
        let pattern = message.value().expect("a value");
        bundle.format_pattern(pattern, Some(&values), &mut vec![]).into_owned()
    };
    let counts = COUNTS.filter(|count| !named.contains(&count.to_string()));
    counts.map(form).chain(["other".to_owned()]).collect()
}
