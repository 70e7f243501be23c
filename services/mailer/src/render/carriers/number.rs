//! The numbers by which carriers know parcels.

/// A tracking number as carriers' pages take it: 5 to 40 upper-case letters and digits, at least one of them a digit. It
/// needs no percent-encoding, and none can leave its place in a link.
#[derive(Debug, PartialEq, Eq)]
pub struct LinkNumber(String);

/// What a carrier's numbers look like. All lengths are in characters, the first and the last allowed one.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// So many digits.
    Digits(usize, usize),
    /// So many letters and digits.
    Mixed(usize, usize),
    /// This beginning, so many letters and digits together with it.
    Starts(&'static str, usize, usize),
    /// Two letters, nine digits and one of these countries: UPU standard S10. Without countries, any.
    S10(&'static [&'static str]),
}

impl LinkNumber {
    /// Takes `text` without the spaces, hyphens and dots by which people read it; `None` if anything else is in it.
    pub fn parse(text: &str) -> Option<Self> {
        let is_separator =
            |c: &char| c.is_whitespace() || "-.\u{2010}\u{2011}\u{2013}".contains(*c);
        let number: String =
            text.chars().filter(|c| !is_separator(c)).map(|c| c.to_ascii_uppercase()).collect();
        let is_number = (5..=40).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_alphanumeric())
            && number.bytes().any(|b| b.is_ascii_digit());
        is_number.then_some(Self(number))
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be a number of this shape.
    pub fn has(&self, shape: Shape) -> bool {
        let number = self.as_str();
        match shape {
            Shape::Digits(first, last) => {
                (first..=last).contains(&number.len()) && is_digits(number)
            }
            Shape::Mixed(first, last) => (first..=last).contains(&number.len()),
            Shape::Starts(beginning, first, last) => {
                (first..=last).contains(&number.len()) && number.starts_with(beginning)
            }
            Shape::S10(countries) => {
                number.len() == 13
                    && number[..2].bytes().all(|b| b.is_ascii_uppercase())
                    && is_digits(&number[2..11])
                    && number[11..].bytes().all(|b| b.is_ascii_uppercase())
                    && (countries.is_empty() || countries.contains(&&number[11..]))
            }
        }
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(number: &str, shape: Shape) -> bool {
        LinkNumber::parse(number).is_some_and(|number| number.has(shape))
    }

    #[test]
    fn a_number_is_taken_as_people_write_it_and_nothing_else_is() {
        let parsed = |text| LinkNumber::parse(text).map(|number| number.0);
        assert_eq!(parsed("1z 999 aa1 01 2345 6784").as_deref(), Some("1Z999AA10123456784"));
        assert_eq!(parsed("1234-5678-9012").as_deref(), Some("123456789012"));
        for bad in
            ["", "1234", "NUMBERS", "../12345", "12345?x=1", "12345#", "１２３４５６", "12345%2e"]
        {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_number_has_the_shape_of_its_carrier() {
        assert!(has("123456789012", Shape::Digits(12, 12)));
        assert!(
            !has("1234567890123", Shape::Digits(12, 12))
                && !has("A23456789012", Shape::Digits(12, 12))
        );
        assert!(has("1Z999AA10123456784", Shape::Starts("1Z", 18, 18)));
        assert!(!has("2Z999AA10123456784", Shape::Starts("1Z", 18, 18)));
        assert!(has("RR123456785DE", Shape::S10(&["DE"])) && has("RR123456785DE", Shape::S10(&[])));
        for bad in ["RR123456785GB", "R1123456785DE", "RR12345678ADE", "RR1234567850DE"] {
            assert!(!has(bad, Shape::S10(&["DE"])), "{bad}");
        }
    }
}
