//! The weekly report: right at every boundary, the same everywhere, and read to its end.

use std::path::Path;

use serde_json::Value;

use crate::support::{Lab, shared, skip};

const FORMATS: [&str; 6] = ["md", "html", "text", "json", "csv", "chat"];

/// A runbook with a limit, an owner and rows of a table.
fn runbook(title: &str, owner: &str, limit: u32, rows: &[&str]) -> String {
    let rows: String = rows.iter().map(|row| format!("| {row} |\n")).collect();
    format!(
        "---\nowner: {owner}\n---\n# {title}\n\n> When to use this: a test. Time to mitigate: **1-5 \
         minutes**.\n\n## Step 1 — Mitigate\n\n### 1a. One way\n\n```sh\ntrue\n```\n\n### 1b. \
         Another\n\n```sh\nfalse\n```\n\n## When this runbook last worked\n\n| Date | Resolved by | \
         Notes |\n|---|---|---|\n{rows}\n> Stale after **{limit} days** without exercise.\n"
    )
}

fn report(lab: &Lab, args: &[&str]) -> Value {
    lab.run(&[&["report", "stale", "--json"][..], args].concat()).ok().json()
}

fn slugs(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter().map(|it| it["slug"].as_str().expect("a slug")).collect()
}

/// `points reason` of every point of a line.
fn reasons(line: &Value) -> Vec<String> {
    let reasons = line["reasons"].as_array().expect("reasons");
    let one = |it: &Value| format!("{} {}", it["points"], it["reason"].as_str().expect("words"));
    reasons.iter().map(one).collect()
}

#[test]
fn another_teams_runbooks_are_ranked_by_what_would_hurt() {
    let Some(shared) = shared() else {
        skip("another team's runbooks are not here");
        return;
    };
    let lab = Lab::new();
    lab.copy_tree(&shared.join("corpus/bookstore"), "");
    lab.write("runledger.toml", "runbooks = [\".\"]\n");
    let told = report(&lab, &["--as-of", "2026-07-17"]);

    // Each limit is 90 days, a quarter of it 22.5. Last worked, days until 17 July, days over it,
    // quarters begun; rows in which it was used; what it says of its severity (P1 is 2 points):
    //   replication lag  9 February  158  68  4;  2 (the third row resolved itself);  P1  -> 8
    //   latency          12 April     96   6  1;  2;                                  P1  -> 5
    //   velero           21 March    118  28  2;  2;                                      -> 4
    //   cleanup          15 March    124  34  2;  1;                                      -> 3
    //   postgres         9 April      99   9  1;  2;                                      -> 3
    //   hotfix           2 April     106  16  1;  1 (the other says it was not used);     -> 2
    let expected = [
        ("runbooks/runbook-database-replication-lag", 8, 68),
        ("runbooks/runbook-api-latency-p99", 5, 6),
        ("rollback/data-rollback-velero", 4, 28),
        ("hotfix/cleanup-after-breakglass", 3, 34),
        ("rollback/data-rollback-postgres-pitr", 3, 9),
        ("hotfix/HOTFIX-RUNBOOK", 2, 16),
    ];
    let stale = told["stale"].as_array().expect("a list");
    let found: Vec<(&str, u64, u64)> = stale
        .iter()
        .map(|it| {
            let number = |field: &str| it[field].as_u64().expect("a number");
            (it["slug"].as_str().expect("a slug"), number("points"), number("overdue_days"))
        })
        .collect();
    assert_eq!(found, expected);
    let worst = [
        "4 68 days over its limit of 90",
        "2 used in 2 incidents of the last 365 days",
        "2 severity P1",
    ];
    assert_eq!(reasons(&stale[0]), worst);

    // On 10 July latency was at day 89; all others were past 90 already (postgres at 92).
    assert_eq!(slugs(&told["newly_stale"]), ["runbooks/runbook-api-latency-p99"]);
    assert_eq!(told["change"]["stale"]["before"], 5);
    assert_eq!(told["change"]["stale"]["now"], 6);
    // Day 91 of 22 April is 22 July, of 26 April 26 July, of 1 May 31 July, which is two weeks
    // from now; of 3 May it is 2 August.
    let due = [
        "runbooks/runbook-payments-failure-rate",
        "runbooks/runbook-tenant-budget",
        "rollback/data-rollback-s3-versioning",
        "rollback/code-rollback-argocd",
    ];
    assert_eq!(slugs(&told["due"]), due);
    assert_eq!(told["due"][3]["stale_on"], "2026-07-31");
    // Three are fresh (3, 4 and 12 May). Of those only this one has ways that no row names.
    let untried = &told["untried"];
    assert_eq!(slugs(untried), ["rollback/config-rollback-argocd-app"]);
    assert_eq!(untried[0]["steps"], serde_json::json!(["3a", "3b"]));
    let counts = &told["counts"];
    let counted = ["fresh", "due", "stale", "never", "failing"].map(|it| counts[it].as_u64());
    assert_eq!(counted, [3, 4, 6, 0, 0].map(Some));
    assert_eq!(told["runbooks"], 13);
    assert_eq!(told["by_owner"][0]["owner"], Value::Null, "they name nobody");
    // A drill takes what the runbook claims and ten minutes, or half an hour. In the order above:
    // 30 and 30, velero claims 30 and takes 40; twenty are left, for which cleanup (30), postgres
    // (100) and hotfix (30) are too long, and of those due payments and budget (30 each), too. At
    // the end argocd claims 2 and takes 12; what s3 takes, 20, has no room behind it.
    let drills = told["drills"]["drills"].as_array().expect("drills");
    let drills: Vec<(&str, u64)> = drills
        .iter()
        .map(|it| (it["slug"].as_str().expect("a slug"), it["minutes"].as_u64().expect("minutes")))
        .collect();
    let fitting = [
        ("runbooks/runbook-database-replication-lag", 30),
        ("runbooks/runbook-api-latency-p99", 30),
        ("rollback/data-rollback-velero", 40),
        ("rollback/code-rollback-argocd", 12),
    ];
    assert_eq!(drills, fitting);
    assert_eq!((&told["drills"]["minutes"], &told["drills"]["left_out"]), (&112.into(), &6.into()));

    // A message for a chat tells of the worst alone.
    for format in FORMATS.into_iter().filter(|format| *format != "chat") {
        let args = ["report", "stale", "--as-of", "2026-07-17", "--format", format];
        let said = lab.run(&args).ok().stdout;
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for expected in ["68 days over its limit of 90", "severity P1", "2026-07-22"] {
            assert!(words.contains(expected), "{format} lacks {expected}");
        }
        let places: Vec<_> = expected.iter().map(|(slug, ..)| said.find(slug)).collect();
        assert!(places.iter().all(Option::is_some), "{format}");
    }
}

