//! YAML that people write: read with the place of what is wrong, and told in their words, not in
//! those of a parser.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IgnoredAny, MapAccess,
    SeqAccess, VariantAccess as _, Visitor,
};

use super::pattern::pattern;
use super::yaml_limits::{MAX_ANCHORS, MAX_DEPTH, too_deep, too_many_anchors};
use super::{LineIndex, nearest, truncate_to_width};

/// How much of a wrong value is repeated, in columns.
const SHOWN: usize = 60;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlFault {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and, where that can be told, what to do.
    pub message: String,
}

/// Reads one document; a mark of the encoding at its head is none of it.
///
/// # Errors
/// The text is no YAML, is not of that shape, holds a key twice, or would keep a parser busy for
/// minutes.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, YamlFault> {
    read_with(text, true)
}

/// The same of a file of rules, which may use as many anchors as it likes: only the one who keeps
/// the workspace writes it.
///
/// # Errors
/// As [`read`], but for the number of anchors.
pub fn read_rules<T: DeserializeOwned>(text: &str) -> Result<T, YamlFault> {
    read_with(text, false)
}

fn read_with<T: DeserializeOwned>(text: &str, few_anchors: bool) -> Result<T, YamlFault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let fault = |at: usize, message: String| {
        let (line, column) = LineIndex::new(text).line_column(text, at);
        YamlFault { line, column, message }
    };
    if let Some(at) = too_deep(text) {
        return Err(fault(at, format!("brackets nested more than {MAX_DEPTH} deep")));
    }
    if let Some(at) = too_many_anchors(text).filter(|_| few_anchors) {
        return Err(fault(at, format!("more than {MAX_ANCHORS} anchors and aliases")));
    }
    let steering = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    if let Some((at, letter)) = text.char_indices().find(|(_, letter)| steering(*letter)) {
        let message = format!("a control character (U+{:04X}): take it out", u32::from(letter));
        return Err(fault(at, message));
    }
    serde_yaml::from_str(text).map_err(|error| {
        // Of a key that is there twice, the parser knows where its map begins.
        let twice = || serde_yaml::from_str::<Once>(text).err();
        let error = Some(&error)
            .filter(|it| it.to_string().contains(TWICE))
            .and_then(|_| twice())
            .unwrap_or(error);
        let (at, message) = told(text, &error);
        fault(at, message)
    })
}

/// Whether a file's name is that of a YAML file.
pub fn is_yaml_name(name: &str) -> bool {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml")
}

/// A map in which no key may stand twice; of a plain one the last value would hold, in silence.
pub fn each_once<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    struct EachOnce<K, V>(PhantomData<(K, V)>);

    impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for EachOnce<K, V> {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some((key, value)) = map.next_entry()? {
                if all.insert(key, value).is_some() {
                    return Err(A::Error::custom(TWICE));
                }
            }
            Ok(all)
        }
    }

    deserializer.deserialize_map(EachOnce(PhantomData))
}

/// A text, or a list of texts.
pub fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct OneOrMany;

    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Vec<String>;

        fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str("a text or a list of texts")
        }

        fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<Self::Value, E> {
            Ok(vec![one.to_owned()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(one) = list.next_element()? {
                all.push(one);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_any(OneOrMany)
}

/// By what a parser's error about a key that is there twice is known.
const TWICE: &str = "duplicate field";

/// Anything, in which no map holds a key twice.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Self;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut known = BTreeSet::new();
        while map.next_key_seed(Key(&mut known))?.is_some() {
            map.next_value::<Self>()?;
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Self, A::Error> {
        tagged.variant::<IgnoredAny>()?.1.newtype_variant::<Self>()
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}

/// A key that must not be among those before it.
struct Key<'k>(&'k mut BTreeSet<String>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<(), E> {
        match self.0.insert(key.to_owned()) {
            true => Ok(()),
            false => Err(E::custom(format!("{TWICE} `{key}`"))),
        }
    }
}

/// Where a parser says that it is, such as `rules[0].weight`, in front of what is wrong.
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?s)^(?:(?<path>.*?)(?<index>\[\d+\])?: )?(?<what>(?:invalid (?:type|value|length): |unknown (?:field|variant) |missing field |duplicate field).*)$",
    )
});

/// The same in front of what one of our own readers says.
static WITHIN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[\w-]+(?:\[\d+\]|\.[\w-]+)*: "));

