//! Names after a stamp whose mark proves little: `dave - back`, `carl  hi`, a log's `sshd: closed`.
//!
//! A wrong author in a timeline is worse than none, so such a name counts only where the person is
//! known, or where everything speaks for a chat: the form of the stamps, the word, and each other
//! line of the paste.

use std::collections::HashMap;

use super::stamp::{Stamped, Where, is_name};

/// What stands before a dash or a gap in timelines and logs, and is nobody.
const THINGS: &str = "\
    admin alertmanager all api app auth back backend batch cache checkout client cluster config \
    container cpu cron crond daemon dashboard database db deploy deployment deploys disk dns \
    dockerd down edge elastic email envoy errors etcd everything frontend gateway grafana graph \
    haproxy host incident index ingress java job jobs kafka kernel kubelet latency load logs main \
    memory metrics migration monitor monitoring mysql network nginx node nodes nothing notice \
    outage payment payments php pod pods pool postgres postgresql prometheus proxy python queue \
    rabbitmq recovery redis release replica restore revert rollout root ruby scheduler server \
    servers service services severe shop ssh sshd still storage sudo support switch system \
    systemd team test thread traffic up upgrade user users vault verbose web worker workers";

/// The names of a paste that count although their mark proves little.
pub(super) struct Unclear<'a> {
    people: &'a [&'a str],
    /// Each line that has such a name looks like a chat, and no line has none.
    is_chat: bool,
    /// A few names that come again and again.
    repeated: bool,
}

impl<'a> Unclear<'a> {
    /// Looks at all lines of a paste.
    pub(super) fn of(read: &[Option<Stamped<'_>>], people: &'a [&'a str]) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let (mut messages, mut every) = (0, true);
        let without_author =
            |it: &&Stamped<'_>| it.place == Where::BeforeText && it.author.is_none();
        for stamped in read.iter().flatten().filter(without_author) {
            messages += 1;
            match stamped.unclear {
                Some((name, _)) => *counts.entry(name.to_lowercase()).or_default() += 1,
                None => every = false,
            }
        }
        let repeated = messages >= 3 && counts.len() * 3 <= messages * 2;
        let mut unclear = Self { people, is_chat: every, repeated };
        unclear.is_chat &= read.iter().flatten().filter(without_author).all(|stamped| {
            stamped.unclear.is_some_and(|(name, _)| unclear.is_likely(stamped, name))
        });
        unclear
    }

    /// Author and text of a line, where the name counts.
    pub(super) fn author<'t>(&self, stamped: &Stamped<'t>) -> Option<(&'t str, &'t str)> {
        let (name, text) = stamped.unclear?;
        (self.is_chat || self.is_known(name)).then_some((name, text))
    }

    fn is_known(&self, name: &str) -> bool {
        let name = name.trim_start_matches('@');
        self.people.iter().any(|person| person.eq_ignore_ascii_case(name))
    }

    fn is_likely(&self, stamped: &Stamped<'_>, name: &str) -> bool {
        let stamp = &stamped.stamp;
        // A day with a `T`, brackets, or halves of the day: people who write a timeline by hand
        // seldom use them, and programs that write chats do.
        let is_export = stamp.is_machine || stamped.bracketed || stamp.has_half;
        self.is_known(name)
            || is_person(name) && !stamp.has_fraction && (is_export || self.repeated)
    }
}

/// Whether words look like somebody's name and like no thing's.
fn is_person(name: &str) -> bool {
    let small = name.to_lowercase();
    let is_thing = |word: &str| THINGS.split(' ').any(|thing| thing == word);
    let is_plain = |c: char| c.is_alphabetic() || " '’".contains(c);
    let is_spelled =
        name.chars().all(|c| is_plain(c) || c == '-' && name.starts_with(char::is_uppercase));
    is_name(name) && is_spelled && !small.split(' ').any(is_thing)
        // `ERROR` and `SELECT` are no names; `JJ` may be one.
        && (name.chars().count() <= 2 || name.chars().any(char::is_lowercase))
}
