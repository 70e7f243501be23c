//! Reads a CloudFormation template, its short tags written out: `!Ref X` becomes `{"Ref": "X"}`,
//! `!GetAtt X.Arn` becomes `{"Fn::GetAtt": "X.Arn"}`.

use serde_json::{Map, Value, json};
use yaml_rust2::Yaml;
use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::TScalarStyle;

/// Reads the template's only document.
pub fn parse(text: &str) -> Value {
    let mut parser = Parser::new_from_str(text);
    loop {
        match next(&mut parser) {
            Event::StreamStart | Event::DocumentStart | Event::Nothing => {}
            event => return node(&mut parser, event),
        }
    }
}

type Chars<'a> = Parser<std::str::Chars<'a>>;

fn next(parser: &mut Chars<'_>) -> Event {
    parser.next_token().expect("the template is YAML").0
}

fn node(parser: &mut Chars<'_>, event: Event) -> Value {
    match event {
        Event::Scalar(text, style, _, tag) => long_form(tag, scalar(text, style)),
        Event::SequenceStart(_, tag) => {
            let mut items = Vec::new();
            loop {
                match next(parser) {
                    Event::SequenceEnd => return long_form(tag, items.into()),
                    event => items.push(node(parser, event)),
                }
            }
        }
        Event::MappingStart(_, tag) => {
            let mut members = Map::new();
            loop {
                let name = match next(parser) {
                    Event::MappingEnd => return long_form(tag, members.into()),
                    Event::Scalar(name, ..) => name,
                    event => panic!("a key that is no text: {event:?}"),
                };
                let value = next(parser);
                members.insert(name, node(parser, value));
            }
        }
        event => panic!("nothing that a template holds: {event:?}"),
    }
}

fn scalar(text: String, style: TScalarStyle) -> Value {
    if style != TScalarStyle::Plain {
        return text.into();
    }
    match Yaml::from_str(&text) {
        Yaml::Integer(number) => number.into(),
        Yaml::Boolean(truth) => truth.into(),
        Yaml::Null => Value::Null,
        _ => text.into(),
    }
}

fn long_form(tag: Option<Tag>, value: Value) -> Value {
    match tag.as_ref().map(|tag| tag.suffix.as_str()) {
        None => value,
        Some(function @ ("Ref" | "Condition")) => json!({ function: value }),
        Some(function) => json!({ format!("Fn::{function}"): value }),
    }
}
