//! Which files a mail went without, and why: what the ledger keeps of it, for who looks at the order later.

use crate::contract::attachment::AttachmentKind;

/// Why a file did not go with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOutReason {
    /// The stack has no bucket.
    NoBucket,
    /// Its key is not in the shop's folder.
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
    /// SES accepted the mail with it, and then rejected it for its content: a virus.
    RejectedBySes,
}

impl LeftOutReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::NoBucket,
        Self::ForeignKey,
        Self::NotFound,
        Self::Denied,
        Self::TooLarge,
        Self::WrongType,
        Self::Unavailable,
        Self::RefusedBySes,
        Self::RejectedBySes,
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
            Self::RejectedBySes => "rejected",
        }
    }

    /// In words, for an operator.
    const fn words(self) -> &'static str {
        match self {
            Self::NoBucket => "the stack has no bucket (its parameter AttachmentBucket)",
            Self::ForeignKey => "its key is not in the shop's folder",
            Self::NotFound => "object not found",
            Self::Denied => "S3 denied access, as it also does where there is no such object",
            Self::TooLarge => "larger than a mail's files may be together",
            Self::WrongType => "neither PDF, PNG nor JPEG",
            Self::Unavailable => "S3 gave no answer in time, or an error",
            Self::RefusedBySes => "SES refused the mail with it",
            Self::RejectedBySes => "SES found a virus in the mail with it",
        }
    }
}

/// The files that a mail went without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut(Vec<(AttachmentKind, LeftOutReason)>);

impl FromIterator<(AttachmentKind, LeftOutReason)> for LeftOut {
    fn from_iter<T: IntoIterator<Item = (AttachmentKind, LeftOutReason)>>(files: T) -> Self {
        Self(files.into_iter().collect())
    }
}

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

    /// Whether SES did not take the mail with its files, so that each further attempt goes without them.
    #[must_use]
    pub fn is_by_ses(&self) -> bool {
        let by_ses = [LeftOutReason::RefusedBySes, LeftOutReason::RejectedBySes];
        self.0.iter().any(|(_, reason)| by_ses.contains(reason))
    }

    /// Whether SES rejected the mail for what its files hold: what an operator repairs in the account changes nothing.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.0.iter().any(|(_, reason)| *reason == LeftOutReason::RejectedBySes)
    }

    /// What [`LeftOut::to_attribute`] wrote, without the kinds and reasons of a newer version.
    #[must_use]
    pub fn from_attribute(attribute: &str) -> Self {
        let known = |entry: &str| {
            let (kind, code) = entry.split_once(':')?;
            let reason = LeftOutReason::ALL.into_iter().find(|reason| reason.as_str() == code)?;
            Some((AttachmentKind::parse(kind).ok()?, reason))
        };
        Self(attribute.split_ascii_whitespace().filter_map(known).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::attachment::MAX_ATTACHMENTS;

    #[test]
    fn an_operator_reads_which_file_a_mail_went_without_and_why() {
        let mut left_out = LeftOut::default();
        assert_eq!(describe_left_out(&left_out.to_attribute()), None);
        assert!(left_out.is_empty());
        left_out.push(AttachmentKind::Invoice, LeftOutReason::NotFound);
        assert!(!left_out.is_empty());
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

    fn all(reason: LeftOutReason) -> LeftOut {
        [(AttachmentKind::ReturnLabel, reason); MAX_ATTACHMENTS].into_iter().collect()
    }

    #[test]
    fn the_longest_list_is_a_small_part_of_a_record() {
        for reason in LeftOutReason::ALL {
            let attribute = all(reason).to_attribute();
            assert!(attribute.len() <= 140, "{attribute}");
        }
    }

    #[test]
    fn the_ledgers_attribute_is_read_as_it_was_written_but_for_what_a_newer_version_knows() {
        for reason in LeftOutReason::ALL {
            assert_eq!(LeftOut::from_attribute(&all(reason).to_attribute()), all(reason));
        }
        let of_newer = "customs_form:not_found invoice:moon_phase invoice other:denied";
        let known = [(AttachmentKind::Other, LeftOutReason::Denied)].into_iter().collect();
        assert_eq!(LeftOut::from_attribute(of_newer), known);
        assert_eq!(LeftOut::from_attribute(""), LeftOut::default());
    }

    #[test]
    fn files_with_which_ses_did_not_take_the_mail_are_no_matter_of_s3() {
        let by_ses = [LeftOutReason::RefusedBySes, LeftOutReason::RejectedBySes];
        for reason in LeftOutReason::ALL {
            assert_eq!(all(reason).is_by_ses(), by_ses.contains(&reason), "{reason:?}");
            let is_rejected = reason == LeftOutReason::RejectedBySes;
            assert_eq!(all(reason).is_rejected(), is_rejected, "{reason:?}");
        }
        assert!(!LeftOut::default().is_by_ses());
    }

    #[test]
    fn every_reason_has_a_code_of_its_own_and_words() {
        for reason in LeftOutReason::ALL {
            let attribute = format!("invoice:{}", reason.as_str());
            let words = describe_left_out(&attribute).expect("one");
            assert!(words.ends_with(reason.words()), "{words}");
        }
    }
}
