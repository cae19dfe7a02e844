//! Reports that come by themselves: made on schedule, caught up with once, delivered at least
//! once and under one key, whatever fails on the way.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeZone as _, Utc};
use chrono_tz::Europe::Berlin;
use serde_json::Value;

use crate::support::chat_server::{Answer, ChatServer, Received};
use crate::support::mail_server::{MailServer, Manners};
use crate::support::{Lab, Server};

const RUNBOOK: &str = "---\nowner: ana\n---\n# Roll back\n\n## Step 1 — Mitigate\n\n```sh\ntrue\n```\n\n\
    ## When this runbook last worked\n\n| Date | Resolved by | Notes |\n|---|---|---|\n\
    | 2026-01-10 | Step 1 | |\n";

/// The settings: a report on Mondays at eight in Berlin, to these destinations.
fn settings(destinations: &[(&str, String)]) -> String {
    let names: Vec<String> = destinations.iter().map(|(name, _)| format!("{name:?}")).collect();
    let tables: String =
        destinations.iter().map(|(name, how)| format!("[destinations.{name}]\n{how}\n")).collect();
    format!(
        "reporter = \"ops-1\"\ntimezone = \"Europe/Berlin\"\n{tables}[[report]]\nname = \"weekly\"\n\
         kind = \"stale\"\nwhen = \"0 8 * * 1\"\nto = [{}]\n",
        names.join(", ")
    )
}

fn webhook(chat: &ChatServer) -> String {
    format!("webhook = {:?}", chat.url)
}

fn mailbox(port: u16) -> String {
    format!(
        "smtp = \"127.0.0.1:{port}\"\ntls = \"none\"\nfrom = \"runledger@example.org\"\n\
         to = [\"ana@example.org\"]"
    )
}

/// How many letters these requests are for a receiver that honours their keys.
fn keys(requests: &[Received]) -> usize {
    requests.iter().map(Received::key).collect::<BTreeSet<_>>().len()
}

/// A chat that says nothing to its first request, and takes all others.
fn hanging_once() -> ChatServer {
    ChatServer::start(|request| if request == 1 { Answer::Nothing } else { 200.into() })
}

