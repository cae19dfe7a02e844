//! What came back: a line says that something went down, and a later one that the same is up.

use std::collections::{BTreeSet, HashMap};

use super::grammar::{Grammar, Kind};
use super::message::Message;

/// Who says that all is well says it in so many bytes.
const MAX_CLEAR: usize = 160;

/// How much of a message is looked at, in bytes.
const MAX_HEAD: usize = 512;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What is measured is measured in these, in lower case.
const UNITS: [&str; 18] = [
    "%", "us", "ms", "s", "sec", "m", "min", "h", "kb", "mb", "gb", "tb", "kib", "mib", "gib",
    "tib", "rps", "qps",
];

/// What an alert calls its state, when it begins and when it ends.
const STATES: [&str; 24] = [
    "triggered",
    "firing",
    "fired",
    "problem",
    "alarm",
    "alert",
    "critical",
    "warning",
    "error",
    "down",
    "open",
    "opened",
    "acknowledged",
    "unhealthy",
    "resolved",
    "recovered",
    "recovery",
    "ok",
    "closed",
    "up",
    "healthy",
    "ausgelöst",
    "behoben",
    "störung",
];

/// Stands for the pair of all states that are left and reached.
const STATE: &str = "from to";

/// The messages that are over: their source says so, or a later one takes them back. What went down
/// more than once stands as one message with its repeats, and is not taken back: it may be about
/// others, or go up and down.
pub(super) fn over(messages: &[Message], grammar: &Grammar) -> BTreeSet<usize> {
    let mut back: HashMap<(&str, String), usize> = HashMap::new();
    let told: Vec<Option<(&str, bool, String)>> =
        messages.iter().map(|message| change(&message.text, grammar)).collect();
    for (at, told) in told.iter().enumerate() {
        if let Some((word, false, what)) = told {
            back.insert((word, what.clone()), at);
        }
    }
    let headed: BTreeSet<usize> = messages
        .iter()
        .filter(|message| grammar.is_in(Kind::RecoveryLine, &message.text))
        .filter_map(|message| message.paragraph)
        .collect();
    let is_over = |(_, message): &(usize, &Message)| {
        message.resolved
            || message.paragraph.is_some_and(|paragraph| headed.contains(&paragraph))
            || is_headed(&message.text, grammar)
    };
    let mut over: BTreeSet<usize> =
        messages.iter().enumerate().filter(is_over).map(|(at, _)| at).collect();
    over.extend(mails(messages, grammar));
    over.extend(all_clear(messages, grammar));
    let recovered: HashMap<(&str, &str), usize> = over
        .iter()
        .filter(|at| !messages[**at].resolved)
        .filter_map(|at| Some((alert(&messages[*at].text)?, *at)))
        .collect();
    // What comes again behind it stands in the first one's repeats.
    let once = |at: &usize| messages[*at].repeats <= 1;
    over.extend((0..messages.len()).filter(once).filter(|at| {
        let named = alert(&messages[*at].text);
        named.is_some_and(|named| recovered.get(&named).is_some_and(|back| back > at))
    }));
    over.extend(told_again(messages, &over).into_iter().filter(once));
    for (at, told) in told.into_iter().enumerate() {
        let Some((word, true, what)) = told else { continue };
        let later = back.get(&(word, what)).is_some_and(|back| *back > at);
        if later && once(&at) {
            over.insert(at);
        }
    }
    over
}

/// Whether a message says at its head that something is over. What people say in their own words they
/// may deny, or go on with what is not over.
pub(super) fn is_headed(text: &str, grammar: &Grammar) -> bool {
    grammar.is_in(Kind::Recovery, text)
        || grammar.is_in(Kind::RecoveryTold, text)
            && !grammar.is_in(Kind::NotOver, text.lines().next().unwrap_or_default())
}

/// The messages of mails that say at their head that all of it is over.
fn mails(messages: &[Message], grammar: &Grammar) -> Vec<usize> {
    let mut is_over = false;
    let mut over = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        if grammar.is_in(Kind::RecoveryMail, &message.text) {
            is_over = true;
        } else if is_over && grammar.is_in(Kind::MessageHead, &message.text) {
            is_over = false;
        }
        if is_over {
            over.push(at);
        }
    }
    over
}

