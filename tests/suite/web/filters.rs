//! The list of runbooks, narrowed by what its address says.

use super::get;
use crate::support::Lab;
use crate::support::browser::{Browser, Look};

fn runbook(title: &str, front: &str, row: &str) -> String {
    format!(
        "---\n{front}---\n# {title}\n\n## Step 1 — Mitigate\n\n```sh\nls\n```\n\n\
         ## When this runbook last worked\n\n| Date | Resolved by | Notes |\n|---|---|---|\n{row}"
    )
}

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    let fresh = "| 2026-05-20 | Step 1 | |\n";
    let failed = "| 2026-05-25 | Step 1 failed | |\n| 2025-01-02 | Step 1 | |\n";
    let db = "owner: data\nservice: billing\ntags: [db, night]\nalerts: [ReplicaLag]\n";
    lab.write("runbooks/lag.md", &runbook("Replica lag", db, fresh));
    let full = "owner: Data\nservice: billing\ntags: [db]\nalerts: [DiskFull, DiskSlow]\n";
    lab.write("runbooks/full.md", &runbook("Disk full", full, failed));
    lab.write(
        "runbooks/web.md",
        &runbook("Web <b>down</b>", "owner: \"web & co\"\ntags: [web]\n", ""),
    );
    lab.write("runbooks/rota.md", "# Rota\n\nWho is on call.\n");
    lab
}

#[test]
fn filters_combine_and_each_count_says_what_its_filter_would_leave() {
    let lab = lab();
    let server = lab.serve(&[]);
    let all = get(&server, "/runbooks").says(200, "3 of 3 runbooks").says(200, "Rota");
    get(&server, "/runbooks?tag=night&tag=web").says(200, "1 of 3 runbooks");
    for option in [
        ">data (2)</option>",
        ">web &amp; co (1)</option>",
        ">db (2)</option>",
        ">ReplicaLag (1)</option>",
        ">billing (2)</option>",
    ] {
        assert!(all.body.to_lowercase().contains(&option.to_lowercase()), "{option}\n{}", all.body);
    }
    let two = get(&server, "/runbooks?owner=DATA&tag=db").says(200, "2 of 3 runbooks");
    assert!(!two.body.contains("Web &lt;b&gt;"), "{}", two.body);
    assert!(two.body.contains("<title>Runbooks, DATA, db · runledger</title>"), "{}", two.body);
    let one = get(&server, "/runbooks?owner=data&tag=night&service=billing&alert=replicalag");
    let one = one.says(200, "1 of 3 runbooks").says(200, "Replica lag");
    assert!(!one.body.contains("Disk full"));
    let failing = get(&server, "/runbooks?owner=data&state=failing").says(200, "Disk full");
    let failing = failing.says(200, "1 of 3 runbooks");
    // The other filters stay when the state changes, and each can be dropped alone.
    assert!(
        failing.body.contains("href=\"/runbooks?owner=data&amp;state=fresh\""),
        "{}",
        failing.body
    );
    assert!(failing.body.contains("href=\"/runbooks?state=failing\""), "{}", failing.body);
    assert!(failing.body.contains("<input type=\"hidden\" name=\"state\" value=\"failing\">"));
}

#[test]
fn a_filter_that_leaves_nothing_says_so_and_stays_visible() {
    let lab = lab();
    let server = lab.serve(&[]);
    let none = get(&server, "/runbooks?owner=nobody&tag=%3Cx%3E").says(200, "None of them");
    assert!(none.body.contains("0 of 3 runbooks"), "{}", none.body);
    assert!(none.body.contains("<option value=\"nobody\" selected>nobody (0)</option>"));
    assert!(none.body.contains("&lt;x&gt;") && !none.body.contains("<x>"));
    get(&server, "/runbooks?state=nonsense").says(200, "None of them");
    get(&server, "/runbooks?owner=&tag=&state=").says(200, "3 of 3 runbooks");
    let empty = Lab::new();
    let server = empty.serve(&[]);
    let body = get(&server, "/runbooks").says(200, "No runbook here yet").body;
    assert!(!body.contains("<form class=\"card narrow-by\""), "nothing can be filtered yet");
}

#[test]
fn the_form_leads_to_an_address_that_says_only_what_was_chosen() {
    let lab = lab();
    let server = lab.serve(&[]);
    for scripts in [true, false] {
        let browser = Browser::start(Look { scripts, ..Look::LAPTOP });
        browser.open(&format!("{}/runbooks?state=fresh", server.url));
        browser.type_into("[name=tag]", "night");
        browser.click(".narrow-by button");
        browser.wait_until("return new URL(location.href).searchParams.get('tag') === 'night';");
        browser.wait_for_text("[role=status]", "1 of 3");
        let address = browser.address();
        assert!(address.contains("state=fresh") && address.contains("tag=night"), "{address}");
        assert_eq!(address.contains("owner="), !scripts, "{address}");
    }
}
