//! The driver of all browsers of a test run, and the browsers that wait for their next test.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;

/// How long a browser may take over one thing it was told.
const ANSWER: Duration = Duration::from_secs(120);

/// How long a script in a page may take, in milliseconds.
const SCRIPT: u32 = 110_000;

/// Runs the driver until the tests end, however they end, and leaves nothing behind: the pipe to
/// this process is closed by its death, and all that the driver started is in the same group.
const KEEPER: &str = "
trap : TERM
TMPDIR=$(mktemp -d) && export TMPDIR || exit 1
chromedriver --port=0 &
cat >/dev/null
kill -TERM 0
wait
for try in 1 2 3 4 5; do rm -rf \"$TMPDIR\" && break; sleep 1; done
";

/// Chromium without a window and all that belongs to one, which took most of the time of a test;
/// the program itself, because the script in `/usr/bin` would be ended in its place.
const PROGRAM: &str = "/usr/lib/chromium/chromium-headless-shell";

/// What every browser is started with. No name but the server's address leads anywhere.
const ARGUMENTS: &[&str] = &[
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1440,1000",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
];

/// The one driver; its pipe is held until this process ends.
struct Driver {
    address: String,
    _keeper: Child,
}

static DRIVER: OnceLock<Driver> = OnceLock::new();

/// Browsers that are between two tests.
static IDLE: Mutex<Vec<Session>> = Mutex::new(Vec::new());

impl Driver {
    fn start() -> Self {
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let mut lines = BufReader::new(keeper.stdout.take().expect("its output")).lines();
        let port: Option<u16> = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.rsplit_once("on port ")?;
            line.contains("successfully").then(|| port.trim_end_matches('.').parse().ok())?
        });
        // What it says later has to go somewhere.
        thread::spawn(move || lines.for_each(drop));
        let port = port.expect("chromedriver starts; `tests/run` installs it");
        Self { address: format!("http://127.0.0.1:{port}"), _keeper: keeper }
    }
}

/// One browser, told what to do over the driver.
#[derive(Debug)]
pub(super) struct Session {
    agent: Agent,
    address: String,
}

impl Session {
    /// One that waited, or a new one.
    pub(super) fn take() -> Self {
        let waiting = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        waiting.unwrap_or_else(Self::start)
    }

    /// Forgets the test it was in and waits for the next one.
    pub(super) fn give_back(self) {
        let forgotten = self
            .call("POST", "/url", &json!({"url": "about:blank"}))
            .and_then(|_| self.cdp("Network.clearBrowserCookies", &json!({})))
            .and_then(|_| self.cdp("Network.clearBrowserCache", &json!({})));
        match forgotten {
            Ok(_) => IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(self),
            Err(_) => self.end(),
        }
    }

    /// Ends it.
    pub(super) fn end(self) {
        let _ = self.call("DELETE", "", &Value::Null);
    }

    fn start() -> Self {
        let driver = DRIVER.get_or_init(Driver::start);
        let config =
            Agent::config_builder().timeout_global(Some(ANSWER)).http_status_as_error(false);
        let mut session = Self { agent: config.build().into(), address: driver.address.clone() };
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            // The rules of accessibility take their time on a machine that is busy.
            "timeouts": {"script": SCRIPT},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {
                "binary": PROGRAM,
                "args": ARGUMENTS,
                "perfLoggingPrefs": {"enableNetwork": true, "enablePage": false},
            },
        }}});
        let began = Instant::now();
        loop {
            match session.call("POST", "/session", &wanted) {
                Ok(started) => {
                    let id = started["sessionId"].as_str().expect("a session").to_owned();
                    session.address = format!("{}/session/{id}", driver.address);
                    return session;
                }
                Err(error) if began.elapsed() > ANSWER => {
                    panic!("the browser does not start: {error}")
                }
                Err(_) => thread::sleep(Duration::from_millis(200)),
            }
        }
    }

    /// What the driver answers to a request, or why it does not.
    pub(super) fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let address = format!("{}{path}", self.address);
        let answer = match method {
            "GET" => self.agent.get(&address).call(),
            "DELETE" => self.agent.delete(&address).call(),
            _ => self.agent.post(&address).send_json(body),
        };
        let mut answer = answer.map_err(|error| format!("{method} {path}: {error}"))?;
        let status = answer.status();
        // A picture of a long page is larger than what is read otherwise.
        let body = answer.body_mut().with_config().limit(256 << 20);
        let mut said: Value = body.read_json().map_err(|error| format!("{path}: {error}"))?;
        let value = said["value"].take();
        if status.is_success() { Ok(value) } else { Err(value["message"].to_string()) }
    }

    /// A command of the browser's own protocol.
    pub(super) fn cdp(&self, command: &str, parameters: &Value) -> Result<Value, String> {
        self.call("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// What a log holds since it was asked last.
    pub(super) fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.call("POST", "/se/log", &json!({"type": kind}));
        entries.ok().and_then(|entries| entries.as_array().cloned()).unwrap_or_default()
    }
}
