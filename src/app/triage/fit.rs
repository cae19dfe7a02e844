//! Whether a runbook is about what messages say, by the names it goes under.
//!
//! A search always finds something, and a runbook that only shares a word with an alarm is worse
//! than none: somebody tired follows it. So a runbook fits only where one of its names (title,
//! alias, alert, the file's own) is spoken of for the better part, and by the messages themselves,
//! or where its title is what the rules call it. A word that any alarm has leads nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::kind::{Kind, Kinship};
use super::said::{Said, tells};
use crate::app::Document;
use crate::domain::id::Slug;
use crate::search::telling_words;
use crate::triage::{differ, products};

/// A name of one word has to be at least so long to be one.
const SHORTEST: usize = 5;

/// Two words of an alias that stand further apart than this are not said of each other.
const APART: usize = 3;

/// Two words of a title, or of a name that is said in full, may stand further apart.
const FAR: usize = 6;

/// So much of a name has to be spoken of, by weight: of a title, and of what is a name only as a
/// whole. Half of an alert's name is often the thing that all alerts of a team are about.
const OF_TITLE: f64 = 0.5;
const OF_NAME: f64 = 0.75;

/// The same of a name that means the very failure.
const OF_TWIN: f64 = 0.6;

/// The same of a name that is said whatever the rules make of it.
const IN_FULL: f64 = 0.85;

/// From so many runbooks on, a word in the names of more than half of them tells nothing.
const MANY: usize = 6;

/// A page with more alerts than this is no runbook for any of them.
const MANY_ALERTS: usize = 6;

/// What documents are called, which says nothing of what they are about.
static OF_DOCUMENTS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let words = "runbook page playbook guide alert alarm incident issue name p0 p1 p2 p3 p4";
    telling_words(words).map(|(_, stem)| stem).collect()
});

/// Halves of names, as in `DaemonSet`, `API server` and `controller manager`: they tell nothing
/// alone, nor where they do not stand together.
const HALVES: [&str; 4] = ["api", "set", "control", "manag"];

/// Words that say of something that it fails, and for whom it is called.
static FAILS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let words = "fail failing failed failure failures error errors rate ratio high slow latency down \
        unavailable outage degraded provider gateway upstream third party 5xx 500 503 requests p99";
    telling_words(words).map(|(_, stem)| stem).collect()
});

/// So many runbooks whose names hold a word make it the name of a team, or of all that it runs.
const OF_TEAM: usize = 3;

/// How well a runbook or section fits.
#[derive(Debug)]
pub(super) struct Fit {
    /// Why, in words.
    pub(super) reason: String,
    /// How its kind of failure stands to the one of the messages.
    pub(super) kinship: Kinship,
    score: f64,
}

impl Fit {
    /// What is of the same kind comes before what only has the words.
    pub(super) fn rank(&self) -> (Kinship, f64) {
        (self.kinship, self.score)
    }
}

/// The runbooks that fit, and how well.
pub(super) struct Fits<'a> {
    said: &'a Said,
    kind: Kind<'a>,
    rarity: Rarity,
    /// The names of each, and those among them that fit.
    runbooks: BTreeMap<&'a Slug, Vec<Name<'a>>>,
    fits: BTreeMap<&'a Slug, Fit>,
    /// Those that are pages for many alerts.
    pages: BTreeSet<&'a Slug>,
}

impl<'a> Fits<'a> {
    /// Looks at the names of all runbooks.
    pub(super) fn of(runbooks: &'a [Document], said: &'a Said, kind: Kind<'a>) -> Self {
        let is_page = |document: &&Document| document.summary.alerts.len() > MANY_ALERTS;
        let pages = runbooks.iter().filter(is_page).map(|document| &document.slug).collect();
        let named = runbooks.iter().map(|document| (&document.slug, names(document)));
        let runbooks: BTreeMap<&Slug, Vec<Name<'_>>> = named.collect();
        let rarity = Rarity::of(runbooks.values());
        let mut fits = Self { said, kind, rarity, runbooks, fits: BTreeMap::new(), pages };
        let fitting =
            fits.runbooks.iter().filter_map(|(slug, names)| Some((*slug, fits.fit(names)?)));
        fits.fits = fitting.collect();
        fits
    }

