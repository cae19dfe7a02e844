//! Every page on a laptop and on a phone, by day and by night: looked at, judged, and kept as a
//! picture under `target/screenshots`.
//!
//! A new page is one more line in [`PAGES`]; what it needs to show something goes into [`gallery`].

use std::collections::BTreeMap;
use std::path::Path;

use super::{audit, post};
use crate::support::browser::{Browser, Look};
use crate::support::{Lab, Server};

/// The pages: what their pictures are called, and their addresses.
const PAGES: &[(&str, &str)] = &[
    ("home", "/"),
    ("results", "/?q=pod+crash+loop"),
    ("results-alert", "/?q=KubePodCrashLooping"),
    (
        "results-log",
        "/?q=Warning++BackOff++kubelet%0ABack-off+restarting+failed+container%0AOOMKilled%0A",
    ),
    ("results-none", "/?q=xylophone"),
    ("runbooks", "/runbooks"),
    ("runbooks-filtered", "/runbooks?state=stale"),
    ("runbooks-none", "/runbooks?owner=nobody"),
    ("runbook-fresh", "/runbooks/rollback/helm-release"),
    ("runbook-due", "/runbooks/rollback/helm-pending-rollback"),
    ("runbook-stale", "/runbooks/kubernetes/certificate-expiry"),
    ("runbook-failing", "/runbooks/kubernetes/pod-crash-loop"),
    ("runbook-never", "/runbooks/database/postgres-replication-lag"),
    ("runbook-wide", "/runbooks/wide"),
    ("runbook-empty", "/runbooks/empty"),
    ("changes", "/changes/wide"),
    ("changes-none", "/changes/kubernetes/pod-crash-loop"),
    ("page", "/runbooks/rota"),
    ("follow-start", "/follow/rollback/helm-release"),
    ("follow-start-wide", "/follow/wide"),
    ("stale", "/stale"),
    ("incidents", "/incidents"),
    ("incident", "/incidents/INC-2026-11-20-001"),
    ("incident-over", "/incidents/INC-2026-11-20-002"),
    ("checklist", "/incidents/INC-2026-11-20-002/checklist"),
    ("postmortem", "/incidents/INC-2026-11-20-002/postmortem"),
    (
        "follow-start-in-an-incident",
        "/follow/kubernetes/pod-crash-loop?incident=INC-2026-11-20-001",
    ),
    ("triage", "/triage"),
    (
        "triage-told",
        "/triage?text=Helm+release+%27api%27+stuck+in+pending-rollback%2C+rollback+also+failed%3A+%27cannot+patch+CRD+widgets.example.com%27%0A30%25+of+API+routes+return+errors",
    ),
    ("triage-unknown", "/triage?text=see+you+at+lunch"),
    ("reports", "/reports"),
    ("report", "/reports/weekly/2026-11-16"),
    ("scenarios", "/scenarios"),
    ("scenario", "/scenarios/helm-release-stuck"),
    ("scenario-failed", "/scenarios/lunch"),
    ("missing-scenario", "/scenarios/launch"),
    ("actions", "/actions"),
    ("metrics", "/incidents/metrics"),
    ("missing-incident", "/incidents/INC-2026-11-20-009"),
    ("alert-unknown", "/alerts/KubePodCrashLoping"),
    ("missing-runbook", "/runbooks/rollback/helm-realease"),
    ("missing", "/nowhere"),
];

/// A runbook whose every word is longer than a phone is wide.
const WIDE: &str = "\
---
owner: the-team-that-looks-after-everything-that-nobody-else-wants-to-look-after
alerts: [KubernetesHorizontalPodAutoscalerReplicasMismatchForLongerThanFifteenMinutes]
tags: [a-tag-that-is-rather-longer-than-tags-should-be, another]
---
# Runbook — Horizontalpodautoscalerreplicasmismatchforlongerthanfifteenminutes in the cluster

> When to use this: `kube_horizontalpodautoscaler_status_desired_replicas{namespace=\"shop\",name=\"orders\"}`
> differs. Time to mitigate: **5 minutes**.

## Step 1 — Averyveryverylongheadingwithoutanyspacesinitwhichnobodywouldwritebutsomebodywill (< 60s)

https://dashboards.example.org/d/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

```sh
kubectl -n <A_NAMESPACE_WITH_A_LONG_NAME> get horizontalpodautoscaler <NAME> -o jsonpath='{.status.conditions[?(@.type==\"ScalingLimited\")].message}'
```

