//! The other failures of a paste. Somebody at the end of a shift pastes all that is red. What names
//! other things than the verdict is about, or is an alert of another name, is a failure of its own;
//! what plainly tells of another component, of another fault of the same kind, or of errors of a
//! service that the verdict does not name, may have the same cause. All are told beside the verdict: a
//! failure that is not shown is one that nobody mends.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::Serialize;

use super::cascade::Stage;
use super::correlate::{self, thing};
use super::decide::{self, Verdict};
use super::knowledge::Knowledge;
use super::level::Level;
use super::message::{Input, Message};
use super::pattern::Pattern;
use super::reading::{Found, Reading, judged};
use super::report::{Evidence, Routing};
use super::routing::{Router, alert_at_head};
use super::signal::Signal;

/// How far into a message the name of its alert stands, in bytes.
const MAX_HEAD: usize = 80;

/// What a rule that knows the very wording adds, as neither an effect nor a hint does.
const PLAIN: f64 = 3.0;

/// The kind of a service that answers with errors.
const FAILING: &str = "failing";

/// A failure that messages speak of beside the one that the verdict is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Also {
    /// What kind of failure.
    pub pattern: Pattern,
    /// Its refinement.
    pub subtype: Option<String>,
    /// How bad its messages are by themselves.
    pub level: Option<Level>,
    /// Whether it names other things than the verdict is about, or is another alert: a failure of its
    /// own. Otherwise both may have one cause.
    pub apart: bool,
    /// What speaks for it most, in words.
    pub says: String,
    /// The number of the place that says so.
    pub evidence: Option<usize>,
    /// What it is of, where a paste tells of several such things: `mailer in namespace prod`.
    pub of: Option<String>,
    /// Its messages, from 0.
    pub messages: Vec<usize>,
    /// What a search for its runbook needs.
    #[serde(skip)]
    pub routing: Routing,
}

impl Also {
    /// How it stands to the verdict, in words.
    pub fn relation(&self) -> &'static str {
        if self.apart {
            "a failure of its own: judge it by itself"
        } else {
            "it may have the same cause"
        }
    }
}

/// A failure beside the one that a verdict is about, as the messages tell it.
#[derive(Debug)]
pub(super) struct Other<'r> {
    pattern: Pattern,
    subtype: Option<&'r str>,
    /// Whether it is a failure of its own.
    pub(super) apart: bool,
    /// What was found in each of its messages.
    messages: Vec<(usize, &'r [Found<'r>])>,
    /// Of which of the things that a paste tells apart it is, if it is not what the verdict is of.
    of: Option<usize>,
}

impl Other<'_> {
    /// The numbers of its messages.
    pub(super) fn messages(&self) -> impl Iterator<Item = usize> {
        self.messages.iter().map(|(at, _)| *at)
    }

    /// Whether a failure of its own may be what a paste is about: that somebody sees errors or waits
    /// is told of any failure, and so is what merely names a component beside a word of trouble.
    fn may_lead(&self) -> bool {
        self.apart && self.messages.iter().any(|(_, found)| speaks_for_itself(found, self.pattern))
    }
}

/// The other failures, in order of their first messages.
pub(super) fn others<'r>(
    input: &Input<'_>,
    knowledge: &Knowledge,
    reading: &'r Reading<'_>,
    verdict: &Verdict,
    cascade: &[Stage],
) -> Vec<Other<'r>> {
    let things = things(knowledge, reading, input.messages.len());
    let leads = bearing(reading, verdict);
    let of_another = of_another_fault(knowledge, reading, verdict, &things);
    // A message that names nothing may well be about the same, unless it is an alert of another name.
    let named: BTreeSet<&String> = leads.iter().flat_map(|at| &things[*at]).collect();
    let leads_say: Vec<String> =
        leads.iter().map(|at| judged(&input.messages[*at].text).to_lowercase()).collect();
    let alert = |at: usize| alert(input.messages.get(at)?);
    let alerts: BTreeSet<&str> = leads.iter().filter_map(|at| alert(*at)).collect();
    let in_chain: BTreeSet<usize> =
        cascade.iter().filter_map(|stage| stage.place?.message).collect();
    let mut all: Vec<Other<'r>> = elsewhere(knowledge, reading, verdict);
    for of_message in reading.found.chunk_by(|one, next| one.message == next.message) {
        let at = of_message[0].message;
        if !verdict.may_be_of(reading, at) {
            continue;
        }
        if leads.contains(&at) && !of_another.contains(&at) || in_chain.contains(&at) {
            continue;
        }
        let Some((pattern, subtype)) = decide::leading(of_message) else { continue };
        let both_named = !named.is_empty() && !things[at].is_empty();
        let shares = things[at].iter().any(|thing| named.contains(thing));
        let other_alert =
            !alerts.is_empty() && alert(at).is_some_and(|name| !alerts.contains(name));
        // Another fault of the same kind is no reason to judge anew what the kind is.
        let apart = !shares && (both_named || other_alert) && !of_another.contains(&at);
        let is_told = || {
            speaks_for_itself(of_message, pattern)
                || !shares && pattern.is_generic() && fails_elsewhere(reading, at, &leads_say)
        };
        if !apart && !is_told() {
            continue;
        }
        let alike = |one: &&mut Other<'_>| {
            one.of.is_none() && (one.pattern, one.subtype) == (pattern, subtype)
        };
        match all.iter_mut().find(alike) {
            Some(known) => {
                known.messages.push((at, of_message));
                known.apart |= apart;
            }
            None => {
                let messages = vec![(at, of_message)];
                all.push(Other { pattern, subtype, apart, messages, of: None });
            }
        }
    }
    all
}

