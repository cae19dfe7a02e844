//! A real browser: headless Chromium, driven through its own driver.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// How long a page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a browser may take over one thing it was told.
const ANSWER: Duration = Duration::from_secs(120);

/// What a browser should look like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Width of the window in pixels.
    pub(crate) width: u32,
    /// Whether the system prefers dark.
    pub(crate) dark: bool,
    /// Whether scripts run.
    pub(crate) scripts: bool,
}

impl Look {
    /// A laptop by day.
    pub(crate) const LAPTOP: Self = Self { width: 1440, dark: false, scripts: true };
    /// A phone by night.
    pub(crate) const PHONE: Self = Self { width: 390, dark: true, scripts: true };
}

/// A browser with one window; ended when dropped.
pub(crate) struct Browser {
    runtime: Runtime,
    client: Client,
    driver: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one.
    pub(crate) fn start(look: Look) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed; `tests/run` installs it");
        let port = port_of(&mut driver);
        let profile = tempfile::tempdir().expect("a profile");
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let capabilities = capabilities(look, profile.path());
        let address = format!("http://127.0.0.1:{port}");
        let client = runtime.block_on(connect(&address, &capabilities));
        Self { runtime, client, driver, _profile: profile }
    }

    /// Opens an address.
    pub(crate) fn open(&self, url: &str) {
        self.hear(self.client.goto(url)).expect("the page opens");
    }

    /// The address shown.
    pub(crate) fn address(&self) -> String {
        self.hear(self.client.current_url()).expect("an address").to_string()
    }

    /// Runs a script in the page and gives what it returns.
    pub(crate) fn script(&self, script: &str) -> Value {
        self.hear(self.client.execute(script, Vec::new())).expect("the script runs")
    }

    /// Waits until an element is there.
    #[track_caller]
    pub(crate) fn wait_for(&self, css: &str) {
        let found =
            self.until(|| self.hear(self.client.find(Locator::Css(css))).is_ok().then_some(()));
        assert!(found.is_some(), "no {css} on {}\n{}", self.address(), self.text("body"));
    }

    /// Waits until an element's text contains some words.
    #[track_caller]
    pub(crate) fn wait_for_text(&self, css: &str, words: &str) {
        let found = self.until(|| self.text(css).contains(words).then_some(()));
        assert!(found.is_some(), "{css} does not say {words:?} but {:?}", self.text(css));
    }

    /// The text of the first element; empty if there is none.
    pub(crate) fn text(&self, css: &str) -> String {
        self.hear(async {
            match self.client.find(Locator::Css(css)).await {
                Ok(element) => element.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            }
        })
    }

    /// How many elements there are.
    pub(crate) fn count(&self, css: &str) -> usize {
        self.hear(self.client.find_all(Locator::Css(css))).expect("a list").len()
    }

    /// Clicks the first element, once it stands still and nothing covers it.
    #[track_caller]
    pub(crate) fn click(&self, css: &str) {
        self.wait_for(css);
        let mut said = String::new();
        let clicked = self.until(|| {
            let click = async { self.client.find(Locator::Css(css)).await?.click().await };
            self.hear(click).map_err(|error| said = error.to_string()).ok()
        });
        assert!(clicked.is_some(), "clicking {css}: {said}");
    }

    /// Types into the first element.
    #[track_caller]
    pub(crate) fn type_into(&self, css: &str, text: &str) {
        self.wait_for(css);
        let typed =
            self.hear(async { self.client.find(Locator::Css(css)).await?.send_keys(text).await });
        typed.unwrap_or_else(|error| panic!("typing into {css}: {error}"));
    }

    /// Keeps a picture of the window under `target/screenshots`.
    pub(crate) fn screenshot(&self, name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(format!("{name}.png"));
        let png = self.hear(self.client.screenshot()).expect("a picture");
        std::fs::write(&path, png).expect("a file");
        path
    }

    /// What the browser answers; one that hangs fails the test instead of holding it for ever.
    #[track_caller]
    fn hear<T>(&self, answer: impl Future<Output = T>) -> T {
        let timed = async { tokio::time::timeout(ANSWER, answer).await };
        self.runtime.block_on(timed).expect("the browser answers in time")
    }

    fn until<T>(&self, mut ready: impl FnMut() -> Option<T>) -> Option<T> {
        let start = Instant::now();
        loop {
            if let Some(value) = ready() {
                return Some(value);
            }
            if start.elapsed() > PATIENCE {
                return None;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let close = self.client.clone().close();
        let _ = self.runtime.block_on(async { tokio::time::timeout(ANSWER, close).await });
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that a driver chose, which it says once it listens.
fn port_of(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.rsplit_once("on port ")?;
        line.contains("successfully").then(|| port.trim_end_matches('.').parse().ok())?
    });
    // What it says later has to go somewhere.
    std::thread::spawn(move || lines.for_each(drop));
    port.expect("the driver says its port")
}

fn capabilities(look: Look, profile: &Path) -> Capabilities {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--hide-scrollbars".to_owned(),
        format!("--window-size={},1000", look.width.max(500)),
        format!("--user-data-dir={}", profile.display()),
    ];
    if look.dark {
        arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
    }
    let scripts = if look.scripts { 1 } else { 2 };
    let mut options = json!({
        "args": arguments,
        "prefs": {"profile.default_content_setting_values.javascript": scripts},
    });
    if look.width < 500 {
        options["mobileEmulation"] =
            json!({"deviceMetrics": {"width": look.width, "height": 844, "pixelRatio": 2.0}});
    }
    let mut capabilities = Capabilities::new();
    capabilities.insert("browserName".to_owned(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities
}

async fn connect(address: &str, capabilities: &Capabilities) -> Client {
    let start = Instant::now();
    loop {
        let mut builder =
            ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        builder.capabilities(capabilities.clone());
        match builder.connect(address).await {
            Ok(client) => return client,
            Err(error) if start.elapsed() > Duration::from_secs(120) => {
                panic!("the browser does not start: {error}")
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}
