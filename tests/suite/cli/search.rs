//! Searching from a terminal: typed, pasted, piped and in bulk.

use serde_json::Value;

use crate::support::{Lab, shared, skip};

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write(
        "runbooks/db/replication-lag.md",
        "# Replication lag\n\n## Alert\n\n- `PostgresReplicationLag`\n\n## Step 1 — Mitigate\n\n\
         ```sh\npsql -c 'select pg_wal_replay_resume()'\n```\n",
    );
    lab.write(
        "runbooks/node/disk.md",
        "# Disk full\n\n## Step 1 — Mitigate\n\n```sh\ndf -h\n```\n",
    );
    lab
}

fn first(answer: &Value) -> &str {
    answer["hits"][0]["slug"].as_str().unwrap_or("nothing")
}

#[test]
fn a_pasted_log_leads_where_its_rare_words_lead() {
    let log = "2026-05-20T03:12:44.123Z ERROR [db-7d9f8b6c5-x2x9z] pg_wal_replay stopped\n\
               {\"ip\": \"10.1.2.3\", \"took\": \"35m\"} (((\" ' : / \\ unbalanced\n"
        .repeat(10);
    let said = lab().run_with_input(&["search", "--json"], log.as_bytes()).ok();
    assert_eq!(first(&said.json()), "db/replication-lag");
}

#[test]
fn a_line_that_a_log_repeats_answers_as_if_it_stood_there_once() {
    let lab = lab();
    let mut text = "# Release stuck\n\nRoll it back with care.\n".to_owned();
    for number in 1..8 {
        text += &format!(
            "\n## Step {number} — Look again\n\nAfter failed attempt {number}:\n\n\
             ```sh\nhelm rollback <RELEASE> {number}\n```\n"
        );
    }
    lab.write("runbooks/rollback/helm.md", &text);
    let line = "2026-05-20T03:12:44.123Z ERROR [web-7d9f8b6c5-x2x9z] helm rollback failed\n";
    let asked =
        |text: String| lab.run_with_input(&["search", "--json"], text.as_bytes()).ok().json();
    let (once, often) = (asked(line.to_owned()), asked(line.repeat(200)));
    assert_eq!(first(&once), "rollback/helm");
    assert_eq!(once["weak"], false);
    assert_eq!(often["weak"], false, "{often}");
    let places = |answer: &Value| -> Vec<String> {
        let hits = answer["hits"].as_array().into_iter().flatten();
        hits.map(|hit| format!("{}#{}", hit["slug"], hit["anchor"])).collect()
    };
    assert_eq!(places(&once), places(&often));
}

#[test]
fn an_answer_says_where_why_and_whether_to_trust_it() {
    let answer = lab().run(&["search", "--json", "postgresreplicationlag"]).ok().json();
    let hit = &answer["hits"][0];
    assert_eq!(hit["kind"], "runbook");
    assert_eq!(hit["path"], "db/replication-lag.md");
    assert_eq!(hit["freshness"]["status"], "never");
    assert!(hit["why"].as_array().is_some_and(|why| !why.is_empty()), "{hit}");
    for field in ["slug", "anchor", "title", "heading", "snippet", "score"] {
        assert!(!hit[field].is_null(), "{field} is missing in {hit}");
    }
}

#[test]
fn nothing_found_says_what_to_try() {
    lab().run(&["search", "xyzzyplugh"]).ok().says("Nothing found").says("Nearest");
    lab().run_with_input(&["search", "-"], b"\0\xff\xfe\"").ok();
}

#[test]
fn a_batch_answers_every_line_and_names_a_bad_one() {
    let lab = lab();
    lab.write(
        "q.jsonl",
        "{\"id\":\"a\",\"query\":\"disk full\"}\n\n{\"id\":\"b\",\"query\":\"\"}\n",
    );
    let said = lab.run(&["search", "--batch", "q.jsonl", "--by", "section"]).ok();
    let lines: Vec<Value> =
        said.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0]["ranked"][0].as_str().is_some_and(|hit| hit.starts_with("node/disk.md")));
    lab.write("q.jsonl", "{\"id\":\"a\",\"query\":\"disk\"}\n{\"id\":}\n");
    lab.run(&["search", "--batch", "q.jsonl"]).refused().says("q.jsonl:2:");
}

/// The first hit is the right one for this share of another party's labelled queries, counted as
/// `relevance.py` counts them.
#[test]
fn labelled_queries_find_their_runbook_first_far_more_often_than_plain_full_text_search() {
    let Some(shared) = shared() else {
        skip("labelled queries are not here");
        return;
    };
    let text = std::fs::read_to_string(shared.join("corpus/queries-dev.jsonl")).expect("queries");
    let queries: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a query")).collect();
    let (mut right, mut all) = (0, 0);
    for corpus in ["bookstore", "kubernetes-mixin", "prometheus-operator"] {
        let lab = Lab::new();
        lab.copy_tree(&shared.join("corpus").join(corpus), "");
        lab.write("runledger.toml", "runbooks = [\".\"]\n");
        let own: Vec<&Value> = queries.iter().filter(|query| query["corpus"] == corpus).collect();
        let lines: Vec<String> = own.iter().map(|query| query.to_string()).collect();
        lab.write("q.jsonl", &lines.join("\n"));
        let sections = lines.iter().any(|line| line.contains(".md#"));
        let by = if sections { "section" } else { "runbook" };
        let said = lab.run(&["search", "--batch", "q.jsonl", "--by", by]).ok();
        for (query, answer) in own.iter().zip(said.stdout.lines()) {
            let answer: Value = serde_json::from_str(answer).expect("an answer");
            all += 1;
            right += usize::from(is_right(query, &answer, sections));
        }
    }
    let share =
        f64::from(u32::try_from(right).expect("few")) / f64::from(u32::try_from(all).expect("few"));
    assert!(all > 700, "{all} queries");
    // Plain FTS5 reaches 0.737.
    assert!(share > 0.88, "{share}");
}

fn is_right(query: &Value, answer: &Value, sections: bool) -> bool {
    let list = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    let excluded = list(&query["exclude"]);
    let relevant = list(&query["relevant"]);
    let first = list(&answer["ranked"]).into_iter().find(|hit| {
        let path = hit.split('#').next().unwrap_or_default().to_owned();
        !excluded.contains(&path) && !excluded.contains(hit)
    });
    let Some(first) = first else { return false };
    if sections {
        let alias = query["aliases"][&first].as_str().unwrap_or(&first).to_owned();
        relevant.contains(&alias)
    } else {
        relevant.iter().any(|path| first.split('#').next() == Some(path))
    }
}