/// Waits until a chat has heard so many requests.
fn wait_for(chat: &ChatServer, requests: usize) {
    for _ in 0..600 {
        if chat.requests().len() >= requests {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the chat heard only {:?}", chat.requests());
}

fn lab(destinations: &[(&str, String)]) -> Lab {
    let lab = Lab::new();
    lab.write("runbooks/roll-back.md", RUNBOOK);
    lab.write("runledger.toml", &settings(destinations));
    lab
}

/// Eight o'clock in Berlin on a day.
fn eight(day: NaiveDate) -> DateTime<Utc> {
    let local = day.and_hms_opt(8, 0, 0).expect("a time");
    Berlin.from_local_datetime(&local).single().expect("a moment").with_timezone(&Utc)
}

fn monday(weeks: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).expect("a Monday") + Days::new(7 * weeks)
}

/// `report due` at a moment: its exit code and what it said.
fn due(lab: &Lab, at: DateTime<Utc>) -> (i32, String) {
    let said = due_command(lab, at).output().expect("the program runs");
    let text = [said.stdout, said.stderr].concat();
    (said.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
}

fn due_command(lab: &Lab, at: DateTime<Utc>) -> std::process::Command {
    let mut command = lab.command(&["report", "due"]);
    command.env("RUNLEDGER_NOW", at.to_rfc3339()).env("RUNLEDGER_NODE", "ops-1");
    command
}

fn list(lab: &Lab) -> Value {
    lab.run(&["report", "list", "--json"]).ok().json()
}

fn labels(list: &Value) -> Vec<&str> {
    let reports = list["reports"].as_array().expect("a list");
    reports.iter().map(|it| it["label"].as_str().expect("a label")).collect()
}

/// Delivers until nothing waits, the clock going on to the next attempt each time.
fn until_delivered(lab: &Lab, mut now: DateTime<Utc>) -> DateTime<Utc> {
    for _ in 0..20 {
        let list = list(lab);
        let deliveries = list["reports"][0]["deliveries"].as_array().expect("deliveries");
        let waiting = deliveries.iter().filter(|it| it["state"] == "waiting");
        let next = waiting.filter_map(|it| it["retry_at"].as_str()).min();
        let Some(next) = next else { return now };
        now = DateTime::parse_from_rfc3339(next).expect("a moment").with_timezone(&Utc)
            + Duration::from_secs(1);
        due(lab, now);
    }
    panic!("never delivered: {}", list(lab));
}

#[test]
fn half_a_year_of_weekly_reports_reaches_everybody_once() {
    let chat = ChatServer::start(|request| if request % 3 == 0 { 500 } else { 200 });
    // Each fifth mail is refused for now; of each seventh nobody hears that it was taken.
    let manners = Manners { tls: "none", fail_every: 5, break_every: 7, ..Manners::default() };
    let mail = MailServer::start_with(&manners, None);
    let mut destinations =
        vec![("chat", webhook(&chat)), ("archive", "folder = \"kept\"".to_owned())];
    destinations.extend(mail.as_ref().map(|mail| ("mail", mailbox(mail.port))));
    let lab = lab(&destinations);
    // The settings are seen on a Sunday, so nothing was missed before.
    let (code, said) = due(&lab, eight(monday(0)) - Duration::from_secs(86_400));
    assert_eq!((code, said.as_str()), (0, "Nothing is due.\n"));
    let mut made = Vec::new();
    for week in 0..26 {
        let (day, at) = (monday(week), eight(monday(week)));
        let (code, said) = due(&lab, at - Duration::from_millis(1));
        assert_eq!((code, said.as_str()), (0, "Nothing is due.\n"), "{day}");
        // In the eleventh week nobody is there until Wednesday.
        let at = if week == 10 { at + Duration::from_secs(2 * 86_400 + 3600) } else { at };
        let (_, said) = due(&lab, at);
        assert!(said.contains(&format!("made weekly/{day}\n")), "{day}: {said}");
        let now = until_delivered(&lab, at);
        let (code, said) = due(&lab, now);
        assert_eq!((code, said.as_str()), (0, "Nothing is due.\n"), "{day}");
        made.push(format!("weekly/{day}"));
    }
    let told = list(&lab);
    let mut kept = labels(&told);
    kept.reverse();
    assert_eq!(kept, made);
    let refused = failures(&told, "chat");
    assert!(refused >= 12, "every third request fails: {refused}");
    let requests = chat.requests();
    assert_eq!(requests.len() as u64, 26 + refused);
    assert_eq!(keys(&requests), 26);
    assert_eq!(chat.distinct().len(), 26, "each once for a receiver that honours the key");
    if let Some(mail) = mail {
        assert!(failures(&told, "mail") > 4, "each fifth mail is refused");
        assert!(mail.mails().len() > 26, "some were taken twice");
        assert_eq!(mail.distinct().len(), 26);
    }
    let mut files: Vec<String> = std::fs::read_dir(lab.path("kept"))
        .expect("the folder")
        .flatten()
        .map(|it| it.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".html"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 26);
    assert_eq!(files[0], "weekly-2026-03-02.html");
    lab.run(&["verify"]).ok();
}

/// How many attempts failed at a destination, over all reports.
fn failures(list: &Value, to: &str) -> u64 {
    let reports = list["reports"].as_array().expect("a list").iter();
    let deliveries = reports.flat_map(|it| it["deliveries"].as_array().expect("a list"));
    deliveries.filter(|it| it["to"] == to).filter_map(|it| it["failed"].as_u64()).sum()
}

#[test]
fn of_several_that_were_missed_one_is_caught_up_with_and_tells_of_all_the_time() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    due(&lab, eight(monday(0)));
    let (_, said) = due(&lab, eight(monday(4)) + Duration::from_secs(3 * 86_400));
    assert!(said.contains(&format!("made weekly/{}\n", monday(4))), "{said}");
    assert_eq!(said.matches("made ").count(), 1, "{said}");
    let told = list(&lab);
    assert_eq!(told["reports"][0]["since"], monday(0).to_string());
    assert_eq!(told["reports"][0]["as_of"], monday(4).to_string());
    let (_, said) = due(&lab, eight(monday(5)) - Duration::from_secs(1));
    assert_eq!(said, "Nothing is due.\n");
}

#[test]
fn a_schedule_counts_from_when_it_was_first_seen() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    let (_, said) = due(&lab, eight(monday(0)) + Duration::from_secs(3600));
    assert_eq!(said, "Nothing is due.\n", "what was due before is not missed");
    let other = lab.read("runledger.toml").replace("0 8 * * 1", "0 7 * * 2");
    lab.write("runledger.toml", &other);
    let (_, said) = due(&lab, eight(monday(1)) + Duration::from_secs(86_400));
    assert_eq!(said, "Nothing is due.\n", "nor is what another pattern would have asked for");
    let (_, said) = due(&lab, eight(monday(2)) + Duration::from_secs(86_400));
    assert!(said.contains("made weekly/2026-03-17"), "{said}");
}

