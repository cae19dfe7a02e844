//! Front matter: YAML between `---` or TOML between `+++` at a file's beginning.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::last_worked::read_date;
use super::{Diagnostic, FrontMatter, Lifecycle, Severity, Span};
use crate::text::pattern::pattern;
use crate::text::yaml_limits::{MAX_ANCHORS, MAX_DEPTH, too_deep, too_many_anchors};
use crate::text::{LineIndex, collapse_whitespace, nearest};

/// More is not read.
const MAX_BYTES: usize = 64 * 1024;
static KEY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?m)^["']?([A-Za-z_][\w.-]*)["']?\s*[:=]"#));

/// What stands before the Markdown: the front matter and where the Markdown begins.
pub(super) fn read(text: &str, diagnostics: &mut Vec<Diagnostic>) -> (FrontMatter, usize) {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let Some(found) = find(text, bom) else { return (FrontMatter::default(), bom) };
    let mut reader = Reader { text, found: &found, lines: LineIndex::new(text), diagnostics };
    let values = match reader.values() {
        Ok(Some(values)) => values,
        // Two rules with words between them are no front matter.
        Ok(None) => return (FrontMatter::default(), bom),
        Err(diagnostic) => {
            reader.diagnostics.push(diagnostic);
            serde_json::Map::new()
        }
    };
    let mut front = reader.front_matter(values);
    let lines = &reader.lines;
    front.span = Some(Span {
        start: bom,
        end: found.end,
        line: lines.line(bom),
        end_line: lines.line(found.end.saturating_sub(1)),
    });
    (front, found.end)
}

/// What the front matter says, key by key with its line, and where the Markdown begins: for
/// documents whose keys are not those of a runbook.
pub fn values(
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<(String, Value, usize)>, usize) {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let Some(found) = find(text, bom) else { return (Vec::new(), bom) };
    let reader = Reader { text, found: &found, lines: LineIndex::new(text), diagnostics };
    let values = match reader.values() {
        Ok(Some(values)) => values,
        Ok(None) => return (Vec::new(), bom),
        Err(diagnostic) => {
            reader.diagnostics.push(diagnostic);
            return (Vec::new(), found.end);
        }
    };
    let start = found.inner.start;
    let places: BTreeMap<String, usize> = KEY
        .captures_iter(reader.source())
        .filter_map(|key| Some((key[1].to_owned(), reader.lines.line(start + key.get(0)?.start()))))
        .collect();
    let line = |key: &str| places.get(key).copied().unwrap_or(1);
    (
        values
            .into_iter()
            .map(|(key, value)| (line(&key), key, value))
            .map(|(l, k, v)| (k, v, l))
            .collect(),
        found.end,
    )
}

/// A front matter's place.
struct Found {
    inner: Range<usize>,
    /// One past the closing line, its line end included.
    end: usize,
    toml: bool,
}

fn find(text: &str, start: usize) -> Option<Found> {
    let rest = &text[start..];
    let first = rest.split_inclusive('\n').next()?;
    let toml = match first.trim_end() {
        "---" => false,
        "+++" => true,
        _ => return None,
    };
    let mut at = start + first.len();
    let inner = at;
    for line in text[at..].split_inclusive('\n') {
        let mark = line.trim_end();
        let closes = if toml { mark == "+++" } else { mark == "---" || mark == "..." };
        if closes {
            return Some(Found { inner: inner..at, end: at + line.len(), toml });
        }
        at += line.len();
    }
    None
}

type Values = serde_json::Map<String, Value>;

struct Reader<'a> {
    text: &'a str,
    found: &'a Found,
    lines: LineIndex,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn source(&self) -> &str {
        &self.text[self.found.inner.clone()]
    }

    fn diagnostic(&self, byte: usize, rule: &str, message: String) -> Diagnostic {
        let (line, column) = self.lines.line_column(self.text, byte);
        let severity = match rule {
            "front-matter-unknown-status" => Severity::Warning,
            _ => Severity::Error,
        };
        Diagnostic { line, column, rule: rule.to_owned(), severity, message }
    }

    /// Reads the mapping; `None` where this is prose between two rules.
    fn values(&self) -> Result<Option<Values>, Diagnostic> {
        let source = self.source();
        let start = self.found.inner.start;
        let says_keys = KEY.is_match(source.get(..source.len().min(MAX_BYTES)).unwrap_or(source));
        if !says_keys && !source.trim().is_empty() && !self.found.toml {
            return Ok(None);
        }
        if source.len() > MAX_BYTES {
            let message = format!(
                "the front matter has {} bytes and is not read; 65536 are allowed: move its text \
                 below the closing line",
                source.len()
            );
            return Err(self.diagnostic(start, "front-matter-too-large", message));
        }
        if self.found.toml {
            return self.toml_values().map(Some);
        }
        if let Some(at) = too_many_anchors(source) {
            let message = format!(
                "the front matter has more than {MAX_ANCHORS} anchors and aliases and is not read; \
                 write the values out"
            );
            return Err(self.diagnostic(start + at, "front-matter-too-large", message));
        }
        if let Some(at) = too_deep(source) {
            let message = format!(
                "the front matter is nested more than {MAX_DEPTH} deep and is not read; make it flat"
            );
            return Err(self.diagnostic(start + at, "front-matter-too-large", message));
        }
        self.yaml_values()
    }

    fn yaml_values(&self) -> Result<Option<Values>, Diagnostic> {
        let start = self.found.inner.start;
        let value: serde_yaml::Value = serde_yaml::from_str(self.source()).map_err(|error| {
            let at = error.location().map_or(0, |location| location.index());
            let message =
                format!("the front matter is not valid YAML: {}", short(&error.to_string()));
            self.diagnostic((start + at).min(self.found.inner.end), "front-matter-invalid", message)
        })?;
        match value {
            serde_yaml::Value::Mapping(mapping) => Ok(Some(
                mapping.into_iter().map(|(key, value)| (yaml_text(&key), json(value))).collect(),
            )),
            serde_yaml::Value::Null => Ok(Some(Values::new())),
            _ => Ok(None),
        }
    }

    fn toml_values(&self) -> Result<Values, Diagnostic> {
        let start = self.found.inner.start;
        let table: toml::Table = toml::from_str(self.source()).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = format!("the front matter is not valid TOML: {}", short(error.message()));
            self.diagnostic((start + at).min(self.found.inner.end), "front-matter-invalid", message)
        })?;
        Ok(table.into_iter().map(|(key, value)| (key, toml_json(value))).collect())
    }

    /// A value that is not what its key asks for.
    fn wrong(&mut self, key: &str, expected: &str) {
        let place = KEY.captures_iter(self.source()).find(|found| &found[1] == key);
        let at = place.and_then(|found| found.get(0)).map_or(0, |found| found.start());
        let message = format!("`{key}` must be {expected}; it is ignored");
        let diagnostic =
            self.diagnostic(self.found.inner.start + at, "front-matter-invalid", message);
        self.diagnostics.push(diagnostic);
    }

    fn front_matter(&mut self, values: Values) -> FrontMatter {
        let mut front = FrontMatter::default();
        for (key, value) in values {
            if value.is_null() {
                continue;
            }
            self.set(&mut front, &key, &value);
        }
        front
    }

    fn set(&mut self, front: &mut FrontMatter, key: &str, value: &Value) {
        match key {
            "id" => front.id = self.word(key, value),
            "title" => front.title = self.word(key, value),
            "owner" => front.owner = self.word(key, value),
            "service" => front.service = self.word(key, value),
            "alerts" | "alert" => front.alerts.extend(self.words(key, value)),
            "tags" => front.tags = self.words(key, value),
            "aliases" => front.aliases = self.words(key, value),
            "moved_from" => front.moved_from = self.words(key, value),
            "status" => self.status(front, value),
            "exercise" => match value.as_str() {
                Some("required") => front.exercise_not_required = false,
                Some("not-required") => front.exercise_not_required = true,
                _ => self.wrong(key, "`required` or `not-required`"),
            },
            "stale_after_days" => match value.as_u64().filter(|days| (1..=36_500).contains(days)) {
                Some(days) => front.stale_after_days = u32::try_from(days).ok(),
                None => self.wrong(key, "a number of days, like 90"),
            },
            "placeholders" => self.placeholders(front, value),
            "last_reviewed_on" => match value.as_str().and_then(read_date) {
                Some(date) => front.last_reviewed_on = Some(date),
                None => self.wrong(key, "a date like 2026-05-12"),
            },
            "review_in" => match review_days(value) {
                Some(days) => front.review_in_days = Some(days),
                None => self.wrong(key, "a time like `6 months` or `90 days`"),
            },
            "example" => match value.as_bool() {
                Some(example) => front.example = example,
                None => self.wrong(key, "`true` or `false`"),
            },
            _ => {
                front
                    .other
                    .insert(key.to_owned(), scalar(value).unwrap_or_else(|| value.to_string()));
            }
        }
    }

    fn word(&mut self, key: &str, value: &Value) -> Option<String> {
        let word = scalar(value).map(|word| collapse_whitespace(&word));
        if word.is_none() {
            self.wrong(key, "a text");
        }
        word.filter(|word| !word.is_empty())
    }

    fn words(&mut self, key: &str, value: &Value) -> Vec<String> {
        let items = match value {
            Value::Array(items) => items.iter().map(scalar).collect::<Option<Vec<_>>>(),
            other => scalar(other).map(|word| vec![word]),
        };
        let Some(items) = items else {
            self.wrong(key, "a list of texts");
            return Vec::new();
        };
        let items = items.iter().map(|item| collapse_whitespace(item));
        items.filter(|item| !item.is_empty()).collect()
    }

    fn status(&mut self, front: &mut FrontMatter, value: &Value) {
        let known = ["draft", "active", "deprecated"];
        let word = scalar(value).unwrap_or_default();
        front.status = match word.to_lowercase().as_str() {
            "draft" => Lifecycle::Draft,
            "active" => Lifecycle::Active,
            "deprecated" => Lifecycle::Deprecated,
            _ => {
                let place = KEY.captures_iter(self.source()).find(|found| &found[1] == "status");
                let at = place.and_then(|found| found.get(0)).map_or(0, |found| found.start());
                let hint = nearest(&word, known).map(|near| format!("; did you mean `{near}`?"));
                let message = format!(
                    "`status: {}` is unknown and taken for active; write draft, active or \
                     deprecated{}",
                    short(&word),
                    hint.unwrap_or_default()
                );
                let at = self.found.inner.start + at;
                let diagnostic = self.diagnostic(at, "front-matter-unknown-status", message);
                self.diagnostics.push(diagnostic);
                Lifecycle::Active
            }
        };
    }

    fn placeholders(&mut self, front: &mut FrontMatter, value: &Value) {
        let expected = "names with the literal that each stands for";
        let Value::Object(entries) = value else { return self.wrong("placeholders", expected) };
        let mut literals = BTreeMap::new();
        for (name, literal) in entries {
            let literal =
                literal.get("value").or_else(|| literal.get("literal")).unwrap_or(literal);
            match scalar(literal) {
                Some(literal) => drop(literals.insert(name.clone(), literal)),
                None => return self.wrong("placeholders", expected),
            }
        }
        front.placeholders = literals;
    }
}

