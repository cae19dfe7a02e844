//! What a plan does without, and whether messages speak of it: who has a full disk of containers
//! needs no warning about the log of a database.

use serde::Serialize;

use super::message::{Input, Place};
use super::plan_lint::PlanDanger;
use super::reading::judged;

/// The shortest word of a command that names something, but for its program.
const NAME: usize = 5;

/// The shortest name of a program that is no word of everybody.
const PROGRAM: usize = 4;

/// How much of a name has to be said: "postgres" for `postgresql`.
const HEAD: usize = 8;

/// A step that the plan does without, and what it would have destroyed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What it would be.
    pub text: String,
    /// The command for it.
    pub command: Option<String>,
    /// The rules that refuse it.
    pub rules: Vec<String>,
    /// What it would have destroyed.
    pub destroys: Vec<String>,
    /// What to do instead.
    pub safer: Vec<String>,
    /// Where somebody says that they are about to do it; none where only a rule or a runbook would.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<Place>,
}

impl LeftOut {
    /// A step with what it would destroy.
    pub fn new(text: String, command: Option<String>, dangers: Vec<PlanDanger>) -> Self {
        let mut left = Self { text, command, ..Self::default() };
        for PlanDanger { rule, destroys, safer, .. } in dangers {
            left.rules.push(rule);
            left.destroys.push(destroys);
            // Several rules may advise the same.
            if !left.safer.contains(&safer) {
                left.safer.push(safer);
            }
        }
        left
    }
}

/// Whether a message names the program of a command, or a place that it is about.
pub(super) fn is_spoken_of(command: &str, input: &Input<'_>) -> bool {
    let words = command.split_whitespace().enumerate().filter(|(_, word)| !word.starts_with('-'));
    let names = words.flat_map(|(at, word)| {
        let shortest = if at == 0 { PROGRAM } else { NAME };
        let names = word.split(|c: char| !c.is_alphanumeric() && c != '_');
        names.filter(move |name| name.len() >= shortest)
    });
    names.map(|name| &name.as_bytes()[..name.floor_char_boundary(HEAD)]).any(|head| {
        input.messages.iter().any(|message| {
            let text = judged(&message.text).as_bytes();
            text.windows(head.len()).any(|part| part.eq_ignore_ascii_case(head))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::Message;
    use super::*;

    #[test]
    fn what_is_warned_of_has_to_do_with_what_is_said() {
        let check = |command: &str, said: &str, expected: bool| {
            let input = Input { messages: vec![Message::new(said)], ..Input::default() };
            assert_eq!(is_spoken_of(command, &input), expected, "{command}: {said}");
        };
        let of_database = "rm -rf /var/lib/postgresql/data/pg_wal/*";
        check(of_database, "/var/lib/docker is 98 % full, data of others as well", false);
        check(of_database, "Postgres: could not write: no space left", true);
        check(of_database, "no space left on /var/lib/x/PG_WAL", true);
        check("etcd --force-new-cluster", "etcdserver: no leader", true);
        check("kubectl delete crd {crd}", "the release is stuck", false);
        check("a -rf /\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}", "nothing", false);
    }
}
