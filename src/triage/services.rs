//! The names of services in texts, however people and programs write them.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use serde::Deserialize;

use super::chains::{Chains, compiled};

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

/// Words and names as they stand in a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawServices {
    products: Vec<String>,
    called: Vec<String>,
    stores: Vec<String>,
    endings: Vec<String>,
    fillers: Vec<String>,
    common: Vec<String>,
    no_names: Vec<String>,
    singular: Vec<String>,
}

/// What is known of services, of all files together.
#[derive(Debug, Default)]
pub(super) struct Services {
    /// Known by their names alone.
    products: BTreeSet<String>,
    /// Stand behind the name of a service.
    called: BTreeSet<String>,
    /// Stand behind the name of a store or machine.
    stores: BTreeSet<String>,
    /// The second half of a name.
    endings: BTreeSet<String>,
    /// Stand in front of "service" and name none.
    fillers: BTreeSet<String>,
    /// Names of services that are words of any sentence as well.
    common: BTreeSet<String>,
    /// Stand where a name may stand, and are none.
    no_names: BTreeSet<String>,
    /// End in an s and are no plural.
    singular: BTreeSet<String>,
    pub(super) chains: Chains,
    /// The last file that has some of these words.
    file: usize,
    mention: Option<Mentioned>,
    /// What stands behind a name that is called a service, and no store or machine of one.
    service: Option<Regex>,
}

/// How a service is named, as one expression.
#[derive(Debug)]
struct Mentioned {
    regex: Regex,
    /// One of these holds the name.
    groups: Vec<usize>,
    /// The one for products.
    product: Option<usize>,
}

impl Services {
    /// Adds what stands in a file.
    ///
    /// # Errors
    /// One of the words is none: which, and why.
    pub(super) fn add(&mut self, raw: RawServices, file: usize) -> Result<(), (String, String)> {
        let lists = [
            (&mut self.products, raw.products),
            (&mut self.called, raw.called),
            (&mut self.stores, raw.stores),
            (&mut self.endings, raw.endings),
            (&mut self.fillers, raw.fillers),
            (&mut self.common, raw.common),
            (&mut self.no_names, raw.no_names),
            (&mut self.singular, raw.singular),
        ];
        for (known, words) in lists {
            for word in words {
                let is_part = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
                if !word.starts_with(|c: char| c.is_alphanumeric() || c == '-')
                    || !word.ends_with(char::is_alphanumeric)
                    || !word.chars().all(is_part)
                {
                    let message = format!(
                        "`{word}` is no name: letters and digits, with `-`, `_`, `.` or a space between"
                    );
                    return Err((word, message));
                }
                known.insert(word.to_lowercase());
                self.file = file;
            }
        }
        Ok(())
    }

    /// Makes expressions of the words.
    ///
    /// # Errors
    /// One of them cannot be compiled, or they are too many: the file, the entry, and why.
    pub(super) fn compile(&mut self) -> Result<(), (usize, String, String)> {
        self.chains.compile()?;
        self.compile_names().map_err(|message| (self.file, "services".to_owned(), message))
    }

    fn compile_names(&mut self) -> Result<(), String> {
        let any = |words: &mut dyn Iterator<Item = &String>| {
            let mut words: Vec<String> = words.map(|word| regex::escape(word)).collect();
            // The longest first, so that none hides another one.
            words.sort_by_key(|word| std::cmp::Reverse(word.len()));
            (!words.is_empty()).then(|| words.join("|"))
        };
        let endings = any(&mut self.endings.iter().filter(|word| !word.starts_with('-')));
        let hyphened = any(&mut self.endings.iter().filter(|word| word.starts_with('-')));
        let endings = endings.map(|words| format!("[ -](?:{words})"));
        let both = [endings.clone(), hyphened].into_iter().flatten().collect::<Vec<_>>().join("|");
        let mut ways = Vec::new();
        if let Some(nouns) = any(&mut self.called.union(&self.stores)) {
            let ending = endings.map_or(String::new(), |words| format!("(?:{words})?"));
            let name = r"[a-z][a-z0-9_]*(?:[-_][a-z0-9]+)*";
            ways.push((format!(r"\b(?<a>{name}{ending})[ -](?:{nouns})\b"), "a".to_owned()));
        }
        if !both.is_empty() {
            ways.push((format!(r"\b(?<b>[a-z][a-z0-9]*(?:{both}))\b"), "b".to_owned()));
        }
        if let Some(products) = any(&mut self.products.iter()) {
            ways.push((format!(r"\b(?<c>{products})\b"), "c".to_owned()));
        }
        ways.extend(self.chains.mentions());
        let (ways, names): (Vec<String>, Vec<String>) = ways.into_iter().unzip();
        if !ways.is_empty() {
            let regex = compiled(&format!("(?i){}", ways.join("|")))?;
            let group = |name: &str| regex.capture_names().position(|known| known == Some(name));
            let groups = names.iter().filter_map(|name| group(name)).collect();
            let product = group("c");
            self.mention = Some(Mentioned { groups, product, regex });
        }
        if let Some(called) = any(&mut self.called.iter()) {
            self.service = Some(compiled(&format!(r"(?i)^[ -](?:{called})\b"))?);
        }
        Ok(())
    }

