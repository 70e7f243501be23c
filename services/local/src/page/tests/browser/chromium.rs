//! A headless Chromium, driven by the DevTools protocol over a pipe
//! (<https://chromedevtools.github.io/devtools-protocol/>).

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than anything here takes on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// One browser with one page. Its calls block.
pub struct Chromium {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    calls: u64,
    session: Option<String>,
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// `None` where no Chromium is installed.
    pub fn start() -> Option<Self> {
        let profile = tempfile::tempdir().unwrap();
        // It reads from descriptor 3 and writes to 4.
        let script = r#"
            for name in chromium chromium-browser google-chrome; do
                command -v "$name" > /dev/null && exec "$name" "$@" 3<&0 4>&1 > /dev/null
            done
            exit 127"#;
        let mut process = Command::new("sh")
            .args(["-c", script, "sh", "--headless=new", "--remote-debugging-pipe"])
            .args(["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let to = process.stdin.take().unwrap();
        let from = BufReader::new(process.stdout.take().unwrap());
        let mut browser = Self { process, to, from, calls: 0, session: None, _profile: profile };
        browser.attach().is_some().then_some(browser)
    }

    fn attach(&mut self) -> Option<()> {
        let target = self.try_call("Target.createTarget", &json!({"url": "about:blank"}))?;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = self.try_call("Target.attachToTarget", &attach)?;
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        self.session.is_some().then_some(())
    }

    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.try_call(method, parameters).expect("the browser answers")
    }

    /// `None` if it does not run, or refuses the call.
    fn try_call(&mut self, method: &str, parameters: &Value) -> Option<Value> {
        self.calls += 1;
        let id = self.calls;
        let mut call = json!({"id": id, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            call["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{call}\0").as_bytes()).ok()?;
        loop {
            let mut message = Vec::new();
            self.from.read_until(0, &mut message).ok()?;
            message.pop()?;
            let mut message: Value = serde_json::from_slice(&message).unwrap();
            // Whatever else arrives is an event.
            if message["id"] == id {
                return message.get_mut("result").map(Value::take);
            }
        }
    }

    /// The value of an expression in the page.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let value = self.try_evaluate(expression);
        value.unwrap_or_else(|| panic!("the page cannot evaluate {expression}"))
    }

    /// Runs what leads to another page. No answer may come: it goes with the page that was asked.
    pub fn leave_by(&mut self, expression: &str) {
        self.try_evaluate(expression);
    }

    /// `None` while one page makes way for another, or if the expression throws.
    fn try_evaluate(&mut self, expression: &str) -> Option<Value> {
        let parameters = json!({"expression": expression, "returnByValue": true});
        let mut result = self.try_call("Runtime.evaluate", &parameters)?;
        let has_thrown = result.get("exceptionDetails").is_some();
        (!has_thrown).then(|| result["result"]["value"].take())
    }

    /// Waits until an expression is true.
    pub fn until(&mut self, expression: &str) {
        let give_up = Instant::now() + PATIENCE;
        while self.try_evaluate(expression) != Some(json!(true)) {
            assert!(Instant::now() < give_up, "waited in vain: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Opens an address and waits until it is loaded.
    pub fn open(&mut self, url: &str) {
        self.call("Page.navigate", &json!({"url": url}));
        self.until_at(url);
    }

    /// Waits until the page at an address is loaded.
    pub fn until_at(&mut self, url: &str) {
        let url = json!(url);
        self.until(&format!("location.href === {url} && document.readyState === 'complete'"));
    }

    /// Makes the window so many pixels wide.
    pub fn resize(&mut self, width: u32) {
        let size = json!({"width": width, "height": 2000, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Prefers `light` or `dark` pages from now on.
    pub fn prefer(&mut self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// Presses a key as a person does.
    pub fn press(&mut self, key: &str) {
        let text = if key == "Enter" { "\r" } else { key };
        let down = json!({"type": "keyDown", "key": key, "text": text,
            "windowsVirtualKeyCode": match key { "Enter" => 13, " " => 32, _ => 0 }});
        self.call("Input.dispatchKeyEvent", &down);
        self.call("Input.dispatchKeyEvent", &json!({"type": "keyUp", "key": key}));
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It ends all its processes itself, which a kill of the first would leave.
        let _ = self.try_call("Browser.close", &json!({}));
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
