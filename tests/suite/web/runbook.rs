//! The page of one runbook: its list of steps, its history, its changes, its old addresses.

use super::{get, lab, post};
use crate::support::{Lab, Server, shared, skip};

/// A runbook with all that a page can show of one.
pub(super) const FULL: &str = "\
---
placeholders: { RELEASE: kube-stack }
---
# Runbook — Chart rollback

Time to mitigate: **1-3 minutes**.

## Pre-flight

Nobody else deploys.

## Step 1 — Check (< 60s)

```sh
helm status kube-stack -n metrics
# STATUS: deployed
```

## Step 2 — Mitigate

### 2a. Roll back

```sh
helm rollback kube-stack 13 -n metrics --wait
kubectl -n metrics get pods
```

### 2b. Start over

```sh
kubectl delete crd widgets.example.org
```

## Common false starts

- **`helm rollback` fails with not found.** Wrong namespace.
- **It comes back.** Do step 2b.
- **Nothing helps.** Ask.

## Related runbooks

- [disk](disk.md)

## When this runbook last worked

| Date | Release | Resolved by | Notes |
|---|---|---|---|
| 2026-05-20 | shop | Step 2a | quick |
| 2026-05-11 | shop | Step 2a failed | slow |
| 2024-02-29 | shop | Step 2a | long ago |
";

pub(super) fn full() -> Lab {
    let lab = lab();
    lab.write("runbooks/chart.md", FULL);
    lab
}

/// The page from one piece of it to another.
#[track_caller]
fn between<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from} in\n{page}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to} after {from}")).0
}

#[test]
fn the_list_of_steps_says_budget_and_freshness_in_words() {
    let lab = full();
    let server = lab.serve(&[]);
    let page = get(&server, "/runbooks/chart").says(200, "aria-label=\"Steps\"").body;
    let list = between(&page, "aria-label=\"Steps\"", "</nav>");
    for words in ["within 60 s", "Fresh · 12 d", "Never worked", "#step-2a", "#common-false-starts"]
    {
        assert!(list.contains(words), "no {words:?} in\n{list}");
    }
    assert!(list.find("#step-1").is_some() && list.find("#step-1") < list.find("#step-2a"));
}

#[test]
fn a_false_start_stands_beside_its_step_and_in_its_section() {
    let lab = full();
    let server = lab.serve(&[]);
    let page = get(&server, "/runbooks/chart").body;
    let of = |step: &str| between(&page, &format!("id=\"step-{step}\""), "</article>");
    assert!(of("2a").contains("<summary>helm rollback fails with not found</summary>"));
    assert!(of("2b").contains("It comes back") && !of("2b").contains("Nothing helps"));
    assert!(!of("1").contains("False starts here"));
    let section = between(&page, "id=\"common-false-starts\"", "</section>");
    assert!(section.contains("Wrong namespace") && section.contains("Nothing helps"));
}

#[test]
fn related_runbooks_say_how_far_they_can_be_trusted() {
    let lab = full();
    let server = lab.serve(&[]);
    let related = |server: &Server| {
        let page = get(server, "/runbooks/chart").body;
        between(&page, "class=\"plain related\"", "</ul>").to_owned()
    };
    assert!(related(&server).contains("Never worked"));
    post(&server, "/exercises", "slug=disk&step=1&result=worked&on=2026-05-30");
    assert!(related(&server).contains("Fresh<span class=\"num\"> · 2 d"), "{}", related(&server));
    post(&server, "/exercises", "slug=disk&step=1&result=failed");
    assert!(related(&server).contains("Failing"));
}

#[test]
fn history_is_a_table_and_a_picture_of_twelve_months_with_words() {
    let lab = full();
    let server = lab.serve(&[]);
    let page = get(&server, "/runbooks/chart").body;
    let picture = between(&page, "<figure class=\"months\">", "</figure>");
    assert!(picture.contains("2 exercises in the last twelve months: 1 worked, 1 failed."));
    assert!(picture.contains("<title>2026-05-20: worked by Step 2a, Release shop</title>"));
    assert!(picture.contains("role=\"img\"") && !picture.contains("style="), "{picture}");
    assert!(!picture.contains("2024-02-29"));
    assert!(page.contains("<time datetime=\"2024-02-29\">"), "the table has them all");

    let early = lab.serve(&["--as-of", "2024-03-31"]);
    let page = get(&early, "/runbooks/chart").body;
    let picture = between(&page, "<figure class=\"months\">", "</figure>");
    assert!(picture.contains("2024-02-29: worked") && !picture.contains("2026-"), "{picture}");
}