/// The shipped runbooks, as old as the day they are looked at may want.
fn shipped() -> Lab {
    let lab = Lab::new().at("2026-11-20T12:00:00Z");
    let runbooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
    lab.copy_tree(&runbooks, "runbooks");
    lab.write("runledger.toml", "");
    for folder in std::fs::read_dir(lab.path("runbooks")).expect("folders").flatten() {
        for file in std::fs::read_dir(folder.path()).expect("files").flatten() {
            lab.age(file.path().to_str().expect("a path"));
        }
    }
    lab
}

/// A report without its hashes, whole or cut short: they change with every word of a runbook, and with
/// the ids that entries have by chance.
pub(super) fn without_hashes(text: &str) -> String {
    let mut out = String::new();
    let mut hexes = String::new();
    for letter in text.chars().chain(['\n']) {
        if letter.is_ascii_hexdigit() {
            hexes.push(letter);
            continue;
        }
        out.push_str(if matches!(hexes.len(), 12 | 64) { "HASH" } else { &hexes });
        hexes.clear();
        out.push(letter);
    }
    out
}

#[test]
fn every_format_of_the_weekly_report_is_kept() {
    let lab = shipped();
    for format in FORMATS {
        let said = lab.run(&["report", "stale", "--format", format]).ok().stdout;
        insta::assert_snapshot!(format!("weekly_{format}"), without_hashes(&said));
    }
}

#[test]
fn the_limit_itself_is_not_stale_and_the_next_day_is() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/a.md", &runbook("A", "ana", 90, &["2026-01-01 | Step 1a | "]));
    // Day 90 after 1 January is 1 April, day 91 the 2nd.
    let last = report(&lab, &["--as-of", "2026-04-01"]);
    assert_eq!((slugs(&last["stale"]), slugs(&last["due"])), (vec![], vec!["a"]));
    assert_eq!(last["headline"], "The only runbook is neither stale nor failing.");
    let next = report(&lab, &["--as-of", "2026-04-02"]);
    assert_eq!((slugs(&next["stale"]), slugs(&next["due"])), (vec!["a"], vec![]));
    assert_eq!(slugs(&next["newly_stale"]), ["a"]);
    assert_eq!(next["stale"][0]["overdue_days"], 1);
    assert_eq!(reasons(&next["stale"][0])[0], "1 1 day over its limit of 90");
    // It is new until a whole week has gone by.
    assert_eq!(slugs(&report(&lab, &["--as-of", "2026-04-08"])["newly_stale"]), ["a"]);
    assert_eq!(slugs(&report(&lab, &["--as-of", "2026-04-09"])["newly_stale"]), Vec::<&str>::new());
    // Fourteen days before it is told to be due, fifteen days before it is not.
    assert_eq!(slugs(&report(&lab, &["--as-of", "2026-03-19"])["due"]), ["a"]);
    assert_eq!(slugs(&report(&lab, &["--as-of", "2026-03-18"])["due"]), Vec::<&str>::new());
    // What was exercised on the day compared with belongs to the report of that day.
    let exercised = |since: &str| {
        let told = report(&lab, &["--as-of", "2026-01-08", "--since", since]);
        told["exercised"].as_array().map(Vec::len)
    };
    assert_eq!((exercised("2025-12-31"), exercised("2026-01-01")), (Some(1), Some(0)));
}

