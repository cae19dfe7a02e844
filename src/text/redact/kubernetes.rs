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
/// The same in YAML on one line: `{kind: Secret, data: {a: …}}`.
static IS_SECRET_IN_FLOW: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"[{,]\s*kind:\s*["']?Secret["']?\s*[,}]"#));
static DATA_IN_FLOW: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[{,]\s*(?:data|stringData):\s*\{"));
static FLOW: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:data|stringData):[ \t]*\{"));
static FLOW_MEMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:^|,)\s*["']?[0-9A-Za-z_.-]+["']?\s*:\s*(?:"([^"]+)"|'([^']+)'|([^\s"',{}][^,{}\n]*))"#,
    )
});

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    if IS_SECRET.is_match(text) {
        manifests(text, spots);
    }
    if IS_SECRET_IN_FLOW.is_match(text) {
        for data in DATA_IN_FLOW.find_iter(text) {
            flow_values(text, data.end(), spots);
        }
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
    /// Where the words begin, after the marks of a list.
    depth: usize,
    /// Where the first mark of a list stands, if there is one.
    dash: Option<usize>,
    words: &'a str,
}

impl Line<'_> {
    /// Whether another object than the one at `depth` begins here.
    fn begins_another(&self, depth: usize) -> bool {
        self.depth < depth || self.dash.is_some_and(|dash| dash < depth)
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let mut words = whole.trim();
        let mut depth = whole.len() - whole.trim_start().len();
        let mut dash = None;
        while let Some(rest) = words.strip_prefix("- ") {
            dash = dash.or(Some(depth));
            depth += words.len() - rest.trim_start().len();
            words = rest.trim_start();
        }
        if !words.is_empty() {
            lines.push(Line { start: start + depth, depth, dash, words });
        }
        start += whole.len();
    }
    lines
}

/// The object around each line that says `kind: Secret`: all lines as deep or deeper, up to where
/// another begins. Lists within it, like finalizers, belong to it.
fn manifests(text: &str, spots: &mut Vec<Spot>) {
    let lines = lines(text);
    let mut seen = vec![false; lines.len()];
    for (nth, line) in lines.iter().enumerate() {
        if seen[nth] || !IS_SECRET.is_match(line.words) {
            continue;
        }
        let depth = line.depth;
        let mut first = nth;
        while first > 0
            && !lines[first].begins_another(depth)
            && !is_border(&lines[first - 1], depth)
        {
            first -= 1;
        }
        let goes_on = |line: &Line| !is_border(line, depth) && !line.begins_another(depth);
        let end = nth + 1 + lines[nth + 1..].iter().take_while(|line| goes_on(line)).count();
        for (line, seen) in lines[nth..end].iter().zip(&mut seen[nth..end]) {
            *seen |= line.depth == depth;
        }
        values(text, &lines[first..end], depth, spots);
    }
}

fn is_border(line: &Line, depth: usize) -> bool {
    line.words.starts_with("---") || line.depth < depth
}

/// The values under `data:` and `stringData:` of a Secret.
fn values(text: &str, object: &[Line], depth: usize, spots: &mut Vec<Spot>) {
    let mut in_data = false;
    let mut value: Option<usize> = None;
    for line in object {
        if line.depth <= depth {
            in_data = matches!(line.words, "data:" | "stringData:");
            value = None;
            if let Some(flow) = FLOW.find(line.words) {
                flow_values(text, line.start + flow.end(), spots);
            }
            continue;
        }
        if !in_data {
            continue;
        }
        let goes_on = value.is_some_and(|key| line.depth > key);
        let colon = line.words.find(": ").map_or(0, |colon| colon + 2);
        if !goes_on {
            value = Some(line.depth);
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

/// The values between the braces of `data: {a: …, b: …}`, which may take several lines.
fn flow_values(text: &str, start: usize, spots: &mut Vec<Spot>) {
    let end = text[start..].find(['{', '}']).map_or(text.len(), |end| start + end);
    for found in FLOW_MEMBER.captures_iter(&text[start..end]) {
        let value = (1..=3).find_map(|nth| found.get(nth));
        if let Some(value) = value {
            let said = value.as_str().trim_end();
            push(text, start + value.start()..start + value.start() + said.len(), spots);
        }
    }
}
