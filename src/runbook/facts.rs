//! What sentences and labels say: when to use it, how long it takes, its alerts, severity and
//! dashboards, when it goes stale, and which other runbooks it names.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::alert_name::{alert_of_heading, is_alert, is_alert_word};
use super::duration::leading_range;
use super::outline::{Block, Outline};
use super::{DurationRange, FrontMatter, Link, Located, Related, SectionKind, Span, plain_words};
use crate::text::pattern::pattern;

static TIME_TO_MITIGATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:time[- ]to[- ](?:mitigate|mitigation|resolve|resolution|recover|recovery|restore)|TTM|MTTR)\b",
    )
});
static DAYS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\s*(\d{1,4})[\s-]*(days?|d|weeks?|w|months?|years?|y)\b"));
static STALE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bstale (?:after|if (?:older than|not exercised (?:for|in|within))|when older than|beyond|past)\s+(?:more than\s+)?(\d{1,4}[\s-]*[a-z]+)",
    )
});
static OLDER_THAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:older than|more than|over|for|after|exercised in|within)\s+(\d{1,4}[\s-]*[a-z]+)",
    )
});
static STALE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bstale\b"));
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(alert name|alert|name|alertname|severity|dashboards?)\s*:\s*")
});
static LEVEL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:P[0-5]|SEV[- ]?[0-5]|S[0-5])\b"));
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:when to (?:reach for|use|run|follow) (?:this|it)(?: runbook)?|when to use|use (?:this|it)(?: runbook)? (?:when|if)|reach for (?:this|it) when)\s*[:—–-]?\s*",
    )
});
static HUGO_REF: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\{\{[<%]\s*(?:rel)?ref\s+"([^"\n]{1,300})"\s*[>%]\}\}"#));

/// Days in a text like `90 days`, `6 months` or `12 weeks`; a month has 30.
pub(super) fn days(text: &str) -> Option<u32> {
    let found = DAYS.captures(text)?;
    let number: u32 = found[1].parse().ok()?;
    let scale = match found[2].chars().next()?.to_ascii_lowercase() {
        'd' => 1,
        'w' => 7,
        'm' => 30,
        _ => 365,
    };
    number.checked_mul(scale).filter(|days| (1..=36_500).contains(days))
}

/// The words of each block, made once.
pub(super) struct Blocks<'o> {
    outline: &'o Outline<'o>,
    plain: Vec<String>,
}

impl<'o> Blocks<'o> {
    pub(super) fn of(outline: &'o Outline<'o>) -> Self {
        Self { outline, plain: outline.blocks.iter().map(Block::plain).collect() }
    }

    fn each(&self) -> impl Iterator<Item = (&'o Block, &str)> {
        self.outline.blocks.iter().zip(self.plain.iter().map(String::as_str))
    }

    fn kind(&self, block: &Block) -> SectionKind {
        self.outline.parts[block.section].section.kind
    }

    fn span(&self, block: &Block) -> Span {
        self.outline.span(&block.range)
    }

    /// When to reach for the runbook: the sentence that says so, else the section about it, else
    /// the first words under the title.
    pub(super) fn when_to_use(&self) -> Option<Located<String>> {
        let said = self.each().find_map(|(block, plain)| {
            let lead = LEAD.find(plain)?;
            let words = plain[lead.end()..].trim();
            (!words.is_empty()).then_some((block, words))
        });
        let of_kind = || self.each().find(|(block, _)| self.kind(block) == SectionKind::WhenToUse);
        let opening =
            || self.each().find(|(block, _)| Some(block.section) == self.outline.title.or(Some(0)));
        let (block, words) = said.or_else(of_kind).or_else(opening)?;
        let located = Located { value: words.to_owned(), span: self.span(block) };
        (!words.trim().is_empty()).then_some(located)
    }

    pub(super) fn time_to_mitigate(&self) -> Option<Located<DurationRange>> {
        self.each().find_map(|(block, plain)| {
            let value = TIME_TO_MITIGATE
                .find_iter(plain)
                .find_map(|found| leading_range(&plain[found.end()..]))?;
            Some(Located { value, span: self.span(block) })
        })
    }

    /// The limit that a sentence sets, with the front matter's before it.
    pub(super) fn stale_after_days(&self, front: &FrontMatter) -> Option<Located<u32>> {
        if let Some(value) = front.stale_after_days {
            return Some(Located { value, span: front.span.unwrap_or_default() });
        }
        self.each().find_map(|(block, plain)| {
            if !STALE.is_match(plain) {
                return None;
            }
            let told = STALE_AFTER.captures_iter(plain).find_map(|found| days(&found[1]));
            let about_the_table = self.kind(block) == SectionKind::LastWorked;
            let value = match told {
                Some(value) => value,
                None if about_the_table => {
                    OLDER_THAN.captures_iter(plain).find_map(|found| days(&found[1]))?
                }
                None => return None,
            };
            Some(Located { value, span: self.span(block) })
        })
    }

