//! What a tool may be allowed to do by itself: a list of commands, each with the options and operands
//! that it may have. What is not on it needs a person, however harmless it looks: nothing is read
//! that a shell could read in another way.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::runbook::danger::RuleError;
use crate::text::pattern::pattern;
use crate::text::yaml::one_or_many;

/// What commands do that a tool may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Doing {
    /// They only look.
    Looks,
    /// They change one thing, which can be undone or done again.
    Changes,
}

/// An entry as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    id: String,
    does: Doing,
    programs: Vec<String>,
    /// Sub-commands of one or more words; none for a program without.
    #[serde(default)]
    verbs: Vec<String>,
    /// Options, `--name`; with a value `--name=`, which may be a word of its own.
    #[serde(default)]
    options: Vec<String>,
    /// Options that have to be there, each by one of the names between `|`.
    #[serde(default)]
    needs: Vec<String>,
    /// What each operand is like, whole; any name, number or address where it is not said.
    #[serde(default)]
    like: Option<String>,
    /// What no operand may be like, whole: to look at secrets is not harmless.
    #[serde(default)]
    unlike: Option<String>,
    /// How many operands there are behind the sub-command.
    #[serde(default)]
    operands: Count,
    #[serde(deserialize_with = "one_or_many")]
    finds: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    ignores: Vec<String>,
}

/// How many operands a command may have.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    least: usize,
    most: usize,
}

impl Default for Count {
    fn default() -> Self {
        Self { least: 0, most: usize::MAX }
    }
}

#[derive(Debug)]
struct Entry {
    raw: RawEntry,
    like: Option<Regex>,
    unlike: Option<Regex>,
}

/// The list.
#[derive(Debug)]
pub(super) struct Allowed {
    entries: Vec<Entry>,
}

/// What throws output away or joins it, and writes to no file.
static DISCARDED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\s(?:2>&1|[12]?>\s?/dev/null)(?:\s|$)"));

/// Where one command ends and the next begins.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\|\|?|&&|;|\n"));

/// The only letters of a command that every shell reads in the same way, as they stand.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Za-z0-9 _./:=,@%+-]+$"));

impl Allowed {
    /// Reads the list and holds each entry against its examples.
    ///
    /// # Errors
    /// The text is no YAML of that shape, an expression is wrong, or an example is.
    pub(super) fn from_yaml(yaml: &str) -> Result<Self, RuleError> {
        let raw: Vec<RawEntry> = RuleError::read(yaml)?;
        let mut entries: Vec<Entry> = Vec::new();
        for raw in raw {
            let id = raw.id.clone();
            if entries.iter().any(|known| known.raw.id == id) {
                return Err(RuleError::twice(yaml, &id));
            }
            let wrong = |message| RuleError::about(yaml, &id, message);
            let whole = |source: &Option<String>| {
                let regex = source.as_ref().map(|source| Regex::new(&format!("^(?:{source})$")));
                regex.transpose().map_err(|error| wrong(error.to_string()))
            };
            let entry = Entry { like: whole(&raw.like)?, unlike: whole(&raw.unlike)?, raw };
            if entry.raw.finds.is_empty() || entry.raw.ignores.is_empty() {
                let message = "the entry needs an example in `finds` and one in `ignores`";
                return Err(wrong(message.to_owned()));
            }
            if let Some(text) = entry.raw.finds.iter().find(|text| !entry.stands_for(text)) {
                return Err(wrong(format!("the entry does not stand for its example `{text}`")));
            }
            if let Some(text) = entry.raw.ignores.iter().find(|text| entry.stands_for(text)) {
                return Err(wrong(format!("the entry stands for `{text}`, which it should not")));
            }
            entries.push(entry);
        }
        Ok(Self { entries })
    }

    /// What the commands of a text do, if each of them is on the list. A name that is to be filled
    /// in, a quotation, a substitution or a file that is written is on no list.
    pub(super) fn doing(&self, commands: &str) -> Option<Doing> {
        let lines = commands.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let mut text = String::new();
        for line in lines {
            // A line that goes on with the next one is one with it.
            let (line, end) = line.strip_suffix('\\').map_or((line, '\n'), |line| (line, ' '));
            text.push_str(line);
            text.push(end);
        }
        while let Some(found) = DISCARDED.find(&text) {
            text.replace_range(found.range(), " ");
        }
        let parts = BETWEEN.split(&text).map(str::trim).filter(|part| !part.is_empty());
        let doing = |part: &str| {
            let entries = self.entries.iter().filter(|entry| entry.stands_for(part));
            entries.map(|entry| entry.raw.does).min()
        };
        let all: Option<Vec<Doing>> = parts.map(doing).collect();
        all?.into_iter().max()
    }
}

