//! The values of a Kubernetes Secret. Base64 elsewhere is no secret; here the manifest says so.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::base64::decoded;
use super::{Spot, stands_for_one};
use crate::text::pattern::pattern;

const KIND: &str = "Kubernetes secret";

static IS_SECRET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?m)^[ \t]*(?:-[ \t]+)?kind:[ \t]*["']?Secret["']?[ \t]*\r?$"#));
/// `"kind": "Secret"`, also with the quotes escaped, as in an annotation.
static IS_SECRET_IN_JSON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\\?"kind\\?"[ \t]*:[ \t]*\\?"Secret\\?""#));
static DATA_IN_JSON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\\?"(data|stringData)\\?"\s*:\s*\{([^{}]*)\}"#));
static MEMBER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\\?"[^"\\]+\\?"\s*:\s*\\?"([^"\\]+)\\?""#));

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    if IS_SECRET.is_match(text) {
        manifests(text, spots);
    }
    if IS_SECRET_IN_JSON.is_match(text) {
        for data in DATA_IN_JSON.captures_iter(text) {
            let Some(members) = data.get(2) else { continue };
            for value in MEMBER.captures_iter(members.as_str()).filter_map(|found| found.get(1)) {
                if &data[1] == "stringData" || decoded(value.as_str()).is_some() {
                    let range = members.start() + value.start()..members.start() + value.end();
                    push(text, range, spots);
                }
            }
        }
    }
}

fn push(text: &str, range: Range<usize>, spots: &mut Vec<Spot>) {
    if !range.is_empty() && !stands_for_one(&text[range.clone()]) {
        spots.push(Spot { range, kind: KIND });
    }
}

/// One line of YAML: where it begins, how deep, and what it says.
struct Line<'a> {
    start: usize,
    indent: usize,
    words: &'a str,
}

/// Objects are told apart by `---` and by the items of a list.
fn manifests(text: &str, spots: &mut Vec<Spot>) {
    let mut object: Vec<Line> = Vec::new();
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let words = whole.trim();
        let indent = whole.len() - whole.trim_start().len();
        if words.starts_with("---") || words.starts_with("- ") {
            values(text, &object, spots);
            object.clear();
        }
        if !words.is_empty() {
            object.push(Line { start: start + indent, indent, words });
        }
        start += whole.len();
    }
    values(text, &object, spots);
}

/// The values under `data:` and `stringData:`, if the object is a Secret.
fn values(text: &str, object: &[Line], spots: &mut Vec<Spot>) {
    if !object.iter().any(|line| IS_SECRET.is_match(line.words)) {
        return;
    }
    let mut data: Option<usize> = None;
    let mut value: Option<usize> = None;
    for line in object {
        let item = line.words.strip_prefix("- ").unwrap_or(line.words);
        let depth = line.indent + line.words.len() - item.len();
        if data.is_none_or(|outer| depth <= outer) {
            data = matches!(item, "data:" | "stringData:").then_some(depth);
            value = None;
            continue;
        }
        let goes_on = value.is_some_and(|key| line.indent > key);
        let colon = line.words.find(": ").map_or(0, |colon| colon + 2);
        if !goes_on {
            value = Some(line.indent);
        }
        let from = if goes_on { 0 } else { colon };
        let said = line.words[from..].trim();
        // `key: |` says only that the value follows.
        if (from > 0 || goes_on) && !said.starts_with(['|', '>']) {
            let at = line.start
                + from
                + (line.words[from..].len() - line.words[from..].trim_start().len());
            push(text, at..at + said.len(), spots);
        }
    }
}