static WRONG_TYPE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?s)^invalid (?:type|value): (?<found>.*), expected (?<wanted>.*)$")
});

static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"`([^`]*)`"));

/// A parser's error in the words of people, and its byte.
fn told(text: &str, error: &serde_yaml::Error) -> (usize, String) {
    let at = error.location().map_or(0, |place| place.index()).min(text.len());
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let letter = text.get(at..).and_then(|rest| rest.chars().next());
    let syntax = |words: &str| (at, words.to_owned());
    let says = |part: &str| message.contains(part);
    if says("more than one document") {
        return (
            second_document(text),
            "a second document begins here: give it a file of its own".to_owned(),
        );
    }
    if says("tab character") || says("cannot start any token") && letter == Some('\t') {
        return syntax("a tab stands where blanks belong: indent with blanks");
    }
    if says("cannot start any token") {
        let letter = letter.map_or(String::new(), |letter| format!(" with `{letter}`"));
        return (at, format!("a text cannot begin{letter} here: put it in single quotes"));
    }
    if says("mapping values are not allowed") {
        return syntax("a `: ` cannot stand within a text: put the text in single quotes");
    }
    if says("unknown escape character") {
        return syntax("within double quotes `\\` means something else: use single quotes");
    }
    if says("unknown anchor") {
        return syntax(
            "no anchor of this name stands above; a text that begins with `*` needs quotes",
        );
    }
    if says("unexpected end of stream") {
        return syntax("the file ends within quotes: close them");
    }
    if says("expected ',' or ']'") || says("expected ',' or '}'") {
        return syntax(
            "a list in `[ ]` or keys in `{ }` are not closed, or lack a comma, before this",
        );
    }
    if says("did not find expected key") || says("did not find expected '-' indicator") {
        return syntax(
            "this does not fit what stands above: look at the indentation and the quotes",
        );
    }
    match PATH.captures(message) {
        Some(parts) => {
            let whole = parts.name("path").map_or("", |path| path.as_str());
            let key = whole.rsplit(['.', ']']).next().unwrap_or_default();
            let of = match (key, parts.name("index").is_some()) {
                ("", _) => "this".to_owned(),
                (key, true) => format!("an entry of `{key}`"),
                (key, false) => format!("`{key}`"),
            };
            (at, of_shape(&of, &parts["what"]))
        }
        None => (at, WITHIN.replace(message, "").into_owned()),
    }
}

/// What is wrong with a value that is YAML and not of the shape that is wanted.
fn of_shape(of: &str, what: &str) -> String {
    if let Some(parts) = WRONG_TYPE.captures(what) {
        let (found, wanted) = (found(&parts["found"]), wanted(&parts["wanted"]));
        let is_scalar = found.starts_with("the number") || found.starts_with('`');
        let quotes = if is_scalar && wanted.contains("a text") { ": put it in quotes" } else { "" };
        return format!("{of} has to be {wanted}, and is {found}{quotes}");
    }
    let mut names = QUOTED.captures_iter(what).filter_map(|name| Some(name.get(1)?.as_str()));
    let name = names.next().unwrap_or_default();
    let others: Vec<&str> = names.collect();
    let near = nearest(name, others.iter().copied());
    let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let shown = truncate_to_width(name, SHOWN);
    if what.starts_with("missing") {
        return format!("the key `{shown}` is missing");
    }
    if what.starts_with(TWICE) {
        return format!("the key `{shown}` stands here twice: keep one");
    }
    let stand = if near.is_empty() { "; here stand" } else { " Here stand" };
    let list = format!("{stand} {}", others.join(", "));
    match what.starts_with("unknown field") {
        true => format!("unknown key `{shown}`{near}{list}"),
        false => format!("unknown word `{shown}`{near}{list}"),
    }
}

fn found(found: &str) -> String {
    let quoted = QUOTED.captures(found).map(|quoted| quoted[1].to_owned());
    match (found, quoted) {
        ("sequence", _) => "a list".to_owned(),
        ("map", _) => "keys with values".to_owned(),
        ("unit value", _) => "empty".to_owned(),
        (_, Some(value)) if found.starts_with("boolean") => format!("`{value}`"),
        (_, Some(value)) if !found.starts_with("string") => format!("the number {value}"),
        _ => match found.strip_prefix("string ") {
            Some(text) => format!("the text {}", truncate_to_width(text, SHOWN)),
            None => found.to_owned(),
        },
    }
}