    /// Whether a word is the name of something that can fail.
    pub(super) fn is_name(&self, word: &str) -> bool {
        word.len() > 1 && !self.no_names.contains(&word.to_lowercase())
    }

    /// The services that a text names with the word beside them, in order.
    pub(super) fn mentions(&self, text: &str) -> Vec<Mention> {
        let Some(Mentioned { regex, groups, product }) = &self.mention else { return Vec::new() };
        let mut found: Vec<Mention> = Vec::new();
        let mut from = 0;
        while let Some(captures) = regex.captures_at(text, from) {
            let name = groups.iter().find_map(|group| captures.get(*group));
            let Some(name) = name else { break };
            // The "for" of "for frontend-proxy service" is none of the name, and hides its beginning.
            let filler = self.filler(name.as_str());
            if filler > 0 {
                from = name.start() + filler;
                continue;
            }
            let (mut start, mut end) = (name.start(), name.end());
            if product.is_some_and(|group| captures.get(group).is_some()) {
                // A product within a longer name, as in `valkey-cart`, is that name; `dns-2` is one of
                // several.
                let (from, to) = whole_name(text, start, end);
                if !text[from..to].contains(|c: char| c.is_ascii_digit()) {
                    (start, end) = (from, to);
                }
            }
            from = captures.get(0).map_or(text.len(), |whole| whole.end().max(end));
            let normal = self.normal(&text[start..end]);
            if normal.len() < 2 || self.fillers.contains(&normal) {
                continue;
            }
            found.push(Mention { name: normal, start, end });
            if found.len() == MAX_MENTIONS {
                break;
            }
        }
        found
    }

    /// How many bytes of words stand in front of a name that belong to the sentence: the "to" of "due
    /// to frontend" says which way it goes.
    fn filler(&self, name: &str) -> usize {
        let mut start = 0;
        while let Some((word, _)) = name[start..].split_once(' ') {
            if !self.fillers.contains(&word.to_lowercase()) {
                break;
            }
            start += word.len() + 1;
        }
        start
    }

    /// One name for one service: lower case, no hashes, no plural, no filler in front.
    pub(super) fn normal(&self, name: &str) -> String {
        let name = name.to_lowercase().replace([' ', '_'], "-");
        let name = super::correlate::without_hashes(&name);
        let all: Vec<&str> = name.split('-').collect();
        let fillers = all[..all.len() - 1].iter().take_while(|part| self.fillers.contains(**part));
        let mut parts: Vec<&str> = all.iter().skip(fillers.count()).copied().collect();
        let last = parts.pop().unwrap_or_default();
        let plural = last.len() > 2 && last.ends_with('s') && !last.ends_with("ss");
        let plural = plural && !self.singular.contains(last);
        parts.push(if plural { &last[..last.len() - 1] } else { last });
        parts.join("-")
    }
}

/// The bytes of the name with hyphens that a range is a part of.
fn whole_name(text: &str, start: usize, end: usize) -> (usize, usize) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let before = text[..start].chars().rev().take_while(|c| is_part(*c)).count();
    let after = text[end..].chars().take_while(|c| is_part(*c)).count();
    (start - before, end + after)
}

/// The services that some message calls one. Another message may name them without the word, as in
/// `Frontend receives errors because of cart failures`.
pub(super) struct Said<'k> {
    services: &'k Services,
    names: Vec<String>,
    letters: Option<AhoCorasick>,
}

impl<'k> Said<'k> {
    /// Looks them up in all texts.
    pub(super) fn of<'t>(services: &'k Services, texts: impl Iterator<Item = &'t str>) -> Self {
        let named = texts.flat_map(|text| {
            let is_service = |mention: &Mention| {
                let behind = text.get(mention.end..).unwrap_or_default();
                services.service.as_ref().is_some_and(|service| service.is_match(behind))
                    && !services.common.contains(&mention.name)
            };
            services.mentions(text).into_iter().filter(is_service).map(|mention| mention.name)
        });
        let names: BTreeSet<String> = named.filter(|name| name.len() >= SHORTEST).collect();
        let names: Vec<String> = names.into_iter().collect();
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
        let letters = (names.len() > 1).then(|| builder.build(&names).ok()).flatten();
        Self { services, names, letters }
    }

    /// All that a text names, in order: with the word beside it or without.
    pub(super) fn mentions(&self, text: &str) -> Vec<Mention> {
        let mut all = self.services.mentions(text);
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
