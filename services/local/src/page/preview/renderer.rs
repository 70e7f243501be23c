//! Has mails rendered, and keeps those of the last look.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::render::{PreviewMail, Request, Samples, mails};

/// Every sample in every language takes a debug build a few seconds.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// Renders mails.
#[derive(Debug)]
pub struct Renderer {
    /// Renders as it is on disk then, with the arguments `function preview`. Without it, this process does, with what was
    /// compiled into it.
    executable: Option<PathBuf>,
    /// The stack's brand as JSON, if it is not the demonstration shop's.
    brand: Option<String>,
    kept: Mutex<Kept>,
}

/// The mails of one look of one build. A page asks for each in several views.
#[derive(Debug, Default)]
struct Kept {
    look: Look,
    mails: HashMap<(String, String), Arc<PreviewMail>>,
}

/// What a mail depends on, beside its sample and its language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Look {
    build: String,
    settings: String,
}

/// Why nothing was rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A build that is under way puts it there again.
    #[error("The executable {} is not there: {source}. Build it again.", path.display())]
    NoExecutable {
        /// Where it was.
        path: PathBuf,
        /// Why it can't be used.
        source: std::io::Error,
    },
    /// It could not be started or talked to.
    #[error("The mails cannot be rendered: {0}.")]
    Process(#[from] std::io::Error),
    /// It hangs.
    #[error("The mails were not rendered within {MAX_WAIT:?}.")]
    Slow,
    /// It ended with an error, such as settings that are none.
    #[error("The mails cannot be rendered: {0}")]
    Refused(String),
    /// Its answer is that of another version.
    #[error("The executable has changed more than its mails: stop the stack and start it again.")]
    Incompatible(#[source] serde_json::Error),
}

impl Renderer {
    /// Renders by processes of `executable`, or else in this process, with this brand as JSON where a shop's settings name
    /// none.
    pub fn new(executable: Option<PathBuf>, brand: Option<String>) -> Self {
        Self { executable, brand, kept: Mutex::default() }
    }

    /// Names the build by which a mail would be rendered now.
    ///
    /// # Errors
    /// The executable is not there.
    pub fn build(&self) -> Result<String, RenderError> {
        let Some(path) = &self.executable else { return Ok(String::new()) };
        let no_executable = |source| RenderError::NoExecutable { path: path.clone(), source };
        let file = std::fs::metadata(path).map_err(no_executable)?;
        let built_at = file.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let built_at = built_at.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(format!("{:x}-{:x}", built_at.as_millis(), file.len()))
    }

    /// Renders the mails of these samples in each of these languages, for a shop with these settings.
    ///
    /// # Errors
    /// [`RenderError`], as a sentence for whoever looks.
    pub async fn render(
        &self,
        samples: Samples,
        languages: Vec<String>,
        settings: &str,
    ) -> Result<Vec<Arc<PreviewMail>>, RenderError> {
        // Before the process: if a build ends in between, its mails are kept under the older name, and the page asks again.
        let look = Look { build: self.build()?, settings: settings.to_owned() };
        let (brand, settings) = (self.brand.clone(), settings.to_owned());
        let request = Request { samples, languages, brand, settings };
        let rendered = match &self.executable {
            Some(path) => by_process(path, &request).await?,
            None => mails(&request).map_err(|error| RenderError::Refused(error.to_string()))?,
        };
        let rendered: Vec<_> = rendered.into_iter().map(Arc::new).collect();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.look != look {
            *kept = Kept { look, mails: HashMap::new() };
        }
        let key = |mail: &Arc<PreviewMail>| (mail.sample.clone(), mail.language.clone());
        kept.mails.extend(rendered.iter().map(|mail| (key(mail), Arc::clone(mail))));
        Ok(rendered)
    }

    /// The mail of one sample; `None` where there is no such sample or language.
    ///
    /// # Errors
    /// As [`Renderer::render`].
    pub async fn mail(
        &self,
        sample: &str,
        language: &str,
        settings: &str,
    ) -> Result<Option<Arc<PreviewMail>>, RenderError> {
        let look = Look { build: self.build()?, settings: settings.to_owned() };
        if let Some(mail) = self.kept(&look, sample, language) {
            return Ok(Some(mail));
        }
        let samples = Samples::Named(sample.to_owned());
        let rendered = self.render(samples, vec![language.to_owned()], settings).await?;
        Ok(rendered.into_iter().next())
    }

    fn kept(&self, look: &Look, sample: &str, language: &str) -> Option<Arc<PreviewMail>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (sample.to_owned(), language.to_owned());
        if kept.look == *look { kept.mails.get(&key).cloned() } else { None }
    }
}

/// How many processes render at the same time: a page asks for many mails at once.
const MAX_PROCESSES: usize = 2;

static PROCESSES: Semaphore = Semaphore::const_new(MAX_PROCESSES);

async fn by_process(path: &Path, request: &Request) -> Result<Vec<PreviewMail>, RenderError> {
    // It is never closed.
    let _permit = PROCESSES.acquire().await;
    let answer = timeout(MAX_WAIT, run(path, request)).await.map_err(|_| RenderError::Slow)??;
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr).trim().to_owned();
        return Err(RenderError::Refused(said));
    }
    serde_json::from_slice(&answer.stdout).map_err(RenderError::Incompatible)
}

async fn run(path: &Path, request: &Request) -> std::io::Result<Output> {
    let mut child = Command::new(path)
        .args(["function", "preview"])
        // A mail depends on nothing of the environment.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    // It reads all of the request before it answers. Dropping its end ends the request.
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&serde_json::to_vec(request)?).await?;
    }
    child.wait_with_output().await
}
