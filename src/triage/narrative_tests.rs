//! What the cause says of every example of every rule: whole sentences, and names as they are.

use super::quote::is_open;
use super::*;

/// The report of each example of each rule, with the example.
fn of_examples() -> Vec<(&'static str, Report)> {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    let lint = PlanLint::built_in().expect("the built-in rules");
    let examples = knowledge.rules.iter().flat_map(|rule| &rule.finds);
    let judged = examples.map(|text| {
        let input = Input { messages: vec![Message::new(text)], ..Input::default() };
        (text.as_str(), triage(&input, &Store::default(), knowledge, lint))
    });
    judged.collect()
}

#[test]
fn no_cause_ends_in_the_middle_of_a_sentence() {
    let all = of_examples();
    assert!(all.len() > 500, "{} examples", all.len());
    let mut cut = Vec::new();
    for (text, report) in &all {
        for part in report.statements.iter().flat_map(|one| &one.parts) {
            let rest = text.get(part.place.end..).unwrap_or_default();
            let line = rest.lines().next().unwrap_or_default();
            if is_open(&part.value) && line.contains(char::is_alphanumeric) {
                cut.push(format!("{} | {}", report.root_cause, text));
            }
        }
    }
    assert!(cut.is_empty(), "{}", cut.join("\n"));
}

#[test]
fn names_keep_their_letters_and_nothing_is_told_twice() {
    for (text, report) in of_examples() {
        for part in report.statements.iter().flat_map(|one| &one.parts) {
            let named = !part.value.contains(' ') && text.contains(&part.value);
            let said = report.statements.iter().any(|one| one.text.contains(&part.value));
            if named && said {
                assert!(report.root_cause.contains(&part.value), "{}: {text}", report.root_cause);
            }
        }
        let texts: Vec<&str> = report.statements.iter().map(|one| one.text.as_str()).collect();
        let once: BTreeSet<&&str> = texts.iter().collect();
        assert_eq!(once.len(), texts.len(), "{}", report.root_cause);
    }
}

fn judged(texts: &[&str]) -> Report {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    let lint = PlanLint::built_in().expect("the built-in rules");
    let messages = texts.iter().map(|text| Message::new(text)).collect();
    triage(&Input { messages, ..Input::default() }, &Store::default(), knowledge, lint)
}

#[test]
fn the_line_that_decides_stands_in_the_cause() {
    let check = |texts: &[&str], words: &[&str]| {
        let report = judged(texts);
        for words in words {
            assert!(report.root_cause.contains(words), "{words}: {}", report.root_cause);
        }
    };
    check(
        &[
            "sshd[1]: Failed password for root from 203.0.113.4 port 5 ssh2",
            "sshd[2]: Failed password for root from 203.0.113.4 port 6 ssh2",
            "sshd[3]: Accepted password for deploy from 203.0.113.4 port 7 ssh2",
        ],
        &["Failed password", "Accepted password for deploy"],
    );
    check(
        &[
            "db-2 postgres[21]: FATAL: could not write to file \"pg_wal/x\": No space left on device",
            "db-2 postgres[12]: LOG: startup process was terminated by signal 6: Aborted",
        ],
        &["No space left on device"],
    );
    check(
        &[
            "pod cart-6c9d8b7f5-x2x9p is in CrashLoopBackOff",
            "FATAL: configuration key PAYMENT_URL is not set",
        ],
        &["PAYMENT_URL is not set"],
    );
    check(
        &["x509: certificate is valid for a.example.com, not b.example.com"],
        &["not b.example.com", "does not bear the name"],
    );
    check(
        &[
            "Failed to pull image \"r.example/shop/cart:1\": unexpected status: 429 Too Many Requests",
            "pod cart is in ImagePullBackOff",
        ],
        &["429 Too Many Requests"],
    );
}

#[test]
fn a_command_is_that_of_the_product_which_is_named() {
    let commands = |text: &str| -> Vec<String> {
        judged(&[text]).plan.into_iter().filter_map(|step| step.command).collect()
    };
    let check = |text: &str, program: &str| {
        let told = commands(text);
        assert!(told.iter().any(|command| command.starts_with(program)), "{text}: {told:?}");
    };
    check("mysqld: [ERROR] Too many connections", "mysql ");
    check("postgres: FATAL: sorry, too many clients already", "psql ");
    check("MongoDB: connection pool exhausted", "mongosh ");
    let unknown = "HikariPool-1 - Connection is not available, request timed out after 30001ms";
    assert!(commands(unknown).is_empty(), "{:?}", commands(unknown));
    let open = judged(&[unknown]).to_check;
    assert!(open.iter().any(|it| it.starts_with("whether it is MongoDB, MySQL")), "{open:?}");
}

#[test]
fn what_a_table_says_fills_the_slots() {
    let report = judged(&[
        "Name: checkout-7c9d5f6b8d-q7wlp",
        "Namespace: shop",
        "Failed to pull image \"r.example/shop/checkout:1\": manifest unknown",
    ]);
    let command = report.plan[0].command.as_deref();
    assert_eq!(command, Some("kubectl -n shop describe pod checkout-7c9d5f6b8d-q7wlp"));
}
