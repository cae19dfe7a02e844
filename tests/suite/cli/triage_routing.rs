//! Which runbook triage opens, and at which of its places.

use serde_json::Value;

use super::triage::{judged, lab};
use crate::support::{Lab, shared, skip};

#[test]
fn what_nothing_fits_is_said_with_the_nearest() {
    let lab = lab();
    let view = judged(&lab, "see you at lunch, the helm of the boat is yours\n");
    assert_eq!((&view["pattern"], &view["confidence"]), (&"UNKNOWN".into(), &Value::Null));
    assert_eq!(view["routing"]["runbook"], Value::Null);
    lab.run_with_input(&["triage"], b"see you at lunch\n").ok().says("no runbook fits");
    // A failure that no runbook here is about.
    let view = judged(&lab, "BGP neighbor 192.0.2.1 Down, hold time expired, routes withdrawn\n");
    assert_eq!(view["pattern"], "NETWORK_EVENT");
    assert_eq!(view["routing"]["runbook"], Value::Null, "{}", view["routing"]);
    assert_eq!(view["routing"]["nearest"][0]["slug"], "stuck-helm");
}

#[test]
fn an_alert_leads_to_the_runbook_that_names_it() {
    let lab = lab();
    let named = "# Disk full\n\n## Alert / trigger\n\n- `DiskWillFill`\n\n## Step 1 — Check\n\n\
                 ```sh\ndf -h\n```\n";
    lab.write("runbooks/disk.md", named);
    let alert = r#"{"alerts":[{"status":"firing","labels":{"alertname":"DiskWillFill",
        "severity":"warning","instance":"db-1"},"annotations":{"summary":"disk is 91% full"}}]}"#;
    let view = judged(&lab, alert);
    assert_eq!(view["routing"]["runbook"]["slug"], "disk");
    assert_eq!(view["routing"]["runbook"]["reason"], "it names the alert DiskWillFill");
    assert_eq!(view["severity"]["words"], "suggests MEDIUM, your P2");
}

