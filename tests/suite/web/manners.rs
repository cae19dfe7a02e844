//! Everyday manners of the pages: titles, icons, times, and what is said when something is not
//! there or breaks.

use super::{get, lab, post};
use crate::support::Lab;
use crate::support::browser::{Browser, Look};

fn title(body: &str) -> &str {
    let after = body.split("<title>").nth(1).unwrap_or_default();
    after.split("</title>").next().unwrap_or_default()
}

fn icon(body: &str) -> &str {
    let after = body.split("<link rel=\"icon\" href=\"").nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default()
}

#[test]
fn every_page_has_a_title_of_its_own_that_begins_with_what_it_is_about() {
    let lab = lab();
    let server = lab.serve(&[]);
    let pages = [
        ("/", "runledger"),
        ("/?q=helm", "helm · "),
        ("/runbooks", "Runbooks · "),
        ("/runbooks?tag=x", "Runbooks, x · "),
        ("/stale", "0 stale · "),
        ("/runbooks/disk", "Disk full · "),
        ("/alerts/Nothing", "Nothing · "),
        ("/nowhere", "There is no such page · "),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for (path, beginning) in pages {
        let body = get(&server, path).body;
        let title = title(&body).to_owned();
        assert!(title.starts_with(beginning), "{path}: {title}");
        assert!(seen.insert(title.clone()), "{path}: {title} twice");
    }
}

#[test]
fn the_icon_of_a_tab_tells_the_state_of_its_page() {
    let lab = lab();
    let server = lab.serve(&[]);
    assert_eq!(icon(&get(&server, "/").body), "/favicon.svg");
    assert_eq!(icon(&get(&server, "/runbooks/rollback/helm").body), "/favicon.svg?state=fresh");
    assert_eq!(icon(&get(&server, "/runbooks/disk").body), "/favicon.svg?state=never");
    post(&server, "/exercises", "slug=rollback/helm&step=2a&result=failed&context.Release=shop");
    assert_eq!(icon(&get(&server, "/runbooks/rollback/helm").body), "/favicon.svg?state=failing");
    for path in ["/", "/stale", "/runbooks?state=failing"] {
        assert_eq!(icon(&get(&server, path).body), "/favicon.svg?state=failing", "{path}");
    }
    assert!(title(&get(&server, "/").body).starts_with("1 failing"));
    let plain = get(&server, "/favicon.svg").says(200, "<svg").body;
    let mut pictures = vec![plain.clone()];
    for state in ["failing", "stale", "due", "never"] {
        let picture = get(&server, &format!("/favicon.svg?state={state}"));
        assert_eq!(picture.header("content-type"), "image/svg+xml");
        assert!(picture.body.ends_with("</svg>") && !pictures.contains(&picture.body), "{state}");
        pictures.push(picture.body);
    }
    assert_eq!(get(&server, "/favicon.svg?state=%3Cscript%3E").body, plain);
    let old = get(&server, "/favicon.ico");
    assert_eq!((old.status, old.header("location")), (308, "/favicon.svg"));
}

#[test]
fn what_is_not_there_names_what_may_be_meant() {
    let lab = lab();
    let server = lab.serve(&[]);
    for path in ["/runbooks/rollback/hlm", "/rollback/helm", "/runbooks/roll-a-release-back"] {
        let missing = get(&server, path).says(404, "Perhaps one of these");
        assert!(
            missing.body.contains("href=\"/runbooks/rollback/helm\""),
            "{path}\n{}",
            missing.body
        );
        assert!(missing.body.contains("<nav aria-label=\"Main\">"), "not in the frame");
    }
    let lost = get(&server, "/wp-login.php").says(404, "There is no such page");
    assert!(!lost.body.contains("Perhaps one of these"), "{}", lost.body);
    get(&server, "/runbooks/%ff%fe").says(400, "<nav aria-label=\"Main\">");
}

#[test]
fn a_time_is_told_in_words_with_the_exact_one_behind_it() {
    let lab = Lab::new();
    let table = "## When this runbook last worked\n\n| Date | Resolved by |\n|---|---|\n";
    let text = |day: &str| {
        format!("# On {day}\n\n## Step 1 — Mitigate\n\nx\n\n{table}| {day} | Step 1 |\n")
    };
    lab.write("runledger.toml", "");
    for day in ["2026-06-01", "2026-05-31", "2026-02-01", "2024-11-01", "2020-02-29"] {
        lab.write(&format!("runbooks/on-{day}.md"), &text(day));
    }
    let server = lab.serve(&[]);
    let list = get(&server, "/runbooks").body;
    for (day, words) in [
        ("2026-05-31", "yesterday"),
        ("2026-02-01", "120 days ago"),
        ("2024-11-01", "over a year ago"),
        ("2020-02-29", "over 6 years ago"),
    ] {
        let time = format!("<time datetime=\"{day}\" title=\"{day}\">{words}</time>");
        assert!(list.contains(&time), "{time}\n{list}");
    }
    get(&server, "/runbooks/on-2026-06-01").says(200, "<span class=\"num\"> · today</span>");
    let stale = get(&server, "/stale").says(200, "30 days over its limit of 90").body;
    let oldest = stale.find("On 2020-02-29").expect("the oldest");
    assert!(oldest < stale.find("On 2026-02-01").expect("a younger one"), "the worst come first");
}

#[test]
fn the_first_page_says_in_words_what_needs_somebody() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/").says(200, "Nothing is failing or stale.").says(200, "Lately exercised");
    post(&server, "/exercises", "slug=rollback/helm&step=2a&result=failed&context.Release=shop");
    let home = get(&server, "/").says(200, "step 2a failed and has not worked since").body;
    assert!(home.contains("Do not trust these without a look"), "{home}");
    let lately = home.split("Lately exercised").nth(1).expect("a list");
    assert!(lately.contains(">Roll a release back</a>"), "titles, not names of files\n{lately}");
}

#[test]
fn long_names_never_break_a_page() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    let long = "AVeryLongNameWithoutASpaceInItThatGoesOnAndOnAndOn".repeat(3);
    let front =
        format!("---\nowner: {long}\nservice: {long}\ntags: [{long}]\nalerts: [{long}]\n---\n");
    let table = format!(
        "| Date | Host | Resolved by |\n|---|---|---|\n| 2025-01-01 | {long} | Step 1 failed |\n"
    );
    let text = format!(
        "{front}# {long}\n\n## Step 1 — {long}\n\n```sh\n{long}\n```\n\n## When this runbook last worked\n\n{table}"
    );
    lab.write(&format!("runbooks/{}.md", &long[..120]), &text);
    let server = lab.serve(&[]);
    for look in [Look::LAPTOP, Look::PHONE] {
        let browser = Browser::start(look);
        for path in [
            "/",
            &format!("/?q={long}"),
            "/runbooks",
            "/stale",
            &format!("/runbooks?owner={long}"),
            &format!("/alerts/{long}x"),
            &format!("/{long}"),
        ] {
            browser.open(&format!("{}{path}", server.url));
            let beyond =
                browser.script("return document.documentElement.scrollWidth - innerWidth;");
            assert!(
                beyond.as_i64().is_some_and(|pixels| pixels <= 0),
                "{path} is {beyond} px too wide"
            );
        }
    }
}
