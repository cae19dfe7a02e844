//! Commands and words in one line of a plan: commands that stand bare within a sentence, and words
//! that follow a command.

use std::sync::LazyLock;

use regex::Regex;

use crate::runbook::danger::Rules;

use super::plan_command::{
    Ends, TOOL, VARIABLE, begins_with_program, is_capitalised, is_sql, only_prints, runs,
};
use crate::text::pattern::pattern;

/// How far the ends of a line are looked for, where a command stands within a sentence.
const LONGEST_LINE: usize = 4_000;

/// A program that stands bare within a sentence.
static WITHIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:^|[\s(:])((?i:sudo )?(?:(?i:kubectl|helm|argocd|terraform|tofu|pulumi|docker|systemctl|redis-cli|psql|",
        r"etcdctl|rabbitmqctl|mdadm|zpool|zfs|lvremove|vgremove|pvremove|wipefs|iptables|nft|ufw|setenforce|dropdb|",
        r"pg_resetwal|pg_restore|mongorestore|pgbackrest|xtrabackup|mariabackup|rclone|heroku|consul|vault|nomad|kubeadm|k3s|",
        r"blkdiscard|sgdisk|lvreduce|aws|gcloud|az|gsutil|virsh|borg|restic|velero|rbd|ceph|mongosh?|userdel|crontab|vssadmin|diskpart|",
        r"git (?:push|reset|clean))|mkfs(?:\.\w+)?|dd if=\S+|kafka-[a-z-]+(?:\.sh)?|xargs|curl|wget|",
        r"(?:ba|z|da|k)?sh -[a-z]+|(?:python3?|perl|ruby|node|php) -[a-z]+|find (?:[/.~$]\S*)|",
        r"(?:Remove|Clear|Format|Stop|Initialize)-[A-Z][A-Za-z]+)\s+[-a-z/$\x22'DC]|",
        // No word of a sentence is written like this.
        r"(?i:sudo )?(?:/\S*/|\\)?[Rr]m\s+-[a-zA-Z]+\s+\S)",
    ))
});

/// What tells to run a program: a word, or the mark behind which a clause begins.
static ORDERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:(?P<past>\b(?i:has|have|had|having|been|be|was|were)\s+(?:\w+ly\s+)?)?",
        r"(?P<order>\b(?i:run|execute|type|issue|invoke|call|use|using|then|next|finally|afterwards|also|please|",
        r"dann|danach|anschlie(?:\x{df}|ss)end|zuletzt|starte|f(?:\x{fc}|ue)hre))[,:]?|[\w)\x22'][.;:])",
        r"[ \t]+(?P<command>[A-Za-z./~$\\][^\s]*[ \t]+\S)",
    ))
});

/// Where words may follow a command in its line.
static WORDS_BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?:(?P<mark>\S[;,.]|\s(?:and|und|but|aber|[-\x{2013}\x{2014}]))\s+(?P<and>(?:and|und)\s+)?",
        r"(?P<then>(?:then|afterwards|next|finally|dann|danach|anschlie(?:\x{df}|ss)end),?\s+)?|",
        r"\s(?:then|afterwards|next|finally|dann|danach|anschlie(?:\x{df}|ss)end),?\s+)(?P<said>\p{L}+\s)",
    ))
});

/// Statements of a shell that have a `then` or a `;` of their own.
static COMPOUND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s*(?:if|elif|while|until|for|case|select)\s|[;\s](?:fi|done|esac)\b")
});

/// What no words hold that follow the `;` of a shell.
static NO_WORDS: LazyLock<Regex> = LazyLock::new(|| pattern(r#"["'$`={}]|\s--?\w"#));

/// How a sentence begins, and no command: a word with a capital letter, and a plain one.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s*[A-Z\x{c4}\x{d6}\x{dc}]\p{Ll}+,?[ \t]+\p{L}[\p{L}'\x{2019}]*[ \t,.;:]")
});

/// Whether a line reads as a sentence.
pub(super) fn is_sentence(line: &str) -> bool {
    SENTENCE.is_match(line)
}

/// Words that no command has and a sentence that begins with a program's name may have.
static ARTICLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\s(?:the|an?|all|every|each|any|this|that|den|die|das|der|dem|alle[rnms]?)\s")
});

/// Whether a command is one that a shell reads and no sentence: it only prints, or the rules know
/// how its program reads its words.
pub(super) fn is_for_a_shell(command: &str, rules: &Rules) -> bool {
    let known = || rules.program_at_start(command).is_some_and(|named| named.known);
    only_prints(command) || command.len() <= LONGEST_LINE && known() && !ARTICLE.is_match(command)
}