/// What befell the other things that a paste tells apart, each a failure of its own.
fn elsewhere<'r>(
    knowledge: &Knowledge,
    reading: &'r Reading<'_>,
    verdict: &Verdict,
) -> Vec<Other<'r>> {
    let is_other = |found: &&Found<'_>| !verdict.may_be_of(reading, found.message);
    let of = |message: usize| reading.thing_of(message);
    let things: BTreeSet<usize> =
        reading.found.iter().filter(is_other).filter_map(|found| of(found.message)).collect();
    let mut all = Vec::new();
    for thing in things {
        let own = reading.found.iter().filter(|found| of(found.message) == Some(thing));
        let own: Vec<Found<'_>> = own.cloned().collect();
        let Verdict { pattern, subtype, .. } = decide::decide(&own, knowledge);
        let messages = reading.found.chunk_by(|one, next| one.message == next.message);
        let messages: Vec<(usize, &[Found<'_>])> = messages
            .filter(|found| {
                of(found[0].message) == Some(thing) && speaks_for_itself(found, pattern)
            })
            .map(|found| (found[0].message, found))
            .collect();
        let mut subtypes = reading.found.iter().filter_map(Found::evidence);
        let subtype =
            subtypes.find_map(|(_, it, _)| it.filter(|it| Some(*it) == subtype.as_deref()));
        if !messages.is_empty() {
            all.push(Other { pattern, subtype, apart: true, messages, of: Some(thing) });
        }
    }
    all
}

/// The messages that hold evidence for what a verdict says.
fn bearing(reading: &Reading<'_>, verdict: &Verdict) -> BTreeSet<usize> {
    let of_verdict = |found: &&Found<'_>| {
        found.evidence().is_some_and(|(pattern, _, _)| pattern == verdict.pattern)
            && verdict.may_be_of(reading, found.message)
    };
    reading.found.iter().filter(of_verdict).map(|found| found.message).collect()
}

/// The messages of the verdict's kind that tell of another fault than it does, and only of other
/// things: two workloads that fail each in its own way are mended one by one.
fn of_another_fault(
    knowledge: &Knowledge,
    reading: &Reading<'_>,
    verdict: &Verdict,
    things: &[BTreeSet<String>],
) -> BTreeSet<usize> {
    let Some(own) = verdict.subtype.as_deref() else { return BTreeSet::new() };
    let (mut of_it, mut others) = (BTreeSet::new(), BTreeSet::new());
    for of_message in reading.found.chunk_by(|one, next| one.message == next.message) {
        let at = of_message[0].message;
        let mut subtypes = of_message.iter().filter_map(Found::evidence);
        if subtypes.any(|(pattern, subtype, _)| pattern == verdict.pattern && subtype == Some(own))
        {
            of_it.insert(at);
            continue;
        }
        let other = decide::leading(of_message).filter(|(pattern, _)| *pattern == verdict.pattern);
        let other = other.and_then(|(_, subtype)| subtype);
        let together = |other| knowledge.go_together(verdict.pattern, own, other);
        if other.is_some_and(|other| !together(other)) && !things[at].is_empty() {
            others.insert(at);
        }
    }
    let named: BTreeSet<&String> = of_it.iter().flat_map(|at| &things[*at]).collect();
    others.retain(|at| !named.is_empty() && things[*at].iter().all(|it| !named.contains(it)));
    others
}

