//! Errors and exit codes.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

type Source = Box<dyn Error + Send + Sync>;

/// Why a command failed. It prints as the sentence that the operator reads on standard error, which
/// holds no personal data; its source is for debugging, and is never printed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command cannot be carried out as typed. The message says what is wrong, what was expected
    /// and what to try. Exit code 2.
    #[error("{message}")]
    Input {
        message: String,
        #[source]
        source: Option<Source>,
    },
    /// A service failed or did not answer. Exit code 1.
    #[error("{message}")]
    Service {
        message: String,
        #[source]
        source: Option<Source>,
    },
    /// The operator stopped the command; the message says what was done and what was not. Exit code
    /// 130, as in a shell.
    #[error("{0}")]
    Interrupted(String),
}

impl CliError {
    pub fn input(message: impl Into<String>) -> Self {
        Self::Input { message: message.into(), source: None }
    }

    pub fn service(message: impl Into<String>) -> Self {
        Self::Service { message: message.into(), source: None }
    }

    /// A failed read of the ledger table.
    pub fn ledger_read(error: kit::ledger::LedgerError) -> Self {
        Self::service(format!("Can't read the ledger: {error}.")).caused_by(error)
    }

    /// A failed write to the ledger table.
    pub fn ledger_write(error: kit::ledger::LedgerError) -> Self {
        Self::service(format!("Can't write the ledger: {error}.")).caused_by(error)
    }

    /// Keeps `cause` as the source.
    pub fn caused_by(mut self, cause: impl Into<Source>) -> Self {
        // Ctrl-C is its own cause.
        if let Self::Input { source, .. } | Self::Service { source, .. } = &mut self {
            *source = Some(cause.into());
        }
        self
    }

    /// The same for somebody else who waits for the same result; `shared` is its source.
    pub fn from_shared(shared: &Arc<Self>) -> Self {
        let message = shared.to_string();
        match **shared {
            Self::Input { .. } => Self::input(message).caused_by(Arc::clone(shared)),
            Self::Service { .. } => Self::service(message).caused_by(Arc::clone(shared)),
            Self::Interrupted(_) => Self::Interrupted(message),
        }
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Input { .. } => ExitCode::from(2),
            Self::Service { .. } => ExitCode::from(1),
            Self::Interrupted(_) => ExitCode::from(130),
        }
    }
}

/// How a command that ran to its end exits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Exit code 0.
    Healthy,
    /// The report names something that needs attention. Exit code 1.
    Attention,
}

impl ExitStatus {
    pub const fn attention_if(is_needed: bool) -> Self {
        if is_needed { Self::Attention } else { Self::Healthy }
    }

    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Healthy => ExitCode::SUCCESS,
            Self::Attention => ExitCode::from(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_cause_and_prints_without_it() {
        let error = CliError::service("Can't write.").caused_by("jo@example.com");
        assert_eq!(error.to_string(), "Can't write.");
        assert_eq!(error.source().unwrap().to_string(), "jo@example.com");
    }
}