impl Ends<'_> {
    /// Where words begin that follow a command in its line: `helm list, then delete the CRD`.
    pub(super) fn words_behind(&self, command: &str) -> Option<usize> {
        let command = command.trim_end();
        let is_one_line = command.len() <= LONGEST_LINE && !command.contains('\n');
        if !is_one_line || only_prints(command) || COMPOUND.is_match(command) || is_sql(command) {
            return None;
        }
        let (mut from, mut quotes, mut read) = (0, Quotes::default(), 0);
        while let Some(found) = WORDS_BEHIND.captures_at(command, from) {
            let (whole, said) = found.get(0).zip(found.name("said"))?;
            if quotes.ends_in_comment(&command[read..=whole.start()]) {
                return None;
            }
            (read, from) = (whole.start() + 1, said.start());
            let rest = &command[said.start()..];
            // What a shell runs next is no words.
            let plain = found.name("mark").is_some_and(|mark| mark.as_str().ends_with(';'))
                && found.name("and").or_else(|| found.name("then")).is_none();
            let runs_on = plain && (NO_WORDS.is_match(rest) || runs(rest, self.rules));
            if !quotes.are_open() && !runs_on {
                return Some(said.start());
            }
        }
        None
    }

    /// Commands within a sentence that it tells to run, whatever their program.
    pub(super) fn ordered(&self, text: &str) -> impl Iterator<Item = (usize, usize)> {
        let mut from = 0;
        std::iter::from_fn(move || {
            while let Some(found) = ORDERED.captures_at(text, from) {
                let start = found.name("command")?.start();
                from = start;
                let line =
                    text[start..text.floor_char_boundary(start + LONGEST_LINE)].lines().next();
                let line = line.unwrap_or_default();
                // "It has run setenforce 0" tells of the past; a path behind a full stop is a link.
                let runs = match found.name("order") {
                    Some(_) if found.name("past").is_some() => false,
                    Some(_) => {
                        TOOL.is_match(line)
                            || VARIABLE.is_match(line)
                            || is_sql(line)
                            || begins_with_program(line, self.rules)
                    }
                    None => TOOL.is_match(line) || is_capitalised(line, self.rules),
                };
                let command = runs.then(|| bare_command(text, start)).flatten();
                if command.is_some() {
                    return command;
                }
            }
            None
        })
    }
}

/// The quotation marks of a command, as far as it is read.
#[derive(Debug, Default)]
struct Quotes {
    open: Option<char>,
    last: Option<char>,
}

impl Quotes {
    fn are_open(&self) -> bool {
        self.open.is_some()
    }

    /// Reads on; whether a comment begins there.
    fn ends_in_comment(&mut self, text: &str) -> bool {
        for c in text.chars() {
            match self.open {
                Some(open) if c == open => self.open = None,
                Some(_) => {}
                None if matches!(c, '\'' | '"' | '`') => self.open = Some(c),
                None if c == '#' && self.last.is_none_or(char::is_whitespace) => return true,
                None => {}
            }
            self.last = Some(c);
        }
        false
    }
}

/// Commands that stand bare within a sentence: first byte, one past the last. With a capital letter
/// it may be no more than the name of a program: "the Helm release is stuck".
pub(super) fn within(sentence: &str, rules: &Rules) -> impl Iterator<Item = (usize, usize)> {
    WITHIN.captures_iter(sentence).filter_map(|found| {
        let (start, end) = bare_command(sentence, found.get(1)?.start())?;
        let named = &sentence[start..end];
        let is_small = !named.starts_with(|c: char| c.is_ascii_uppercase());
        (is_small || runs(named, rules)).then_some((start, end))
    })
}

/// A command that stands bare within a sentence, by its first byte; none in a comment of a script,
/// which runs nothing.
fn bare_command(sentence: &str, start: usize) -> Option<(usize, usize)> {
    let before = &sentence[sentence.floor_char_boundary(start.saturating_sub(LONGEST_LINE))..start];
    let line = before.rsplit('\n').next().unwrap_or_default();
    // The number of a step may stand in front of it.
    let bare = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    let bare = bare.trim_start_matches(['.', ')', ':', '-', '*']);
    if bare.contains('#') && bare.trim_matches([' ', '\t', '#']).is_empty() {
        return None;
    }
    let rest = &sentence[start..sentence.floor_char_boundary(start + LONGEST_LINE)];
    let line = rest.find('\n').unwrap_or(rest.len());
    let stop = [". ", "; then ", ", then ", ", and ", " and then "];
    let end = stop.iter().filter_map(|stop| rest[..line].find(stop)).min().unwrap_or(line);
    let end = rest[..end].trim_end_matches(['.', ',', ')', '`', '\'', '"', ' ']).len();
    (end > 0).then_some((start, start + end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stands_bare_within_a_sentence() {
        let rules = Rules::from_yaml("programs: []\nrules: []\n").expect("no rules");
        let check = |text: &str, expected: &[&str]| {
            let found = within(text, &rules).map(|(start, end)| &text[start..end]);
            assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
        };
        let text = "Then run kubectl delete ns shop, and wait. The helm chart stays.";
        check(text, &["kubectl delete ns shop", "helm chart stays"]);
        check("Then run Kubectl delete ns shop.", &["Kubectl delete ns shop"]);
        check("First Rm -rf /data there", &["Rm -rf /data there"]);
        check("See why the Helm release is stuck", &[]);
        check("delete it using kubectl (carefully)", &[]);
        check("# kubectl delete ns shop", &[]);
        check("3. # kubectl delete ns shop", &[]);
    }
}