/// `6 months`, `90 days` or a number of days.
fn review_days(value: &Value) -> Option<u32> {
    if let Some(days) = value.as_u64() {
        return u32::try_from(days).ok().filter(|days| (1..=36_500).contains(days));
    }
    super::facts::days(value.as_str()?)
}

/// A text, number or truth value as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A parser's message in one short line without its place, which is told apart.
fn short(message: &str) -> String {
    let message = collapse_whitespace(message);
    let message = message.split(" at line ").next().unwrap_or_default();
    message.chars().take(160).collect()
}

fn yaml_text(value: &serde_yaml::Value) -> String {
    match json(value.clone()) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// YAML as JSON. YAML's parser limits the depth, so that this recursion is bounded.
fn json(value: serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Null => Value::Null,
        serde_yaml::Value::Bool(truth) => Value::Bool(truth),
        serde_yaml::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(whole)) => Value::from(whole),
            (None, None) => Value::String(number.to_string()),
        },
        serde_yaml::Value::String(text) => Value::String(text),
        serde_yaml::Value::Sequence(items) => items.into_iter().map(json).collect(),
        serde_yaml::Value::Mapping(entries) => Value::Object(
            entries.into_iter().map(|(key, value)| (yaml_text(&key), json(value))).collect(),
        ),
        serde_yaml::Value::Tagged(tagged) => json(tagged.value),
    }
}