    /// How well the best of a runbook's names fits. Of the same kind it is with fewer words that
    /// would tell something by themselves.
    fn fit(&self, names: &[Name<'_>]) -> Option<Fit> {
        let told = names.iter().filter_map(|name| name.fit(self.said, &self.rarity));
        let told = told.reduce(best);
        let share = |name: &Name<'_>| name.said_share(self.said, &self.rarity);
        let akin = names.iter().map(|name| (name, share(name)));
        let (name, share) = akin.reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        if (told.is_none() && share < OF_TWIN) || self.is_of_another_product(names) {
            return None;
        }
        let kinship = self.kinship(names);
        let enough = match kinship {
            Kinship::Other => return None,
            Kinship::Silent => false,
            Kinship::Same => share >= OF_NAME,
            Kinship::Twin => share >= OF_TWIN,
        };
        let akin = enough.then(|| name.akin(self.said, &self.rarity, share));
        let fit = told.into_iter().chain(akin).reduce(best)?;
        Some(Fit { kinship, ..fit })
    }

    /// The one that fits best by its names, where those mean the very failure.
    pub(super) fn twin(&self) -> Option<(&Slug, &Fit)> {
        self.best().filter(|(_, fit)| fit.kinship == Kinship::Twin)
    }

    /// How well a runbook fits.
    pub(super) fn of_runbook(&self, slug: &Slug) -> Option<&Fit> {
        self.fits.get(slug)
    }

    /// Whether what was found is about another product than the messages, or about another kind of
    /// failure, by the names of the runbook or by the heading of the section.
    pub(super) fn is_of_another(&self, slug: &Slug, heading: &str) -> bool {
        let Some(names) = self.runbooks.get(slug) else { return false };
        if self.is_of_another_product(names) {
            return true;
        }
        let heading = name("section", heading);
        let whole = self.kinship(names);
        whole < Kinship::Same && whole.min(self.kinship(&[heading])) == Kinship::Other
    }

    /// Whether the names of a runbook or the heading of a section mean a failure of the same kind, or
    /// the runbook's hold a word of the messages: a procedure for anything holds many words.
    pub(super) fn may_be_meant(&self, slug: &Slug, heading: &str) -> bool {
        let Some(names) = self.runbooks.get(slug) else { return false };
        let mut words = names.iter().flat_map(|name| &name.words);
        // What says how anything fails does not say what is meant.
        words.any(|(_, stem)| self.said.holds(stem) && !FAILS.contains(stem))
            || self.kinship(names).max(self.kind.of_name(heading)) > Kinship::Silent
            || self.pages.contains(slug)
    }

    /// Whether the names are of another product, or of a part of Kubernetes where the messages are
    /// about a site that anybody may open.
    fn is_of_another_product(&self, names: &[Name<'_>]) -> bool {
        let is_part = |name: &Name<'_>| name.every.iter().any(|(word, _)| word.starts_with("kube"));
        self.said.of_site && names.iter().any(is_part)
            || differ(&self.said.products, &products(names.iter().map(|name| name.text)))
    }

    /// How the kind of failure that names mean stands to the one of the messages. Rules are wrong at
    /// times: what the messages name in full is not ruled out.
    fn kinship(&self, names: &[Name<'_>]) -> Kinship {
        let (alerts, own): (Vec<&Name<'_>>, Vec<&Name<'_>>) =
            names.iter().partition(|name| name.what == "alert");
        let kinship = self
            .kind
            .of_names(own.iter().map(|name| name.text), alerts.iter().map(|name| name.text));
        // Errors and waiting may come from anything that the messages name, and make nothing akin.
        if self.kind.pattern.is_generic() {
            let mut words = names.iter().flat_map(|name| &name.words);
            let is_named = words.any(|(_, stem)| self.said.holds(stem));
            return if is_named { Kinship::Silent } else { kinship.min(Kinship::Silent) };
        }
        let in_full = |name: &Name<'_>| {
            name.every.len() > 1 && name.said_share(self.said, &self.rarity) >= IN_FULL
        };
        let in_full = names.iter().any(in_full);
        if in_full { kinship.max(Kinship::Silent) } else { kinship }
    }

    /// How well a section fits by its own heading: a page may have one for each alert. In a runbook
    /// for one thing it is a part of a procedure, and a word or two of it say little.
    pub(super) fn of_section(&self, slug: &Slug, heading: &str) -> Option<Fit> {
        let name = name("section", heading);
        let share = name.said_share(self.said, &self.rarity);
        let fit = (name.every.len() > 1).then(|| self.fit(&[name])).flatten()?;
        let is_own = self.pages.contains(slug) || self.fits.contains_key(slug);
        (is_own || fit.kinship > Kinship::Silent || share >= IN_FULL).then_some(fit)
    }

    /// Why a runbook is meant that is for one thing failing, however it fails, where the messages
    /// speak of that thing and of errors: who answers with them does so for a cause of any kind, and
    /// often for one that is not its own. A word that many names hold is that of a team.
    pub(super) fn of_failing(&self, slug: &Slug) -> Option<String> {
        let names = self.runbooks.get(slug)?;
        let name = names.iter().find(|name| self.is_for_one_failing(name))?;
        (self.kind.pattern.is_of_callers() && !self.is_of_another_product(names))
            .then(|| format!("it is for errors of what the messages speak of: {}", name.text))
    }

    fn is_for_one_failing(&self, name: &Name<'_>) -> bool {
        let (fails, others): (Vec<&String>, Vec<&String>) =
            name.every.iter().map(|(_, stem)| stem).partition(|stem| FAILS.contains(*stem));
        let (of_team, things): (Vec<&String>, Vec<&String>) =
            others.into_iter().partition(|stem| self.rarity.count(stem) >= OF_TEAM);
        !fails.is_empty()
            && of_team.len() < 2
            && !things.is_empty()
            && things.iter().all(|stem| tells(stem) && self.said.holds(stem))
    }

    /// The one that fits best, if one does. Of two that fit alike, the first by name.
    pub(super) fn best(&self) -> Option<(&Slug, &Fit)> {
        let fits = self.fits.iter().map(|(slug, fit)| (*slug, fit));
        fits.reduce(|a, b| if b.1.rank() > a.1.rank() { b } else { a })
    }
}

/// The one of two fits that is better, of equals the first.
fn best(a: Fit, b: Fit) -> Fit {
    if b.score > a.score { b } else { a }
}

/// A name that a runbook goes under.
struct Name<'d> {
    what: &'static str,
    text: &'d str,
    /// The words that tell, each once, as they are written and as they are compared.
    words: Vec<(String, String)>,
    /// All of its words, each once.
    every: Vec<(String, String)>,
    /// It has no other words.
    whole: bool,
}

fn names(document: &Document) -> Vec<Name<'_>> {
    let summary = &document.summary;
    let file = document.slug.as_str().rsplit('/').next().unwrap_or_default();
    let own = [("title", summary.title.as_str()), ("name", file)];
    let aliases = summary.aliases.iter().map(|alias| ("alias", alias.as_str()));
    // A page for many alerts has a section for each.
    let alerts = summary.alerts.iter().filter(|_| summary.alerts.len() <= MANY_ALERTS);
    let alerts = alerts.map(|alert| ("alert", alert.as_str()));
    let all = own.into_iter().chain(aliases).chain(alerts);
    all.map(|(what, text)| name(what, text)).collect()
}