    /// The severity that labels agree on; a page of many alerts has none.
    pub(super) fn severity(&self, front: &FrontMatter) -> Option<Located<String>> {
        if let Some(value) = front.other.get("severity") {
            return Some(Located { value: value.clone(), span: front.span.unwrap_or_default() });
        }
        let mut told: Option<Located<String>> = None;
        for (block, plain) in self.each() {
            let Some(found) = LABEL.captures(plain) else { continue };
            if !found[1].eq_ignore_ascii_case("severity") {
                continue;
            }
            let rest = &plain[found.get(0).map_or(0, |label| label.end())..];
            let value = match LEVEL.find(rest) {
                Some(level) => level.as_str().to_uppercase(),
                None => {
                    rest.split(['(', ';', '.', '—']).next().unwrap_or_default().trim().to_owned()
                }
            };
            match &told {
                _ if value.is_empty() => {}
                Some(before) if before.value != value => return None,
                Some(_) => {}
                None => told = Some(Located { value, span: self.span(block) }),
            }
        }
        told.or_else(|| {
            let title = &self.outline.parts[self.outline.title?].section;
            let level = LEVEL.find(title.title.rsplit_once('(')?.1)?;
            Some(Located { value: level.as_str().to_uppercase(), span: title.heading })
        })
    }

    /// Addresses under a "Dashboard:" label, and those that lead to Grafana.
    pub(super) fn dashboards(&self) -> Vec<Located<String>> {
        let labelled: HashSet<usize> = self
            .each()
            .filter(|(_, plain)| {
                LABEL
                    .captures(plain)
                    .is_some_and(|found| found[1].to_lowercase().starts_with("dash"))
            })
            .flat_map(|(block, _)| block.pieces.iter().filter_map(|piece| piece.link))
            .collect();
        let mut seen = HashSet::new();
        let links = self.outline.links.iter().enumerate();
        links
            .filter(|(at, link)| {
                let target = link.target.to_lowercase();
                let is_web = target.starts_with("https://") || target.starts_with("http://");
                let host = target.split('/').nth(2).unwrap_or_default();
                is_web
                    && (labelled.contains(at)
                        || host.contains("grafana.")
                        || host.contains("dashboard"))
            })
            .filter(|(_, link)| seen.insert(link.target.as_str()))
            .map(|(_, link)| Located {
                value: link.target.clone(),
                span: self.outline.span(&link.range),
            })
            .collect()
    }

    /// The alerts that lead here, each once, in the order of their places.
    pub(super) fn alerts(&self, front: &FrontMatter, name: &str) -> Vec<Located<String>> {
        let mut alerts: Vec<Located<String>> = Vec::new();
        let place = front.span.unwrap_or_default();
        for value in &front.alerts {
            alerts.push(Located { value: value.clone(), span: place });
        }
        self.title_alert(name, &mut alerts);
        let mut named: Vec<Located<String>> = Vec::new();
        self.heading_alerts(&mut named);
        for (block, plain) in self.each() {
            let is_labelled = LABEL
                .captures(plain)
                .is_some_and(|found| !matches!(&found[1].to_lowercase()[..1], "s" | "d"));
            if !is_labelled && self.kind(block) != SectionKind::Trigger {
                continue;
            }
            for piece in block.pieces.iter().filter(|piece| piece.code) {
                if let Some(alert) = is_alert_word(&piece.text) {
                    let span = self.outline.span(&piece.range);
                    named.push(Located { value: alert.to_owned(), span });
                }
            }
        }
        named.sort_by_key(|alert| alert.span.start);
        alerts.extend(named);
        let mut seen = HashSet::new();
        alerts.retain(|alert| seen.insert(alert.value.to_lowercase()));
        alerts
    }

    /// A page that is called like an alert is about that alert.
    fn title_alert(&self, name: &str, alerts: &mut Vec<Located<String>>) {
        let acts = self.outline.parts.iter().any(|part| {
            use SectionKind::{Check, Diagnose, Mitigate, Trigger, Verify, WhenToUse};
            let kind = part.section.kind;
            matches!(kind, Check | Diagnose | Mitigate | Trigger | Verify | WhenToUse)
        });
        let title = self.outline.title.map(|at| &self.outline.parts[at].section);
        let words = title.map(|title| without_lead(&title.title)).unwrap_or_default();
        let words = words.split(" (").next().unwrap_or_default().trim();
        let span = title.map(|title| title.heading).unwrap_or_default();
        if !acts && words != name {
            return;
        }
        // "Watchdog" is a word like any other, but not as title and name of a page that acts.
        let is_word = !words.is_empty() && words.chars().all(char::is_alphanumeric);
        let same = acts && is_word && words == name;
        if is_alert(words) || same {
            alerts.push(Located { value: words.to_owned(), span });
        } else if is_alert(name) {
            alerts.push(Located { value: name.to_owned(), span });
        }
    }