fn wanted(wanted: &str) -> &str {
    match wanted {
        "a map" => "keys with values, like `key: value`",
        _ if wanted.starts_with("struct ") => "keys with values, like `key: value`",
        "a sequence" => "a list, like `[a, b]`",
        "a string" => "a text",
        "a boolean" => "`true` or `false`",
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => "a whole number",
        "a YAML tag starting with '!'" => "one word",
        "a tuple of size 2" => "a pair, like `[a, b]`",
        _ => wanted,
    }
}

/// Where the second document of a text begins.
fn second_document(text: &str) -> usize {
    let mut seen = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let marks = line.starts_with("---");
        if marks && seen {
            return at;
        }
        let line = line.trim();
        seen |= marks || !line.is_empty() && !line.starts_with('#');
        at += text[at..].find('\n').map_or(text.len() - at, |end| end + 1);
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, default)]
    struct Shape {
        id: String,
        weight: Option<u8>,
        #[serde(deserialize_with = "one_or_many")]
        any: Vec<String>,
        #[serde(deserialize_with = "each_once")]
        words: BTreeMap<String, String>,
        inner: Vec<Self>,
    }

    fn wrong(text: &str) -> (usize, usize, String) {
        let fault = read::<Shape>(text).expect_err(text);
        for internal in ["Shape", "enum", "u8", "untagged", "sequence", "struct", "[0]"] {
            assert!(!fault.message.contains(internal), "{text:?}: {}", fault.message);
        }
        (fault.line, fault.column, fault.message)
    }

    #[test]
    fn what_is_wrong_is_told_in_the_words_of_people() {
        let check = |text: &str, line: usize, column: usize, says: &str| {
            let (l, c, message) = wrong(text);
            assert!(message.contains(says), "{text:?}: {message}");
            assert_eq!((l, c), (line, column), "{text:?}: {message}");
        };
        check("hello", 1, 1, "this has to be keys with values, like `key: value`, and is the text");
        check("- a", 1, 1, "and is a list");
        check("~", 1, 1, "and is empty");
        check(
            "weight: heavy",
            1,
            9,
            "`weight` has to be a whole number, and is the text \"heavy\"",
        );
        check("weight: 3.5", 1, 9, "and is the number 3.5");
        check("weight: [3]", 1, 9, "and is a list");
        check("inner: [{weight: x}]", 1, 18, "`weight` has to be");
        check("inner: [x]", 1, 9, "an entry of `inner` has to be keys with values");
        check("any: 3", 1, 6, "a text or a list of texts, and is the number 3: put it in quotes");
        check("any: {a: b}", 1, 6, "`any` has to be a text or a list of texts");
        check("any:", 1, 5, "and is empty");
        check("wait: 1", 1, 1, "unknown key `wait`");
        check("wigth: 1", 1, 1, "did you mean `weight`? Here stand id, weight");
        check("id: a\nid: b", 2, 1, "the key `id` stands here twice");
        check("words:\n  a: x\n  b: y\n  a: z", 4, 3, "the key `a` stands here twice");
        check("words: [a]", 1, 8, "`words` has to be keys with values");
        check("\tid: x", 1, 1, "a tab");
        check("inner:\n  - id: x\n\t  any: y", 3, 1, "a tab");
        check("id: `x`", 1, 5, "cannot begin with `` ` `` here".replace("`` ` ``", "```").as_str());
        check("id: a: b", 1, 6, "put the text in single quotes");
        check("any: \"\\w\"", 1, 7, "use single quotes");
        check("any: *x", 1, 6, "needs quotes");
        check("any: [a", 1, 8, "not closed");
        check("id: 'a", 1, 7, "within quotes");
        check("id: a\n---\nid: b", 2, 1, "a second document");
        check("# x\n---\nid: a\n---\nid: b", 4, 1, "a second document");
        check("id: a\u{7}", 1, 6, "U+0007");
    }

    #[test]
    fn a_mark_of_the_encoding_is_none_of_the_text() {
        assert_eq!(read::<Shape>("\u{feff}id: a").map(|shape| shape.id), Ok("a".to_owned()));
        assert_eq!(wrong("\u{feff}id: [a]").1, 5);
        assert_eq!(read::<Shape>("# nothing\n"), Ok(Shape::default()));
    }
}
