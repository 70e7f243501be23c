//! The result of a check.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use serde::Serialize;

use crate::aws::{describe_error, is_denied};
use crate::output::{ColorMode, Column, Report, Style, counted, table};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    #[serde(rename = "good")]
    Ok,
    /// It works, and it is not as it should be.
    Warning,
    /// It breaks a promise.
    Wrong,
    /// The endpoint lacks the service, or the caller may not ask it.
    NotChecked,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    /// What was checked.
    pub subject: String,
    pub found: String,
    /// What to do about it; empty where nothing needs to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fix: String,
}

impl Finding {
    pub fn new(
        level: Level,
        subject: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { level, subject: subject.into(), found: found.into(), fix: fix.into() }
    }

    /// Ok, or else wrong.
    pub fn expect(
        is_ok: bool,
        subject: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        match is_ok {
            true => Self::new(Level::Ok, subject, found, ""),
            false => Self::new(Level::Wrong, subject, found, fix),
        }
    }

    /// Ok if nothing is missing, or else wrong, with what is missing after `label`.
    pub fn expect_none_missing(
        missing: &[&str],
        subject: impl Into<String>,
        found: &str,
        label: &str,
        fix: &str,
    ) -> Self {
        match missing {
            [] => Self::new(Level::Ok, subject, found, ""),
            missing => {
                Self::new(Level::Wrong, subject, format!("{label} {}", missing.join(", ")), fix)
            }
        }
    }

    /// For `map_err`: a failed call. If the caller lacks the permission, or nothing in the deployment
    /// could be at fault and so there is no `fix`, nothing was checked.
    pub fn failed_call<E, R>(
        subject: impl Into<String>,
        permission: &str,
        fix: Option<&str>,
    ) -> impl FnOnce(SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        move |error| {
            // Not wrong: the deployment would be blamed for what the caller may not see.
            if is_denied(&error) {
                let fix = format!("it takes the permission {permission}");
                return Self::new(Level::NotChecked, subject, "you may not ask", fix);
            }
            let level = if fix.is_some() { Level::Wrong } else { Level::NotChecked };
            Self::new(level, subject, describe_error(&error), fix.unwrap_or_default())
        }
    }
}

/// The findings of a check, or the one that says why it could not be made.
pub type Checked = Result<Vec<Finding>, Finding>;

pub fn findings(checked: Checked) -> Vec<Finding> {
    checked.unwrap_or_else(|failed| vec![failed])
}

#[derive(Debug, Serialize)]
pub struct Diagnosis {
    pub stack: String,
    /// How the names of tables and queues were found.
    pub names: String,
    pub findings: Vec<Finding>,
    /// Whether the text leaves out what is ok.
    #[serde(skip)]
    pub quiet: bool,
}

impl Level {
    pub const fn label_and_style(self) -> (&'static str, Style) {
        match self {
            Self::Ok => ("ok", Style::Success),
            Self::Warning => ("warning", Style::Warning),
            Self::Wrong => ("wrong", Style::Error),
            Self::NotChecked => ("not checked", Style::Dim),
        }
    }
}

impl Diagnosis {
    /// How many findings are of each level, those that `--quiet` hides included.
    pub fn counts(&self) -> String {
        let count = |level| self.findings.iter().filter(|finding| finding.level == level).count();
        format!(
            "{} ok, {}, {} wrong, {} not checked",
            count(Level::Ok),
            counted(count(Level::Warning), "warning"),
            count(Level::Wrong),
            count(Level::NotChecked)
        )
    }
}

impl Report for Diagnosis {
    fn text(&self, colors: ColorMode) -> String {
        let is_shown = |finding: &&Finding| !self.quiet || finding.level != Level::Ok;
        let shown: Vec<&Finding> = self.findings.iter().filter(is_shown).collect();
        let columns = [
            Column::text("", |f: &&Finding| f.level.label_and_style().0.to_owned())
                .styled(|f| Some(f.level.label_and_style().1)),
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
        text.push_str(&format!("{}.\n", self.counts()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnosis_as_people_and_scripts_read_it() {
        let findings = [
            (Level::Ok, "table shop-events", "there, with its keys", ""),
            (Level::Warning, "alarm", "no action", "subscribe somebody to its topic"),
            (Level::Wrong, "queue shop-mail", "visible after 30 s", "set VisibilityTimeout to 190"),
            (Level::NotChecked, "functions", "this endpoint has no Lambda API", ""),
        ];
        let diagnosis = Diagnosis {
            stack: "shop".to_owned(),
            names: "names by convention".to_owned(),
            findings: findings
                .map(|(level, what, found, fix)| Finding::new(level, what, found, fix))
                .into(),
            quiet: false,
        };
        insta::assert_snapshot!(diagnosis.text(ColorMode::Plain));
        insta::assert_snapshot!(
            "a_diagnosis_at_80_columns",
            diagnosis.text(ColorMode::at_width(80))
        );
        insta::assert_json_snapshot!(diagnosis);
    }
}