| One | Two | Three | Four | Five | Six | Seven | Eight |
|---|---|---|---|---|---|---|---|
| aaaaaaaaaaaaaaaaaaaaaa | bbbbbbbbbbbbbbbbbbbbbbb | cccccccccccccccccccc | dddddddddddd | e | f | g | hhhhhhhhhhhhhh |

### 1a. Delete it

```sh
kubectl delete namespace <A_NAMESPACE_WITH_A_LONG_NAME>
```

## When this runbook last worked

| Date | Namespace | Resolved by | Notes |
|---|---|---|---|
| 2026-11-01 | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | Step 1a | bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb |
";

/// A workspace in which every page has something to show: the shipped runbooks on a day on which
/// they are in every state, and some of an awkward shape.
pub(super) fn gallery() -> Lab {
    let lab = Lab::new().at("2026-11-20T03:12:00Z");
    lab.copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks"), "runbooks");
    lab.write("runbooks/wide.md", WIDE);
    lab.write("runbooks/empty.md", "# Runbook — Nothing yet\n\n## Step 1 — Mitigate\n");
    lab.write(
        "runbooks/rota.md",
        "# Rota\n\nWho is on call, and [how to hand over](#handover).\n\n## Handover\n\nAt nine.\n",
    );
    let case = "name: lunch\ntitle: Nobody\nmessages: [see you at lunch]\nexpect: {pattern: DNS_FAILURE}\n";
    lab.write("data/scenarios/lunch.yaml", case);
    lab.write("data/scenarios/broken.yaml", "name: broken\nmessages: [x]\nexpect: {patern: x}\n");
    let words = "the chart's values moved to a file of their own in the release of last week";
    lab.run(&["note", "rollback/helm-release#3a", words]).ok();
    lab.run(&["note", "wide", &"note".repeat(60)]).ok();
    lab.run(&["worked", "wide", "--step", "1a"]).ok();
    let edited =
        WIDE.replace("kubectl delete namespace", "kubectl --context <CONTEXT> delete namespace");
    lab.write("runbooks/wide.md", &edited);
    make_reports(&lab);
    lab
}

/// Reports of two Mondays; the second reached the archive and not the chat.
fn make_reports(lab: &Lab) {
    lab.write(
        "runledger.toml",
        "reporter = \"ops-1\"\n[destinations.oncall-chat]\nwebhook = { env = \"CHAT_URL\" }\n\
         [destinations.archive]\nfolder = \"kept\"\n[[report]]\nname = \"weekly\"\n\
         kind = \"stale\"\nwhen = \"0 8 * * 1\"\ntimezone = \"Europe/Berlin\"\n\
         to = [\"archive\", \"oncall-chat\"]\n",
    );
    for day in ["2026-11-08", "2026-11-09", "2026-11-16"] {
        let mut command = lab.command(&["report", "due"]);
        command.env("RUNLEDGER_NODE", "ops-1").env("RUNLEDGER_NOW", format!("{day}T08:00:00Z"));
        command.output().expect("the program runs");
    }
}

/// An incident that goes on, and one that is over and half written down.
fn record_incidents(lab: &Lab) {
    let open =
        ["incident", "open", "checkout answers 502", "--severity", "P1", "--started", "-12m"];
    let about = ["--service", "checkout", "--context", "namespace=shop"];
    lab.run(&[&open[..], &about].concat()).ok();
    let (first, second) = ("INC-2026-11-20-001", "INC-2026-11-20-002");
    lab.run(&["incident", "role", first, "commander", "ana"]).ok();
    lab.run(&["incident", "note", first, "errors since the release", "--author", "bob"]).ok();
    lab.run(&["incident", "use", first, "rollback/helm-release#3a"]).ok();
    let title = "horizontalpodautoscalerreplicasmismatchforlongerthanfifteenminutes".repeat(2);
    let open = ["incident", "open", &title, "--severity", "P0", "--started", "-2h"];
    lab.run(&[&open[..], &["--detected", "-90m"]].concat()).ok();
    lab.run(&["incident", "use", second, "rollback/helm-release#3a", "--at", "-80m"]).ok();
    lab.run(&["incident", "status", second, "mitigated", "--at", "-60m"]).ok();
    lab.run(&["incident", "status", second, "resolved", "--at", "-30m"]).ok();
    let summary = "Nobody could pay.\n\n| Who | How long |\n|---|---|\n| all | 30 min |";
    lab.run(&["postmortem", "edit", second, "summary", "--text", summary]).ok();
    let bad = ["postmortem", "answer", second, "staging-soak", "no"];
    lab.run(&bad).ok();
    let action = ["postmortem", "answer", second, "version-pinning", "no", "--action"];
    lab.run(&[&action[..], &["--owner", "ana", "--due", "2026-11-01"]].concat()).ok();
}

