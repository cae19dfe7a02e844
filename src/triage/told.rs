//! Which service fails because of which other, in the forms in which people and programs say it:
//! `checkout fails because cart is unavailable`, `cart: dial tcp redis:6379: connection refused`.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

/// One service that takes its failure from another, with the bytes that say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told<'t> {
    pub(super) cause: &'t str,
    pub(super) effect: &'t str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// How many statements of one message are looked at.
const MAX_TOLD: usize = 24;

/// Words that stand where a name may stand, and are none.
const NO_NAMES: &[&str] = &[
    "it",
    "this",
    "that",
    "they",
    "there",
    "which",
    "what",
    "who",
    "nothing",
    "everything",
    "one",
    "all",
    "some",
    "each",
    "its",
    "our",
    "their",
    "he",
    "she",
    "we",
    "you",
    "i",
    "a",
    "an",
    "the",
    "of",
    "pod",
    "pods",
    "container",
    "containers",
    "node",
    "nodes",
    "job",
    "jobs",
    "host",
    "server",
    "servers",
    "service",
    "services",
    "disk",
    "memory",
    "cpu",
    "network",
    "connection",
    "connections",
    "request",
    "requests",
    "call",
    "calls",
    "user",
    "users",
    "deployment",
    "upgrade",
    "rollback",
    "rollout",
    "deploy",
    "build",
    "release",
    "login",
    "certificate",
    "token",
    "secret",
    "configuration",
    "config",
    "database",
    "db",
    "queue",
    "replication",
    "failover",
    "backup",
    "restore",
    "error",
    "errors",
    "err",
    "msg",
    "message",
    "level",
    "warning",
    "warn",
    "info",
    "fatal",
    "panic",
    "debug",
    "time",
    "status",
    "reason",
    "code",
    "exception",
    "caused",
    "tcp",
    "udp",
    "http",
    "https",
    "dial",
    "connect",
    "lookup",
    "upstream",
    "backend",
    "now",
    "still",
    "traffic",
    "page",
    "localhost",
    "sync",
    "probe",
    "health",
    "alert",
    "firing",
    "critical",
    "note",
    "summary",
    "description",
    "receives",
    "sees",
    "gets",
    "returns",
    "throws",
    "shows",
    "reports",
    "logs",
    "has",
    "with",
    "many",
    "no",
];

static BECAUSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?P<effect>[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*) (?:(?:now|also|still) )?",
        r"(?:fail(?:s|ed|ing)?|return(?:s|ed|ing)? (?:HTTP )?5\d\d\S*|answer(?:s|ed) (?:with )?5\d\d\S*|",
        r"(?:is|are|was|went|goes) (?:down|unavailable|failing|slow|degraded|unreachable|unhealthy|timing out)|",
        r"errors?|crash(?:es|ed)?|tim(?:es|ed) out|cannot start|can't start|stops?|stopped|breaks|broke)",
        r"[^.;\n]{0,40}?,? (?:because|due to|since|as)(?: of)? (?:the )?",
        r"(?P<cause>[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)",
        r"(?: (?:is|are|was|were|refus\w+|fail\w*|does|did|do|cannot|can't|has|had|returns?|returned|",
        r"tim(?:es|ed)|down|unavailable|errors?|rejects?|went|crash\w*|stopped|lost)\b|\s*(?:[.,;)]|$))",
    ))
});

/// Who speaks: `cart: …` at the head or `service=cart`.
static SPEAKER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r#"\b(?:service|app|svc|component)["']?[=:] ?["']?(?P<a>[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)"#,
        r"|(?:^|[\s\[])(?P<b>[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)\]?: ",
        r"|(?:^|\s)\[(?P<c>[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)\] ",
    ))
});

/// Of whom a speaker fails.
static OF_WHOM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\bdial tcp:? (?:lookup )?(?P<a>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?:\.[a-z0-9.-]+)?(?::\d+)?\b[^\n]{0,60}?",
        r"(?:refused|timeout|timed out|no such host|reset|no route|unreachable)",
        r"|\b(?:connect(?:ion|ing)?|call(?:s|ing)?|requests?) to (?P<b>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?:\.[a-z0-9.-]+)?(?::\d+)?",
        r" (?:\w+ ){0,2}?(?:refused|failed|fails|timed out|times out|reset|returned 5\d\d)",
        r"|\bupstream (?P<c>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?::\d+)? (?:\w+ )?(?:returned 5\d\d|timed out|unavailable|refused|failed|down)",
        r"|\b5\d\d from (?:upstream )?(?P<d>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)",
        r"|\b(?P<e>[a-z][a-z0-9]*(?:-[a-z0-9]+)*) (?:is )?(?:unavailable|unreachable|not responding)\b",
    ))
});

fn is_name(name: &str) -> bool {
    name.len() > 1 && !NO_NAMES.contains(&name)
}

/// What a text says, in order.
pub(super) fn told(text: &str) -> Vec<Told<'_>> {
    let mut all: Vec<Told<'_>> = Vec::new();
    for found in BECAUSE.captures_iter(text).take(MAX_TOLD) {
        let Some((effect, cause)) = found.name("effect").zip(found.name("cause")) else { continue };
        add(&mut all, cause, effect, effect.start(), cause.end());
    }
    let speaker = SPEAKER.captures_iter(text).take(MAX_TOLD).find_map(|found| {
        let name = ["a", "b", "c"].iter().find_map(|group| found.name(group))?;
        is_name(name.as_str()).then_some(name)
    });
    let Some(speaker) = speaker else { return all };
    for found in OF_WHOM.captures_iter(text).take(MAX_TOLD) {
        let groups = ["a", "b", "c", "d", "e"];
        let Some(cause) = groups.iter().find_map(|group| found.name(group)) else { continue };
        if cause.start() >= speaker.end() {
            add(&mut all, cause, speaker, speaker.start(), cause.end());
        }
    }
    all
}

fn add<'t>(
    all: &mut Vec<Told<'t>>,
    cause: regex::Match<'t>,
    effect: regex::Match<'t>,
    start: usize,
    end: usize,
) {
    let (cause, effect) = (cause.as_str(), effect.as_str());
    if cause != effect && is_name(cause) && is_name(effect) {
        all.push(Told { cause, effect, start, end });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let pairs: Vec<(&str, &str)> =
            told(text).iter().map(|one| (one.cause, one.effect)).collect();
        assert_eq!(pairs, expected, "{text}");
        for one in told(text) {
            let said = &text[one.start..one.end];
            assert!(said.contains(one.cause) && said.contains(one.effect), "{said}");
        }
    }

    #[test]
    fn people_say_of_whom_something_fails() {
        check("checkout fails because of cart", &[("cart", "checkout")]);
        check(
            "storefront returns 503 because checkout is unavailable; cart-api is down since redis refuses connections",
            &[("checkout", "storefront"), ("redis", "cart-api")],
        );
        check("it fails because the disk is full", &[]);
        check("the upgrade failed because of us", &[]);
        check("cart is fast because redis is up", &[]);
    }

    #[test]
    fn programs_say_it_in_their_errors() {
        check(
            "[FIRING:1] HighErrorRate cart: 41% - dial tcp cart-redis:6379: connect: connection refused",
            &[("cart-redis", "cart")],
        );
        check("checkout: upstream cart returned 503", &[("cart", "checkout")]);
        check("app=storefront msg=\"got 503 from checkout\"", &[("checkout", "storefront")]);
        check("ERROR error: dial tcp 10.0.0.1:80: connection refused", &[]);
        check("cart: dial tcp 10.0.0.1:80: connect: connection refused", &[]);
        check("cart: 503 from cart", &[]);
    }
}