#[test]
fn a_server_that_is_killed_while_it_delivers_delivers_again_under_the_same_key() {
    let chat = hanging_once();
    let lab = lab(&[("chat", webhook(&chat))]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    let at = eight(monday(0));
    let server = serve(&lab, at);
    wait_for(&chat, 1);
    drop(server);
    let told = list(&lab);
    assert_eq!(told["reports"][0]["deliveries"][0]["state"], "waiting", "{told}");
    let (code, said) = due(&lab, at + Duration::from_secs(5));
    assert_eq!(
        (code, said.as_str()),
        (0, format!("delivered weekly/{} to chat\n", monday(0)).as_str())
    );
    let requests = chat.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].key(), requests[1].key());
    assert_eq!(requests[0].body, requests[1].body);
    lab.run(&["verify"]).ok();
}

/// The server of the node that makes reports, at a moment.
fn serve(lab: &Lab, at: DateTime<Utc>) -> Server {
    lab.serve_with(&at.to_rfc3339(), "127.0.0.1:0", &[], &[("RUNLEDGER_NODE", "ops-1")])
}

#[test]
fn the_reporters_server_makes_and_delivers_by_itself_and_answers_meanwhile() {
    let (hanging, chat) = (hanging_once(), ChatServer::start(|_| 200));
    let lab = lab(&[("chat", webhook(&chat)), ("hanging", webhook(&hanging))]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    let server = serve(&lab, eight(monday(0)) + Duration::from_secs(3600));
    wait_for(&hanging, 1);
    let page = ureq::get(format!("{}/reports", server.url)).call().expect("an answer");
    let page = page.into_body().read_to_string().expect("a page");
    assert!(page.contains("On its way."), "{page}");
    assert_eq!(chat.requests().len(), 1);
    let told = list(&lab);
    let states: Vec<&Value> = told["reports"][0]["deliveries"]
        .as_array()
        .expect("deliveries")
        .iter()
        .map(|it| &it["state"])
        .collect();
    assert_eq!(states, ["delivered", "waiting"]);
}

#[test]
fn another_node_makes_nothing_and_says_who_does() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    let mut command = lab.command(&["report", "due"]);
    command.env("RUNLEDGER_NODE", "laptop");
    let said = command.output().expect("the program runs");
    let error = String::from_utf8_lossy(&said.stderr).into_owned();
    assert_eq!(said.status.code(), Some(2), "{error}");
    assert!(
        error.contains("this node is laptop, and ops-1 makes and sends the reports"),
        "{error}"
    );
    let nobody = lab.read("runledger.toml").replace("reporter = \"ops-1\"\n", "");
    lab.write("runledger.toml", &nobody);
    lab.run(&["report", "due"]).refused().says("no node is named").says("reporter = ");
}

#[test]
fn many_at_once_make_one_report_and_deliver_it_once() {
    let chat = ChatServer::start(|_| {
        std::thread::sleep(Duration::from_millis(300));
        200
    });
    let lab = lab(&[("chat", webhook(&chat))]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| due(&lab, eight(monday(0))));
        }
    });
    assert_eq!(labels(&list(&lab)), [format!("weekly/{}", monday(0))]);
    assert_eq!(chat.requests().len(), 1);
}

