//! A real browser: headless Chromium, driven through its own driver.
//!
//! A browser is used by one test after the other; cookies and what was kept do not last. A test
//! fails at its end if a page said anything on the console or asked another host for anything.

mod driver;
mod heard;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use driver::Session;
use heard::Heard;
pub(crate) use heard::Request;

/// How long a page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where `element` can be clicked, or why it cannot. The driver's own way of clicking asks much more,
/// and takes seconds of a slow machine for it.
const PLACE: &str = "
    if (!element) return 'it is not there';
    element.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
    const [box] = element.getClientRects();
    if (!box?.width || !box.height) return 'it is not shown';
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const hit = document.elementFromPoint(x, y);
    return element.contains(hit) ? {x, y} : 'covered by ' + hit?.outerHTML.slice(0, 200);";

/// Gives `element` the focus and puts the caret behind its text; whether it took it.
const FOCUS: &str = "
    if (!element) return false;
    const before = document.activeElement;
    if (before !== element) {
        before?.blur();
        element.focus();
    }
    if (/text|search/.test(element.type)) element.setSelectionRange(1e6, 1e6);
    return element === document.body || document.activeElement === element;";

/// What a browser should look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// The same without scripts.
    pub(crate) const fn without_scripts(self) -> Self {
        Self { scripts: false, ..self }
    }

    fn is_phone(self) -> bool {
        self.width < 500
    }

    fn height(self) -> u32 {
        if self.is_phone() { 844 } else { 1000 }
    }
}

/// A browser with one window.
pub(crate) struct Browser {
    session: Option<Session>,
    heard: RefCell<Heard>,
}

impl Browser {
    /// Takes one that looks so.
    pub(crate) fn start(look: Look) -> Self {
        let browser = Self { session: Some(Session::take()), heard: RefCell::default() };
        browser.listen();
        browser.heard.borrow_mut().forget();
        browser.look(look);
        browser
    }

    /// Looks otherwise from now on; scripts are run or not from the next page on.
    pub(crate) fn look(&self, look: Look) {
        let scale = if look.is_phone() { 2 } else { 1 };
        let metrics = json!({
            "width": look.width, "height": look.height(),
            "deviceScaleFactor": scale, "mobile": look.is_phone(),
        });
        self.cdp("Emulation.setDeviceMetricsOverride", &metrics);
        self.cdp("Emulation.setTouchEmulationEnabled", &json!({"enabled": look.is_phone()}));
        self.cdp("Emulation.setScriptExecutionDisabled", &json!({"value": !look.scripts}));
        let scheme = if look.dark { "dark" } else { "light" };
        self.media("", &[("prefers-color-scheme", scheme)]);
    }

    /// Shows the page on another medium, to somebody with these preferences.
    pub(crate) fn media(&self, medium: &str, preferences: &[(&str, &str)]) {
        let features: Vec<Value> =
            preferences.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        self.cdp("Emulation.setEmulatedMedia", &json!({"media": medium, "features": features}));
    }

    /// Opens an address.
    #[track_caller]
    pub(crate) fn open(&self, url: &str) {
        self.tell("POST", "/url", &json!({"url": url}));
    }

    /// Goes back by one page. A script of one's own that does it goes with the page it runs in,
    /// and the driver may then run it again.
    #[track_caller]
    pub(crate) fn back(&self) {
        self.tell("POST", "/back", &json!({}));
    }

