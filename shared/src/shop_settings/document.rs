//! What is wrong with a document of settings.

use serde_json::Value;

use crate::contract::error::FieldError;
use crate::contract::reader::KnownMembers;

/// An error for each member that was not read.
pub(super) fn unknown_members(document: &Value, known: &KnownMembers) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (object, names) in known {
        let Some(Value::Object(members)) = document.pointer(object) else { continue };
        for name in members.keys().filter(|name| !names.contains(name.as_str())) {
            let name = name.replace('~', "~0").replace('/', "~1");
            let known = names.iter().copied().collect::<Vec<_>>().join(", ");
            let detail = format!("expected only the members {known}");
            errors.push(FieldError { pointer: format!("{object}/{name}"), detail });
        }
    }
    errors
}

/// The errors as one sentence.
pub(super) fn sentences(errors: &[FieldError]) -> String {
    let sentence = |error: &FieldError| match error.pointer.as_str() {
        "" => error.detail.clone(),
        pointer => format!("{pointer}: {}", error.detail),
    };
    errors.iter().map(sentence).collect::<Vec<_>>().join("; ")
}