#[test]
fn a_webhook_that_fails_for_an_hour_gets_it_afterwards_and_the_hour_is_shown() {
    let (chat, is_up) = ChatServer::start_down();
    let lab = lab(&[("chat", webhook(&chat))]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    let start = eight(monday(0));
    let (code, said) = due(&lab, start);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("did not reach chat") && said.contains("500"), "{said}");
    let mut now = start;
    while now < start + Duration::from_secs(3600) {
        let told = list(&lab);
        let chat = &told["reports"][0]["deliveries"][0];
        assert_eq!(chat["state"], "waiting", "{chat}");
        now = chat["retry_at"].as_str().expect("a moment").parse().expect("a moment");
        if now < start + Duration::from_secs(3600) {
            due(&lab, now);
        }
    }
    let attempts = chat.requests().len();
    assert!((4..8).contains(&attempts), "ever more rarely: {attempts}");
    is_up.store(true, Ordering::SeqCst);
    let (code, said) = due(&lab, now);
    assert_eq!(code, 0, "{said}");
    let requests = chat.requests();
    assert_eq!((requests.len(), keys(&requests)), (attempts + 1, 1));
    let said = lab.run(&["report", "list"]).ok();
    said.says(&format!("{attempts} attempts failed before"));
}

#[test]
fn what_never_arrives_is_given_up_when_it_is_no_news_any_more() {
    let chat = ChatServer::start(|_| 404);
    let lab = lab(&[("chat", webhook(&chat))]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    let start = eight(monday(0));
    let mut now = start;
    while now < start + Duration::from_secs(4 * 86_400) {
        let told = list(&lab);
        let delivery = &told["reports"][0]["deliveries"][0];
        if delivery["state"] == "given up" {
            break;
        }
        due(&lab, now);
        now += Duration::from_secs(3600);
    }
    let hours = (now - start).num_hours();
    assert!((36..44).contains(&hours), "{hours}");
    let told = list(&lab);
    let delivery = &told["reports"][0]["deliveries"][0];
    assert_eq!(delivery["state"], "given up");
    assert!(delivery["reason"].as_str().is_some_and(|it| it.contains("404")), "{delivery}");
    assert_eq!(Some(chat.requests().len() as u64), delivery["failed"].as_u64());
    let (_, said) = due(&lab, now + Duration::from_secs(86_400));
    assert_eq!(said, "Nothing is due.\n");
}

#[test]
fn who_could_not_be_reached_for_weeks_gets_the_newest_alone() {
    let (chat, is_up) = ChatServer::start_down();
    let lab = lab(&[("chat", webhook(&chat))]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    due(&lab, eight(monday(0)));
    is_up.store(true, Ordering::SeqCst);
    let (_, said) = due(&lab, eight(monday(3)) + Duration::from_secs(7200));
    let (old, new) = (monday(0), monday(3));
    assert!(said.contains(&format!("delivered weekly/{new} to chat")), "{said}");
    assert!(
        said.contains(&format!("weekly/{old} did not reach chat: weekly/{new} takes its place"))
    );
    assert_eq!(chat.distinct().len(), 1);
}

#[test]
fn one_that_hangs_holds_up_no_other() {
    let (hanging, chat) = (hanging_once(), ChatServer::start(|_| 200));
    let lab = lab(&[("a-hanging", webhook(&hanging)), ("chat", webhook(&chat))]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    let mut running = due_command(&lab, eight(monday(0))).spawn().expect("the program runs");
    wait_for(&chat, 1);
    wait_for(&hanging, 1);
    running.kill().expect("it is still waiting for the one that hangs");
    running.wait().expect("it ends");
}

#[test]
fn what_happens_after_a_report_on_its_own_day_stands_in_the_next_one() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    let settings = lab.read("runledger.toml");
    let incidents = "[[report]]\nname = \"outages\"\nkind = \"incidents\"\nwhen = \"0 8 * * 1\"\n\
                     to = [\"archive\"]\n";
    lab.write("runledger.toml", &format!("{settings}{incidents}"));
    let at = |args: &[&str], now: DateTime<Utc>| {
        let mut command = lab.command(args);
        let said = command.env("RUNLEDGER_NOW", now.to_rfc3339()).output().expect("it runs");
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    };
    let eight = |week| eight(monday(week));
    due(&lab, eight(0) - Duration::from_secs(60));
    let hour = Duration::from_secs(3600);
    at(&["incident", "open", "before eight", "--severity", "P1"], eight(0) - hour);
    due(&lab, eight(0));
    at(&["worked", "roll-back", "--kind", "drill"], eight(0) + hour);
    at(&["incident", "open", "after eight", "--severity", "P1"], eight(0) + hour);
    due(&lab, eight(1));
    due(&lab, eight(2));
    let text = |name: &str, week| lab.read(&format!("kept/{name}-{}.txt", monday(week)));
    assert!(text("weekly", 1).contains("EXERCISED SINCE 2026-03-02"), "{}", text("weekly", 1));
    assert!(!text("weekly", 2).contains("EXERCISED"), "{}", text("weekly", 2));
    assert!(text("outages", 0).contains("before eight"), "{}", text("outages", 0));
    let second = text("outages", 1);
    assert!(second.contains("1 incident in 7 days") && second.contains("after eight"), "{second}");
    assert!(!second.contains("before eight"), "{second}");
    assert!(text("outages", 2).contains("No incident in 7 days"), "{}", text("outages", 2));
}

#[test]
fn two_schedules_of_one_name_on_one_store_are_each_written_down_once() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    let one = lab.read("runledger.toml");
    let other = one.replace("0 8 * * 1", "0 9 * * 1");
    for _ in 0..5 {
        for settings in [&one, &other] {
            lab.write("runledger.toml", settings);
            due(&lab, eight(monday(0)) - Duration::from_secs(60));
        }
    }
    let exported = lab.run(&["export"]).ok().stdout;
    assert_eq!(exported.matches("report.scheduled").count(), 2);
    lab.write("runledger.toml", &one);
    let (_, said) = due(&lab, eight(monday(0)));
    assert!(said.contains("made weekly/2026-03-02"), "{said}");
}

#[test]
fn a_clock_that_was_ahead_once_keeps_nothing_from_being_made_or_sent() {
    let (chat, is_up) = ChatServer::start_down();
    let lab = lab(&[("chat", webhook(&chat))]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    due(&lab, eight(monday(60)));
    is_up.store(true, Ordering::SeqCst);
    let (_, said) = due(&lab, eight(monday(1)) + Duration::from_secs(60));
    assert!(said.contains(&format!("delivered weekly/{} to chat", monday(1))), "{said}");
    // The same where the schedule was first seen by a clock that was ahead.
    let lab = self::lab(&[("chat", webhook(&chat))]);
    due(&lab, eight(monday(60)));
    let (_, said) = due(&lab, eight(monday(1)) + Duration::from_secs(60));
    assert!(said.contains(&format!("delivered weekly/{} to chat", monday(1))), "{said}");
}

#[test]
fn an_erased_report_takes_its_bytes_along_and_is_not_made_again() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    due(&lab, eight(monday(0)));
    let told = list(&lab);
    let id = told["reports"][0]["id"].as_str().expect("an id");
    assert!(lab.run(&["export"]).ok().stdout.contains("\"blob\""));
    lab.run(&["erase", id, "--reason", "it named somebody"]).ok();
    lab.run(&["verify"]).ok();
    let exported = lab.run(&["export"]).ok().stdout;
    assert_eq!(exported.matches("blob.erased").count(), 6, "every form");
    let (code, said) = due(&lab, eight(monday(0)) + Duration::from_secs(60));
    assert_eq!((code, said.as_str()), (0, "Nothing is due.\n"));
    let (_, said) = due(&lab, eight(monday(1)));
    assert!(said.contains("made weekly/2026-03-09"), "{said}");
}

#[test]
fn two_stores_that_made_the_same_report_can_be_brought_together() {
    let [one, other] = [(); 2].map(|()| {
        let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
        due(&lab, eight(monday(0)) - Duration::from_secs(60));
        due(&lab, eight(monday(0)) + Duration::from_secs(u64::from(std::process::id() % 7)));
        lab
    });
    let export = one.path("ledger.jsonl");
    one.run(&["export", "--out", export.to_str().expect("a path")]).ok();
    other.run(&["import", export.to_str().expect("a path")]).ok();
    assert_eq!(list(&other)["reports"].as_array().expect("a list").len(), 2);
    let key = |lab: &Lab, at: usize| list(lab)["reports"][at]["deliveries"][0]["key"].to_string();
    assert_ne!(key(&other, 0), key(&other, 1), "two teams of one machine are told apart");
    let (_, said) = due(&other, eight(monday(0)) + Duration::from_secs(3600));
    assert_eq!(said, "Nothing is due.\n", "what another store sent is not sent again");
    other.run(&["verify"]).ok();
}

#[test]
fn a_report_that_did_not_come_is_missed_and_said_so() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    let mut command = lab.command(&["report", "list"]);
    command.env("RUNLEDGER_NOW", (eight(monday(2)) + Duration::from_secs(3600)).to_rfc3339());
    let said = command.output().expect("the program runs");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("MISSED 2026-03-16 08:00 CET"), "{said}");
}

