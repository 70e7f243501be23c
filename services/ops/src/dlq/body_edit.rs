//! The filter for `--edit` that makes of a body what an operator has made of it in a form.
//!
//! The form shows the body as `dlq show --body` does, with personal data masked. So the filter sets only what was changed:
//! what is masked and was left alone stays as it is, unseen.

use serde_json::Value;

/// What stands in place of what is masked.
const MASK: &str = "***";

/// The jq filter that changes `shown` into `wanted`; `None` where they are the same.
///
/// # Errors
/// Where the filter would write what is masked, or could mix up masked entries of a list.
pub fn edit_between(shown: &Value, wanted: &Value) -> Result<Option<String>, String> {
    let mut steps = Vec::new();
    compare("", shown, wanted, &mut steps)?;
    Ok((!steps.is_empty()).then(|| steps.join(" | ")))
}

/// Adds what changes at `path`, which is empty for the body itself.
fn compare(
    path: &str,
    shown: &Value,
    wanted: &Value,
    steps: &mut Vec<String>,
) -> Result<(), String> {
    match (shown, wanted) {
        (shown, wanted) if shown == wanted => Ok(()),
        (Value::Object(before), Value::Object(after)) => {
            for name in before.keys().filter(|name| !after.contains_key(*name)) {
                steps.push(format!("del({})", member(path, name)?));
            }
            for (name, value) in after {
                let path = member(path, name)?;
                match before.get(name) {
                    Some(shown) => compare(&path, shown, value, steps)?,
                    None => steps.push(assignment(&path, value)?),
                }
            }
            Ok(())
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            check_places(path, before, after)?;
            for (i, (shown, value)) in before.iter().zip(after).enumerate() {
                compare(&format!("{}[{i}]", or_root(path)), shown, value, steps)?;
            }
            Ok(())
        }
        (Value::Array(before), Value::Array(after)) => {
            steps.push(splice(path, before, after)?);
            Ok(())
        }
        (_, wanted) => {
            steps.push(assignment(path, wanted)?);
            Ok(())
        }
    }
}

/// Takes out and puts in what differs between two lists of different lengths: all between what they have in common at
/// their beginnings and at their ends.
fn splice(path: &str, before: &[Value], after: &[Value]) -> Result<String, String> {
    let is_same = |(one, other): &(&Value, &Value)| one == other;
    let head = before.iter().zip(after).take_while(is_same).count();
    let tail = before.iter().rev().zip(after.iter().rev()).take_while(is_same).count();
    let shorter = before.len().min(after.len());
    // Where the common parts overlap, which of several entries that look the same was meant is unknown.
    let is_ambiguous = head + tail > shorter && before.iter().any(is_masked);
    let tail = tail.min(shorter - head);
    let from = before.len() - tail;
    if is_ambiguous || before[head..from].iter().any(is_masked) {
        return Err(moved(path));
    }
    let new = Value::from(&after[head..after.len() - tail]);
    check(path, &new)?;
    Ok(format!("{} |= (.[:{head}] + {new} + .[{from}:])", or_root(path)))
}

/// Checks that each masked entry of a list is still at its place. What of it is masked stays there, so what is shown beside
/// it has to be its own: otherwise one person's data would stand beside another's.
fn check_places(path: &str, before: &[Value], after: &[Value]) -> Result<(), String> {
    let both = before.iter().zip(after);
    let changed: Vec<(&Value, &Value)> = both.filter(|(old, new)| old != new).collect();
    let is_anothers =
        |(old, new): &(&Value, &Value)| (is_masked(old) || is_masked(new)) && before.contains(new);
    // Two that changed places, with a change of their own besides, differ in nothing from two that were changed alone.
    let may_be_anothers = |(i, (_, new)): (usize, &(&Value, &Value))| {
        let kept = masked_texts(new);
        let others = changed.iter().enumerate().filter(|(other, _)| *other != i);
        others.flat_map(|(_, (old, _))| masked_texts(old)).any(|text| kept.contains(&text))
    };
    if changed.iter().any(is_anothers) || changed.iter().enumerate().any(may_be_anothers) {
        return Err(moved(path));
    }
    Ok(())
}

