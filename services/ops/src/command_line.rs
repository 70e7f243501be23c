//! The command line as it was typed, without personal data.

use std::ffi::OsString;

use sha2::{Digest, Sha256};

use crate::pii::without_addresses;

/// Flags whose values may quote a customer: a filter by name, or a file's path.
const QUOTING: [&str; 3] = ["--filter", "--edit", "--save-to"];

/// The command whose argument is a file's path. Flags may stand before the path, so every word after
/// the command is stored as its digest.
const TAKES_A_PATH: &str = "publish";

/// The command line as an audit item stores it. The ledger table holds no personal data, so filters
/// and paths become their SHA-256, which still shows whether two commands used the same one;
/// addresses are masked, except the operator's own; the reason is left out, since it has its own
/// attribute.
pub fn command_line(typed: &[OsString]) -> String {
    let mut words = vec!["waybill".to_owned()];
    let mut typed = typed.iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    while let Some(word) = typed.next() {
        let (flag, inline) = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        if QUOTING.contains(&flag) {
            let value = inline.or_else(|| typed.next()).unwrap_or_default();
            words.push(format!("{flag} {}", digest(&value)));
        } else if flag == "--operator" {
            // Not masked: it is no customer's.
            let value = if inline.is_none() { typed.next() } else { None };
            words.push(quoted(word));
            words.extend(value.map(quoted));
        } else if flag == "--reason" {
            let _ = inline.or_else(|| typed.next());
        } else if !word.starts_with('-') && words.iter().any(|before| before == TAKES_A_PATH) {
            words.push(digest(&word));
        } else {
            words.push(without_addresses(&quoted(word)));
        }
    }
    words.join(" ")
}

fn quoted(word: String) -> String {
    if word.contains(' ') { format!("'{word}'") } else { word }
}

fn digest(text: &str) -> String {
    let hex: String = Sha256::digest(text).iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_kept_without_what_a_filter_a_reason_or_a_path_quotes() {
        let (filter, edit, path) = (".name == \"Zoë\"", ".name = \"Zoë\"", "/home/kim/Zoë.jsonl");
        let inline = format!("--edit={edit}");
        let drop = ["dlq", "drop", "mail", "--filter", filter, &inline, "--reason", "Zoë asked"];
        let cases: [(&[&str], String); 5] = [
            (
                &["erase", "1001", "--operator", "joe@ops.example", "--yes"],
                "erase 1001 --operator joe@ops.example --yes".to_owned(),
            ),
            (
                &["publish", "--operator", "joe@ops.example", path],
                format!("publish --operator joe@ops.example {}", digest(path)),
            ),
            (&drop, format!("dlq drop mail --filter {} --edit {}", digest(filter), digest(edit))),
            (&["dlq", "drop", "jo@example.com", "--yes"], "dlq drop j***@***.com --yes".to_owned()),
            (
                &["publish", "--operator=kim", path],
                format!("publish --operator=kim {}", digest(path)),
            ),
        ];
        for (typed, kept) in cases {
            let typed: Vec<OsString> =
                ["waybill"].iter().chain(typed).map(OsString::from).collect();
            assert_eq!(command_line(&typed), format!("waybill {kept}"));
        }
        assert!(digest("Zoë").starts_with("sha256:"));
    }

    #[cfg(unix)]
    #[test]
    fn a_word_that_is_no_unicode_is_kept_as_far_as_it_is() {
        use std::os::unix::ffi::OsStringExt;
        let typed = ["waybill".into(), "erase".into(), OsString::from_vec(b"10\xff01".to_vec())];
        assert_eq!(command_line(&typed), "waybill erase 10\u{fffd}01");
    }
}
