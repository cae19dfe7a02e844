//! What Helm prints, where a paste holds more than one piece of it: each line belongs to one release.

use super::read::{meant, read};
use super::{Input, Knowledge, PlanLint, Report, Store, triage};

/// A history in which each row is a number, a status and what was done.
fn history(chart: &str, rows: &[(u32, &str, &str)]) -> String {
    let row = |(number, status, said): &(u32, &str, &str)| {
        format!(
            "{number}\tMon May 18 14:05:33 2026\t{status}\t{chart}-1.{number}.0\t1.{number}\t{said}\n"
        )
    };
    let rows: String = rows.iter().map(row).collect();
    format!("REVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\tDESCRIPTION\n{rows}")
}

/// Revision 5 was good, and 6 hangs.
fn stuck(chart: &str) -> String {
    let rows = [(5, "deployed", "Upgrade complete"), (6, "pending-upgrade", "Preparing upgrade")];
    history(chart, &rows)
}

/// Revision 1 was good, and 2 failed.
fn failed(chart: &str) -> String {
    let said = format!("Upgrade \"{chart}\" failed: timed out waiting for the condition");
    history(chart, &[(1, "deployed", "Install complete"), (2, "failed", &said)])
}

fn well(chart: &str) -> String {
    history(chart, &[(2, "superseded", "Install complete"), (3, "deployed", "Upgrade complete")])
}

/// The same as JSON.
fn json(table: &str) -> String {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        serde_json::json!({
            "revision": cells[0].parse::<u64>().expect("a number"), "updated": cells[1],
            "status": cells[2], "chart": cells[3], "app_version": cells[4], "description": cells[5],
        })
    };
    let rows: Vec<serde_json::Value> = table.lines().skip(1).map(row).collect();
    format!("{}\n", serde_json::Value::from(rows))
}

/// The words of a report that somebody follows.
fn followed(report: &Report) -> String {
    let plan = report.plan.iter().flat_map(|it| [Some(it.text.clone()), it.command.clone()]);
    let left_out =
        report.left_out.iter().flat_map(|it| [Some(it.text.clone()), it.command.clone()]);
    let all: Vec<String> = plan.chain(left_out).flatten().collect();
    [vec![report.root_cause.clone()], all, report.to_check.clone()].concat().join("\n")
}

/// That a report leads with one release, names nothing of another one, and tells that beside it.
fn check(text: &str, leads: (&str, &str, Option<u64>), other: &str, beside: &[&str]) {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    let lint = PlanLint::built_in().expect("the built-in rules");
    let pasted = read(text, knowledge);
    let input = Input { messages: pasted.messages, ..Input::default() };
    let report = triage(&input, &Store::default(), knowledge, lint);
    let (name, place, good) = leads;
    let release = meant(&pasted.releases, report.of).expect("a release");
    assert_eq!((release.name.as_deref(), release.last_good), (Some(name), good), "{text}");
    let told = followed(&report);
    let good = good.map_or("<GOOD_REVISION>".to_owned(), |good| good.to_string());
    assert!(told.contains(&format!("helm rollback {name} {good} -n {place} ")), "{text}{told}");
    assert!(told.contains(&format!("helm history {name} -n {place}")), "{text}{told}");
    assert!(!told.contains(other) && !told.contains("<RELEASE>"), "{text}{told}");
    let also: Vec<&str> = report.also.iter().filter_map(|one| one.of.as_deref()).collect();
    assert_eq!(also, beside, "{text}");
}

const LEADS: (&str, &str, Option<u64>) = ("ledgerd", "prod", Some(5));

const BESIDE: [&str; 1] = ["mailer in namespace mail"];

fn ledgerd() -> String {
    format!("$ helm history ledgerd -n prod\n{}\n", stuck("ledgerd"))
}

#[test]
fn each_of_several_failed_releases_is_told_as_itself() {
    let mailer = format!("$ helm history mailer -n mail\n{}\n", failed("mailer"));
    let ledgerd = ledgerd();
    for text in [format!("{ledgerd}{mailer}"), format!("{mailer}{ledgerd}")] {
        check(&text, LEADS, "mailer", &BESIDE);
        check(&text.replace('\n', "\r\n"), LEADS, "mailer", &BESIDE);
        let prompt = "\u{1b}[32mroot@bastion\u{1b}[0m:~# helm";
        check(&text.replace("$ helm", prompt), LEADS, "mailer", &BESIDE);
        check(&text.replace("$ helm history", "helm hist"), LEADS, "mailer", &BESIDE);
        let third = format!("{text}$ helm history web -n front\n{}", failed("web"));
        check(&third, LEADS, "mailer", &[BESIDE[0], "web in namespace front"]);
    }
}

#[test]
fn what_is_well_names_nothing_of_what_failed() {
    let mailer = format!("$ helm history mailer -n mail\n{}\n", well("mailer"));
    check(&format!("{}{mailer}", ledgerd()), LEADS, "mail", &[]);
    check(&format!("{mailer}{}", ledgerd()), LEADS, "mail", &[]);
    // One name may begin as another one, or be that of the same release elsewhere.
    let api = format!("$ helm history web-api -n prod\n{}\n", stuck("web-api"));
    let web = format!("$ helm history web -n mail\n{}\n", well("web"));
    check(&format!("{web}{api}"), ("web-api", "prod", Some(5)), "mail", &[]);
    let (green, blue) = (stuck("web"), well("web"));
    let text = format!("$ helm history web -n blue\n{blue}$ helm history web -n green\n{green}");
    check(&text, ("web", "green", Some(5)), "blue", &[]);
    // Without commands each is taken for its chart.
    let text = format!("{}\n{}", well("mailer"), stuck("ledgerd"));
    check(&text, ("ledgerd", "<NAMESPACE>", Some(5)), "mailer", &[]);
    // What somebody looked at elsewhere is no place of it.
    check(&format!("$ kubectl get pods -n mail\n{}", ledgerd()), LEADS, "mail", &[]);
}