fn name<'t>(what: &'static str, text: &'t str) -> Name<'t> {
    let all: Vec<(String, String)> = telling_words(text).collect();
    let count = all.len();
    let mut every: Vec<(String, String)> = Vec::new();
    for one in all {
        if !OF_DOCUMENTS.contains(&one.1) && every.iter().all(|(_, known)| *known != one.1) {
            every.push(one);
        }
    }
    let words: Vec<(String, String)> =
        every.iter().filter(|(_, stem)| tells(stem)).cloned().collect();
    Name { what, text, whole: words.len() == count, words, every }
}

impl Name<'_> {
    /// How well it fits, and why: the better part is spoken of, two of its words are, and one of
    /// those at least by the messages; of a name that is a single word, all of it.
    fn fit(&self, said: &Said, rarity: &Rarity) -> Option<Fit> {
        let telling = self.words.iter().filter(|(_, stem)| !rarity.is_everywhere(stem));
        let words: Vec<&(String, String)> = telling.collect();
        let held: Vec<&(String, String)> =
            words.iter().copied().filter(|(_, stem)| said.words.contains(stem)).collect();
        let ruled = words.iter().filter(|(_, stem)| said.ruled.contains(stem)).count();
        let spoken = |stem: &String| said.words.contains(stem) || said.ruled.contains(stem);
        let both = words.iter().filter(|(_, stem)| spoken(stem)).count();
        let is_title = matches!(self.what, "title" | "section");
        let stems: Vec<&str> = held.iter().map(|(_, stem)| stem.as_str()).collect();
        let in_full = self.said_share(said, rarity) >= IN_FULL;
        let is_ruled = |one: &(String, String)| said.ruled.contains(&one.1);
        let enough = match words.as_slice() {
            [] => false,
            // Where many runbooks are for such a thing, its word tells them not apart, but it counts.
            [_] if is_title && self.words.len() > 1 && self.words.iter().all(is_ruled) => true,
            [(word, _)] => held.len() == 1 && (ruled == 1 || self.whole && word.len() >= SHORTEST),
            _ if is_title && ruled == words.len() => true,
            _ if both < 2 => false,
            _ if stems.iter().all(|stem| HALVES.contains(stem)) => said.in_order(&stems, 1),
            _ if is_title || stems.len() < 2 => true,
            _ => said.in_order(&stems, if in_full { FAR } else { APART }),
        };
        // One word of a title is enough where the rules say all the others, and two that stand
        // far from each other are not.
        let part =
            if is_title && stems.len() > 1 && said.near(&stems, FAR) { OF_TITLE } else { OF_NAME };
        let weigh = |stem: &String| rarity.weight(stem);
        let all: f64 = words.iter().map(|(_, stem)| weigh(stem)).sum();
        let there = words.iter().filter(|(_, stem)| spoken(stem));
        let there: f64 = there.map(|(_, stem)| weigh(stem)).sum();
        if !enough || there < all * part {
            return None;
        }
        let own: f64 = held.iter().map(|(_, stem)| weigh(stem)).sum();
        let score = (own + there) * there / all;
        Some(Fit { score, reason: self.reason(&held), kinship: Kinship::Silent })
    }

    /// How much of it is said, by weight, also of the words that tell nothing by themselves; nothing
    /// where the messages hold only one of them, unless that is a product.
    fn said_share(&self, said: &Said, rarity: &Rarity) -> f64 {
        let weigh = |words: &mut dyn Iterator<Item = &(String, String)>| -> f64 {
            words.map(|(_, stem)| rarity.weight(stem)).sum()
        };
        let held = |stem: &String| said.words.contains(stem);
        // One product has several names.
        let is_named = |word: &str| {
            !said.products.is_empty()
                && !said.products.is_disjoint(&products(std::iter::once(word)))
        };
        let spoken = |(word, stem): &&(String, String)| {
            held(stem) || said.ruled.contains(stem) || is_named(word)
        };
        let count = self.every.iter().filter(|(_, stem)| held(stem)).count();
        if count < 2.min(self.every.len()) {
            return 0.0;
        }
        weigh(&mut self.every.iter().filter(spoken)) / weigh(&mut self.every.iter())
    }

    /// How well what is of the same kind fits by such a share.
    fn akin(&self, said: &Said, rarity: &Rarity, share: f64) -> Fit {
        let held: Vec<&(String, String)> =
            self.every.iter().filter(|(_, stem)| said.words.contains(stem)).collect();
        let own: f64 = held.iter().map(|(_, stem)| rarity.weight(stem)).sum();
        Fit { score: own * share, reason: self.reason(&held), kinship: Kinship::Same }
    }

    fn reason(&self, held: &[&(String, String)]) -> String {
        if held.is_empty() {
            return "its title is what the messages mean by the rules".to_owned();
        }
        let words: Vec<&str> = held.iter().map(|(word, _)| word.as_str()).collect();
        let name = match self.what {
            "title" => "title".to_owned(),
            what => format!("{what} “{}”", self.text),
        };
        format!("the messages hold words of its {name}: {}", words.join(", "))
    }
}

