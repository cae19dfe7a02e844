//! Words that would like to be a script, forms that say nonsense, and bodies that never come.

use super::{get, host, lab, post_with, send};
use crate::support::Lab;

const EVIL: &str = "<script>alert(1)</script>";

/// A workspace whose one runbook says it wherever something can be said.
fn evil_lab() -> Lab {
    let lab = Lab::new();
    let text = format!(
        "---\nowner: '{EVIL}'\nalerts: ['{EVIL}']\ntags: ['{EVIL}']\n---\n\n# Wrong {EVIL}\n\n\
         > When to use this: {EVIL} shows.\n\n## Step 1 — {EVIL}\n\n{EVIL}\n\n\
         <img src=x onerror=alert(1)> [link](javascript:alert(1))\n\n\
         ```sh\necho '{EVIL}' <NAME{EVIL}>\n```\n\n## When this runbook last worked\n\n\
         | Date | {EVIL} | Resolved by | Notes |\n|---|---|---|---|\n\
         | 2026-05-01 | {EVIL} | Step 1 {EVIL} | {EVIL} |\n"
    );
    lab.write("runbooks/evil.md", &text);
    lab.run(&["note", "evil#1", EVIL]).ok();
    lab
}

#[test]
fn words_of_a_runbook_or_an_address_never_become_a_script() {
    let lab = evil_lab();
    let server = lab.serve(&[]);
    let said = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for path in [
        "/".to_owned(),
        format!("/?q={said}"),
        format!("/results?q={said}"),
        "/runbooks".to_owned(),
        format!("/runbooks?owner={said}"),
        "/stale".to_owned(),
        "/runbooks/evil".to_owned(),
        format!("/runbooks/{said}"),
        format!("/alerts/{said}x"),
    ] {
        let page = get(&server, &path).body;
        assert!(page.contains("</"), "{path} is no page: {page}");
        for raw in ["<script>alert", "<img src=x", "href=\"javascript:"] {
            assert!(!page.contains(raw), "{path} holds {raw}\n{page}");
        }
    }
    get(&server, "/runbooks/evil").says(200, "&lt;script&gt;alert(1)");
}

#[test]
fn words_of_a_form_or_a_cookie_never_become_a_script() {
    let lab = evil_lab();
    let server = lab.serve(&[]);
    let said = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for form in [
        format!("slug=evil&result={said}&who={said}"),
        format!("slug=evil&step=1&result=worked&note={said}"),
        format!("slug={said}&step=1&result=worked&who=Eve"),
        format!("slug=evil&step={said}&result=worked&who=Eve"),
        format!("slug=evil&step=1&result=worked&on={said}&who=Eve"),
    ] {
        let answer = post_with(&server, "/exercises", "", &form);
        assert!((400..500).contains(&answer.status), "{form}: {}", answer.status);
        assert!(!answer.body.contains("<script>alert"), "{form}\n{}", answer.body);
    }
    let cookie = format!("cookie: rl_name={said}\r\n");
    post_with(&server, "/exercises", &cookie, "slug=evil&step=1&result=worked")
        .leads_to("/runbooks/evil?notice=worked#step-1");
    let page = get(&server, "/runbooks/evil");
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let lab = lab();
    let server = lab.serve(&[]);
    let request = format!(
        "POST /notes HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 2000000\r\n\r\n",
        host(&server)
    );
    send(&server, request.as_bytes()).says(413, "too much at once");
}

#[test]
fn nonsense_in_a_form_is_named_and_records_nothing() {
    let lab = lab();
    let server = lab.serve(&[]);
    let ana = "cookie: rl_name=Ana\r\n";
    let form = |form: &str| post_with(&server, "/exercises", ana, form);
    form("slug=disk&step=1&result=maybe").says(400, "neither");
    form("slug=disk&step=1&result=worked&kind=party").says(400, "party");
    form("slug=disk&step=1&result=worked&minutes=-3").says(400, "“minutes”");
    form("slug=dsk&step=1&result=worked").says(404, "disk");
    form("result=worked").says(400, "“slug” is empty");
    post_with(&server, "/name", "", "name=+%00+").says(400, "<h1>");
    get(&server, "/runbooks/disk").says(200, "No exercise is known");
}