#[test]
fn what_is_delivered_into_a_folder_is_no_page_and_an_owner_nobody_is_is_noticed() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    let settings = lab.read("runledger.toml");
    lab.write("runledger.toml", &format!("runbooks = [\".\"]\n{settings}"));
    let said = lab.run(&["report", "stale", "--owner", "anna", "--send", "archive"]).ok();
    said.says("Delivered stale/2026-06-01 to archive");
    assert!(lab.read("kept/stale-2026-06-01.md").contains("(anna)"));
    let found = lab.run(&["search", "nobody should trust", "--json"]).ok().stdout;
    assert!(!found.contains("kept/"), "{found}");
    let said = lab.run(&["report", "stale", "--owner", "anna"]).ok();
    said.says("nothing is owned by anna; did you mean ana?");
    assert!(list(&lab)["reports"][0]["warning"].to_string().contains("did you mean ana?"));
}

#[test]
fn a_template_with_an_error_is_named_and_the_built_in_one_is_sent() {
    let chat = ChatServer::start(|_| 200);
    let lab = lab(&[("chat", webhook(&chat)), ("archive", "folder = \"kept\"".to_owned())]);
    lab.write("templates/reports/stale.md", "# Ours\n\n{{ no_such_thing.at_all }}\n");
    lab.write("templates/reports/stale.chat.txt", "Hello {{ headline | chat }}\n");
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    due(&lab, eight(monday(0)));
    let written = lab.read("kept/weekly-2026-03-02.md");
    assert!(written.contains("Runbooks nobody should trust"), "{written}");
    assert!(written.contains("templates/reports/stale.md:3"), "{written}");
    let told = list(&lab);
    let warning = told["reports"][0]["warning"].as_str().expect("a warning");
    assert!(warning.contains("reports/stale.md:3"), "{warning}");
    assert!(chat.requests()[0].text().starts_with("Hello The only runbook is"), "the team's own");
}

