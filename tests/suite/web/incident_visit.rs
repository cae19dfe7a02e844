//! An incident in a real browser, with clicks and typing alone: from the button that opens it to
//! the file of its published postmortem. And what one browser adds appears in another one.

use std::path::Path;

use serde_json::json;

use crate::support::browser::{Browser, Look};
use crate::support::{Lab, Server};

const LABEL: &str = "INC-2026-06-01-001";

/// A workspace with the example runbook for a rollback.
fn lab() -> Lab {
    let lab = Lab::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("runbooks/rollback/helm-release.md"));
    lab.write("runbooks/rollback/helm-release.md", &text.expect("the example runbook"));
    lab
}

/// A visit: a browser of one look on a server.
struct Visit {
    browser: Browser,
    name: &'static str,
}

impl Visit {
    /// Nothing is wider than the window; the picture is kept.
    #[track_caller]
    fn look_at(&self, page: &str) {
        let beyond =
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let beyond = self.browser.script(beyond);
        assert!(beyond.as_i64().is_some_and(|pixels| pixels <= 0), "{page}: {beyond} px too wide");
        self.browser.screenshot_of_page(&format!("incident-visit-{page}-{}", self.name));
    }

    /// Goes to another page of the incident by its link.
    #[track_caller]
    fn go_to(&self, page: &str) {
        self.browser.click(&format!("nav a[href='/incidents/{LABEL}{page}']"));
        let arrived = format!("return location.pathname === '/incidents/{LABEL}{page}'");
        self.browser.wait_until(&arrived);
        self.browser.wait_for("h1");
    }

    /// Presses a button and waits for the notice that follows.
    #[track_caller]
    fn press(&self, button: &str, notice: &str) {
        self.browser.click(button);
        self.browser.wait_for_text("#Main .notice", notice);
    }

    /// Whoever opens an incident gives a title and a severity, and the first time their name.
    fn open(&self, server: &Server) {
        let browser = &self.browser;
        browser.open(&server.url);
        browser.click(".bar a[href='/incidents']");
        browser.wait_for("form.open-incident");
        browser.type_into("[name=title]", "checkout answers 502");
        browser.click("[name=severity][value=P1]");
        browser.click("form.open-incident button.main");
        browser.wait_for_text("h1", "Who are you?");
        browser.type_into("[name=who]", "Ana");
        self.press("button.main", "The incident is open");
        browser.wait_for_text("#Live", "Opened.");
        self.look_at("opened");
    }

    /// A note, lines from a chat, a runbook, and how far it is.
    fn work_on_it(&self) {
        let browser = &self.browser;
        let note = ".note-form textarea";
        browser.type_into(note, "errors since the release");
        self.press(".note-form button", "It stands in the timeline");
        paste(browser, note, "11:50 ana: it is slow\n11:52 bo: rolling back\n11:55 bo: done");
        self.press(".note-form button", "It stands in the timeline");
        browser.wait_for_text("#Live", "rolling back");
        assert_eq!(browser.count("#Live .moment"), 5, "{}", browser.text("#Live"));
        browser.type_into("input[name=runbook]", "rollback/helm-release#3a");
        self.press("form:has(input[name=runbook]:not([type=hidden])) button", "is linked");
        browser.wait_for_text("#Live", "step 3a");
        self.press("form[action$='/times'] button[name=at]", "Changed");
        assert_eq!(browser.count("button[name=at]"), 0, "it is acknowledged once");
        self.press("button[name=to][value=mitigated]", "Changed");
        self.press("button[name=to][value=resolved]", "Changed");
        self.press("button[name=result][value=worked]", "Recorded");
        browser.wait_for_text("section:has(> #Times)", "Resolved");
        self.look_at("resolved");
    }

    /// Begun and written with one button; what is missing is named before anything is published.
    fn write_it_down(&self, lab: &Lab) {
        let browser = &self.browser;
        self.go_to("/postmortem");
        self.press("form[action$='/postmortem'] button", "The postmortem is begun");
        browser.click("form[action$='/publish'] button");
        browser.wait_for_text("h1", "This");
        browser.wait_for_text("#Main", "cannot be published");
        assert!(!lab.path("postmortems").exists(), "nothing is written");
        self.look_at("refused");
        browser.click("a.button");
        browser.wait_for("[data-unsaved]");
        for (section, text) in [
            ("summary", "The shop was down."),
            ("impact", "Nobody could pay."),
            ("root-cause", "A new default."),
            ("lessons", "Read the notes."),
        ] {
            browser.type_into(&format!("[name='text.{section}']"), text);
        }
        browser.wait_for_text(".save-bar", "not saved yet");
        self.look_at("writing");
        self.press(".save-bar button", "Saved.");
        browser.wait_for_text(".save-bar", "Nothing is unsaved");
        let written = "return document.querySelector('[name=\"text.lessons\"]').value";
        assert_eq!(browser.script(written), json!("Read the notes."));
    }

