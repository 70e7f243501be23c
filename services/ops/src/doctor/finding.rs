//! What a check found.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use serde::Serialize;

use crate::aws::{describe_error, is_denied};
use crate::output::{ColorMode, Column, Report, Style, table};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As it must be.
    Good,
    /// It works, and it is not as it should be.
    Warning,
    /// It breaks a promise.
    Wrong,
    /// The endpoint does not tell.
    NotChecked,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it came out.
    pub level: Level,
    /// What was checked.
    pub subject: String,
    /// What is so.
    pub found: String,
    /// What to do about it; empty where nothing is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fix: String,
}

impl Finding {
    /// As it must be.
    pub fn good(subject: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Level::Good, subject, found, "")
    }

    /// Not as it should be.
    pub fn warning(
        subject: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(Level::Warning, subject, found, fix)
    }

    /// It breaks a promise.
    pub fn wrong(
        subject: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(Level::Wrong, subject, found, fix)
    }

    /// The endpoint does not tell.
    pub fn not_checked(subject: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Level::NotChecked, subject, why, "")
    }

    /// The service did not tell; where the caller may not ask, it says which permission that takes.
    pub fn unanswered<E, R>(
        subject: impl Into<String>,
        error: &SdkError<E, R>,
        permission: &str,
    ) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        match is_denied(error) {
            true => Self::new(
                Level::NotChecked,
                subject,
                "you may not ask",
                format!("it takes the permission {permission}"),
            ),
            false => Self::not_checked(subject, describe_error(error)),
        }
    }

    /// Good where `is_good`, or else wrong.
    pub fn expect(
        is_good: bool,
        subject: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        if is_good { Self::good(subject, found) } else { Self::wrong(subject, found, fix) }
    }

    fn new(
        level: Level,
        subject: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { level, subject: subject.into(), found: found.into(), fix: fix.into() }
    }
}

/// Everything that was checked.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    stack: String,
    names: String,
    findings: Vec<Finding>,
    #[serde(skip)]
    quiet: bool,
}

impl Diagnosis {
    /// Puts the report together.
    pub fn new(stack: &str, names: &str, findings: Vec<Finding>, quiet: bool) -> Self {
        Self { stack: stack.to_owned(), names: names.to_owned(), findings, quiet }
    }

    fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
            Self::NotChecked => "not checked",
        }
    }

    const fn style(self) -> Style {
        match self {
            Self::Good => Style::Success,
            Self::Warning => Style::Warning,
            Self::Wrong => Style::Error,
            Self::NotChecked => Style::Dim,
        }
    }
}

impl Report for Diagnosis {
    fn text(&self, colors: ColorMode) -> String {
        let shown: Vec<Finding> = self
            .findings
            .iter()
            .filter(|f| !self.quiet || f.level != Level::Good)
            .cloned()
            .collect();
        let columns = [
            Column::text("", |f: &Finding| f.level.word().to_owned())
                .styled(|f| Some(f.level.style())),
            Column::text("what", |f| f.subject.clone()),
            Column::text("found", |f| f.found.clone()),
            Column::text("fix", |f| f.fix.clone()),
        ];
        let head = colors.apply(Style::Bold, &format!("Stack {}", self.stack));
        let mut text = format!("{head}  ({})\n\n", self.names);
        if !shown.is_empty() {
            text.push_str(&table(colors, &columns, &shown));
            text.push('\n');
        }
        text.push_str(&format!(
            "{} ok, {} warning(s), {} wrong, {} not checked.\n",
            self.count(Level::Good),
            self.count(Level::Warning),
            self.count(Level::Wrong),
            self.count(Level::NotChecked)
        ));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnosis_as_people_and_scripts_read_it() {
        let findings = vec![
            Finding::good("table shop-events", "there, with its keys"),
            Finding::warning("alarm", "no action", "subscribe somebody to its topic"),
            Finding::wrong("queue shop-mail", "visible after 30 s", "set VisibilityTimeout to 190"),
            Finding::not_checked("functions", "this endpoint has no Lambda API"),
        ];
        let diagnosis = Diagnosis::new("shop", "names by convention", findings, false);
        insta::assert_snapshot!(diagnosis.text(ColorMode::Plain));
        insta::assert_json_snapshot!(diagnosis);
    }
}