#[test]
fn the_claimed_time_stands_beside_the_real_one() {
    let lab = full();
    let server = lab.serve(&[]);
    let facts = |name: &str| {
        let page = get(&server, "/runbooks/chart").body;
        between(&page, &format!("<dt>{name}</dt>"), "</div>").to_owned()
    };
    let time = "Time to mitigate";
    assert!(facts(time).contains("1 to 3 min") && !facts(time).contains("really"));
    for (day, minutes) in [("2026-05-01", 2), ("2026-05-02", 9), ("2026-05-03", 7)] {
        let form = format!("slug=chart&step=2a&result=worked&minutes={minutes}&on={day}");
        post(&server, "/exercises", &form).leads_to("/runbooks/chart?notice=worked#step-2a");
    }
    let whole = facts("Whole exercise");
    assert!(whole.contains("7 min (median of 3)"), "{whole}");
    assert!(!facts(time).contains("really"), "from the first step to the last is another time");
    let answer = post(&server, "/runs", "slug=chart");
    let run = answer.header("location");
    post(&server, &format!("{run}/tick"), "step=2a&result=worked&ago=0").leads_to(run);
    post(&server, &format!("{run}/finish"), "step.2a=worked&minutes=30");
    let said = facts(time);
    assert!(said.contains("claimed, 0 s really (one run)"), "{said}");
}

#[test]
fn bound_literals_are_marked_and_filled_and_never_nagged_about() {
    let lab = full();
    let server = lab.serve(&[]);
    let page = get(&server, "/runbooks/chart").body;
    let marked = "<span class=\"ph bound\" data-name=\"RELEASE\" data-quote=\"bare\" \
                  data-default=\"kube-stack\">kube-stack</span>";
    assert!(page.contains(marked), "{page}");
    assert!(page.contains("data-offer=\"metrics\""), "what three commands repeat is offered");
    let plain = lab.run(&["show", "chart", "--commands"]).ok();
    assert!(plain.stdout.contains("helm rollback kube-stack 13"));
    assert!(!plain.stderr.contains("not filled"), "{}", plain.stderr);
    let set = lab.run(&["show", "chart", "--commands", "--set", "RELEASE=a b"]).ok();
    assert!(set.stdout.contains("helm rollback 'a b' 13"), "{}", set.stdout);
}

#[test]
fn the_source_of_each_step_is_one_click_away() {
    let lab = full();
    lab.write("runledger.toml", "source_url = 'https://git.example/{path}#L{line}'\n");
    let server = lab.serve(&[]);
    let page = get(&server, "/runbooks/chart").body;
    assert!(page.contains("href=\"https://git.example/runbooks/chart.md#L1\""));
    let line = FULL.lines().position(|line| line.starts_with("### 2a")).expect("a step") + 1;
    let step = between(&page, "id=\"step-2a\"", "</article>");
    assert!(step.contains(&format!("href=\"https://git.example/runbooks/chart.md#L{line}\"")));
}

#[test]
fn one_form_for_details_serves_every_step() {
    let lab = full();
    let server = lab.serve(&[]);
    let page = get(&server, "/runbooks/chart").body;
    assert_eq!(page.matches("name=\"minutes\"").count(), 1);
    assert_eq!(page.matches("name=\"text\"").count(), 1);
    let form = between(&page, "id=\"RecordForm\"", "</form>");
    assert!(form.contains("<option value=\"2a\">2a Roll back</option>"), "{form}");
    // A step of the list, or none: the form says it either way.
    post(&server, "/exercises", "slug=chart&step=&result=worked&minutes=3&context.Release=x")
        .leads_to("/runbooks/chart?notice=worked");
    post(&server, "/exercises", "slug=chart&step=2b&result=failed&kind=drill&note=n")
        .leads_to("/runbooks/chart?notice=failed#step-2b");
}