/// The messages up to the last that says that all is well again, and that one. What came more than
/// once may have come behind it.
fn all_clear(messages: &[Message], grammar: &Grammar) -> Vec<usize> {
    let is_clear = |message: &Message| {
        let text = &message.text;
        text.len() <= MAX_CLEAR
            && grammar.is_in(Kind::AllClear, text)
            && !grammar.is_in(Kind::NotAllClear, text)
    };
    let Some(last) = messages.iter().rposition(is_clear) else { return Vec::new() };
    (0..=last).filter(|at| messages[*at].repeats <= 1).collect()
}

/// The alert that a message names, and the word behind it, which says what it is of.
pub(super) fn alert(text: &str) -> Option<(&str, &str)> {
    let head = text.get(..text.floor_char_boundary(MAX_HEAD))?.lines().next()?;
    let (start, name) = super::routing::alert_at_head(head)?;
    // `worker_pool` is a thing of which several alarms may tell.
    let is_alert = name.bytes().any(|byte| byte.is_ascii_uppercase());
    if !is_alert {
        return None;
    }
    let words = head[start + name.len()..].split_whitespace();
    let mut words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    Some((name, words.find(|word| !word.is_empty()).unwrap_or_default()))
}

/// The messages whose words a later one repeats that is over: they differ in the word of the state
/// and in what was measured. One that comes again behind that is not among them.
fn told_again(messages: &[Message], over: &BTreeSet<usize>) -> Vec<usize> {
    let back: HashMap<String, usize> = over
        .iter()
        .filter(|at| !messages[**at].resolved)
        .filter_map(|at| Some((without_state(&messages[*at].text)?, *at)))
        .collect();
    if back.is_empty() {
        return Vec::new();
    }
    let later = |at: &usize| {
        let what = without_state(&messages[*at].text);
        what.is_some_and(|what| back.get(&what).is_some_and(|back| back > at))
    };
    (0..messages.len()).filter(later).collect()
}

/// The first line in lower case without times, words of a state and measured values; none where too
/// little is left to tell what it is about.
fn without_state(text: &str) -> Option<String> {
    let head = text.get(..text.floor_char_boundary(MAX_HEAD))?.lines().next()?.to_lowercase();
    let words = head.split_whitespace().filter(|word| !is_time(word) && !is_measured(word));
    let words = words.map(bare).filter(|word| !word.is_empty() && !is_state(word));
    let words: Vec<&str> = words.collect();
    (words.len() >= 2).then(|| words.join(" "))
}

fn is_state(word: &str) -> bool {
    STATES.contains(&word) || is_time(word) || (word.len() == 5 && word.as_bytes()[2] == b':')
}

/// Whether a word is a number with its unit, like `34%`, `0.1%` or `3s`; without one it may be part
/// of a name, as in `port 3`, `rack 3b` or `PostgreSQL 14.2`.
fn is_measured(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%');
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    unit.len() < word.len() && UNITS.contains(&unit)
}

/// Which pair of words a message holds, whether it is the bad one of it, and all that stands in
/// front but times.
fn change<'g>(text: &str, grammar: &'g Grammar) -> Option<(&'g str, bool, String)> {
    let head = text.get(..text.floor_char_boundary(MAX_HEAD))?.lines().next()?.to_lowercase();
    let mut what = String::new();
    let mut month = false;
    let mut words = 0;
    let all: Vec<&str> = head.split_whitespace().collect();
    for (at, word) in all.iter().enumerate() {
        let bare = bare(word);
        if let Some(well) = transition(&all[at..], grammar) {
            return (words >= 2).then_some((STATE, !well, what));
        }
        if let Some((pair, down)) = grammar.opposite(bare) {
            // With fewer words in front nothing says what it is about.
            return (words >= 2).then_some((pair, down, what));
        }
        let is_month = MONTHS.contains(&bare);
        let day = month && bare.bytes().all(|byte| byte.is_ascii_digit());
        month = is_month;
        if !is_month && !day && !is_time(bare) {
            what.push_str(word);
            what.push(' ');
            words += 1;
        }
    }
    None
}