/// Whether a message says of a service that it answers with errors, which no message of the verdict
/// names; these are in lower case.
fn fails_elsewhere(reading: &Reading<'_>, at: usize, leads: &[String]) -> bool {
    let of_message = |signal: &&Signal| signal.place.message == Some(at) && signal.affirmed;
    let mut failing =
        reading.signals.iter().filter(of_message).filter(|signal| signal.kind == FAILING);
    failing.any(|signal| {
        let name = signal.value.to_lowercase();
        leads.iter().all(|lead| !lead.contains(&name))
    })
}

/// Which messages are about the worst of several failures, if that is not the one that most speaks
/// for: somebody mends it first, so that it leads, however much is said of the others.
pub(super) fn worse<'o>(
    reading: &Reading<'_>,
    verdict: &Verdict,
    others: &'o [Other<'_>],
    levels: &[Option<Level>],
) -> Option<&'o Other<'o>> {
    // A failure that no line speaks of is taken for a partial one.
    let level = |at: usize| levels.get(at).copied().flatten().unwrap_or(Level::Medium);
    let own = bearing(reading, verdict).into_iter().map(level).max();
    let worst = |other: &&Other<'_>| other.messages().map(level).max();
    let may_lead = others.iter().filter(|other| other.may_lead());
    let first_of_worst = may_lead.min_by_key(|other| Reverse(worst(other)));
    first_of_worst.filter(|other| worst(other) > own)
}

/// The other failures as they are told, worst first.
pub(super) fn also(
    router: Router<'_, '_>,
    others: &[Other<'_>],
    evidence: &[Evidence],
) -> Vec<Also> {
    let levels = router.levels;
    let told = |other: &Other<'_>| {
        let Other { pattern, subtype, apart, ref messages, of } = *other;
        // What is told is the worst of it, of several the first.
        let worst = messages.iter().min_by_key(|(at, _)| Reverse(levels[*at]));
        let found = worst.map_or(&[][..], |(_, found)| found);
        let (says, evidence) = told(found, pattern, evidence);
        let verdict =
            Verdict { pattern, subtype: subtype.map(str::to_owned), of, ..Verdict::default() };
        let is_of_it = |at: usize| other.messages().any(|of| of == at);
        let routing = router.routing(&verdict, is_of_it);
        Also {
            pattern,
            subtype: verdict.subtype.clone(),
            level: worst.and_then(|(at, _)| levels[*at]),
            apart,
            says,
            evidence,
            of: of.and_then(|_| correlate::release(&verdict, router.reading)),
            messages: other.messages().collect(),
            routing,
        }
    };
    let mut all: Vec<Also> = others.iter().map(told).collect();
    all.sort_by_key(|one| (Reverse(one.level), one.messages[0]));
    all
}