#[test]
fn days_that_cannot_be_are_refused() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    for args in [["--as-of", "2026-02-30"], ["--as-of", "2026-13-01"], ["--since", "soon"]] {
        lab.run(&[&["report", "stale"][..], &args].concat()).refused().says("2026-05-12");
    }
    let backwards = ["report", "stale", "--as-of", "2026-05-01", "--since", "2026-05-02"];
    lab.run(&backwards).refused().says("--since 2026-05-02 is after 2026-05-01");
    lab.run(&["report", "stale", "--format", "pdf"]).refused().says("csv");
    // The ends of the calendar are days like others.
    for day in ["0001-01-01", "9999-12-31", "+262142-12-31", "-262143-01-01"] {
        let day = format!("--as-of={day}");
        lab.run(&["report", "stale", &day]).ok().says("There is no runbook yet.");
    }
}

#[test]
fn the_same_bytes_come_out_on_every_machine() {
    let first = Lab::new();
    let rows = ["2026-05-20 | Step 1a | ", "2026-01-10 | Step 1b failed | "];
    let settings = "timezone = \"Pacific/Auckland\"\n";
    let book = runbook("A", "ana", 30, &rows);
    first.write("runledger.toml", settings);
    first.write("runbooks/a.md", &book);
    first.write("runbooks/b.md", &runbook("B", "bo", 30, &[]));
    first.run(&["worked", "a", "--step", "1b", "--on", "2026-05-30"]).ok();
    first.run(&["incident", "open", "down", "--severity", "P0"]).ok();
    first.run(&["incident", "use", "001", "a#1a"]).ok();
    let export = first.path("ledger.jsonl");
    let export = export.to_str().expect("a path");
    first.run(&["export", "--out", export]).ok();
    let others: Vec<Lab> = (0..2)
        .map(|_| {
            // Another folder, another store, another clock, and files that are younger.
            let other = Lab::new().at("2027-02-03T23:30:00Z");
            other.write("runledger.toml", settings);
            other.write("runbooks/a.md", &first.read("runbooks/a.md"));
            other.write("runbooks/b.md", &first.read("runbooks/b.md"));
            other.run(&["import", export]).ok();
            other
        })
        .collect();
    for format in FORMATS {
        let args = ["report", "stale", "--as-of", "2026-08-01", "--format", format];
        let written = |lab: &Lab, zone: &str| {
            let output = lab.command(&args).env("TZ", zone).output().expect("a report");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("text")
        };
        let one = written(&others[0], "America/Los_Angeles");
        assert_eq!(one, written(&others[1], "Asia/Tokyo"), "{format}");
        assert_eq!(one, written(&first, "UTC"), "{format}");
        let file = others[0].path("report");
        let to = file.to_str().expect("a path");
        others[0].run(&[&args[..], &["--out", to]].concat()).ok().says("Wrote");
        assert_eq!(others[0].read("report"), one, "{format}");
    }
    // Whatever changes shows in what the report says it was made from.
    let inputs = |lab: &Lab| report(lab, &["--as-of", "2026-08-01"])["inputs"].clone();
    let before = inputs(&first);
    first.write("runledger.toml", &format!("{settings}due_within_days = 3\n"));
    assert_ne!(inputs(&first)["configuration"], before["configuration"]);
    first.write("runbooks/b.md", &runbook("B", "bo", 31, &[]));
    assert_ne!(inputs(&first)["texts"], before["texts"]);
    assert_eq!(inputs(&first)["head"], before["head"]);
    first.run(&["worked", "b", "--step", "1a"]).ok();
    assert_ne!(inputs(&first)["head"], before["head"]);
}