impl Entry {
    fn stands_for(&self, command: &str) -> bool {
        if !PLAIN.is_match(command) {
            return false;
        }
        let mut words = command.split_whitespace().peekable();
        if words.peek() == Some(&"sudo") {
            words.next();
        }
        let Some(program) = words.next() else { return false };
        if !self.raw.programs.iter().any(|name| name == program) {
            return false;
        }
        let (mut operands, mut options) = (Vec::new(), Vec::new());
        while let Some(word) = words.next() {
            if !word.starts_with('-') || word.len() == 1 {
                operands.push(word);
                continue;
            }
            let (name, value) = word.split_once('=').map_or((word, None), |(n, v)| (n, Some(v)));
            let with_value = format!("{name}=");
            let takes = |option: &String| *option == with_value;
            if self.raw.options.iter().any(takes) {
                // `-1h` is a time, and `-delete` another option.
                let is_value = |word: &str| {
                    word.strip_prefix('-')
                        .is_none_or(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
                };
                if value.is_none() && !words.next().is_some_and(is_value) {
                    return false;
                }
            } else if value.is_some() || !self.is_known(name) {
                return false;
            }
            options.push(name);
        }
        let needed = |needs: &String| needs.split('|').any(|name| options.contains(&name));
        self.raw.needs.iter().all(needed) && self.fits(&operands)
    }

    /// Whether an option without a value is on the list, or a cluster of short ones, like `-tln`.
    fn is_known(&self, name: &str) -> bool {
        let known = |name: &str| self.raw.options.iter().any(|option| option == name);
        let cluster = name.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        known(name) || cluster.is_some_and(|all| all.chars().all(|c| known(&format!("-{c}"))))
    }

    fn fits(&self, operands: &[&str]) -> bool {
        let length = |verb: &String| {
            let words = verb.split(' ').count();
            let begins =
                operands.len() >= words && verb.split(' ').eq(operands[..words].iter().copied());
            begins.then_some(words)
        };
        // The longest sub-command that fits: `rollout status` and not `rollout`.
        let verb = if self.raw.verbs.is_empty() {
            Some(0)
        } else {
            self.raw.verbs.iter().filter_map(length).max()
        };
        let Some(rest) = verb.map(|words| &operands[words..]) else { return false };
        let Count { least, most } = self.raw.operands;
        let like = |word: &&str| {
            self.like.as_ref().is_none_or(|like| like.is_match(word))
                && self.unlike.as_ref().is_none_or(|unlike| !unlike.is_match(word))
        };
        (least..=most).contains(&rest.len()) && rest.iter().all(like)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Allowed {
        Allowed::from_yaml(super::super::built_in::PLAN.allowed.text).expect("the list")
    }

    #[test]
    fn every_command_of_a_step_has_to_be_on_the_list() {
        let allowed = allowed();
        let check = |commands, expected| {
            assert_eq!(allowed.doing(commands), expected, "{commands}");
        };
        let looks = Some(Doing::Looks);
        check("kubectl -n shop get pods | grep cart", looks);
        check("df -h && df -i", looks);
        check("# how full\ndf -h 2>/dev/null", looks);
        check("sudo systemctl status cart 2>&1 | tail -n 5", looks);
        check("kubectl -n shop get pods \\\n  -o wide", looks);
        check("ss -tln\nps aux", looks);
        check("df -h; resolvectl flush-caches", Some(Doing::Changes));
        check("kubectl -n shop rollout restart deployment/cart", Some(Doing::Changes));
        for commands in [
            "",
            "kubectl get pods | xargs kubectl delete",
            "df -h; rm -rf /tmp/x",
            "kubectl get pod <POD>",
            "kubectl get pod {{ pod }}",
            "cat /etc/hosts > /etc/hosts.old",
            "ls $(rm -rf /)",
            "ls `reboot`",
            "tail /var/log/x &",
            "frobnicate --look",
            "# look \\\nkubectl delete pod db-0\ndf -h",
        ] {
            check(commands, None);
        }
    }

    #[test]
    fn what_hides_behind_a_look_is_not_on_the_list() {
        let allowed = allowed();
        for command in [
            "systemctl --failed stop nginx",
            "find /tmp/.. -mtime +1 -delete",
            "find /var/log/../../etc -mtime +1 -delete",
            "find / -fprint0 /etc/passwd",
            "find /tmp -mtime +1 -exec rm",
            "sort --output=/etc/hosts x",
            "sort -o /etc/hosts x",
            "date --set=2020-01-01",
            "date 010112002026",
            "ss --kill dst 10.0.0.1",
            "mount  /dev/sdb /mnt",
            "pidstat -e rm -rf /srv",
            "awk -i inplace 1 /etc/hosts",
            "hostname evil",
            "less -O/etc/x f",
            "sar -o f 1 1",
            "dmesg -D",
            "dmesg --clear",
            "ceph health mute OSD_DOWN",
            "ceph osd out 3",
            "smartctl -a -t long /dev/sda",
            "smartctl -X /dev/sda",
            "helm template a ./c --post-renderer ./x.sh",
            "terraform providers lock",
            "redis-cli --eval x.lua info",
            "redis-cli -h cache flushall",
            "journalctl --rot",
            "journalctl --vacuum-size=1",
            "curl --remote-name https://a/health",
            "curl -cjar https://a/health",
            "curl -XDELETE https://a/health",
            "curl -s https://hooks.example.com/restart",
            "kubectl rollout restart deployment -l app=x",
            "kubectl rollout restart statefulset/db",
            "kubectl -n shop delete pod cart-0",
            "kubectl get pods --output-directory=/etc",
            "kubectl get secrets -A -o yaml",
            "kubectl get pods,secrets -o yaml",
            "kubectl get secret/db",
            "cat /srv/.ssh/id_rsa",
            "cat /etc/shadow",
            "uniq a b",
            "git branch x",
            "etcdctl member remove x",
        ] {
            assert_eq!(allowed.doing(command), None, "{command}");
        }
    }

    #[test]
    fn a_wrong_entry_is_named_with_its_place() {
        let wrong = |text: &str| Allowed::from_yaml(text).expect_err(text);
        let entry = "- {id: a, does: looks, programs: [df], finds: [du], ignores: [rm]}";
        assert!(wrong(entry).message.contains("`du`"));
        assert!(wrong(&entry.replace("[du]", "[]")).message.contains("needs an example"));
        assert!(wrong(&entry.replace("[du], ", "[df], like: '(', ")).message.contains("unclosed"));
        assert!(wrong(&entry.replace("looks", "heals")).message.contains("heals"));
    }
}