/// Whether what a message says of a component needs no other message to be believed. That something
/// answers errors or late is an effect of any failure, and no other one.
fn speaks_for_itself(of_message: &[Found<'_>], pattern: Pattern) -> bool {
    let plain = |(of, _, score): (Pattern, Option<&str>, f64)| of == pattern && score >= PLAIN;
    !pattern.is_generic()
        && of_message
            .iter()
            .any(|found| !found.rule.fallback && found.evidence().is_some_and(plain))
}

/// What says most for a pattern, of several the first: its words, and the number of its place.
fn told(found: &[Found<'_>], pattern: Pattern, evidence: &[Evidence]) -> (String, Option<usize>) {
    let score = |one: &Found<'_>| {
        one.evidence().filter(|(of, _, _)| *of == pattern).map_or(0.0, |(_, _, score)| score)
    };
    let strongest = found.iter().reduce(|a, b| if score(b) > score(a) { b } else { a });
    let is_it = |one: &Evidence| {
        strongest.is_some_and(|it| one.rule == it.rule.id && one.place == it.place())
    };
    let says = strongest.map(|found| found.rule.says.clone()).unwrap_or_default();
    (says, evidence.iter().position(is_it))
}

/// The name of the alert that a message is: in its label, or at its head.
fn alert(message: &Message) -> Option<&str> {
    let labelled = message.labels.get("alertname").map(String::as_str);
    labelled.or_else(|| {
        let head = &message.text[..message.text.floor_char_boundary(MAX_HEAD)];
        alert_at_head(head).map(|(_, name)| name)
    })
}

/// What each message names, but for the places that many things share.
fn things(knowledge: &Knowledge, reading: &Reading<'_>, count: usize) -> Vec<BTreeSet<String>> {
    let mut things = vec![BTreeSet::new(); count];
    let is_shared = |kind: &str| matches!(kind, "namespace" | "site" | "cluster");
    for signal in reading.signals.iter().filter(|it| it.names && !is_shared(&it.kind)) {
        let thing = thing(signal);
        if let Some(at) = signal.place.message.filter(|_| !knowledge.generic.contains(&thing)) {
            things[at].insert(thing);
        }
    }
    things
}

#[cfg(test)]
mod tests {
    use super::super::{Input, Knowledge, Level, Pattern, PlanLint, Report, Store, read, triage};

    fn report(text: &str) -> Report {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let lint = PlanLint::built_in().expect("the built-in rules");
        let messages = read::read(text, knowledge).messages;
        triage(&Input { messages, ..Input::default() }, &Store::default(), knowledge, lint)
    }

    #[test]
    fn what_names_other_things_is_a_failure_of_its_own() {
        let report = report(
            "PostgreSQL on host db-2.example is down: FATAL: could not open file: no space left on device\n\
             host web-7.example: certificate of shop.example has expired\n\
             filesystem /var on host db-2.example is 100% full\n",
        );
        assert_eq!(report.pattern, Pattern::DiskFull, "{:?}", report.because);
        let [also] = report.also.as_slice() else { panic!("{:?}", report.also) };
        assert_eq!(
            (also.pattern, also.messages.as_slice()),
            (Pattern::CertificateExpiry, [1].as_slice())
        );
        assert!(also.level >= Some(Level::High), "{also:?}");
        let place = report.evidence[also.evidence.expect("a place")].place;
        assert_eq!(place.message, Some(1));
    }

    #[test]
    fn another_fault_of_the_same_kind_is_told_where_it_is_of_another_thing() {
        let of = |text: &str| {
            let report = report(text);
            let also = report.also.iter().filter(|also| also.pattern == report.pattern);
            let also = also.map(|also| also.subtype.clone().unwrap_or_default());
            (report.subtype.clone().unwrap_or_default(), also.collect::<Vec<_>>())
        };
        let image =
            "pod web-5d8f7c9b4-k2x9p: Failed to pull image \"shop/web:9\": not found, ErrImagePull";
        let (first, second) =
            of(&format!("pod cart-6c9d8b7f5-x2x9p is in CrashLoopBackOff\n{image}\n"));
        let mut both = vec![first];
        both.extend(second);
        both.sort();
        assert_eq!(both, ["crash_loop", "image_pull"]);
        let same = image.replace("web-5d8f7c9b4-k2x9p", "cart-6c9d8b7f5-x2x9p");
        let (_, second) = of(&format!("pod cart-6c9d8b7f5-x2x9p is in CrashLoopBackOff\n{same}\n"));
        assert!(second.is_empty(), "{second:?}");
    }

    #[test]
    fn an_alert_of_another_name_is_a_failure_of_its_own() {
        for speaker in ["", "[FIRING] ", "AlertBot: [FIRING] "] {
            let report = report(&format!(
                "{speaker}HostOutOfDiskSpace: filesystem is 100% full\n\n\
                 {speaker}etcdMembersDown: etcd cluster: members are down (2)\n"
            ));
            let also = report.also.iter().map(|also| also.pattern);
            let mut told: Vec<Pattern> = std::iter::once(report.pattern).chain(also).collect();
            told.sort();
            assert_eq!(told, [Pattern::ControlPlaneEvent, Pattern::DiskFull], "{speaker}");
        }
    }

    #[test]
    fn what_names_the_same_or_nothing_may_have_the_same_cause() {
        let check = |text: &str, expected: &[(Pattern, bool)]| {
            let also: Vec<_> =
                report(text).also.iter().map(|also| (also.pattern, also.apart)).collect();
            assert_eq!(also, expected, "{text}");
        };
        let also = [(Pattern::DiskFull, false)];
        let disk = "filesystem /var on host db-2.example is 100% full";
        check(&format!("{disk}\nhost db-2.example: replication of orders has stopped\n"), &also);
        check(&format!("{disk}\nreplication of orders has stopped\n"), &also);
        // A service of its own with errors, which the other does not name.
        let errors = [(Pattern::ServerError, false)];
        check(&format!("checkout returns HTTP 500 since 02:10\n{disk}\n"), &errors);
        check("checkout returns HTTP 500\nhost checkout-1: filesystem /var is 100% full\n", &[]);
        check(&format!("{disk}\ncheckout returns HTTP 500 since host db-2.example is full\n"), &[]);
        // Of any failure somebody sees errors and waits: that is no other one.
        check(&format!("{disk}\nusers see HTTP 503 and requests time out\n"), &[]);
        check(
            "payment-service fails because order-service is unavailable\n\
             order-service: OOMKilled, exit code 137\n",
            &[],
        );
    }
}