#[test]
fn a_template_that_writes_without_an_end_is_given_up() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    let endless = "{% for i in range(end=90000) %}{% for j in range(end=90000) %}words and words\
                   {% endfor %}{% endfor %}";
    lab.write("templates/reports/stale.md", endless);
    lab.run(&["report", "stale", "--send", "archive"]).ok();
    let written = lab.read("kept/stale-2026-06-01.md");
    assert!(written.contains("it writes more than 16 MiB"), "{written}");
    assert!(written.contains("would hurt most"), "{written}");
}

/// A small file system of its own for a store; gone when dropped.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    /// None where we may not mount anything, which is said.
    fn mount(at: std::path::PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&at).expect("a folder");
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&at);
        if mount.output().is_ok_and(|it| it.status.success()) {
            return Some(Self(at));
        }
        crate::support::skip("no file system can be mounted here");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn nothing_is_sent_while_the_disk_is_full() {
    let (chat, is_up) = ChatServer::start_down();
    let lab = lab(&[("chat", webhook(&chat))]);
    let Some(disk) = SmallDisk::mount(lab.store_dir()) else { return };
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    due(&lab, eight(monday(0)));
    assert_eq!(chat.requests().len(), 1);
    is_up.store(true, Ordering::SeqCst);
    // Every byte of it, so that not even a small entry has room.
    let filler = disk.0.join("filler");
    for size in [1 << 16, 1 << 10, 1] {
        let mut file =
            std::fs::File::options().create(true).append(true).open(&filler).expect("a file");
        while std::io::Write::write_all(&mut file, &vec![0; size]).is_ok() {}
    }
    let later = eight(monday(0)) + Duration::from_secs(3600);
    let (code, said) = due(&lab, later);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("full"), "{said}");
    assert_eq!(chat.requests().len(), 1, "it could not be written down that it was sent");
    std::fs::remove_file(filler).expect("room again");
    let (code, said) = due(&lab, later);
    assert_eq!(code, 0, "{said}");
    assert_eq!(chat.requests().len(), 2);
}