    /// The address shown.
    #[track_caller]
    pub(crate) fn address(&self) -> String {
        // The page knows sooner than the browser what its scripts made of it.
        self.script("return location.href;").as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script in the page and gives what it returns, or what its promise comes to.
    #[track_caller]
    pub(crate) fn script(&self, script: &str) -> Value {
        self.tell("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until an element is there.
    #[track_caller]
    pub(crate) fn wait_for(&self, css: &str) {
        let script = format!("return document.querySelector({}) !== null;", json!(css));
        let found = self.until(|| (self.ask(&script)? == true).then_some(()));
        assert!(found.is_some(), "no {css} on {}\n{}", self.address(), self.text("body"));
    }

    /// Waits until an element's text contains some words.
    #[track_caller]
    pub(crate) fn wait_for_text(&self, css: &str, words: &str) {
        let found = self.until(|| self.text(css).contains(words).then_some(()));
        assert!(found.is_some(), "{css} does not say {words:?} but {:?}", self.text(css));
    }

    /// Waits until a script returns `true`.
    #[track_caller]
    pub(crate) fn wait_until(&self, script: &str) {
        let found = self.until(|| (self.ask(script)? == true).then_some(()));
        assert!(found.is_some(), "never true on {}: {script}", self.address());
    }

    /// What the first element shows; nothing if there is none.
    pub(crate) fn text(&self, css: &str) -> String {
        let script = format!(
            "const element = document.querySelector({});
             return element?.checkVisibility() ? element.innerText.trim() : '';",
            json!(css)
        );
        self.ask(&script).and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// How many elements there are.
    #[track_caller]
    pub(crate) fn count(&self, css: &str) -> usize {
        let script = format!("return document.querySelectorAll({}).length;", json!(css));
        self.script(&script).as_u64().expect("a number") as usize
    }

    /// Clicks the first element, once it stands still and nothing covers it.
    #[track_caller]
    pub(crate) fn click(&self, css: &str) {
        let script = format!("const element = document.querySelector({});\n{PLACE}", json!(css));
        let mut said = Value::Null;
        let place = self.until(|| {
            let before = std::mem::replace(&mut said, self.ask(&script)?);
            (said.is_object() && said == before).then(|| said.clone())
        });
        let place = place.unwrap_or_else(|| panic!("clicking {css}: {said}"));
        for (event, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
            let button = if event == "mouseMoved" { "none" } else { "left" };
            let (x, y) = (&place["x"], &place["y"]);
            let mouse = json!({
                "type": event, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1,
            });
            self.cdp("Input.dispatchMouseEvent", &mouse);
        }
    }

    /// Types into the first element, behind what it holds.
    #[track_caller]
    pub(crate) fn type_into(&self, css: &str, text: &str) {
        let script = format!("const element = document.querySelector({});\n{FOCUS}", json!(css));
        let focused = self.until(|| (self.ask(&script)? == true).then_some(()));
        assert!(focused.is_some(), "{css} does not take the focus on {}", self.address());
        self.type_text(text);
    }

    /// Presses a key, with others held: `Tab`, `Shift+Tab`, `Control+k`, `/`.
    #[track_caller]
    pub(crate) fn press(&self, keys: &str) {
        let keys: Vec<&str> = keys.split('+').map(key).collect();
        let down = keys.iter().map(|key| json!({"type": "keyDown", "value": key}));
        let up = keys.iter().rev().map(|key| json!({"type": "keyUp", "value": key}));
        self.keyboard(&down.chain(up).collect::<Vec<_>>());
    }

    /// Types into whatever has the focus.
    #[track_caller]
    pub(crate) fn type_text(&self, text: &str) {
        let strokes: Vec<Value> = text
            .chars()
            .flat_map(|letter| ["keyDown", "keyUp"].map(|t| json!({"type": t, "value": letter})))
            .collect();
        self.keyboard(&strokes);
    }

    #[track_caller]
    fn keyboard(&self, strokes: &[Value]) {
        let actions = json!({"actions": [{"type": "key", "id": "keys", "actions": strokes}]});
        self.tell("POST", "/actions", &actions);
    }

    /// Keeps a picture of the window under `target/screenshots`.
    pub(crate) fn screenshot(&self, name: &str) -> PathBuf {
        self.picture(name, &json!({"format": "png", "optimizeForSpeed": true}))
    }

    /// Keeps a picture of the page from its beginning, up to two windows. Drawing what the window
    /// does not show takes several times as long.
    pub(crate) fn screenshot_of_page(&self, name: &str) -> PathBuf {
        let size = "const root = document.documentElement;
            return [root.clientWidth, Math.max(innerHeight, root.scrollHeight), innerHeight];";
        let size = self.script(size);
        let [width, height, window] = [0usize, 1, 2].map(|at| size[at].as_u64().unwrap_or(1000));
        let clip = json!({
            "x": 0, "y": 0, "width": width, "height": height.min(window * 2), "scale": 1,
        });
        let wanted = json!({
            "format": "png", "captureBeyondViewport": true, "clip": clip,
            "optimizeForSpeed": true,
        });
        self.picture(name, &wanted)
    }

    fn picture(&self, name: &str, wanted: &Value) -> PathBuf {
        let picture = self.cdp("Page.captureScreenshot", wanted);
        keep_picture(name, picture["data"].as_str().unwrap_or_default())
    }

    /// What stands on the console above mere information, but for answers that are dealt with.
    pub(crate) fn console(&self) -> Vec<String> {
        self.listen();
        self.heard.borrow().console()
    }

    /// What was asked for since the test began or since it was last forgotten.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.listen();
        self.heard.borrow().requests()
    }

    /// Forgets what was heard: what comes next is counted alone, and what was said is forgiven.
    pub(crate) fn forget(&self) {
        self.listen();
        self.heard.borrow_mut().forget();
    }

    /// A command of the browser's own protocol.
    #[track_caller]
    pub(crate) fn cdp(&self, command: &str, parameters: &Value) -> Value {
        let said = self.session().cdp(command, parameters);
        said.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    fn listen(&self) {
        let (console, network) = (self.session().log("browser"), self.session().log("performance"));
        self.heard.borrow_mut().add(&console, &network);
    }

    /// What a script returns; nothing where it could not be run, as between two pages.
    fn ask(&self, script: &str) -> Option<Value> {
        let script = json!({"script": script, "args": []});
        self.session().call("POST", "/execute/sync", &script).ok()
    }

    #[track_caller]
    fn tell(&self, method: &str, path: &str, body: &Value) -> Value {
        let said = self.session().call(method, path, body);
        said.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn session(&self) -> &Session {
        self.session.as_ref().expect("it is only taken at the end")
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
        if std::thread::panicking() {
            if let Some(session) = self.session.take() {
                session.end();
            }
            return;
        }
        let (console, strangers) = (self.console(), self.heard.borrow().strangers());
        if let Some(session) = self.session.take() {
            session.give_back();
        }
        assert!(console.is_empty(), "on the console: {console:#?}");
        assert!(strangers.is_empty(), "asked of other hosts: {strangers:#?}");
    }
}

/// The code of a key that has a name.
fn key(name: &str) -> &str {
    match name {
        "Shift" => "\u{E008}",
        "Control" => "\u{E009}",
        "Alt" => "\u{E00A}",
        "Meta" => "\u{E03D}",
        "Backspace" => "\u{E003}",
        "Tab" => "\u{E004}",
        "Enter" => "\u{E007}",
        "Escape" => "\u{E00C}",
        "Space" => " ",
        "ArrowUp" => "\u{E013}",
        "ArrowDown" => "\u{E015}",
        other => other,
    }
}

fn keep_picture(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(format!("{name}.png"));
    std::fs::write(&path, bytes_of_base64(text)).expect("a file");
    path
}

fn bytes_of_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((held >> bits) & 0xff) as u8);
        }
    }
    bytes
}