#[test]
fn what_changed_since_it_last_worked_is_shown_word_by_word() {
    let lab = full();
    let server = lab.serve(&[]);
    get(&server, "/changes/chart").says(200, "What it said then is not known");
    get(&server, "/changes/disk").says(200, "It is not known to have ever worked");
    post(&server, "/exercises", "slug=chart&step=2a&result=worked&context.Release=x");
    get(&server, "/changes/chart").says(200, "Nothing was edited");
    let now = FULL
        .replace("stack 13 -n", "stack <REVISION> -n")
        .replace("Nobody else deploys", "Nobody <b>else</b> deploys")
        .replace("|---|---|---|---|\n", "|---|---|---|---|\n| 2026-05-31 | y | Step 2b | |\n");
    lab.write("runbooks/chart.md", &now);
    let page = get(&server, "/changes/chart").says(200, "id=\"Step-2a\"").body;
    assert!(
        page.contains("<del>13</del>") && page.contains("<ins>&lt;REVISION&gt;</ins>"),
        "{page}"
    );
    assert!(page.contains("&lt;b&gt;else"), "{page}");
    assert!(!page.contains("2026-05-31"), "rows of the table are left out");
    assert!(page.contains("href=\"/runbooks/chart#step-2a\""));
    let runbook = get(&server, "/runbooks/chart").body;
    assert!(runbook.contains("href=\"/changes/chart\">See what changed"));
    assert!(runbook.contains("href=\"/changes/chart?step=2a#Step-2a\""));
    get(&server, "/changes/chart?step=2a").says(200, "since step 2a last worked");
    get(&server, "/changes/chart?step=2b").says(200, "What it said then is not known");
    get(&server, "/changes/chart?step=9").says(404, "");
    get(&server, "/changes/nowhere").says(404, "");
}

#[test]
fn an_address_from_before_a_renaming_is_told_where_it_leads_now() {
    let lab = full();
    let server = lab.serve(&[]);
    let asked = |was: &str| -> serde_json::Value {
        let answer = get(&server, &format!("/api/anchors/chart?was={was}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).expect("JSON")
    };
    assert_eq!(asked("step-2a")["anchor"], "step-2a");
    post(&server, "/exercises", "slug=chart&step=2a&result=worked");
    let now = FULL.replace("2a. Roll back", "2c. Go back one revision");
    lab.write("runbooks/chart.md", &now);
    for was in ["step-2a", "2a-roll-back", "%23step-2a"] {
        let found = asked(was);
        assert_eq!(found["anchor"], "step-2c", "{was}");
        assert_eq!(found["title"], "Go back one revision");
        assert_eq!(found["certain"], true);
    }
    assert_eq!(asked("common-false-start")["certain"], false);
    for unknown in ["nothing-like-it", "step-9", "", "%3Cscript%3E"] {
        assert_eq!(asked(unknown), serde_json::Value::Null, "{unknown}");
    }
    get(&server, "/api/anchors/nowhere?was=x").says(404, "error");
}

#[test]
fn git_remembers_headings_too() {
    let lab = full();
    lab.git(&["init", "-q"]);
    lab.git(&["add", "."]);
    lab.git(&["commit", "-q", "-m", "one"]);
    lab.write("runbooks/chart.md", &FULL.replace("## Pre-flight", "## Before you begin"));
    lab.git(&["commit", "-q", "-am", "two"]);
    let server = lab.serve(&[]);
    let answer = get(&server, "/api/anchors/chart?was=pre-flight");
    assert!(answer.body.contains("\"before-you-begin\""), "{}", answer.body);
}

#[test]
fn the_page_of_a_long_runbook_stays_light() {
    let Some(shared) = shared() else { return skip("no corpus") };
    let lab = Lab::new();
    lab.copy_tree(&shared.join("corpus/bookstore/rollback"), "runbooks");
    let server = lab.serve(&[]);
    let helm = get(&server, "/runbooks/code-rollback-helm").body;
    assert!(helm.len() < 60 << 10, "{} bytes", helm.len());
    let step = between(&helm, "id=\"step-3a\"", "</article>");
    assert!(step.contains("release: not found"), "its false start stands beside it");
}