/// The title of a page that is there: tabs are told apart by it.
const TITLE: &str = "
    const [navigation] = performance.getEntriesByType('navigation');
    return navigation.responseStatus === 200 ? document.title : null;";

/// What was found wrong, page by page.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, page: &str, found: Vec<String>) {
        self.0.extend(found.into_iter().map(|found| format!("{page}: {found}")));
    }

    #[track_caller]
    fn none(&self) {
        assert!(self.0.is_empty(), "{} faults:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// Judges the open page by day and by night. Its colours are the same on every device: those of the
/// day are judged on the laptop, those of the night on the phone.
fn judge(browser: &Browser, page: &str, look: Look, device: &str, found: &mut Findings) {
    browser.look(Look { dark: false, ..look });
    browser.screenshot_of_page(&format!("{page}-{device}-day"));
    found.add(page, audit::faults(browser));
    let is_phone = look.width == Look::PHONE.width;
    found.add(page, audit::findings(browser, !is_phone));
    browser.look(Look { dark: true, ..look });
    browser.screenshot(&format!("{page}-{device}-night"));
    if is_phone {
        let by_night = audit::findings_of_colour(browser);
        found.add(page, by_night.into_iter().map(|what| format!("by night: {what}")).collect());
    }
    found.add(page, browser.console());
    browser.forget();
}

/// More in one form than is taken leads to a page as well.
fn say_too_much(browser: &Browser, server: &Server) {
    browser.open(&format!("{}/runbooks/rollback/helm-release", server.url));
    browser.script(
        "const form = document.querySelector('form[action=\"/notes\"]');
         form.querySelector('[name=text]').value = 'too much '.repeat(125000);
         form.submit();",
    );
    browser.wait_for_text("h1", "much");
}

fn look_at_every_page(look: Look, device: &str) {
    let lab = gallery();
    record_incidents(&lab);
    let server = lab.serve(&[]);
    let browser = Browser::start(look);
    let mut found = Findings::default();
    let mut titles: BTreeMap<String, &str> = BTreeMap::new();
    for (page, path) in PAGES {
        browser.open(&format!("{}{path}", server.url));
        browser.wait_for("h1");
        if let Some(title) = browser.script(TITLE).as_str()
            && let Some(other) = titles.insert(title.to_owned(), page)
        {
            found.add(page, vec![format!("it has the title of {other}: {title}")]);
        }
        judge(&browser, page, look, device, &mut found);
    }
    say_too_much(&browser, &server);
    judge(&browser, "too-much", look, device, &mut found);
    // The same pages once they know who is there, and what was done.
    let cookie = serde_json::json!({"name": "rl_name", "value": "Ana%20Lima", "url": server.url});
    browser.cdp("Network.setCookie", &cookie);
    post(&server, "/exercises", "slug=wide&step=1&result=failed&note=it+hung");
    let started = post(&server, "/runs", "slug=rollback%2Fhelm-release&kind=drill");
    let run = started.header("location").split(['?', '#']).next().unwrap_or_default().to_owned();
    assert!(run.starts_with("/runs/"), "{}\n{}", started.head, started.body);
    let started = post(&server, "/runs", "slug=wide");
    let abandoned =
        started.header("location").split(['?', '#']).next().unwrap_or_default().to_owned();
    post(&server, &format!("{abandoned}/abandon"), "reason=a+false+alarm").leads_to(&abandoned);
    for (page, path) in [
        ("runbook-recorded", "/runbooks/wide?notice=failed#step-1".to_owned()),
        ("home-with-a-run", "/".to_owned()),
        ("run", run.clone()),
        ("run-skip", run.clone()),
        ("run-finish", format!("{run}/finish")),
        ("run-over", run.clone()),
        ("run-abandoned", abandoned.clone()),
    ] {
        if page == "run-over" {
            post(&server, &format!("{run}/finish"), "step.1=worked&minutes=3");
        }
        browser.open(&format!("{}{path}", server.url));
        browser.wait_for("h1");
        if page == "run-skip" {
            browser.click("article:not([hidden]) .skip-step summary");
        }
        judge(&browser, page, look, device, &mut found);
    }
    browser.press("Control+k");
    browser.wait_for("dialog.find[open]");
    judge(&browser, "search-dialog", look, device, &mut found);
    found.none();
}

#[test]
fn every_page_is_fit_for_a_laptop_by_day_and_by_night() {
    look_at_every_page(Look::LAPTOP, "laptop");
}

#[test]
fn every_page_is_fit_for_a_phone_by_day_and_by_night() {
    look_at_every_page(Look::PHONE, "phone");
}