fn moved(path: &str) -> String {
    format!(
        "the list at {} has masked entries ({MASK}), and which of them was meant is unknown once they change places, are \
         taken out, or change together while they look alike. Leave each where it is, and change one at a time; or type a \
         filter, which sees them as they are",
        or_root(path)
    )
}

fn assignment(path: &str, value: &Value) -> Result<String, String> {
    check(path, value)?;
    Ok(format!("{} = {value}", or_root(path)))
}

fn check(path: &str, value: &Value) -> Result<(), String> {
    if !is_masked(value) {
        return Ok(());
    }
    Err(format!(
        "what is to stand at {} is masked in part ({MASK}): type all of it, or leave it as it was",
        or_root(path)
    ))
}

/// Whether any text in it is masked, were it only in part.
fn is_masked(value: &Value) -> bool {
    !masked_texts(value).is_empty()
}

/// The texts in it that are masked, names of members among them.
fn masked_texts(value: &Value) -> Vec<&str> {
    let of = |text: &'_ str| text.contains(MASK);
    match value {
        Value::String(text) => Vec::from_iter(of(text).then_some(text.as_str())),
        Value::Array(items) => items.iter().flat_map(masked_texts).collect(),
        Value::Object(members) => {
            let names = members.keys().map(String::as_str).filter(|name| of(name));
            names.chain(members.values().flat_map(masked_texts)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn or_root(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

/// The path of a member: `.event.data`, or `.["detail-type"]`.
fn member(path: &str, name: &str) -> Result<String, String> {
    if name.contains(MASK) {
        return Err(format!(
            "the name of a member at {} is masked, so what stands below it cannot be changed here",
            or_root(path)
        ));
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_word);
    // A string of JSON is one of jq: what jq would interpolate, `\(`, JSON writes with two backslashes.
    Ok(match is_plain {
        true => format!("{path}.{name}"),
        false => format!("{}[{}]", or_root(path), Value::from(name)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jq::Filter;
    use crate::pii::PiiMode;

    fn body() -> Value {
        json!({
            "v": 1,
            "detail-type": "order.confirmed",
            "event": { "customer": { "email": "jo@example.com", "name": "Jo Doe" }, "lines": [1, 2, 3] },
        })
    }

    /// The body after an edit of what is shown of it.
    fn edited(change: impl FnOnce(&mut Value)) -> Result<Value, String> {
        let shown = PiiMode::Masked.json(body());
        let mut wanted = shown.clone();
        change(&mut wanted);
        let filter = edit_between(&shown, &wanted)?.ok_or("nothing is changed")?;
        let outputs = Filter::compile(&filter)?.run(&body())?;
        Ok(outputs.into_iter().next().unwrap_or_default())
    }

    #[test]
    fn only_what_was_changed_is_written_and_what_is_masked_stays_unseen() {
        let mut expected = body();
        expected["detail-type"] = json!("\"\\(1)\" ä");
        expected["event"]["lines"] = json!([1, 9, 3]);
        expected["event"]["number"] = json!({ "of": 12_345_678_901_234_567_u64 });
        expected.as_object_mut().unwrap().remove("v");
        let edited = edited(|wanted| {
            wanted["detail-type"] = json!("\"\\(1)\" ä");
            wanted["event"]["lines"][1] = json!(9);
            wanted["event"]["number"] = json!({ "of": 12_345_678_901_234_567_u64 });
            wanted.as_object_mut().unwrap().remove("v");
        });
        assert_eq!(edited, Ok(expected));
        assert_eq!(edit_between(&body(), &body()), Ok(None));
    }

    #[test]
    fn a_list_loses_and_gains_entries_anywhere() {
        for lines in
            [json!([]), json!([2, 3]), json!([1, 3]), json!([1, 2, 7, 8, 3]), json!([0, 1, 2, 3])]
        {
            let changed = edited(|wanted| wanted["event"]["lines"] = lines.clone()).unwrap();
            assert_eq!(changed["event"]["lines"], lines);
        }
    }

    #[test]
    fn a_masked_text_is_typed_whole_or_left_alone() {
        let whole = edited(|wanted| wanted["event"]["customer"]["email"] = json!("jo@new.example"));
        assert_eq!(whole.unwrap()["event"]["customer"]["email"], "jo@new.example");
        let refused =
            edited(|wanted| wanted["event"]["copy"] = wanted["event"]["customer"].clone());
        assert!(refused.unwrap_err().contains(".event.copy is masked in part"));
        let shown = json!({ "j***@***.com": 1 });
        assert!(edit_between(&shown, &json!({ "j***@***.com": 2 })).is_err());
    }

    #[test]
    fn masked_entries_of_a_list_keep_their_places_so_that_no_two_people_are_mixed_up() {
        let entry = |email: &str, of: u8| json!({ "email": email, "of": of });
        let (jo, joe, kim) = ("j***@***.com", "j***@***.com", "k***@***.com");
        let shown = json!([entry(jo, 1), entry(joe, 2), entry(kim, 3), { "of": 4 }]);
        let with = |entries: &[(&str, u8)]| {
            let entries = entries.iter().map(|(email, of)| entry(email, *of));
            Value::from_iter(entries.chain([json!({ "of": 4 })]))
        };
        for (wanted, what) in [
            (with(&[(joe, 2), (jo, 1), (kim, 3)]), "two that look alike change places"),
            (with(&[(jo, 2), (joe, 1), (kim, 3)]), "what stands beside them changes places"),
            (with(&[(jo, 7), (joe, 8), (kim, 3)]), "two that look alike change together"),
            (with(&[(kim, 3), (joe, 2), (jo, 1)]), "two that look different change places"),
            (with(&[(jo, 1), (jo, 1), (kim, 3)]), "one is put in place of another"),
            (with(&[(jo, 1), (kim, 3)]), "one is taken out"),
            (with(&[(jo, 1), (joe, 2), (joe, 2), (kim, 3)]), "one is there twice"),
            (with(&[(kim, 3), (jo, 1)]), "one is taken out, and the rest moved"),
            (json!([entry(jo, 1), entry(joe, 2), { "of": 4 }, { "of": 4 }]), "one is overwritten"),
        ] {
            let refused = edit_between(&shown, &wanted);
            assert!(
                refused.as_ref().is_err_and(|why| why.contains("which of them")),
                "{what}: {refused:?}"
            );
        }
        let typed = with(&[("a@new.example", 1), ("b@new.example", 2), (kim, 3)]);
        assert!(edit_between(&shown, &typed).is_ok(), "typed whole, both are known");
        let mut one_more = with(&[(jo, 1), (joe, 9), (kim, 3)]);
        assert_eq!(edit_between(&shown, &one_more), Ok(Some(".[1].of = 9".to_owned())));
        one_more.as_array_mut().unwrap().push(json!({ "of": 5 }));
        assert!(edit_between(&shown, &one_more).is_err(), "a change and a new entry at once");
        let mut longer = shown.clone();
        longer.as_array_mut().unwrap().push(json!({ "of": 5 }));
        let added = edit_between(&shown, &longer).unwrap().unwrap();
        assert_eq!(added, r#". |= (.[:4] + [{"of":5}] + .[4:])"#);
        let shorter = with(&[(jo, 1), (joe, 2), (kim, 3)]).as_array().unwrap()[..3].to_vec();
        assert_eq!(
            edit_between(&shown, &shorter.into()),
            Ok(Some(". |= (.[:3] + [] + .[4:])".to_owned()))
        );
    }

    #[test]
    fn a_body_that_is_no_object_is_replaced_whole() {
        assert_eq!(
            edit_between(&json!("cut off"), &json!({ "v": 1 })),
            Ok(Some(r#". = {"v":1}"#.to_owned()))
        );
    }
}