/// In how many runbooks' names a word stands.
struct Rarity {
    runbooks: usize,
    holding: BTreeMap<String, usize>,
}

impl Rarity {
    fn of<'n>(named: impl ExactSizeIterator<Item = &'n Vec<Name<'n>>>) -> Self {
        let mut holding = BTreeMap::new();
        let runbooks = named.len();
        for names in named {
            let stems: BTreeSet<&String> =
                names.iter().flat_map(|name| &name.every).map(|(_, stem)| stem).collect();
            for stem in stems {
                *holding.entry(stem.clone()).or_default() += 1;
            }
        }
        Self { runbooks, holding }
    }

    fn count(&self, stem: &str) -> usize {
        self.holding.get(stem).copied().unwrap_or(0)
    }

    fn is_everywhere(&self, stem: &str) -> bool {
        self.runbooks >= MANY && self.count(stem) * 2 > self.runbooks
    }

    fn weight(&self, stem: &str) -> f64 {
        (1.0 + self.runbooks as f64 / self.count(stem).max(1) as f64).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_by_what_the_messages_themselves_hold() {
        let check = |what, named: &'static str, text: &str, ruled: &str, expected: bool| {
            let said = Said::new([text].into_iter(), [ruled].into_iter());
            let named = [vec![name(what, named)]];
            let fit = named[0][0].fit(&said, &Rarity::of(named.iter()));
            assert_eq!(fit.is_some(), expected, "{text}");
        };
        let crash = "Runbook — Pod crash loop";
        check("title", crash, "pod cart-0 is in CrashLoopBackOff", "", true);
        check("title", crash, "the pod ended with an error", "it crashes", false);
        check("title", crash, "der Container startet ständig neu", "crash loop", true);
        check("alias", "crash loop", "der Container startet ständig neu", "crash loop", false);
        check("title", crash, "Back-off pulling image for pod cart-0", "image pull", false);
        check(
            "title",
            "Disk full on a node",
            "disk failure on sdb1 of node 3",
            "disk fails",
            false,
        );
        check("title", "Disk full on a node", "the disk is used up", "disk full", true);
        check("title", "Code rollback via Helm", "rpc error: code = Unknown via proxy", "", false);
        check("title", "Certificate expiry", "etcd: not healthy, no leader", "", false);
        check("alias", "no space left on device", "write: No space left on device", "", true);
        let slots = "connection slots are reserved for non-replication users";
        check("alias", "replication slot", slots, "", false);
        check("alias", "replication slot", "the replication slot is inactive", "", true);
        check("alert", "PostgreSQLReplicationLag", "PostgreSQL does not start", "", false);
        check("alert", "ShopOrdersErrorRate", "application shop-orders is OutOfSync", "", false);
        check("alias", "ENOSPC", "write failed with ENOSPC", "", true);
        check("title", "Backup failed", "the backup of the disk array runs", "disk", false);
        check("title", "Backup failed", "backup exited with 1", "backup failed", true);
        check("alert", "KubePodNotReady", "the pod is not ready", "", false);
        let manager = "Kube Controller Manager Down";
        let log = "cert-manager/controller: an order of a certificate failed";
        check("title", manager, log, "", false);
        check("title", manager, "kube-controller-manager is gone", "", true);
        check("title", "KubeletTooManyPods", "FATAL: sorry, too many clients already", "", false);
        check("title", "KubeAPIErrorBudgetBurn", "the api server is slow", "slow", false);
        let far =
            "replica is 300 s behind; it cannot read the position of the log and so will not write";
        check("title", "PrometheusRemoteWriteBehind", far, "", false);
        let near = "remote write of Prometheus is 300 s behind";
        check("title", "PrometheusRemoteWriteBehind", near, "", true);
        check(
            "section",
            "Alert name: KubeDaemonSetNotScheduled",
            "3 pods of the DaemonSet are not scheduled",
            "",
            true,
        );
    }
}