#[test]
fn an_alert_that_is_named_in_plain_text_leads_there_too_unless_it_is_over() {
    let lab = lab();
    let named = |alert: &str| {
        format!("# {alert}\n\n## Alert / trigger\n\n- `{alert}`\n\n## Step 1 — Check\n\nLook.\n")
    };
    lab.write("runbooks/latency.md", &named("ShopCatalogLatency"));
    lab.write("runbooks/crash.md", &named("ShopPodCrashLoop"));
    let slug = |text: &str| judged(&lab, text)["routing"]["runbook"]["slug"].clone();
    assert_eq!(
        slug("ShopCatalogLatency firing: p99 of catalog is 2.4s, severity=page\n"),
        "latency"
    );
    assert_eq!(slug("[FIRING:1] ShopCatalogLatency catalog critical p99 2.4s\n"), "latency");
    let alert = |status: &str, name: &str, said: &str| {
        format!(
            r#"{{"status":"{status}","labels":{{"alertname":"{name}","severity":"warning"}},
            "annotations":{{"summary":"{said}"}}}}"#
        )
    };
    let crash = |status: &str| alert(status, "ShopPodCrashLoop", "pod is in CrashLoopBackOff");
    let slow = alert("firing", "ShopCatalogLatency", "p99 latency is 2.4 s");
    let both = |status: &str| format!(r#"{{"alerts":[{},{slow}]}}"#, crash(status));
    assert_eq!(slug(&both("resolved")), "latency");
    // Both last: the one that the verdict rests on.
    assert_eq!(slug(&both("firing")), "crash");
    assert_eq!(slug(&format!(r#"{{"alerts":[{}]}}"#, crash("resolved"))), Value::Null);
}

#[test]
fn a_word_by_chance_leads_to_no_runbook_and_into_no_plan() {
    let lab = lab();
    let page = |title: &str, body: &str| {
        format!(
            "# {title}\n\n## Step 1 — Check\n\n{body}\n\n## Step 2 — Mitigate\n\n```sh\ntrue\n```\n"
        )
    };
    lab.write("runbooks/disk.md", &page("Disk full on a node", "Remove images and tries."));
    lab.write("runbooks/cert.md", &page("Certificate not renewed", "The leader asks."));
    lab.write("runbooks/code.md", &page("Code rollback via the proxy", "End the app."));
    for text in [
        "Failed to pull image \"registry.example/shop:1\": not found\nError: ErrImagePull\n",
        "etcdserver: no leader\n",
        "md/raid1:md0: Disk failure on sdb1, disabling device.\n",
        "fatal: [web-04]: UNREACHABLE! => {\"msg\": \"Failed to connect to the host via ssh\"}\n",
        "panic: runtime error: invalid memory address or nil pointer dereference\n",
    ] {
        let view = judged(&lab, text);
        assert_ne!(view["pattern"], "UNKNOWN", "{text}");
        assert_eq!(view["routing"]["runbook"], Value::Null, "{text}: {}", view["routing"]);
        assert!(!view["routing"]["nearest"][0].is_null(), "{text}: {}", view["routing"]);
        let plan = view["plan"].as_array().expect("a plan");
        assert!(plan.iter().all(|step| step["source"] == "template"), "{plan:?}");
    }
}

/// Words of a message stand in runbooks for other kinds of failure, too.
#[test]
fn a_runbook_for_another_kind_of_failure_is_not_opened_for_its_words() {
    let lab = Lab::new();
    let page = |title: &str, body: &str| {
        format!(
            "# {title}\n\n## Step 1 — Check\n\n{body}\n\n## Step 2 — Mitigate\n\n```sh\ntrue\n```\n"
        )
    };
    let operator = "The operator is NotReady: see whether the kubelet of its node has stopped \
        posting its status.";
    lab.write("runbooks/operator.md", &page("PrometheusOperatorNotReady", operator));
    lab.write("runbooks/metrics.md", &page("KubeStateMetricsWatchErrors", "Watch the metrics."));
    lab.write("runbooks/sets.md", &page("StatefulSet replicas mismatch", "Count its pods."));
    let text = "node worker-a2 NotReady, kubelet stopped posting node status\n";
    let opened = |text: &str| judged(&lab, text)["routing"]["runbook"]["slug"].clone();
    assert_eq!(opened(text), Value::Null);
    lab.write("runbooks/machine.md", &page("KubeNodeNotReady", "See what the machine says."));
    assert_eq!(opened(text), "machine", "of the same kind few words are enough");
    assert_eq!(opened("MongoDB replica set rs0 has no primary\n"), Value::Null);
    assert_eq!(opened("the StatefulSet orders has 1 of 3 replicas ready\n"), "sets");
    // Its alerts may be of any kind, and it is a remedy for this one.
    let remedy = page("Code rollback via Helm", "See the history.");
    lab.write("runbooks/helm.md", &format!("---\nalerts: [KubeNodeUnreachable]\n---\n{remedy}"));
    assert_eq!(opened("helm: release shop is in pending-rollback since 12 minutes\n"), "helm");
}

#[test]
fn an_alert_with_a_runbook_of_its_own_is_for_a_person() {
    let lab = lab();
    let named =
        "# Lag\n\n## Alert / trigger\n\n- `ShopFrobnicatorBoo`\n\n## Step 1 - Check\n\nLook.\n";
    lab.write("runbooks/boo.md", named);
    let view = judged(&lab, "ShopFrobnicatorBoo eu-west 45s\n");
    assert_eq!(view["pattern"], "UNKNOWN");
    assert_eq!(view["routing"]["runbook"]["slug"], "boo");
    assert_eq!(view["remediation"], "OPERATOR", "{}", view["remediation_because"]);
    let unnamed = judged(&lab, "the frobnicator says boo\n");
    assert_eq!(unnamed["routing"]["runbook"], Value::Null);
}

#[test]
fn a_mark_of_the_encoding_hides_no_command() {
    let plan = "rm -rf /data\n";
    let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(plan.encode_utf16());
        units.flat_map(bytes).collect()
    };
    let marked = [b"\xef\xbb\xbf".as_slice(), plan.as_bytes()].concat();
    for text in [marked, utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        let said = lab().run_with_input(&["plan", "check", "-"], &text);
        assert_eq!(said.code, 1, "{text:?}: {}", said.stdout);
    }
}

#[test]
fn an_empty_text_is_no_good_news() {
    for command in [["triage", "-"].as_slice(), &["plan", "check", "-"]] {
        let said = lab().run_with_input(command, b" \n");
        assert_eq!(said.code, 2, "{}", said.stderr);
        assert!(said.stderr.contains("the text is empty"), "{}", said.stderr);
    }
}

#[test]
fn a_page_of_many_alerts_is_opened_at_the_one_that_is_meant() {
    let lab = Lab::new();
    let page = "# Alerts of the shop\n\n## Alert name: ShopQueueGrows\n\nConsumers fall behind.\n\n\
                ## Alert name: ShopReplicaLags\n\nThe replica of the orders database falls behind \
                the primary.\n\n## Alert name: ShopDiskFills\n\nThe volume of the orders database \
                fills up.\n";
    lab.write("runbooks/alerts.md", page);
    lab.write("runbooks/other.md", "# Rotate the keys\n\n## Step 1 - Check\n\nLook.\n");
    let text = "the replica of the orders database lags the primary by 740 s\n";
    let route = &judged(&lab, text)["routing"]["runbook"];
    assert_eq!(route["slug"], "alerts", "{route}");
    assert_eq!(route["section"], "Alert name: ShopReplicaLags");
    let said = lab.run_with_input(&["triage"], text.as_bytes()).ok().stdout;
    let expected = "Open      alerts#alert-name-shopreplicalags Alert name: ShopReplicaLags";
    assert!(said.contains(expected), "{said}");
}

/// Another team's alerts, by what they say and not by their names, lead to their pages, and to a
/// wrong one seldom. What no rule knows leads nowhere.
#[test]
fn the_words_of_an_alert_lead_to_its_page() {
    let Some(shared) = shared() else { return skip("no other team's runbooks are here") };
    let lab = Lab::new();
    lab.copy_tree(&shared.join("corpus/prometheus-operator"), "");
    lab.write("runledger.toml", "runbooks = [\".\"]\n");
    let queries = std::fs::read_to_string(shared.join("corpus/queries-dev.jsonl"));
    let queries = queries.expect("queries");
    let queries = queries.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let said = queries
        .filter(|query| query["corpus"] == "prometheus-operator" && query["kind"] == "description");
    let (mut right, mut wrong, mut all) = (0, Vec::new(), 0);
    for query in said.step_by(11) {
        let text = query["query"].as_str().expect("a text");
        let route = &judged(&lab, text)["routing"]["runbook"];
        let page = route["slug"].as_str().map(|slug| format!("{slug}.md"));
        let meant = query["relevant"].as_array().expect("pages");
        all += 1;
        match page {
            Some(page) if meant.iter().any(|one| *one == *page) => right += 1,
            Some(page) => wrong.push(format!("{text}: {page}")),
            None => {}
        }
    }
    assert!(all >= 10, "{all} texts");
    assert!(right * 2 >= all, "{right} of {all}");
    assert!(wrong.len() * 5 <= all, "{wrong:#?}");
}

#[test]
fn an_alert_leads_to_the_page_that_names_it_with_a_word_more_or_less_in_front() {
    let lab = Lab::new();
    let named = |alert: &str| {
        format!("# {alert}\n\n## Alert / trigger\n\n- `{alert}`\n\n## Step 1 — Check\n\nLook.\n")
    };
    lab.write("runbooks/latency.md", &named("BookstoreAPILatencyP99High"));
    lab.write("runbooks/queue.md", &named("OrderQueueGrows"));
    let route = |text: &str| judged(&lab, text)["routing"]["runbook"].clone();
    let found = route("[FIRING] APILatencyP99High catalog 2.4s\n");
    assert_eq!(found["slug"], "latency");
    assert_eq!(
        found["reason"],
        "it names the alert BookstoreAPILatencyP99High, which is APILatencyP99High but for the word \
         in front"
    );
    assert_eq!(route("[FIRING] BookstoreOrderQueueGrows 4000 messages\n")["slug"], "queue");
    // Two may be meant, so that none is.
    lab.write("runbooks/other.md", &named("ShopAPILatencyP99High"));
    assert_eq!(route("[FIRING] APILatencyP99High 2.4\n"), Value::Null);
}

#[test]
fn a_site_has_no_runbook_of_the_cluster() {
    let lab = Lab::new();
    let page = |title: &str| {
        format!(
            "# {title}\n\n## Step 1 — Check\n\nLook.\n\n## Step 2 — Mitigate\n\n```sh\ntrue\n```\n"
        )
    };
    lab.write("runbooks/client.md", &page("Kube Client Certificate Expiration"));
    let slug = |text: &str| judged(&lab, text)["routing"]["runbook"]["slug"].clone();
    let site = "Certificate of https://shop.example.com expires in 3 days\n";
    assert_eq!(slug(site), Value::Null);
    assert_eq!(slug("a client certificate of the cluster expires in 3 days\n"), "client");
    lab.write("runbooks/site.md", &page("Certificate expiration of a site"));
    assert_eq!(slug(site), "site");
}

#[test]
fn a_history_of_helm_alone_leads_to_what_mends_the_release() {
    let history = |last: &str| {
        format!(
            "REVISION\tUPDATED                 \tSTATUS    \tCHART    \tAPP VERSION\tDESCRIPTION\n\
             7       \tFri May 15 09:11:04 2026\tsuperseded\tcart-2.3.0\t2.3\tUpgrade complete\n\
             8       \tMon May 18 14:05:33 2026\t{last}\n"
        )
    };
    let stuck = history("pending-upgrade\tcart-3.0.0\t3.0\tPreparing upgrade");
    let failed = history("failed\tcart-3.0.0\t3.0\tcontext deadline exceeded");
    let well = history("deployed\tcart-3.0.0\t3.0\tUpgrade complete");
    for title in ["Helm release stuck", "Code rollback via Helm"] {
        let lab = Lab::new();
        lab.write("runbooks/it.md", &format!("# {title}\n\n## Step 1 — Check\n\nLook.\n\n## Step 2 — Mitigate\n\n```sh\ntrue\n```\n"));
        for text in [&stuck, &failed] {
            let view = judged(&lab, text);
            assert_eq!(view["pattern"], "CONTAINER_EVENT", "{view}");
            assert_eq!(view["routing"]["runbook"]["slug"], "it", "{title}: {text}");
            assert!(view["plan"].to_string().contains("helm rollback cart 7"), "{view}");
        }
        assert_eq!(judged(&lab, &well)["routing"]["runbook"], Value::Null);
        assert_eq!(judged(&lab, &well)["pattern"], "UNKNOWN");
    }
}

#[test]
fn where_none_is_for_the_cause_that_for_its_effect_is_opened() {
    let lab = Lab::new();
    let page = |title: &str| format!("# {title}\n\n## Diagnosis\n\n- Look at the logs.\n");
    for title in ["KubePodCrashLooping", "KubeHpaMaxedOut", "PrometheusRuleFailures"] {
        lab.write(&format!("runbooks/{}.md", title.to_lowercase()), &page(title));
    }
    let rows = "NAMESPACE   NAME                       READY   STATUS             RESTARTS   AGE\n\
                shop        cart-6c9d8b7f5-x2x9p       0/1     CrashLoopBackOff   14         52m\n\
                shop        web-5d8f7c9b4-k2x9p        0/1     OOMKilled          6          21m\n";
    let events = "2m  Warning  BackOff     pod/cart-0     Back-off restarting failed container cart\n\
                  3m  Warning  OOMKilling  node/worker-3  Memory cgroup out of memory: Killed process 4711 (java)\n";
    for text in [rows, events] {
        let view = judged(&lab, text);
        assert_eq!(view["subtype"], "oom_killed", "{view}");
        assert_eq!(
            view["routing"]["runbook"]["slug"], "kubepodcrashlooping",
            "{}",
            view["routing"]
        );
        let reason = view["routing"]["runbook"]["reason"].to_string();
        assert!(reason.contains("none is for oom killed, which leads to crash loop"), "{reason}");
    }
    // Where no message says that it restarts, nothing leads there.
    let view = judged(&lab, "pod web-1 was OOMKilled, exit code 137\n");
    assert_eq!(view["routing"]["runbook"], Value::Null);
}

/// A service answers with errors for causes of any kind, and often for one that is not its own.
#[test]
fn the_runbook_of_what_fails_is_opened_whatever_the_cause() {
    let lab = Lab::new();
    let page = |title: &str| {
        format!(
            "# {title}\n\n## Step 1 — Check\n\nLook at the dashboard.\n\n## Step 2 — Mitigate\n\n```sh\ntrue\n```\n"
        )
    };
    for (slug, title) in [
        ("payment-provider", "Payment provider failing"),
        ("search", "Search latency high"),
        ("keys", "Rotate the keys"),
        ("disk", "Disk full on a node"),
    ] {
        lab.write(&format!("runbooks/{slug}.md"), &page(title));
    }
    let route = |text: &str| judged(&lab, text)["routing"]["runbook"]["slug"].clone();
    let stripe =
        "Stripe reports a partial outage: payment requests to api.stripe.com fail with 503\n";
    assert_eq!(route(stripe), "payment-provider");
    let certificate = "the payment of the certificate is due, it expires in 3 days\n";
    assert_eq!(route(certificate), Value::Null);
    assert_eq!(route("upstream api.stripe.com fails with 503\n"), Value::Null);
}
