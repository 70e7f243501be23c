//! Which files a mail went without, and why: what the ledger keeps of it, for who looks at the order later.

use crate::contract::attachment::AttachmentKind;

/// Why a file did not go with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOutReason {
    /// The shop's settings name no bucket.
    NoBucket,
    /// Its key is not below the shop's prefix.
    ForeignKey,
    /// There is no such object.
    NotFound,
    /// S3 denies access.
    Denied,
    /// It is larger than what is left for the files of one mail.
    TooLarge,
    /// It is of a type that no mail carries.
    WrongType,
    /// S3 gave no answer in time, or an error.
    Unavailable,
    /// SES refused the mail with it.
    RefusedBySes,
}

impl LeftOutReason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::NoBucket,
        Self::ForeignKey,
        Self::NotFound,
        Self::Denied,
        Self::TooLarge,
        Self::WrongType,
        Self::Unavailable,
        Self::RefusedBySes,
    ];

    /// As the ledger and the log have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoBucket => "no_bucket",
            Self::ForeignKey => "foreign_key",
            Self::NotFound => "not_found",
            Self::Denied => "denied",
            Self::TooLarge => "too_large",
            Self::WrongType => "wrong_type",
            Self::Unavailable => "unavailable",
            Self::RefusedBySes => "refused_by_ses",
        }
    }

    /// In words, for an operator.
    const fn words(self) -> &'static str {
        match self {
            Self::NoBucket => "the shop's settings name no bucket",
            Self::ForeignKey => "its key is not below the shop's prefix",
            Self::NotFound => "object not found",
            Self::Denied => "S3 denied access, as it also does where there is no such object",
            Self::TooLarge => "larger than a mail's files may be together",
            Self::WrongType => "neither PDF, PNG nor JPEG",
            Self::Unavailable => "S3 gave no answer in time, or an error",
            Self::RefusedBySes => "SES refused the mail with it",
        }
    }
}

/// The files that a mail went without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut(Vec<(AttachmentKind, LeftOutReason)>);

impl LeftOut {
    /// Notes one more file.
    pub fn push(&mut self, kind: AttachmentKind, reason: LeftOutReason) {
        self.0.push((kind, reason));
    }

    /// Whether nothing was left out.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As the ledger keeps it: `invoice:not_found other:too_large`, at most 140 bytes. Empty where nothing was left out.
    #[must_use]
    pub fn to_attribute(&self) -> String {
        let entry = |(kind, reason): &(AttachmentKind, LeftOutReason)| {
            format!("{}:{}", kind.as_str(), reason.as_str())
        };
        self.0.iter().map(entry).collect::<Vec<_>>().join(" ")
    }
}

/// What an operator reads of the ledger's attribute: `sent without invoice: object not found`; `None` where nothing was
/// left out. A kind or reason of a newer version stands as it is.
#[must_use]
pub fn describe_left_out(attribute: &str) -> Option<String> {
    let entries: Vec<String> = attribute.split_ascii_whitespace().map(describe).collect();
    (!entries.is_empty()).then(|| format!("without {}", entries.join("; ")))
}

fn describe(entry: &str) -> String {
    let (kind, code) = entry.split_once(':').unwrap_or((entry, ""));
    let reason = LeftOutReason::ALL.into_iter().find(|reason| reason.as_str() == code);
    let kind = if kind == AttachmentKind::Other.as_str() { "file" } else { kind };
    format!("{}: {}", kind.replace('_', " "), reason.map_or(code, |it| it.words()))
}

/// Whether the ledger's attribute says that SES refused the mail with its files.
#[must_use]
pub fn was_refused_with_files(attribute: &str) -> bool {
    attribute.ends_with(LeftOutReason::RefusedBySes.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::attachment::MAX_ATTACHMENTS;

    #[test]
    fn an_operator_reads_which_file_a_mail_went_without_and_why() {
        let mut left_out = LeftOut::default();
        assert_eq!(describe_left_out(&left_out.to_attribute()), None);
        left_out.push(AttachmentKind::Invoice, LeftOutReason::NotFound);
        left_out.push(AttachmentKind::Other, LeftOutReason::TooLarge);
        let words = describe_left_out(&left_out.to_attribute());
        assert_eq!(
            words.as_deref(),
            Some(
                "without invoice: object not found; file: larger than a mail's files may be together"
            )
        );
        let newer = describe_left_out("customs_form:moon_phase");
        assert_eq!(newer.as_deref(), Some("without customs form: moon_phase"));
    }

    #[test]
    fn the_longest_list_is_a_small_part_of_a_record() {
        let mut left_out = LeftOut::default();
        for _ in 0..MAX_ATTACHMENTS {
            left_out.push(AttachmentKind::ReturnLabel, LeftOutReason::RefusedBySes);
        }
        let attribute = left_out.to_attribute();
        assert!(attribute.len() <= 140, "{} bytes", attribute.len());
        assert!(was_refused_with_files(&attribute));
    }

    #[test]
    fn every_reason_has_a_code_of_its_own_and_words() {
        for reason in LeftOutReason::ALL {
            let attribute = format!("invoice:{}", reason.as_str());
            let words = describe_left_out(&attribute).expect("one");
            assert!(words.ends_with(reason.words()), "{words}");
            let is_refused = reason == LeftOutReason::RefusedBySes;
            assert_eq!(was_refused_with_files(&attribute), is_refused, "{attribute}");
        }
    }
}
