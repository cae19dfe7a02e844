//! The names of services in texts, however people and programs write them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use crate::text::pattern::pattern;

/// How many services of one message are looked at.
const MAX_MENTIONS: usize = 24;

/// A shorter name is no name where it stands alone.
const SHORTEST: usize = 4;

/// A name of a service in a text.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    pub(super) name: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

static MENTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?P<a>[a-z][a-z0-9_]*(?:[-_][a-z0-9]+)*(?:[ -](?:proxy|gateway|portal))?)",
        r"[ -](?:service|services|microservices?|api|apis|pods?|deployment|backend|app|",
        r"application|workers?|servers?|cluster|database|db|functionality|consumers?|queue)\b",
        r"|\b(?P<b>[a-z][a-z0-9]*(?:[ -](?:proxy|gateway|portal)|-frontend))\b",
        r"|\b(?P<c>postgres(?:ql)?|mysql|mariadb|redis|kafka|rabbitmq|elasticsearch|mongodb|vault|",
        r"valkey|consul|etcd|coredns|nginx|haproxy|istio|envoy|keycloak|ldap|memcached|cassandra|",
        r"active directory|dns|nfs|ceph)\b",
        r"|\b(?:failures?|errors?|time-?outs?|calls?|requests?|connections?) (?:to|from|against|calling) ",
        r"(?P<d>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)\b",
    ))
});

/// Names of services that are words of any sentence as well.
const NO_BARE: [&str; 16] = [
    "user", "order", "data", "test", "error", "request", "login", "search", "server", "client",
    "customer", "message", "report", "file", "time", "page",
];

/// What stands behind a name that is called a service, and no store or machine of one.
static SERVICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[ -](?:services?|microservices?|api|apis|pods?|deployment|backend|app|application|functionality)\b",
    )
});

/// Words that stand in front of "service" and name none.
const FILLERS: [&str; 54] = [
    "a",
    "an",
    "the",
    "this",
    "that",
    "all",
    "any",
    "each",
    "every",
    "other",
    "another",
    "some",
    "our",
    "new",
    "old",
    "of",
    "in",
    "on",
    "to",
    "for",
    "from",
    "by",
    "with",
    "and",
    "or",
    "web",
    "dependent",
    "downstream",
    "upstream",
    "multiple",
    "affected",
    "stateful",
    "kubernetes",
    "k8s",
    "kube",
    "production",
    "mixed",
    "running",
    "failing",
    "two",
    "three",
    "one",
    "no",
    "its",
    "because",
    "since",
    "as",
    "while",
    "when",
    "at",
    "is",
    "via",
    "through",
    "behind",
];

/// The services that a text names with the word beside them, in order.
fn mentions(text: &str) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let mut from = 0;
    while let Some(captures) = MENTION.captures_at(text, from) {
        let name = ["a", "b", "c", "d"].iter().find_map(|group| captures.name(group));
        let Some(name) = name else { break };
        // The "for" of "for frontend-proxy service" is none of the name, and hides its beginning.
        let filler = filler(name.as_str());
        if filler > 0 {
            from = name.start() + filler;
            continue;
        }
        let (mut start, mut end) = (name.start(), name.end());
        if captures.name("c").is_some() {
            // A product within a longer name, as in `valkey-cart`, is that name; `dns-2` is one of
            // several.
            let (from, to) = whole_name(text, start, end);
            if !text[from..to].contains(|c: char| c.is_ascii_digit()) {
                (start, end) = (from, to);
            }
        }
        from = captures.get(0).map_or(text.len(), |whole| whole.end().max(end));
        let normal = normal(&text[start..end]);
        if normal.len() < 2 || FILLERS.contains(&normal.as_str()) {
            continue;
        }
        found.push(Mention { name: normal, start, end });
        if found.len() == MAX_MENTIONS {
            break;
        }
    }
    found
}

/// The bytes of the name with hyphens that a range is a part of.
fn whole_name(text: &str, start: usize, end: usize) -> (usize, usize) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let before = text[..start].chars().rev().take_while(|c| is_part(*c)).count();
    let after = text[end..].chars().take_while(|c| is_part(*c)).count();
    (start - before, end + after)
}

/// How many bytes of words stand in front of a name that belong to the sentence: the "to" of "due
/// to frontend" says which way it goes.
fn filler(name: &str) -> usize {
    let mut start = 0;
    while let Some((word, _)) = name[start..].split_once(' ') {
        if !FILLERS.iter().any(|filler| word.eq_ignore_ascii_case(filler)) {
            break;
        }
        start += word.len() + 1;
    }
    start
}

/// One name for one service: lower case, no hashes, no plural, no filler in front.
pub(super) fn normal(name: &str) -> String {
    let name = name.to_lowercase().replace([' ', '_'], "-");
    let name = super::correlate::without_hashes(&name);
    let mut parts: Vec<&str> = name.split('-').collect();
    while parts.len() > 1 && FILLERS.contains(&parts[0]) {
        parts.remove(0);
    }
    let last = parts.pop().unwrap_or_default();
    let plural = last.len() > 2 && last.ends_with('s') && !last.ends_with("ss");
    let is_name = ["redis", "dns", "nfs", "postgres", "aws", "kubernetes"].contains(&last);
    parts.push(if plural && !is_name { &last[..last.len() - 1] } else { last });
    parts.join("-")
}

/// The services that some message calls one. Another message may name them without the word, as in
/// `Frontend receives errors because of cart failures`.
pub(super) struct Said {
    names: Vec<String>,
    letters: Option<AhoCorasick>,
}

impl Said {
    /// Looks them up in all texts.
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let named = texts.flat_map(|text| {
            let is_service = |mention: &Mention| {
                let behind = text.get(mention.end..).unwrap_or_default();
                SERVICE.is_match(behind) && !NO_BARE.contains(&mention.name.as_str())
            };
            mentions(text).into_iter().filter(is_service).map(|mention| mention.name)
        });
        let names: BTreeSet<String> = named.filter(|name| name.len() >= SHORTEST).collect();
        let names: Vec<String> = names.into_iter().collect();
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
        let letters = (names.len() > 1).then(|| builder.build(&names).ok()).flatten();
        Self { names, letters }
    }

    /// All that a text names, in order: with the word beside it or without.
    pub(super) fn mentions(&self, text: &str) -> Vec<Mention> {
        let mut all = mentions(text);
        let bare = self.letters.iter().flat_map(|letters| letters.find_iter(text));
        for found in bare.filter(|found| is_whole(text, found.start(), found.end())) {
            let (start, end) = (found.start(), found.end());
            if all.len() < MAX_MENTIONS
                && all.iter().all(|one| end <= one.start || one.end <= start)
            {
                all.push(Mention {
                    name: self.names[found.pattern().as_usize()].clone(),
                    start,
                    end,
                });
            }
        }
        all.sort_by_key(|one| one.start);
        all
    }
}

/// Whether what stands there is no part of a longer word.
pub(super) fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let before = text.get(..start).and_then(|text| text.chars().next_back());
    let after = text.get(end..).and_then(|text| text.chars().next());
    !before.is_some_and(is_part) && !after.is_some_and(is_part)
}