#[test]
fn json_a_status_and_a_list_belong_to_their_releases_as_well() {
    let of_json = format!("$ helm history ledgerd -n prod -o json\n{}", json(&stuck("ledgerd")));
    let mailer = format!("$ helm history mailer -n mail -o json\n{}", json(&failed("mailer")));
    check(&format!("{mailer}{of_json}"), LEADS, "mailer", &BESIDE);
    let table = ledgerd();
    check(&format!("{table}\n{mailer}"), LEADS, "mailer", &BESIDE);
    let status = "$ helm status mailer -n mail\nNAME: mailer\nLAST DEPLOYED: Mon May 18 14:05:33 2026\n\
                  NAMESPACE: mail\nSTATUS: failed\nREVISION: 2\n\n";
    check(&format!("{status}{table}"), LEADS, "mailer", &BESIDE);
    check(&format!("{}{table}", status.replace("failed", "deployed")), LEADS, "mailer", &[]);
    // A status of another revision does not name a history.
    let pending = status.replace("failed", "pending-upgrade");
    let text = format!("{}\n{pending}", stuck("ledgerd"));
    check(&text, ("ledgerd", "<NAMESPACE>", Some(5)), "mailer", &BESIDE);
    let listed = |name: &str, place: &str, status: &str| {
        format!(
            "{name}\t{place}\t6\t2026-05-18 14:05:33.1 +0000 UTC\t{status}\t{name}-1.6.0\t1.6\n"
        )
    };
    let head = "$ helm list -A\nNAME\tNAMESPACE\tREVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\n";
    let (own, other) =
        (listed("ledgerd", "prod", "pending-upgrade"), listed("mailer", "mail", "failed"));
    let list = format!("{head}{own}{other}");
    check(&format!("{list}{table}"), LEADS, "mailer", &BESIDE);
    // It names a history without a command, by the same chart and revision.
    check(&format!("{list}\n{}", stuck("ledgerd")), LEADS, "mailer", &BESIDE);
    // It knows of no good revision, and that of another release is none.
    let text = format!("{list}$ helm history web -n front\n{}", well("web"));
    check(&text, ("ledgerd", "prod", None), "mailer", &BESIDE);
    let objects = serde_json::json!([
        {"name": "mailer", "namespace": "mail", "revision": "2", "updated": "x", "status": "failed",
         "chart": "mailer-1.2.0", "app_version": "1.2"},
        {"name": "ledgerd", "namespace": "prod", "revision": "6", "updated": "x",
         "status": "pending-upgrade", "chart": "ledgerd-1.6.0", "app_version": "1.6"},
    ]);
    check(&objects.to_string(), ("ledgerd", "prod", None), "mailer", &BESIDE);
}

#[test]
fn a_command_between_two_outputs_belongs_to_the_release_that_it_names() {
    let text = format!(
        "$ helm history web -n mail\n{}$ helm rollback web 1 -n mail\nError: timed out\n{}",
        failed("web"),
        ledgerd()
    );
    check(&text, LEADS, "web", &["web in namespace mail"]);
    let text = format!("{}$ helm rollback ledgerd 5 -n prod\nError: timed out\n", ledgerd());
    check(&text, LEADS, "mail", &[]);
    let upgrade = "$ helm upgrade mailer ./mailer -n mail\nError: UPGRADE FAILED: timed out\n";
    check(&format!("{}{upgrade}", ledgerd()), LEADS, "mailer", &BESIDE);
}

#[test]
fn what_a_later_look_shows_to_be_well_is_over() {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    let rows = [(6, "superseded", "Preparing upgrade"), (7, "deployed", "Rollback to 5")];
    let later = history("ledgerd", &rows);
    let text = format!("{}$ helm history ledgerd -n prod\n{later}", ledgerd());
    let pasted = read(&text, knowledge);
    let hangs = pasted.messages.iter().filter(|one| one.text.contains("pending-upgrade"));
    assert_eq!(hangs.map(|one| one.resolved).collect::<Vec<_>>(), [true]);
}

#[test]
fn what_people_say_below_a_history_is_no_revision() {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    let text = format!("{}\n503 requests failed since the rollback\n", ledgerd().trim_end());
    let release = read(&text, knowledge).releases.remove(0);
    assert_eq!(release.revisions.iter().map(|row| row.revision).max(), Some(6), "{text}");
}

#[test]
fn more_releases_than_are_told_apart_are_counted() {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    let output = |at: usize| {
        let name = format!("svc-{at}");
        format!("$ helm history {name} -n prod\n{}\n", failed(&name))
    };
    let notes = |many: usize| read(&(0..many).map(output).collect::<String>(), knowledge).notes;
    let told = notes(103);
    let is_told = |note: &String| note.contains("3 more outputs are of none of them");
    assert!(told.iter().any(is_told), "{told:?}");
    assert!(!notes(2).iter().any(|note| note.contains("are told apart")));
}