#[test]
fn twenty_six_weeks_agree_with_each_other() {
    let lab = Lab::new().at("2026-01-05T06:00:00Z");
    lab.write("runledger.toml", "timezone = \"Europe/Berlin\"\n");
    lab.write("runbooks/long.md", &runbook("Long", "ana", 90, &["2026-01-05 | Step 1a | "]));
    lab.write("runbooks/short.md", &runbook("Short", "bo", 20, &["2026-01-02 | Step 1a | "]));
    lab.write("runbooks/never.md", &runbook("Never", "ana", 60, &[]));
    let first: chrono::NaiveDate = "2026-01-12".parse().expect("a day");
    let at = |now: &str, args: &[&str]| {
        let output = lab.command(args).env("RUNLEDGER_NOW", now).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let mut before: Option<Value> = None;
    let mut recorded = 0;
    let mut told = 0;
    for week in 0..26 {
        let monday = first + chrono::Days::new(7 * week);
        // Every fifth week, on the Thursday before, one worked; every ninth another failed. In
        // Berlin it is Thursday since half an hour already.
        let wednesday = monday - chrono::Days::new(5);
        let midnight = format!("{wednesday}T23:30:00Z");
        if week % 5 == 4 {
            at(&midnight, &["worked", "short", "--step", "1a"]);
            recorded += 1;
        }
        if week % 9 == 8 {
            at(&midnight, &["worked", "long", "--step", "1b=failed"]);
            recorded += 1;
        }
        if week == 20 {
            at(&midnight, &["worked", "never", "--step", "1a"]);
            recorded += 1;
        }
        let report = at(&format!("{monday}T05:00:00Z"), &["report", "stale", "--json"]);
        let report: Value = serde_json::from_slice(&report).expect("JSON");
        assert_eq!(report["as_of"], monday.to_string());
        for state in ["stale", "failing", "never"] {
            let moved = &report["change"][state];
            let number = |field: &str| moved[field].as_u64().expect("a number");
            assert_eq!(number("before") + number("came"), number("now") + number("left"));
            assert_eq!(moved["now"], report["counts"][state], "{monday} {state}");
            if let Some(before) = &before {
                assert_eq!(moved["before"], before["change"][state]["now"], "{monday} {state}");
            }
        }
        if let Some(before) = &before {
            let was = slugs(&before["stale"]);
            let stale = slugs(&report["stale"]);
            let new: Vec<&str> = stale.into_iter().filter(|slug| !was.contains(slug)).collect();
            assert_eq!(slugs(&report["newly_stale"]), new, "{monday}");
            let weeks = report["weeks"].as_array().expect("weeks");
            let earlier = before["weeks"].as_array().expect("weeks");
            assert_eq!(weeks[..25], earlier[1..], "{monday}");
        }
        // Day 90 of the long one is Sunday 5 April, so the report of the 6th is the first.
        let long = slugs(&report["stale"]).contains(&"long");
        assert_eq!(long, monday >= "2026-04-06".parse().expect("a day"), "{monday}");
        told += report["exercised"].as_array().map_or(0, Vec::len);
        before = Some(report);
    }
    assert_eq!((recorded, told), (8, 8), "each exercise is told once");
    let last = before.expect("a report");
    assert_eq!(slugs(&last["never"]), Vec::<&str>::new());
    assert_eq!(slugs(&last["failing"]), ["long"]);
}

#[test]
fn each_line_has_one_owner_and_an_owner_can_ask_for_theirs() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/a.md", &runbook("A", "Ana and Bo", 30, &["2026-01-01 | Step 1a | "]));
    lab.write("runbooks/b.md", &runbook("B", "Bo", 30, &["2026-04-01 | Step 1b failed | "]));
    lab.write("runbooks/c.md", &runbook("C", "", 30, &["2026-04-20 | Step 1 | "]));
    let all = report(&lab, &[]);
    let owners = all["by_owner"].as_array().expect("owners");
    let owners: Vec<&Value> = owners.iter().map(|it| &it["owner"]).collect();
    assert_eq!(owners, [&Value::from("Ana"), &Value::from("Bo"), &Value::Null]);
    let ana = report(&lab, &["--owner", "ana"]);
    assert_eq!((slugs(&ana["stale"]), &ana["runbooks"]), (vec!["a"], &1.into()));
    let bo = report(&lab, &["--owner", "Bo"]);
    assert_eq!(slugs(&bo["failing"]), ["b"]);
    assert_eq!(reasons(&bo["failing"][0])[0], "3 step 1b failed and has not worked since");
    lab.run(&["report", "stale", "--owner", "Cy"]).ok().says("Cy has no runbook.");
}

