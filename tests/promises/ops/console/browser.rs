//! The console as a process, and a browser that sends what one would.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;

use http::StatusCode;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::ops::process::{command, interrupt};
use crate::support::http::{Answer, request};
use crate::support::{TestStack, eventually};

/// A running console. It is killed when it is dropped.
pub struct Console {
    child: Child,
    pub address: SocketAddr,
    /// The path of the link that it printed.
    pub link: String,
}

impl Console {
    /// Starts it with these flags, and waits until it prints its link.
    pub async fn start(stack: &TestStack, flags: &[&str]) -> Self {
        Self::start_in(stack, flags, Path::new(".")).await
    }

    /// As [`start`](Self::start), in this folder, where it leaves what it deletes.
    pub async fn start_in(stack: &TestStack, flags: &[&str], folder: &Path) -> Self {
        let args: Vec<&str> = ["console"].iter().chain(flags).copied().collect();
        let mut command = command(stack, &args);
        let mut child = command.current_dir(folder).spawn().expect("waybill starts");
        let stdout = BufReader::new(child.stdout.take().expect("its standard output"));
        let find_link = move || {
            let mut lines = stdout.lines().map_while(Result::ok);
            lines.find_map(|line| Url::parse(line.trim()).ok())
        };
        let link = tokio::task::spawn_blocking(find_link).await.expect("joined");
        let link = link.expect("the console prints its link");
        let port = link.port().expect("a port");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let link = format!("{}?{}", link.path(), link.query().expect("a token"));
        Self { child, address, link }
    }

    /// A browser that opens the link.
    pub async fn open(&self) -> Browser {
        let answer = request(self.address, "GET", &self.link, &[], b"").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        assert_eq!(answer.header("location"), "/");
        let cookie = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let mut browser = Browser { address: self.address, cookie, form_token: String::new() };
        browser.form_token = hidden_field(&browser.page("/orders").await, "form_token");
        browser
    }

    /// Presses Ctrl-C, and waits until it has ended. Returns its exit code.
    pub async fn stop(mut self) -> Option<i32> {
        interrupt(&self.child);
        let ended = tokio::task::spawn_blocking(move || self.child.wait());
        ended.await.expect("joined").expect("its status").code()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a page has that looks again, as that of a job which runs.
const RELOADS: &str = "http-equiv=\"refresh\" content=\"2;";

/// A browser with a session.
pub struct Browser {
    pub address: SocketAddr,
    pub cookie: String,
    pub form_token: String,
}

impl Browser {
    /// A page, or that of the plan that it begins to make, once it is made.
    pub async fn get(&self, path: &str) -> Answer {
        self.follow(self.get_once(path).await).await
    }

    /// Where the answer to a form or link leads that begins to make a plan: to the plan, once it is made.
    pub async fn follow(&self, answer: Answer) -> Answer {
        let mut answer = answer;
        while answer.status == StatusCode::SEE_OTHER {
            let link = answer.header("location").to_owned();
            if !["/job?", "/dead-letters/plan?", "/dead-letters/drop/plan?"]
                .iter()
                .any(|it| link.starts_with(it))
            {
                break;
            }
            let is_made = async || !text(&self.get_once(&link).await).contains(RELOADS);
            eventually("the plan is made", is_made).await;
            answer = self.get_once(&link).await;
        }
        answer
    }

    /// A page, or where it leads.
    pub async fn get_once(&self, path: &str) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("sec-fetch-site", "same-origin")];
        request(self.address, "GET", path, &headers, b"").await
    }

    /// A page that is there.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        let text = text(&answer);
        assert_eq!(answer.status, StatusCode::OK, "{path}: {text}");
        text
    }

    /// Sends a form of one of the console's pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = [("form_token", self.form_token.as_str())];
        self.post_as(path, &[("sec-fetch-site", "same-origin")], &[&token, fields].concat()).await
    }

    /// Sends a form with these headers and fields, and the cookie.
    pub async fn post_as(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let own = [
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        request(self.address, "POST", path, &[&own, headers].concat(), body.as_bytes()).await
    }

    /// Sends a form that begins a job, and returns the job's page once it has ended.
    pub async fn run_job(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
        let job = answer.header("location");
        let has_ended = async || !self.page(job).await.contains(RELOADS);
        eventually("the job has ended", has_ended).await;
        self.page(job).await
    }

    /// Sends a form that is carried out, and returns the page that says what was done.
    pub async fn carry_out(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
        self.page(answer.header("location")).await
    }
}

pub fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// The value of a form's hidden field.
pub fn hidden_field(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).expect("the field");
    rest.split('"').next().expect("its value").to_owned()
}