    /// `Alert Name: "KubeAPIDown"`, and headings that are nothing but an alert's name where a
    /// page has several.
    fn heading_alerts(&self, alerts: &mut Vec<Located<String>>) {
        let mut bare = Vec::new();
        for (at, part) in self.outline.parts.iter().enumerate() {
            let section = &part.section;
            if Some(at) == self.outline.title {
                continue;
            }
            if let Some(alert) = alert_of_heading(&section.title) {
                alerts.push(Located { value: alert.to_owned(), span: section.heading });
            } else if is_alert(&section.title) && section.title.len() >= 10 {
                bare.push(Located { value: section.title.clone(), span: section.heading });
            }
        }
        if bare.len() >= 3 {
            alerts.append(&mut bare);
        }
    }

    /// Other runbooks: links and code spans that name a Markdown file. Where one is named twice,
    /// the place in a section of related runbooks counts.
    pub(super) fn related(&self, links: &[Link]) -> Vec<Related> {
        let mut found: Vec<(Related, bool)> = Vec::new();
        let mut by_target: HashMap<String, usize> = HashMap::new();
        let mut take = |related: Related, listed: bool| {
            let key = related.target.trim_start_matches("./").to_owned();
            match by_target.get(&key) {
                Some(at) if listed && !found[*at].1 => found[*at] = (related, listed),
                Some(_) => {}
                None => {
                    by_target.insert(key, found.len());
                    found.push((related, listed));
                }
            }
        };
        for (block, plain) in self.each() {
            let listed = self.kind(block) == SectionKind::Related;
            let mut last_link = None;
            for piece in &block.pieces {
                let target = match piece.link {
                    Some(link) if last_link == Some(link) => continue,
                    Some(link) => self.outline.links[link].target.clone(),
                    None if piece.code => piece.text.trim().to_owned(),
                    None => continue,
                };
                last_link = piece.link;
                let counts = if piece.link.is_some() {
                    is_document(&target)
                } else {
                    is_document(&target) && (listed || is_near(&target))
                };
                if counts {
                    let why = if listed { reason(plain, block, &target) } else { String::new() };
                    let span = match piece.link {
                        Some(link) => self.outline.span(&self.outline.links[link].range),
                        None => self.outline.span(&piece.range),
                    };
                    take(Related { target, why, span }, listed);
                }
            }
        }
        for link in links.iter().filter(|link| is_document(&link.target)) {
            take(
                Related { target: link.target.clone(), why: String::new(), span: link.span },
                false,
            );
        }
        let mut related: Vec<Related> = found.into_iter().map(|(related, _)| related).collect();
        related.sort_by_key(|related| related.span.start);
        related
    }
}

/// Every link, those of Hugo's `ref` shortcode too.
pub(super) fn links(outline: &Outline<'_>) -> Vec<Link> {
    let mut links: Vec<Link> = outline
        .links
        .iter()
        .map(|link| Link { target: link.target.clone(), span: outline.span(&link.range) })
        .collect();
    let body = outline.body;
    for found in HUGO_REF.captures_iter(&outline.text[body..]) {
        if let (Some(whole), Some(target)) = (found.get(0), found.get(1)) {
            let range = body + whole.start()..body + whole.end();
            links.push(Link { target: target.as_str().to_owned(), span: outline.span(&range) });
        }
    }
    links.sort_by_key(|link| link.span.start);
    links
}

/// A title without a leading "Runbook —".
pub(super) fn without_lead(title: &str) -> String {
    static RUNBOOK: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:runbook|playbook)\s*(?:[—–:]|-\s)\s*"));
    let rest = RUNBOOK.find(title).map_or(title, |lead| title[lead.end()..].trim());
    if rest.is_empty() { title.to_owned() } else { rest.to_owned() }
}

/// Whether a title says itself that this is a runbook.
pub(super) fn has_lead(title: &str) -> bool {
    without_lead(title) != title
}

/// A relative path to a Markdown file, an anchor allowed.
fn is_document(target: &str) -> bool {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let lower = path.to_lowercase();
    let has_ending = [".md", ".markdown", ".mdx", ".md.erb"].iter().any(|end| lower.ends_with(end));
    has_ending
        && !lower.contains("://")
        && !path.contains(|c: char| c.is_whitespace() || "*<>{}$|\"'()".contains(c))
        && path.len() > 3
        && !lower.starts_with('.') | lower.starts_with("./") | lower.starts_with("../")
}

