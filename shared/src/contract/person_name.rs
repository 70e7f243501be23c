//! Names of people.

use crate::contract::other_names::PARTS_OF_NAME;
use crate::contract::reader::FieldReader;
use crate::contract::text::Line;

/// Reads the member `name` of a customer or an address, or what its parts make.
pub(crate) fn read_name(from: &FieldReader<'_>) -> Option<Line> {
    from.tolerated("name", |r| Line::read(&r)).or_else(|| {
        let parts = from.joined("name", &PARTS_OF_NAME, |r| Line::read(&r));
        let parts: Vec<&str> = parts.iter().map(Line::as_str).collect();
        Line::parse(&parts.join(" ")).ok()
    })
}
