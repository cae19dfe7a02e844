//! Whether a page is fit to be shown: its headings, its width, what can be used, and what the
//! rules of axe-core say.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::browser::Browser;

/// Checks of our own; they run in the page.
const AUDIT: &str = include_str!("audit.js");

/// What axe-core calls so is a fault; what it calls moderate or minor is advice.
const GRAVE: [&str; 2] = ["serious", "critical"];

/// The rules of accessibility, in the browser's language.
fn axe() -> &'static str {
    static AXE: OnceLock<String> = OnceLock::new();
    AXE.get_or_init(|| {
        let path = "target/axe/node_modules/axe-core/axe.min.js";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::read_to_string(path)
            .unwrap_or_else(|_| panic!("axe-core is not installed; `tests/run` installs it"))
    })
}

/// What is wrong with the page that is open; what has the focus may have another afterwards.
pub(super) fn faults(browser: &Browser) -> Vec<String> {
    // The focus is shown to those who use the keyboard, so one key has to be pressed.
    browser.press("Shift");
    strings(&browser.script(AUDIT))
}

/// What axe-core finds wrong with the page that is open, with its colours or without: they take
/// most of its time.
pub(super) fn findings(browser: &Browser, colours: bool) -> Vec<String> {
    browser.script(&format!("if (!window.axe) {{ {} }}", axe()));
    let options = format!(
        "runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        rules: {{'target-size': {{enabled: true}}, 'color-contrast': {{enabled: {colours}}}}}"
    );
    judged(browser, &options)
}

/// What it finds wrong with the colours alone, on a page that it has judged already.
pub(super) fn findings_of_colour(browser: &Browser) -> Vec<String> {
    judged(browser, "runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}")
}

fn judged(browser: &Browser, options: &str) -> Vec<String> {
    let wanted: Vec<String> = GRAVE.iter().map(|impact| format!("{impact:?}")).collect();
    let script = format!(
        "return axe.run(document, {{resultTypes: ['violations'], preload: false, {options}}}).then((all) =>
            all.violations.filter((rule) => [{}].includes(rule.impact)).flatMap((rule) =>
                rule.nodes.map((node) => rule.id + ': ' + node.html.slice(0, 160) + ' '
                    + (node.failureSummary ?? '').replace(/\\s+/g, ' ').slice(0, 240))))",
        wanted.join(", ")
    );
    strings(&browser.script(&script))
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list but {list}"));
    list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