#[test]
fn a_teams_own_template_is_used_and_one_with_an_error_is_named() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/a.md", &runbook("A | B", "ana", 30, &["2026-01-01 | Step 1a | "]));
    let md = ["report", "stale", "--format", "md"];
    let built_in = lab.run(&md).ok();
    assert!(built_in.stdout.contains("A \\| B") && built_in.stdout.contains("(built-in)"));
    let own = "{% for line in stale %}{{ line.slug }} {{ line.points }}{% endfor %}\n\
               {{ inputs.template_from }}\n";
    lab.write("templates/reports/stale.md", own);
    let said = lab.run(&md).ok();
    // 151 days, 121 over 30, which is more than four quarters; one row.
    assert_eq!(said.stdout, "a 6\ntemplates/reports/stale.md\n");
    assert_eq!(said.stderr, "");
    lab.run(&["report", "stale"]).ok().says("RUNBOOKS NOBODY SHOULD TRUST");
    // The common one may be filled, and be the team's own itself.
    let blocks = "{% extends \"reports/mail.html\" %}{% block rows %}<hr>{% endblock rows %}";
    lab.write("templates/reports/stale.html", blocks);
    let html = ["report", "stale", "--format", "html"];
    let said = lab.run(&html).ok().stdout;
    assert!(said.starts_with("<!doctype html>") && said.contains("<hr>"), "{said}");
    assert!(said.contains("(templates/reports/stale.html)"), "{said}");
    lab.write("templates/reports/mail.html", "ours: {% block rows %}{% endblock rows %}");
    assert_eq!(lab.run(&html).ok().stdout, "ours: <hr>\n");
    lab.write("templates/reports/mail.html", "{% if");
    let said = lab.run(&html).ok();
    assert!(said.stderr.contains("templates/reports/mail.html"), "{}", said.stderr);
    assert!(said.stdout.contains("(built-in)"), "{}", said.stdout);

    let broken = [
        ("line one\n{% for line in stale %}\n", "templates/reports/stale.md:"),
        ("one\ntwo\n{{ no_such_value }}\n", "templates/reports/stale.md:3:"),
        ("one\n{{ headline | no_such_filter }}\n", "templates/reports/stale.md:2:"),
    ];
    for (text, place) in broken {
        lab.write("templates/reports/stale.md", text);
        let said = lab.run(&md).ok();
        assert!(
            said.stderr.starts_with("warning: ") && said.stderr.contains(place),
            "{}",
            said.stderr
        );
        assert!(said.stdout.contains("The team's template has an error"), "{}", said.stdout);
        assert!(said.stdout.contains("## Stale") && said.stdout.contains("(built-in)"));
    }
    lab.write_bytes("templates/reports/stale.md", b"caf\xe9");
    lab.run(&md).ok().says("not UTF-8").says("(built-in)");
}

#[test]
fn the_page_is_a_mail_and_hostile_words_stay_words() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    let hostile = "=HYPERLINK(\\\"x\\\") <img src=https://evil.example/x> \u{202e}| b";
    let text = runbook("A", "\"@ana\"", 30, &["2026-01-01 | Step 1a | "]);
    lab.write("runbooks/a.md", &text.replace("owner:", &format!("title: \"{hostile}\"\nowner:")));
    let page = lab.run(&["report", "stale", "--format", "html"]).ok().stdout;
    let body = page.split("</style>").nth(1).expect("a body");
    let outside: String = body
        .split("<svg")
        .map(|part| part.split_once("</svg>").map_or(part, |(_, rest)| rest))
        .collect();
    for banned in ["<img", "<script", "<link", "<iframe", "url(", " class=", " src=\"", " href="] {
        assert!(!outside.contains(banned), "{banned}");
    }
    assert!(page.contains("width=\"600\"") && page.contains("&lt;img src="), "{page}");
    assert!(!page.contains('\u{202e}') && !outside.contains("over its limit</svg>"));
    // Without its pictures it still says all of it.
    for words in ["121 days over its limit of 30", "0 fresh, 0 due, 1 stale", "@ana"] {
        assert!(outside.contains(words), "{words}");
    }
    let table = lab.run(&["report", "stale", "--format", "csv"]).ok().stdout;
    let row = table.lines().find(|line| line.starts_with("stale,")).expect("a row");
    assert!(row.starts_with("stale,a,\"'=HYPERLINK(\"\"x\"\")"), "{row}");
    assert!(row.contains(",\"'@ana\","), "{row}");
    let formulas = |cell: &str| cell.starts_with(['=', '+', '-', '@']);
    assert!(!table.lines().flat_map(|line| line.split(',')).any(formulas), "{table}");
}
