//! Proptest strategies for JSON, valid and mutated.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value};

use super::events::samples;

/// Numbers, the edges of the types among them.
fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop_oneof![
            Just(i64::MIN.into()),
            Just(i64::MAX.into()),
            Just(u64::MAX.into()),
            Just((1_u64 << 63).into()),
            Just(0.into()),
            Just((-1).into()),
            Just(100_001.into()),
            Just(1.0.into()),
            Just(1e308.into()),
            Just(5e-324.into()),
        ],
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ]
}

/// Any JSON, a few levels deep.
pub fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        any::<String>().prop_map(Value::from),
        "[ -~]{0,80}".prop_map(Value::from),
        "(\r\n|\u{202E}|\u{0}|<script>|'|\"|&|Bcc: a@b.c){0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map("[a-z_]{1,12}", inner, 0..6)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// A sample event.
pub fn sample_event() -> impl Strategy<Value = Value> {
    let valid = |line: &String| {
        let json = serde_json::from_str(line).ok()?;
        shared::Event::parse(&json).ok().map(|_| json)
    };
    proptest::sample::select(samples().iter().filter_map(valid).collect::<Vec<Value>>())
}

/// A sample event with up to three values replaced or removed.
pub fn mutated_event() -> impl Strategy<Value = Value> {
    mutated(sample_event())
}

/// `json` with up to three values replaced or removed.
pub fn mutated(json: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let change = (any::<Index>(), proptest::option::weighted(0.8, any_json()));
    (json, vec(change, 1..=3)).prop_map(|(mut json, changes)| {
        for (place, instead) in changes {
            // Computed for each change, because the one before may have removed places.
            let pointers = pointers(&json);
            let pointer = &pointers[place.index(pointers.len())];
            change_at(&mut json, pointer, instead);
        }
        json
    })
}

pub fn change_at(json: &mut Value, pointer: &str, instead: Option<Value>) {
    match instead {
        Some(value) => *json.pointer_mut(pointer).expect("a pointer of this value") = value,
        None => {
            let Some((parent, name)) = pointer.rsplit_once('/') else { return };
            if let Some(Value::Object(members)) = json.pointer_mut(parent) {
                members.remove(name);
            }
        }
    }
}

/// The JSON Pointers (RFC 6901) of all values.
pub fn pointers(json: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let children: Vec<(String, &Value)> = match json {
        Value::Object(members) => {
            members.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        all.extend(pointers(child).iter().map(|below| format!("/{name}{below}")));
    }
    all
}
