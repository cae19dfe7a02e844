//! What a tool may be allowed to do by itself: a list of whole commands. What is not on it needs a
//! person, however harmless it looks.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::expression::Expression;
use super::rule::one_or_many;
use crate::runbook::danger::RuleError;
use crate::text::pattern::pattern;

/// An entry as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAllowed {
    id: String,
    /// Why it may be done, for those who read the file.
    #[serde(rename = "says")]
    _says: String,
    #[serde(deserialize_with = "one_or_many")]
    any: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    without: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    finds: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    ignores: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    whole: Expression,
    without: Vec<Expression>,
}

/// The list.
#[derive(Debug)]
pub(super) struct Allowed {
    entries: Vec<Entry>,
}

/// What throws output away or joins it, and writes to no file.
static DISCARDED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\s(?:2>&1|[12&]?>\s?/dev/null)(?:\s|$)"));

/// Where one command ends and the next begins.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\|\|?|&&|;|\n"));

impl Allowed {
    /// Reads the list and holds each entry against its examples.
    ///
    /// # Errors
    /// The text is no YAML of that shape, an expression is wrong, or an example is.
    pub(super) fn from_yaml(yaml: &str) -> Result<Self, RuleError> {
        let raw: Vec<RawAllowed> =
            serde_yaml::from_str(yaml).map_err(|error| RuleError::from_yaml(&error))?;
        let mut entries = Vec::new();
        for one in raw {
            let wrong = |message| RuleError::about(yaml, &one.id, message);
            let ways: Vec<String> = one.any.iter().map(|way| format!("(?:{way})")).collect();
            let whole = Expression::new(&format!("^(?:sudo )?(?:{})$", ways.join("|")));
            let without: Result<Vec<_>, _> =
                one.without.iter().map(|text| Expression::new(text)).collect();
            let entry = Entry { whole: whole.map_err(wrong)?, without: without.map_err(wrong)? };
            if let Some(text) = one.finds.iter().find(|text| !entry.stands_for(text)) {
                return Err(wrong(format!("the entry does not stand for its example `{text}`")));
            }
            if let Some(text) = one.ignores.iter().find(|text| entry.stands_for(text)) {
                return Err(wrong(format!("the entry stands for `{text}`, which it should not")));
            }
            entries.push(entry);
        }
        Ok(Self { entries })
    }

    /// Whether each command of a text is on the list. What cannot be told from the words alone, like
    /// a name that is to be filled in, a substitution or a file that is written, is not.
    pub(super) fn allows(&self, commands: &str) -> bool {
        let joined = commands.replace("\\\n", " ");
        let mut commands = String::new();
        for line in joined.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let mut line = line.to_owned();
            while let Some(found) = DISCARDED.find(&line) {
                line.replace_range(found.range(), " ");
            }
            commands.push_str(&line);
            commands.push('\n');
        }
        if commands.contains(['<', '>', '`', '$', '&']) && !only_joins(&commands) {
            return false;
        }
        let mut parts = BETWEEN.split(&commands).map(str::trim).filter(|part| !part.is_empty());
        let mut any = false;
        parts.all(|part| {
            any = true;
            self.entries.iter().any(|entry| entry.stands_for(part))
        }) && any
    }
}

/// Whether the only sign among those that could hide something is the `&&` between two commands.
fn only_joins(commands: &str) -> bool {
    !commands.replace("&&", "").contains(['<', '>', '`', '$', '&'])
}

impl Entry {
    fn stands_for(&self, command: &str) -> bool {
        self.whole.is_in(command) && !self.without.iter().any(|other| other.is_in(command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_a_step_has_to_be_on_the_list() {
        let allowed =
            Allowed::from_yaml(super::super::built_in::PLAN.allowed.text).expect("the list");
        let check =
            |commands, expected| assert_eq!(allowed.allows(commands), expected, "{commands}");
        check("kubectl -n shop get pods | grep cart", true);
        check("df -h && df -i", true);
        check("# how full\ndf -h 2>/dev/null", true);
        check("sudo systemctl status cart 2>&1 | tail -n 5", true);
        check("kubectl -n shop get pods \\\n  -o wide", true);
        check("kubectl get pods | xargs kubectl delete", false);
        check("df -h; rm -rf /tmp/x", false);
        check("kubectl get pod <POD>", false);
        check("cat /etc/hosts > /etc/hosts.old", false);
        check("ls $(rm -rf /)", false);
        check("ls `reboot`", false);
        check("tail /var/log/x &", false);
        check("frobnicate --look", false);
        check("", false);
    }

    #[test]
    fn a_wrong_entry_is_named_with_its_place() {
        let wrong = "- {id: a, says: x, any: 'df', finds: [du], ignores: [rm]}";
        let error = Allowed::from_yaml(wrong).expect_err("wrong");
        assert!(error.message.contains("`du`"), "{}", error.message);
        let wrong = "- {id: a, says: x, any: 'd(', finds: [], ignores: []}";
        assert!(Allowed::from_yaml(wrong).is_err());
    }
}