/// A code span names a neighbour or says how to get there; a path from some root does not.
fn is_near(target: &str) -> bool {
    target.starts_with("./") || target.starts_with("../") || !target.contains('/')
}

/// What a list of related runbooks says about one: the words after it.
fn reason(plain: &str, block: &Block, target: &str) -> String {
    let named = block.pieces.iter().find(|piece| piece.code || piece.link.is_some());
    let label = named.map_or(target, |piece| piece.text.as_str());
    let label = plain_words(label);
    let rest = plain.split_once(label.as_str()).map_or(plain, |(_, rest)| rest);
    rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !"\"'`(".contains(c))
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use crate::runbook::parse;

    #[test]
    fn every_wording_of_staleness_is_understood() {
        let check = |sentence: &str, expected| {
            let text = format!(
                "# T\n\n## When this runbook last worked\n\n| Date | R |\n|---|---|\n| 2026-01-01 | x |\n\n{sentence}\n"
            );
            let limit = parse(&text, "t").0.stale_after_days;
            assert_eq!(limit.map(|limit| limit.value), expected, "{sentence}");
        };
        check("> Stale after **90 days** without exercise.", Some(90));
        check("If this table is older than 60 days, the runbook is **STALE**.", Some(60));
        check("If older than 90 days, **STALE**; rehearse.", Some(90));
        check("If older than 90 days, this runbook is **STALE**.", Some(90));
        check("Stale after 6 weeks.", Some(42));
        check("Goes stale after 3 months.", Some(90));
        check("Stale if not exercised for 30 days.", Some(30));
        check("Rehearse every 90 days.", None);
        check("A stale replica is older than nothing.", None);
    }

    #[test]
    fn a_sentence_glued_under_the_table_is_read_and_is_no_row() {
        let text = "## Last worked\n\n| Date | Resolved by |\n|---|---|\n| 2026-01-01 | Step 1 |\nIf older than 90 days, **STALE**.\n";
        let (runbook, diagnostics) = parse(text, "t");
        assert_eq!(diagnostics, []);
        assert_eq!(runbook.last_worked.map(|table| table.rows.len()), Some(1));
        assert_eq!(runbook.stale_after_days.map(|l| (l.value, l.span.line)), Some((90, 6)));
    }

    #[test]
    fn the_front_matters_limit_wins() {
        let text = "---\nstale_after_days: 30\n---\n## Last worked\n\nStale after 90 days.\n";
        assert_eq!(parse(text, "t").0.stale_after_days.map(|limit| limit.value), Some(30));
    }

    #[test]
    fn a_name_broken_after_a_hyphen_is_one_name() {
        let text = "# T\n\nUse `code-rollback-\nargocd.md` or `some words-\nand more.md` or `a/b.md`.\n\n## Related\n\n- [`x.md`](x.md#y) — if so.\n- `docs/z.md`\n- <https://example.com/a.md>\n";
        let runbook = parse(text, "t").0;
        let targets: Vec<_> =
            runbook.related.iter().map(|r| (r.target.as_str(), r.why.as_str())).collect();
        assert_eq!(
            targets,
            [("code-rollback-argocd.md", ""), ("x.md#y", "if so."), ("docs/z.md", "")]
        );
    }

    #[test]
    fn shortcodes_of_hugo_are_links() {
        let text = "# T\n\nSee [N]({{< ref \"./N.md\" >}}).\n";
        let runbook = parse(text, "t").0;
        assert_eq!(runbook.links.iter().map(|l| l.target.as_str()).collect::<Vec<_>>(), ["./N.md"]);
        assert_eq!(runbook.related.len(), 1);
    }

    #[test]
    fn a_label_tells_severity_and_dashboard() {
        let text = "# T\n\n## Alert\n\n- **Name:** `FooBarDown`\n- **Severity:** `page` (P1 — wakes)\n- **Dashboard:**\n  <https://x.example/d/1?v=${TENANT}>\n\nSee <https://other.example/>.\n";
        let runbook = parse(text, "t").0;
        assert_eq!(runbook.severity.map(|s| (s.value, s.span.line)), Some(("P1".to_owned(), 6)));
        assert_eq!(runbook.dashboards.len(), 1);
        assert_eq!(runbook.alerts.len(), 1);
        let many = "## A\n\n- Severity: critical\n\n## B\n\n- Severity: warning\n";
        assert_eq!(parse(many, "t").0.severity, None);
    }
}
