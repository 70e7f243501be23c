//! Why a command did not do what it was asked.

use std::process::ExitCode;

/// A failure, as the sentence that the operator reads on standard error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CliError {
    /// What was typed cannot be done: what is wrong, what was expected, what to try. Exit code 2.
    #[error("{0}")]
    Input(String),
    /// A service did not do its part. Exit code 1.
    #[error("{0}")]
    Service(String),
    /// The operator broke it off; what was done and what was not. Exit code 130, as of a shell.
    #[error("{0}")]
    Interrupted(String),
}

impl CliError {
    /// A failure of the input.
    pub fn input(sentence: impl Into<String>) -> Self {
        Self::Input(sentence.into())
    }

    /// A failure of a service.
    pub fn service(sentence: impl Into<String>) -> Self {
        Self::Service(sentence.into())
    }

    /// The process's exit code.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Input(_) => ExitCode::from(2),
            Self::Service(_) => ExitCode::from(1),
            Self::Interrupted(_) => ExitCode::from(130),
        }
    }
}

/// How a command that did its work ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing asks for attention. Exit code 0.
    Healthy,
    /// The report names something that somebody should look at. Exit code 1.
    Attention,
}

impl ExitStatus {
    /// [`ExitStatus::Attention`] when `is_needed`.
    #[must_use]
    pub const fn attention_if(is_needed: bool) -> Self {
        if is_needed { Self::Attention } else { Self::Healthy }
    }

    /// The process's exit code.
    #[must_use]
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Healthy => ExitCode::SUCCESS,
            Self::Attention => ExitCode::from(1),
        }
    }
}