    /// All questions with one button; the bad answer becomes what the runbook proposes.
    fn answer(&self) {
        let browser = &self.browser;
        self.go_to("/checklist");
        browser.wait_for_text("#Q-1", "soak");
        browser.click("[name='1.answer'][value=no]");
        browser.click("[name='2.answer'][value=yes]");
        browser.type_into("[name='2.evidence.version']", "4.12.1");
        browser.click("[name='3.answer'][value=yes]");
        browser.type_into("[name='3.evidence.changelog']", "https://e.example/c");
        for (question, answer, field, text) in [
            ("told", "na", "reason", "nobody outside"),
            ("alert", "yes", "evidence.alert", "NGINXConfigFailed"),
            ("led", "yes", "evidence.step", "rollback/helm-release#3a"),
            ("wrong", "no", "reason", "it was right"),
        ] {
            let number = format!(
                "return document.querySelector('[name$=\".question\"][value*={question}]').name
                    .split('.')[0]"
            );
            let number = browser.script(&number);
            let number = number.as_str().unwrap_or_default();
            browser.click(&format!("[name='{number}.answer'][value={answer}]"));
            browser.type_into(&format!("[name='{number}.{field}']"), text);
        }
        self.press(".save-bar button", "The answer is kept");
        browser.wait_for_text("#Main .tag.loud", "6 of 7 answered");
        browser.wait_for_text("#Q-1", "Something is missing");
        self.look_at("answered");
        browser.click("[name='1.follow'][value=action]");
        browser.type_into("[name='1.owner']", "ana");
        self.press(".save-bar button", "The answer is kept");
        browser.wait_for_text("#Main .tag.loud", "7 of 7 answered");
        browser.wait_for_text("#Q-1", &format!("{LABEL}/1"));
    }

    fn publish(&self, lab: &Lab) {
        let browser = &self.browser;
        // What is missing leads to where it is mended.
        self.go_to("/postmortem");
        browser.wait_for_text("#Missing", "1 thing is missing");
        browser.click("section:has(> #Missing) li a");
        browser.wait_for("#Times");
        browser.click("section:has(> #Times) summary");
        browser.type_into("section:has(> #Times) [name=at]", "-15m");
        self.press("section:has(> #Times) button", "Changed");
        self.go_to("/postmortem");
        browser.wait_for_text("#Missing", "Nothing is missing");
        self.press("form[action$='/publish'] button", "Published");
        let file = format!("postmortems/{LABEL}.md");
        browser.wait_for_text("#Main", &file);
        let file = lab.read(&file);
        for words in ["The shop was down.", "refuse a production upgrade", "rolling back"] {
            assert!(file.contains(words), "{words} is not in {file}");
        }
        self.look_at("published");
        browser.click(&format!("nav a[href^='/actions?incident={LABEL}']"));
        browser.wait_for_text("#Main table", "refuse a production upgrade");
        self.look_at("actions");
    }
}

/// What comes from the clipboard comes at once, and with its lines.
fn paste(browser: &Browser, field: &str, text: &str) {
    let focus = format!("document.querySelector({}).focus(); return true", json!(field));
    browser.script(&focus);
    browser.cdp("Input.insertText", &json!({"text": text}));
}

fn visit(look: Look, name: &'static str) {
    let lab = lab();
    let server = lab.serve(&[]);
    let visit = Visit { browser: Browser::start(look), name };
    visit.open(&server);
    visit.work_on_it();
    visit.write_it_down(&lab);
    visit.answer();
    visit.publish(&lab);
    lab.run(&["verify"]).ok();
}

#[test]
fn from_the_button_to_the_published_file_on_a_laptop() {
    visit(Look::LAPTOP, "laptop");
}

#[test]
fn from_the_button_to_the_published_file_on_a_phone() {
    visit(Look::PHONE, "phone");
}

#[test]
fn what_one_browser_adds_appears_in_another_without_a_reload() {
    let lab = lab();
    let server = lab.serve(&[]);
    let first = Visit { browser: Browser::start(Look::LAPTOP), name: "first" };
    first.open(&server);
    let second = Browser::start(Look::PHONE);
    second.open(&format!("{}/incidents/{LABEL}", server.url));
    second.wait_for_text("#Live", "Opened.");
    second.script("window.stays = true; return true");
    // What is typed in one part keeps no other part from being renewed, and is not lost.
    second.type_into(".note-form textarea", "I am look");
    first.browser.type_into(".note-form textarea", "errors since the release");
    first.press(".note-form button", "It stands in the timeline");
    second.wait_for_text("#Live", "errors since the release");
    second.wait_for_text("#Toast", "errors since the release");
    first.press("button[name=to][value=mitigated]", "Changed");
    second.wait_for_text("#State", "Mitigated");
    let kept = "return window.stays && document.querySelector('.note-form textarea').value";
    assert_eq!(second.script(kept), json!("I am look"));

    // A part that somebody is busy in is renewed once they are done.
    second.click("section:has(> #Roles) summary");
    first.browser.click("section:has(> #Roles) summary");
    first.press("section:has(> #Roles) button", "Changed");
    second.wait_for_text("#Live", "Ana is incident commander");
    assert!(!second.text("section:has(> #Roles) dl").contains("Ana"), "it was left alone");
    second.click("section:has(> #Roles) summary");
    second.click("#Timeline");
    second.wait_for_text("section:has(> #Roles) dl", "Ana");
}

#[test]
fn nobody_leaves_what_is_not_saved_unasked() {
    let lab = lab();
    let server = lab.serve(&[]);
    let visit = Visit { browser: Browser::start(Look::LAPTOP), name: "unsaved" };
    visit.open(&server);
    visit.go_to("/postmortem");
    let leave = "const event = new Event('beforeunload', {cancelable: true});
        window.dispatchEvent(event);
        return event.defaultPrevented;";
    assert_eq!(visit.browser.script(leave), json!(false));
    visit.browser.type_into("[name='text.summary']", "The shop was down.");
    assert_eq!(visit.browser.script(leave), json!(true));
    visit.press(".save-bar button", "Saved.");
    assert_eq!(visit.browser.script(leave), json!(false));
}