/// TOML as JSON. TOML's parser limits the depth too.
fn toml_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(whole) => Value::from(whole),
        toml::Value::Float(number) => Value::String(number.to_string()),
        toml::Value::Boolean(truth) => Value::Bool(truth),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(items) => items.into_iter().map(toml_json).collect(),
        toml::Value::Table(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, toml_json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(text: &str) -> (FrontMatter, usize, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let (front, body) = read(text, &mut diagnostics);
        (front, body, diagnostics)
    }

    #[test]
    fn known_keys_are_read_and_others_kept() {
        let text = "\u{feff}---\r\ntitle: A  title\r\nowner: payments\r\nalerts: [A, B]\r\ntags: one\r\nstatus: deprecated\r\nexercise: not-required\r\nstale_after_days: 30\r\nplaceholders:\r\n  RELEASE: x\r\n  N: 13\r\nlast_reviewed_on: 2026-05-12\r\nreview_in: 6 months\r\nexample: true\r\nweight: 20\r\nmenu:\r\n  after: 1\r\n---\r\n# T\r\n";
        let (front, body, diagnostics) = front(text);
        assert_eq!(diagnostics, []);
        assert_eq!(front.title.as_deref(), Some("A title"));
        assert_eq!(front.alerts, ["A", "B"]);
        assert_eq!(front.tags, ["one"]);
        assert_eq!(front.status, Lifecycle::Deprecated);
        assert!(front.exercise_not_required && front.example);
        assert_eq!((front.stale_after_days, front.review_in_days), (Some(30), Some(180)));
        assert_eq!(front.placeholders.get("N").map(String::as_str), Some("13"));
        assert_eq!(
            front.last_reviewed_on.map(|date| date.to_string()).as_deref(),
            Some("2026-05-12")
        );
        assert_eq!(front.other.get("weight").map(String::as_str), Some("20"));
        assert_eq!(front.other.get("menu").map(String::as_str), Some("{\"after\":1}"));
        assert_eq!(&text[body..], "# T\r\n");
        assert_eq!(front.span.map(|span| (span.start, span.line, span.end_line)), Some((3, 1, 18)));
    }

    #[test]
    fn toml_is_read_too() {
        let (front, body, diagnostics) =
            front("+++\ntitle = \"T\"\nlast_reviewed_on = 2026-05-12\nalerts = [\"A\"]\n+++\nx");
        assert_eq!((front.title.as_deref(), body, diagnostics.len()), (Some("T"), 65, 0));
        assert!(front.last_reviewed_on.is_some());
    }

    #[test]
    fn rules_in_the_text_are_no_front_matter() {
        let check = |text| {
            let (front, body, diagnostics) = front(text);
            assert_eq!((front, body, diagnostics.len()), (FrontMatter::default(), 0, 0), "{text}");
        };
        check("---\nnever closed: x\n");
        check("---\nSome words.\n---\nMore.\n");
        check("# T\n---\na: b\n---\n");
        check("----\na: b\n---\n");
    }

    #[test]
    fn faults_have_a_place_and_the_text_below_is_read() {
        let check = |text, rule: &str, line, column| {
            let (_, body, diagnostics) = front(text);
            let found: Vec<_> =
                diagnostics.iter().map(|d| (d.rule.as_str(), d.line, d.column)).collect();
            assert_eq!(found, [(rule, line, column)], "{text} {diagnostics:?}");
            assert_eq!(&text[body..], "end", "{text}");
        };
        check("---\ntitle: x\nalerts: [a\n---\nend", "front-matter-invalid", 4, 1);
        check("+++\ntitle = \n+++\nend", "front-matter-invalid", 2, 9);
        check("---\ntitle: x\nstale_after_days: soon\n---\nend", "front-matter-invalid", 3, 1);
        check("---\nowner: [a, b]\n---\nend", "front-matter-invalid", 2, 1);
        check("---\nid: 1\nstatus: activ\n---\nend", "front-matter-unknown-status", 3, 1);
        let large = format!("---\na: {}\n---\nend", "x".repeat(70_000));
        check(&large, "front-matter-too-large", 2, 1);
        let deep = format!("---\na: {}\n---\nend", "[".repeat(60_000));
        check(&deep, "front-matter-too-large", 2, 68);
    }

    #[test]
    fn an_alias_bomb_is_refused_where_it_begins() {
        let mut bomb = String::from("---\na: &a [x, x, x, x, x, x, x, x, x]\n");
        for (level, name) in ('b'..='j').enumerate() {
            let before = char::from(b'a' + u8::try_from(level).unwrap_or(0));
            let alias = format!("*{before}, ").repeat(9);
            bomb.push_str(&format!("{name}: &{name} [{}]\n", alias.trim_end_matches(", ")));
        }
        bomb.push_str("---\nend");
        let (front, body, diagnostics) = front(&bomb);
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(
            (diagnostics[0].rule.as_str(), diagnostics[0].line),
            ("front-matter-too-large", 4)
        );
        assert!(front.other.is_empty());
        assert_eq!(&bomb[body..], "end");
    }
}
