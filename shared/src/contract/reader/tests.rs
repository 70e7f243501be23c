use super::*;
use serde_json::json;

#[test]
fn every_bad_member_is_named_once_and_costs_no_more_than_itself() {
    let value = json!({"a/b": "?", "list": [true, "x", null, "no"], "text": "x"});
    let errors = FieldErrors::default();
    let root = FieldReader::tolerant_root(&value, &errors);
    assert_eq!(root.required("a/b", |r| r.boolean()), None);
    let list = root.tolerated("list", |r| Some(r.tolerated_list(9, |item| item.boolean())));
    assert_eq!(list, Some(vec![true, false]));
    assert_eq!(root.required("gone", |r| r.boolean()), None);
    assert_eq!(root.tolerated("text", |r| r.tolerated("name", |r| r.boolean())), None);
    let (errors, warnings, _) = errors.into_parts();
    let errors: Vec<&str> = errors.iter().map(|e| e.pointer.as_str()).collect();
    let warnings: Vec<&str> = warnings.iter().map(|w| w.pointer.as_str()).collect();
    assert_eq!(errors, ["/a~1b", "/gone"]);
    assert_eq!(warnings, ["/list/1", "/list/3", "/text"]);
}

#[test]
fn an_array_of_one_object_counts_as_the_object_and_no_other_array_does() {
    let value =
        json!({ "one": [null, { "flag": "x" }], "two": [{ "flag": true }, {"flag": true}] });
    let errors = FieldErrors::default();
    let root = FieldReader::tolerant_root(&value, &errors);
    let flag = |name| root.tolerated(name, |r| r.tolerated("flag", |flag| flag.boolean()));
    assert_eq!((flag("one"), flag("two")), (None, None));
    let (_, warnings, _) = errors.into_parts();
    let places: Vec<&str> = warnings.iter().map(|w| w.pointer.as_str()).collect();
    assert_eq!(places, ["/one", "/one/1/flag", "/two"]);
    let exact = FieldErrors::default();
    let one = FieldReader::root(&value, &exact);
    assert_eq!(one.optional("one", |r| r.optional("flag", |flag| flag.boolean())), None);
}

#[test]
fn an_exact_reader_takes_no_other_form() {
    let value = json!({ "text": 1, "empty": "", "number": "1", "flag": "no", "list": 1 });
    let errors = FieldErrors::default();
    let root = FieldReader::root(&value, &errors);
    let _ = root.optional("text", |r| r.text(|text| Ok(text.to_owned())));
    let _ = root.optional("empty", |r| r.integer(0..=1));
    let _ = root.optional("number", |r| r.integer(0..=1));
    let _ = root.optional("flag", |r| r.boolean());
    let _ = root.optional("list", |r| r.list(0..=1, |item| item.integer(0..=1)));
    assert_eq!(root.optional("absent", |r| r.boolean()), Some(None));
    assert_eq!(errors.into_vec().len(), 5);
}

#[test]
fn a_list_is_read_however_it_is_written() {
    let read = |value: Value| {
        let errors = FieldErrors::default();
        let list = FieldReader::tolerant_root(&value, &errors)
            .tolerated_list(3, |item| item.integer(0..=9));
        (list, errors.into_parts().1.len())
    };
    assert_eq!(read(json!([1, null, 2])), (vec![1, 2], 0));
    assert_eq!(read(json!({ "10": 3, "2": 1 })), (vec![1, 3], 1));
    assert_eq!(read(json!(7)), (vec![7], 1));
    assert_eq!(read(json!([1, 2, 3, 4])), (vec![1, 2, 3], 1));
}

#[test]
fn an_integer_is_whole_however_it_is_written() {
    let read = |text: &str| {
        let value = serde_json::from_str(text).expect("JSON");
        FieldReader::tolerant_root(&value, &FieldErrors::default()).integer(-5..=i64::MAX)
    };
    for (text, number) in
        [("1490.0", 1490), ("1.49e3", 1490), ("-0.0", 0), ("1490", 1490), ("\"1490\"", 1490)]
    {
        assert_eq!(read(text), Some(number), "{text}");
    }
    for text in ["1490.5", "1e16", "1e300", "\"x\"", "-6.0", "null", "true"] {
        assert_eq!(read(text), None, "{text}");
    }
}
