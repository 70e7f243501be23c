//! The JSON documents of a file, one after the other: JSON Lines, documents of many lines, and arrays,
//! each of whose items counts as a document.

use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::contract::error::InvalidValue;
use crate::contract::json::{BYTE_ORDER_MARK, StrictValue, not_json_at, parse_strict};

/// A document, or text where one was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document<'a> {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// Its text, which [`parse_strict`] takes; or why that is not JSON, by line and column of the file.
    pub json: Result<&'a str, InvalidValue>,
}

/// Reads a file to its end. After a syntax error it goes on where the next document can be told apart: at
/// the next line if the error is on a document's first line, as in JSON Lines, and else at the next line
/// that begins with a bracket. Commas between documents are skipped.
#[must_use]
pub fn documents(file: &[u8]) -> Vec<Document<'_>> {
    if let ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], Err(utf16)) = (file, parse_strict(file)) {
        return vec![Document { line: 1, json: Err(utf16) }];
    }
    let text = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
    let mut cursor = Cursor { rest: text, line: 1, column: 1 };
    let mut documents = Vec::new();
    while cursor.skip_separators() {
        match cursor.document_bytes() {
            Ok(bytes) => {
                let start = cursor;
                cursor.advance(bytes);
                start.split(bytes, &mut documents);
            }
            Err(error) => {
                let (line, column) = cursor.place_of(&error);
                let json = Err(not_json_at(&error, line, column));
                documents.push(Document { line: cursor.line, json });
                cursor.skip_document(error.line() == 1);
            }
        }
    }
    documents
}

/// What is left of a file, and where that begins.
#[derive(Debug, Clone, Copy)]
struct Cursor<'a> {
    rest: &'a [u8],
    line: usize,
    /// In bytes, as serde_json counts them.
    column: usize,
}

impl<'a> Cursor<'a> {
    fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        match passed.iter().rposition(|byte| *byte == b'\n') {
            None => self.column += bytes,
            Some(last) => {
                self.line += passed.iter().filter(|byte| **byte == b'\n').count();
                self.column = bytes - last;
            }
        }
    }

    /// Whether anything follows.
    fn skip_separators(&mut self) -> bool {
        let is_separator = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
        let separators = self.rest.iter().take_while(|byte| is_separator(byte)).count();
        self.advance(separators);
        !self.rest.is_empty()
    }

    /// The length of the document that begins here.
    fn document_bytes(&self) -> serde_json::Result<usize> {
        let mut values = Deserializer::from_slice(self.rest).into_iter::<StrictValue>();
        values.next().transpose()?;
        Ok(values.byte_offset())
    }

    /// The line and the column of the file where an error is that was found from here on.
    fn place_of(&self, error: &serde_json::Error) -> (usize, usize) {
        let first = if error.line() == 1 { self.column - 1 } else { 0 };
        (self.line + error.line() - 1, first + error.column())
    }

    /// Adds the document of this length, or the items of the array that it is.
    fn split(mut self, bytes: usize, to: &mut Vec<Document<'a>>) {
        let text = &self.rest[..bytes];
        let items = match text {
            [b'[', ..] => serde_json::from_slice::<Vec<&RawValue>>(text),
            _ => serde_json::from_slice(text).map(|document| vec![document]),
        };
        // No error: it was read as strict JSON before.
        for item in items.unwrap_or_default() {
            // Both are parts of the same file.
            let offset = item.get().as_ptr().addr() - self.rest.as_ptr().addr();
            self.advance(offset);
            to.push(Document { line: self.line, json: Ok(item.get()) });
        }
    }

    /// Skips a document with an error to the line on which the next one may begin.
    fn skip_document(&mut self, is_one_line: bool) {
        loop {
            let line = self.rest.iter().position(|byte| *byte == b'\n');
            self.advance(line.map_or(self.rest.len(), |end| end + 1));
            match self.rest.first() {
                None | Some(b'{' | b'[') => return,
                // The rest of a document that is laid out over several lines.
                Some(b'}' | b']' | b'"') => {}
                Some(byte) if is_one_line && !byte.is_ascii_whitespace() => return,
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each document's line, and its text or error.
    fn read(file: &str) -> Vec<(usize, String)> {
        let text = |json: Result<&str, InvalidValue>| match json {
            Ok(text) => text.to_owned(),
            Err(error) => error.to_string(),
        };
        documents(file.as_bytes()).into_iter().map(|d| (d.line, text(d.json))).collect()
    }

    fn own(expected: &[(usize, &str)]) -> Vec<(usize, String)> {
        expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn lines_documents_of_many_lines_and_arrays_are_read_one_after_the_other() {
        let pretty = "{\n  \"id\": 2,\n  \"data\": {\n  }\n}";
        let file =
            format!("\u{feff}{{\"id\":1}}\n\n{pretty}\n[{{}},\n  {{\"id\":4}}\n] {{}}{{}}\n");
        let expected =
            [(1, "{\"id\":1}"), (3, pretty), (8, "{}"), (9, "{\"id\":4}"), (10, "{}"), (10, "{}")];
        assert_eq!(read(&file), own(&expected));
        assert_eq!(read(" \n[]\n"), []);
    }

    #[test]
    fn a_bad_line_is_named_and_swallows_no_other() {
        let syntax = "expected valid JSON";
        let other = "expected valid JSON; a value is an object, an array, a number, true, false, null, or a text in \
                     double quotes";
        for (bad, error) in [
            (
                "{oops}",
                format!("{syntax}; the name of a member is in double quotes (line 2, column 2)"),
            ),
            ("oops", format!("{other} (line 2, column 1)")),
            ("not json", format!("{other} (line 2, column 2)")),
            ("{\"a\":1} oops", format!("{other} (line 2, column 9)")),
            // Half a line: the next one continues it, until it does not.
            ("{\"a\":", format!("{syntax}, which has `,` or `}}` here (line 4, column 1)")),
        ] {
            let file = format!("{{}}\n{bad}\n{{\"id\":3}}\n{{\"id\":4}}");
            let read: Vec<_> =
                read(&file).into_iter().filter(|(_, text)| text != "{\"a\":1}").collect();
            let expected = [(1, "{}"), (2, error.as_str()), (3, "{\"id\":3}"), (4, "{\"id\":4}")];
            assert_eq!(read, own(&expected), "{bad}");
        }
    }

    #[test]
    fn a_bad_document_of_many_lines_is_one_error() {
        let file = "{\n  \"a\": oops,\n  \"b\": [\n    {}\n  ]\n}\n{\n  \"id\": 2\n}\n";
        let expected = [
            (
                1,
                "expected valid JSON; a value is an object, an array, a number, true, false, null, or a text in double \
                 quotes (line 2, column 8)",
            ),
            (7, "{\n  \"id\": 2\n}"),
        ];
        assert_eq!(read(file), own(&expected));
    }

    #[test]
    fn what_strict_json_refuses_is_refused_here() {
        let [repeated, bytes] = [&b"{}\n{\"a\":1,\"a\":2}"[..], b"{}\n{\"a\":\"\xe9\"}\n"]
            .map(|file| documents(file).pop().unwrap().json.unwrap_err().to_string());
        assert!(repeated.contains("each key once") && repeated.contains("line 2"), "{repeated}");
        assert!(bytes.contains("UTF-8") && bytes.contains("line 2"), "{bytes}");
        let utf16 = documents(b"\xff\xfe{\0}\0");
        assert!(utf16[0].json.as_ref().unwrap_err().to_string().contains("UTF-16"));
    }
}
