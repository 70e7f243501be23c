//! The name of a file as the customer sees it.

use shared::{Attachment, AttachmentKind};

use super::file_type::FileType;

/// The longest name in bytes, without its ending. SES takes 255 characters with it
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html>), and file systems 255 bytes.
const MAX_STEM_BYTES: usize = 200;

/// The name that the event gives, or else the end of the key, in any script, with the ending of what the file is. What a
/// file system or a header would misread, or what makes a name look like another one, is not in it.
pub fn file_name(attachment: &Attachment, file_type: FileType) -> String {
    let given = attachment.name.as_ref().map(|name| name.as_str());
    let stem = stem(given.unwrap_or_else(|| attachment.key.file_name()), file_type);
    let stem = if stem.is_empty() { named_by_kind(attachment.kind) } else { &stem };
    format!("{stem}.{}", file_type.extensions()[0])
}

/// The name without the ending of its type, which no other name could be hidden by.
fn stem(name: &str, file_type: FileType) -> String {
    let name: String = name.chars().filter(|c| !turns_direction(*c)).map(safe).collect();
    let bare = |name: &str| name.trim_matches(|c: char| c.is_whitespace() || c == '.').to_owned();
    let mut stem = bare(&name);
    if let Some((before, ending)) = stem.rsplit_once('.')
        && file_type.extensions().iter().any(|own| ending.eq_ignore_ascii_case(own))
    {
        stem = bare(before);
    }
    stem.truncate(stem.floor_char_boundary(MAX_STEM_BYTES));
    bare(&stem)
}

const fn named_by_kind(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Invoice => "invoice",
        AttachmentKind::ReturnLabel => "return-label",
        AttachmentKind::Other => "file",
    }
}

/// Marks by which `fdp.exe` is shown as `exe.pdf` (UAX #9), and what is not shown at all.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The character, or a `_` for one that separates, quotes or is reserved on some system.
fn safe(c: char) -> char {
    match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{2028}' | '\u{2029}' => '_',
        c if c.is_control() => '_',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ObjectKey;
    use shared::contract::text::Line;

    fn named(name: Option<&str>, key: &str) -> String {
        let attachment = Attachment {
            key: ObjectKey::parse(key).expect("a key"),
            name: name.map(|name| Line::parse(name).expect("a line")),
            kind: AttachmentKind::Invoice,
        };
        file_name(&attachment, FileType::Pdf)
    }

    #[test]
    fn a_file_has_the_name_that_the_event_gives_in_any_script_and_the_ending_of_what_it_is() {
        for (name, shown) in [
            ("Rechnung 1001.pdf", "Rechnung 1001.pdf"),
            ("Rechnung 1001", "Rechnung 1001.pdf"),
            ("Invoice.PDF", "Invoice.pdf"),
            ("請求書 №1001", "請求書 №1001.pdf"),
            ("فاتورة", "فاتورة.pdf"),
            ("invoice.exe", "invoice.exe.pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe.pdf"),
            ("../../etc/passwd", "_.._etc_passwd.pdf"),
            ("a\"; filename=\"b.exe", "a_; filename=_b.exe.pdf"),
            ("...", "invoice.pdf"),
            (".pdf", "pdf.pdf"),
        ] {
            assert_eq!(named(Some(name), "north/1.pdf"), shown, "{name}");
        }
    }

    #[test]
    fn without_a_name_the_end_of_the_key_is_one_and_else_the_kind() {
        assert_eq!(named(None, "north/2026/RE-1001.pdf"), "RE-1001.pdf");
        assert_eq!(named(None, "north/2026/"), "invoice.pdf");
    }

    #[test]
    fn no_name_is_longer_than_a_file_system_takes() {
        for name in ["x".repeat(500), "é".repeat(500), "😀".repeat(400)] {
            let shown = named(Some(&name), "north/1.pdf");
            assert!(shown.len() <= MAX_STEM_BYTES + 5 && shown.ends_with(".pdf"), "{shown}");
        }
    }
}