#[test]
fn a_timer_sends_a_day_s_report_once_however_often_it_runs() {
    let chat = ChatServer::start(|request| if request == 1 { 503 } else { 200 });
    let lab = lab(&[("chat", webhook(&chat))]);
    let send = ["report", "stale", "--send", "chat"];
    lab.run(&send).refused().says("did not reach chat").says("503").says("run the same again");
    lab.run(&send).ok().says("Delivered stale/2026-06-01 to chat.");
    lab.run(&send).ok().says("was delivered to chat already, at 2026-06-01 14:00");
    let requests = chat.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].key(), requests[1].key());
    lab.run(&[&send[..], &["--again"]].concat()).ok().says("Delivered stale/2026-06-01 to chat.");
    let requests = chat.requests();
    assert_ne!(requests[2].key(), requests[1].key(), "sent again, it is another letter");
    lab.run(&[&send[..], &["--as-of", "2026-05-25"]].concat()).ok();
    assert_eq!(labels(&list(&lab)), ["stale/2026-06-01", "stale/2026-05-25"]);
    let wrong = lab.run(&["report", "stale", "--send", "chats"]).refused();
    wrong.says("chats").says("did you mean");
}

#[test]
fn a_schedule_or_day_that_cannot_be_is_refused_with_its_place() {
    let lab = lab(&[("archive", "folder = \"kept\"".to_owned())]);
    let good = lab.read("runledger.toml");
    let line = good.lines().position(|line| line.starts_with("when")).expect("the line") + 1;
    for (when, words) in [
        ("0 8 31 2 *", "no moment fits"),
        ("0 8 * *", "no cron pattern"),
        ("*/5 8 * * *", "more than once a day"),
    ] {
        lab.write("runledger.toml", &good.replace("0 8 * * 1", when));
        let said = lab.run(&["report", "list"]).refused();
        said.says(words).says(&format!("runledger.toml:{line}:8"));
    }
    lab.write("runledger.toml", &good.replace("to = [\"archive\"]", "to = [\"archvie\"]"));
    lab.run(&["report", "list"]).refused().says("did you mean `archive`?");
    lab.write("runledger.toml", &good);
    lab.run(&["report", "stale", "--as-of", "2026-02-30"]).says("expected a date like");
}

#[test]
fn what_a_secret_misses_on_this_node_is_said_and_tried_again() {
    let chat = ChatServer::start(|_| 200);
    let lab = lab(&[("chat", "webhook = { env = \"CHAT_URL\" }".to_owned())]);
    due(&lab, eight(monday(0)) - Duration::from_secs(60));
    let (code, said) = due(&lab, eight(monday(0)));
    assert_eq!(code, 1);
    assert!(said.contains("CHAT_URL"), "{said}");
    let mut command = due_command(&lab, eight(monday(0)) + Duration::from_secs(61));
    command.env("CHAT_URL", &chat.url);
    let said = command.output().expect("the program runs");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(chat.requests().len(), 1);
}