/// Which state words that begin with `from FULL to DOWN` come to, if they name two of which just one
/// is well: whether it is that one.
fn transition(words: &[&str], grammar: &Grammar) -> Option<bool> {
    let (left, reached) = match words {
        ["from", left, "to" | "->" | "=>" | "→", reached, ..] => (left, reached),
        _ => return None,
    };
    let is_well = |word: &str| grammar.is_in(Kind::Reached, bare(word));
    (is_well(left) != is_well(reached)).then(|| is_well(reached))
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether a word is a time or date, like `10:00:01.5` or `2026-05-01t10:00:01z`.
fn is_time(word: &str) -> bool {
    let separators = word.bytes().filter(|byte| matches!(byte, b':' | b'-')).count();
    separators >= 2
        && word.starts_with(|c: char| c.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_digit() || b":-.,+tz".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    fn over_in(messages: &[Message]) -> BTreeSet<usize> {
        over(messages, &Knowledge::built_in().expect("the built-in files").grammar)
    }

    fn taken_back(texts: &[&str]) -> Vec<usize> {
        let messages: Vec<Message> = texts.iter().map(|text| Message::new(text)).collect();
        over_in(&messages).into_iter().collect()
    }

    #[test]
    fn what_went_down_and_came_up_is_over() {
        let bgp = [
            "May  1 10:00:01 r1 %BGP-5-ADJCHANGE: neighbor 10.0.0.1 Down BGP Notification sent",
            "May  2 10:02:09 r1 %BGP-5-ADJCHANGE: neighbor 10.0.0.1 Up",
        ];
        assert_eq!(taken_back(&bgp), [0]);
        assert_eq!(taken_back(&["Server web/a is DOWN, 500", "Server web/a is UP, 200"]), [0]);
        let link = "Line protocol on Interface Gi0/1, changed state to";
        assert_eq!(taken_back(&[&format!("{link} down"), &format!("{link} up")]), [0]);
    }

    #[test]
    fn an_alert_that_recovered_later_is_over() {
        let fires =
            "[02:10] AlertBot: [FIRING:1] ShopReplicasMismatch shop/checkout severity=warning";
        let back = "[02:24] AlertBot: [RESOLVED] ShopReplicasMismatch shop/checkout";
        assert_eq!(taken_back(&[fires, back]), [0, 1]);
        assert_eq!(taken_back(&[back, fires]), [0], "it fires again");
        assert_eq!(
            taken_back(&[&fires.replace("checkout", "cart"), back]),
            [1],
            "it is of another"
        );
    }

    #[test]
    fn the_same_words_that_are_resolved_later_are_over() {
        assert_eq!(
            taken_back(&[
                "[02:10] bot: TRIGGERED: error rate of payment-gateway 34%",
                "[02:24] bot: [RESOLVED] error rate of payment-gateway 0.1%",
            ]),
            [0, 1]
        );
        let (fires, back) =
            ("TRIGGERED: p95 of the shop above 3s", "RESOLVED: p95 of the shop above 3s");
        assert_eq!(taken_back(&[fires, back]), [0, 1]);
        assert_eq!(taken_back(&[back, fires]), [0], "it comes again");
        assert_eq!(taken_back(&["TRIGGERED: disk of db-1 is full", back]), [1], "another one");
        assert_eq!(taken_back(&["TRIGGERED: loss on port 3", "RESOLVED: loss on port 4"]), [1]);
    }

    #[test]
    fn who_says_that_all_is_well_takes_back_what_was_told_before() {
        let chat = ["[02:10] anna: checkout is down", "[02:31] ben: all green again, closing"];
        assert_eq!(taken_back(&chat), [0, 1]);
        let and_then = [chat[0], chat[1], "[02:40] anna: checkout is down once more"];
        assert_eq!(taken_back(&and_then), [0, 1]);
        for no_clear in [
            "[02:31] ben: all green but the payments",
            "[02:31] ben: is everything back to normal?",
            "[02:31] ben: it was all green before the deploy",
            "[02:31] ben: will close the incident when all is good",
            "[02:31] jens: alles wieder da, aber der Shop noch nicht",
            "[02:31] ben: checked the cluster: all pods are healthy",
            "[02:31] ben: database looks good, all graphs green on my side",
            "GitHub status: all systems operational so it is us",
            "INFO healthcheck: all systems operational",
            "readiness: all good",
            "Subject: everyone back to the bridge please",
            "the last incident is closed, this one is new",
            "pool members all green, config sync state In Sync",
        ] {
            assert!(taken_back(&[chat[0], no_clear]).is_empty(), "{no_clear}");
        }
        let mut again = chat.map(Message::new);
        again[0].repeats = 2;
        assert_eq!(over_in(&again), BTreeSet::from([1]), "it may have come behind it");
    }

    #[test]
    fn what_reaches_a_state_again_that_it_left_is_over() {
        let ospf = "%OSPF-5-ADJCHG: Process 1, Nbr 10.0.0.2 on Gi0/1 from";
        let (left, reached) = (format!("{ospf} FULL to DOWN"), format!("{ospf} LOADING to FULL"));
        assert_eq!(taken_back(&[&left, &reached]), [0]);
        assert!(taken_back(&[&reached, &left]).is_empty());
        assert!(taken_back(&[&left, &format!("{ospf} INIT to LOADING")]).is_empty());
        assert!(taken_back(&[&left, &reached.replace("10.0.0.2", "10.0.0.3")]).is_empty());
    }

    #[test]
    fn a_mail_that_is_over_ends_where_something_else_begins() {
        let mail = [
            "Subject: [PagerDuty] RESOLVED - Incident 7 payments error rate > 5%",
            "Description: HTTP 5xx ratio is 0.2% over 5 minutes",
        ];
        assert_eq!(taken_back(&mail), [0, 1]);
        let and_then = [mail[0], mail[1], "[03:10] Anke: payments is down again"];
        assert_eq!(taken_back(&and_then), [0, 1]);
        assert!(taken_back(&["Subject: payments error rate > 5%", mail[1]]).is_empty());
    }

    #[test]
    fn what_fires_again_and_what_is_another_thing_is_not_over() {
        let mut again = [
            Message::new("[02:10] bot: [FIRING:1] ShopErrorsHigh shop/checkout error rate 60%"),
            Message::new("[02:24] bot: [RESOLVED] ShopErrorsHigh shop/checkout error rate 0.1%"),
        ];
        again[0].repeats = 2;
        assert_eq!(over_in(&again), BTreeSet::from([1]));
        for (down, up) in [
            ("power of rack 3b is lost", "[RESOLVED] power of rack 4b is lost"),
            ("PostgreSQL 14.2 does not start", "RESOLVED: PostgreSQL 15.2 does not start"),
            ("[FIRING] worker_pool queue is full", "[RESOLVED] worker_pool queue is slow"),
        ] {
            assert_eq!(taken_back(&[down, up]), [1], "{down}");
        }
    }

    #[test]
    fn a_recovery_is_known_by_its_head_and_by_a_heading() {
        let is_over = |text: &str| !taken_back(&[text]).is_empty();
        assert!(is_over("RECOVERY: disk of db-1 is not full"));
        assert!(is_over("[RESOLVED] high error rate of the shop"));
        assert!(is_over("OK: load average is 0.5 (was: CRITICAL, 30)"));
        assert!(is_over(
            "** Host web-1 ** State: OK - previous state CRITICAL, connection refused"
        ));
        assert!(!is_over("Okay, the disk is full"));
        assert!(!is_over("recovery failed"));
        assert!(!is_over("Recovery: the target was not reached"));
        assert!(!is_over("Closed-loop cooler of rack 4 failed"));
        let line =
            |text: &str, paragraph| Message { paragraph: Some(paragraph), ..Message::new(text) };
        let mail = [
            line("Problem: high error rate", 0),
            line("Status: RESOLVED", 0),
            line("Problem: disk full", 1),
        ];
        assert_eq!(over_in(&mail).into_iter().collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn another_one_that_comes_up_and_an_earlier_up_take_nothing_back() {
        assert!(taken_back(&["neighbor 10.0.0.1 Down", "neighbor 10.0.0.2 Up"]).is_empty());
        assert!(taken_back(&["port 3 is down", "port 4 is up"]).is_empty());
        assert!(taken_back(&["node a-1 is up", "node a-1 is down"]).is_empty());
        assert!(taken_back(&["down", "up"]).is_empty());
        let mut flapping: Vec<Message> = ["link eth0 is down", "link eth0 is up"]
            .iter()
            .map(|text| Message::new(text))
            .collect();
        flapping[0].repeats = 4;
        assert!(over_in(&flapping).is_empty());
    }
}
