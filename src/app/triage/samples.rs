//! What a runbook's author had before them when they wrote it down: the commit, the pod and the
//! hour of another incident.
//!
//! A command with them is right in its form and wrong in what it does it to, and somebody tired
//! runs it as it stands. So they are named beside the command, which stays as it is: some of them
//! are fixed after all, as an address of a name server is, and only a person can know.

use std::collections::BTreeSet;

use regex::Regex;
use std::sync::LazyLock;

use crate::text::pattern::pattern;

/// So many are named.
const MOST: usize = 6;

/// What changes from one incident to the next, by its form.
static FORMS: LazyLock<Regex> = LazyLock::new(|| {
    let forms = [
        // A time, or a day.
        r"\b20\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?\b",
        // A UUID.
        r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b",
        // An incident's label.
        r"\bINC-\d+(?:-\d+)*",
        // What a provider calls a thing: `i-0abc1234`, with an end that the author left out.
        r"\b(?:i|vol|snap|sg|vpc|subnet|eni|eip|eipalloc|ami|rtb|igw|nat|lt)-[0-9a-f]{4,17}\b(?:\.{3})?",
        r"\b(?:AKIA|ASIA)[A-Z0-9]*\.{3}",
        // An account.
        r":\d{12}:",
        // A pod of a deployment: two random parts, of the letters that Kubernetes uses.
        r"\b[a-z][a-z0-9-]*-[bcdf-hj-np-tv-z0-9]{6,10}-[bcdf-hj-np-tv-z0-9]{5}\b",
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
        // A commit or digest.
        r"\b[0-9a-f]{7,64}\b",
    ];
    pattern(&forms.join("|"))
});

/// The values in commands that look like those of an example, and that no message tells; each
/// once, in order.
pub(super) fn samples(commands: &[String], is_told: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for command in commands {
        for hit in FORMS.find_iter(command) {
            let value = hit.as_str().trim_matches(':');
            if is_of_a_day(value) && !is_told(value) && seen.insert(value) {
                found.push(value.to_owned());
            }
        }
    }
    found.truncate(MOST);
    found
}

/// Whether a value is not the same on every day.
fn is_of_a_day(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if value.parse::<std::net::Ipv4Addr>().is_ok_and(|address| {
        address.is_loopback() || address.is_unspecified() || address.is_broadcast()
    }) {
        return false;
    }
    if value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        // `deadbeef` is a word, and 10000000 a number; an account has twelve digits.
        return digits == 12 && value.len() == 12 || digits > 0 && digits < value.len();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_of_another_day_is_named() {
        let check = |command: &str, said: &str, expected: &[&str]| {
            assert_eq!(
                samples(&[command.to_owned()], &|value| said.contains(value)),
                expected,
                "{command}"
            );
        };
        check("git revert a1b2c3d", "", &["a1b2c3d"]);
        check("git revert a1b2c3d", "the bad one is a1b2c3d", &[]);
        check(
            "START=\"2026-05-20T13:00:00Z\"; date -d 2026-05-21",
            "",
            &["2026-05-20T13:00:00Z", "2026-05-21"],
        );
        check("kubectl delete pod cart-6c9d8b7f5-x2x9p", "", &["cart-6c9d8b7f5-x2x9p"]);
        check(
            "kill 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "",
            &["3f2504e0-4f89-11d3-9a0c-0305e82c3301"],
        );
        check("ssh 10.0.3.17 uptime", "", &["10.0.3.17"]);
        check("ssh 10.0.3.17 uptime", "10.0.3.17 is slow", &[]);
        check(
            "arn:aws:iam::123456789012:role/a i-0abc1234...",
            "",
            &["123456789012", "i-0abc1234..."],
        );
        check("cat INC-2026-05-20-001.json", "", &["INC-2026-05-20-001"]);
    }

    #[test]
    fn what_is_fixed_is_left_alone() {
        for command in [
            "curl http://127.0.0.1:9090/-/ready",
            "kubectl -n shop scale deployment/api-gateway --replicas=3",
            "kubectl rollout undo deployment/kube-state-metrics -n monitoring-system",
            "head -c 10000000 /dev/zero",
            "echo feedback defaced",
            "helm rollback edge 13 --timeout 5m30s",
            "image: nginx:1.25.3-alpine",
            "kubectl logs cart-0 --tail=1000",
        ] {
            assert!(samples(&[command.to_owned()], &|_| false).is_empty(), "{command}");
        }
    }
}
