//! What in a plan is something to run: where a command or a statement of SQL begins, where it
//! ends, and whether the words around it say that nobody should run it.

use std::cell::Cell;
use std::sync::LazyLock;

use regex::Regex;

use crate::runbook::danger::{Rules, command_end};
use crate::text::pattern::pattern;

/// How far the end of a command is looked for: a quote that nobody closes must not make a long
/// plan slow.
const LONGEST: usize = 20_000;

/// How much of one plan is read for commands that never end.
const MOST_WASTED: usize = 2_000_000;

/// How much of a line is looked at for the name of its program.
const LONGEST_NAME: usize = 400;

/// Programs that no sentence begins with, beside those that rules are about.
macro_rules! tools {
    () => {
        concat!(
            r"kubectl|kubectx|kubens|oc|k|helm|helmfile|argocd|flux|velero|terraform|terragrunt|tofu|pulumi|",
            r"docker|docker-compose|podman|nerdctl|crictl|systemctl|rm|shred|dd|mkfs(?:\.\w+)?|mdadm|zpool|zfs|",
            r"lvremove|vgremove|pvremove|lvreduce|blkdiscard|sgdisk|fdisk|parted|wipefs|fsck(?:\.\w+)?|e2fsck|",
            r"redis-cli|valkey-cli|psql|mysql|mariadb|mysqladmin|mongorestore|mongodump|sqlite3|mongosh?|cqlsh|clickhouse-client|cockroach|",
            r"pg_\w+|dropdb|dropuser|createdb|patronictl|repmgr|rabbitmqctl|rabbitmqadmin|kafka-[a-z-]+(?:\.sh)?|",
            r"etcd|etcdctl|iptables|ip6tables|nft|ufw|firewall-cmd|setenforce|chmod|chown|git|gh|aws|gcloud|gsutil|",
            r"az|curl|wget|killall|pkill|ansible\S*|ceph|rbd|rados|mc|consul|nomad|xargs|ssh|scp|rsync|restic|borg|pgbackrest|kubeadm|bash|sh|zsh|",
            r"echo|printf|grep|egrep|fgrep|zgrep|rg|awk|sed|cat|ls|cd|cp|mv|mkdir|jq|sudo|doas|nohup|env|eval|",
            r"export|pushd|popd|builtin|declare|typeset|readonly|nice|ionice|setsid|apt|apt-get|yum|dnf|pip|npm|crontab|userdel|journalctl|umount|chroot|nsenter|runuser|su|vault|",
            // What PowerShell calls its commands; no sentence begins like this.
            r"(?:Get|Set|New|Add|Remove|Clear|Stop|Start|Restart|Invoke|Import|Export|Disable|Enable|Test|Select|",
            r"Where|ForEach|Write|Move|Copy|Format|Uninstall|Initialize|Reset|Suspend|Dismount)-[A-Z][A-Za-z]+",
        )
    };
}

/// Programs that an English sentence may begin with as well.
macro_rules! words {
    () => {
        concat!(
            r"kill|reboot|shutdown|halt|find|for|while|until|if|case|set|true|false|truncate|source|time|",
            r"watch|timeout|make|test|sleep|wait|return|exit|local|read|trap|head|tail|sort|cut|tee|at|exec|command|alias|",
            r"function|format|erase|clear|no|reload|request|write|service|script|parallel|select|code|node|php|net|reg|sc|screen|salt|start|flock|unlink",
        )
    };
}

pub(super) static TOOL: LazyLock<Regex> =
    LazyLock::new(|| pattern(concat!(r"^(?:\S*/)?(?:", tools!(), r")(?:\s|$)")));

static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(concat!(r"^(?:", words!(), r")(?:\s|$)")));

/// What a command line has and a sentence has not.
static SHELL_SIGNS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"\s-{1,2}\w|[$|=<>"{}]|\s[~.]?/|;\s*(?:do|then)\b|\s\d+$|^\S+$|&&|\s[A-Za-z]:(?:[\\\s]|$)|^make\s+[\w.-]+$"#,
    )
});

/// A drive of Windows.
static DRIVE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s[A-Za-z]:(?:[\\\s]|$)"));

/// An assignment, a command whose name a variable or a substitution holds, or a file that is
/// written by nothing.
pub(super) static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:[A-Za-z_][A-Za-z0-9_]*=(?:["'$(`]|\S*(?:\s|$))|"?\$\{?[A-Za-z_]\w*[^}\s]*\}?"?\s+\S|"?\$\(|:[ \t]*>+[ \t]*[\w/~.$]|>+[ \t]*/(?:dev/|\S+[ \t]*$))"#,
    )
});

/// A name with a capital first letter, as a phone's keyboard and the start of a sentence write it,
/// or in capitals as what follows it.
static CAPITAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:[A-Z][a-z0-9_.-]+(?:[ \t]|$)|[A-Z][A-Z0-9_.-]+[ \t]+[A-Z-])"));

/// What only a command line has.
static FLAGS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s--?[A-Za-z]|[$|<>=]|&&"));

/// Where the first clause of a line ends.
static CLAUSE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)[,;.:!?](?:\s|$)|\s(?:and|then|but|und|dann|aber)\s"));

/// Words that a sentence about a program has and a command has not: an article, or a verb in a form
/// that no sub-command has.
static TELLS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\s(?:(?:the|an?|this|that|our|your|der|die|das|den|dem|ein|eine)\s+\S|",
        r"(?:is|are|was|were|has|had|have|did|does|will|would|should|must|can|cannot|may|might|could|",
        r"fails|failed|hangs|hung|keeps|kept|needs|seems|looks|says|said|shows|showed|takes|took|timed|works|worked|runs|ran|",
        r"returns|returned|reports|reported|gets|got|goes|went|removes|deletes|destroys|drops|wipes|fixes|breaks|stops|starts|",
        r"leaves|causes|helps|means|ist|sind|war|hat|wird|muss|kann|geht|hilft|entfernt|l(?:\x{f6}|oe)scht|h(?:\x{e4}|ae)ngt)(?:\s|$))",
    ))
});

/// Programs that print or search what they are given, and run nothing of it.
static PRINTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:sudo )?(?:echo|printf|[efz]?grep|rg|git (?:grep|log|commit))\s")
});

/// A statement of SQL that may destroy something.
static SQL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        // Without a name it is only mentioned.
        r"^(?:DROP\s+\w+\s+\S|ALTER\s|DELETE\s+FROM\s|UPDATE\s+\S+(?:\s+\w+)?\s+SET\s|WITH\s+\w+\s+AS\s|",
        r"TRUNCATE\s+(?:TABLE\s+)?[\w.,\x22 ]+?(?m:\s*;|$)|",
        // "Reset master-1" is about a machine.
        r"(?i:reset\s+(?:master|binary\s+logs|slave|replica)(?:\s*(?:[;,'\x22`)]|[.](?:\s|$)|$)|\s+(?:to|on|all|for|at|and|then|first|again|auf|und)\b)|",
        r"purge\s+(?:binary|master)\s+logs\b|select\s+\w+\(|set\s+(?:@@)?(?:global|persist)[\s.]+\w+\s*=|dbcc\s+\w+)|",
        r"(?i:drop\s+(?:table|database|schema)\s|truncate\s+table\s|truncate\s+[\w.\x22]+\s*;|",
        r"delete\s+from\s+[\w.\x22]+(?m:\s*;|\s*$|\s+where\s)|update\s+[\w.\x22]+\s+set\s))",
    ))
});

/// How the line begins that continues a statement.
static SQL_GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:\s+\S|(?:where|and|or|set|from|using|returning|cascade|order|limit|join|inner|left|on|values|select)\b)",
    )
});

/// Words that say not to run what follows at once.
static NOT_TO_RUN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?:(?:\b(?:do|does|must|should|shall|may|can|could|would)\s*(?:not|n['\u{2019}]t)|\bcannot|\bnever|\bnot(?: to)?|",
        r"\b(?:nobody|no[ -]?one)\s+(?:must|should|shall|may|can|is\s+to))",
        r"\s+(?:(?:under any circumstances?|in any case|at any time|on any account)\s+)?(?:(?:ever|just|simply|yet|even|\w+ly)\s+)?(?:run|execute|use|try|call|type|issue|apply|enter|paste|invoke|do)\b",
        r"|\b(?:under no circumstances|on no account|auf keinen fall|unter keinen umst\w*)(?:\s+\w+)?",
        r"|\b(?:avoid|instead of|rather than|without|no need (?:to|for)|refrain from)(?:\s+(?:running|run|using|use|executing|execute|a|an|any|the))*",
        r"|\b(?:never|not|don['\u{2019}]t|nicht|niemals|nie|ohne|statt|anstatt))",
        r"(?:\s+(?:commands?|things?|it|this|that|these|the|a|any|anything|something|like|such as|following|below|ever|again))*",
        r"(?:[:\s*_(,]*`[^`]*`\s*(?:,|or|and|nor|,\s*or)?)*[:\s*_('\x22`]*$",
    ))
});

/// Words that say the same behind it.
static NOT_TO_BE_RUN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^[`'\x22)*_]*\s*(?:(?:nicht|niemals)\b|(?:must|should|may|shall|can)\s*(?:not|never)\b|(?:is|are)\s+(?:strictly\s+)?",
        r"(?:forbidden|prohibited|banned|never\b|not\s+(?:allowed|an option|permitted|safe|needed|necessary)))",
    ))
});

/// Words that say to run what follows.
static TO_RUN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:run|execute|call|start|invoke|launch|use|via|with|starte?n?|f(?:\u{fc}|ue)hre?n?)\b[^.;:]{0,30}[\s:`'\x22]*$",
    )
});

/// Words in front of a command that tell who ran it, and when: nobody is asked to do it again.
static RAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b([a-z]+)[\s,]+(?:(?:had|has|was|were|accidentally|mistakenly|just|once|then|has accidentally)\s+){0,3}",
        r"(?:ran|executed|typed|issued|pasted|running|executing)(?:\s+(?:a|an|the|this|command|of|accidental|our)){0,3}[\s:`'\x22]*$",
    ))
});

/// Words in front of what is told in prose that say not to do it.
static NOT_TO_DO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?:\b(?:do|does|must|should|shall|may|can|will|would)[\s*_]*(?:not|n['\u{2019}]t)|\bwon['\u{2019}]t|",
        r"\bunder no circumstances|\bon no account|\bcannot|\bnever|\bavoid|\bwithout|",
        r"\binstead of|\brather than|\bbefore (?:you|we|anybody|anyone)|\bnot (?:\w+ )?to|\bno need to|\brefrain from)",
        r"((?:[\s,*_]+[\w'\u{2019}-]+){0,5}?)[\s,:*_`'\x22]*$",
    ))
});

/// What is forbidden ends with its comma where a verb and a thing stand in front of that: "don't
/// restart the pod, delete the claim".
static ENDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:do|does|must|should|shall|may|can|will|would)[\s*_]*(?:not|n['\u{2019}]t)|won['\u{2019}]t|cannot|never)[\s*_]+(?P<verb>[\w'\u{2019}-]+)(?:[\s*_]+[\w'\u{2019}-]+)+,[\s*_]*$",
    )
});

/// How words begin that are no verb: "do not, under no circumstances, delete".
static NO_VERB: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:under|in|at|on|for|by|ever|even|whatever|no)$"));

/// A list of what is forbidden goes on behind its commas.
static LIST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^[^.;:!?\n]{0,120}?(?:,|\s)\s*(?:or|nor|oder|noch)\s"));

/// Words in front of what a log or a file is searched for.
static SOUGHT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:look(?:s|ing)?|search(?:es|ing)?|grep(?:s|ping)?|scan(?:s|ning)?|filter(?:s|ing)?|watch(?:es|ing)?|such(?:e|en|t)?)(?:\s+(?:the|in|all|der|die|das|im)\s+\w+)?",
        r"\s+(?:for|nach)\s+(?:(?:the|a|an|any|all|every|old|words?|lines?|statements?|strings?|text|like|such|as|of|der|den|dem)\s+)*[:`'\x22(*_]*$",
    ))
});

/// Words behind a negation that turn it into its opposite.
static URGED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^[\s,*_]+(?:forget|hesitate|delay|wait|worry|fail|hurry|be afraid)")
});

/// What is done in place of something else ends with its comma.
static GERUND: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:instead of|rather than|without|no need to|not to)\b"));

/// What follows an "and" is told by itself, as in "don't panic and delete".
static AND: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:and|but|then)\s*$"));

/// Words that make a negation a condition: "if it does not start, delete it".
static CONDITION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:if|when|where|unless|as long as|in case|once|until)\b"));

/// What a shell reads from a pipe is run, whoever prints it.
static TO_A_SHELL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\|\s*(?:sudo\s+)?(?:\S*/)?(?:ba|z|k|da|a)?sh(?:\s+-\S*)*\s*$"));

/// Finds where the commands of one plan end.
#[derive(Debug)]
pub(super) struct Ends<'r> {
    pub(super) rules: &'r Rules,
    /// How much was read for commands that never end.
    wasted: Cell<usize>,
}

impl<'r> Ends<'r> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        Self { rules, wasted: Cell::new(0) }
    }

    /// Where a command or statement at the start of a text ends; nothing where none stands there.
    pub(super) fn at_start(&self, text: &str) -> Option<usize> {
        if is_sql(text) {
            return Some(end_of_sql(text));
        }
        let line = text.lines().next().unwrap_or_default();
        if !runs(line, self.rules) {
            return None;
        }
        let longest = if self.wasted.get() < MOST_WASTED { LONGEST } else { line.len() };
        let limit = text.floor_char_boundary(longest);
        let end = command_end(&text[..limit]).filter(|end| *end > 0);
        if end.is_none() && limit < text.len() {
            self.wasted.set(self.wasted.get() + limit);
        }
        Some(end.unwrap_or(line.len()).max(line.len().min(limit)))
    }
}

/// Whether a line begins with something to run.
pub(super) fn runs(line: &str, rules: &Rules) -> bool {
    TOOL.is_match(line)
        || VARIABLE.is_match(line)
        || TO_A_SHELL.is_match(line)
        || begins_with_program(line, rules)
}

/// Whether a line begins with a program that the rules or we know, however it is spelled: `\rm`,
/// `"rm"` and `r''m` are `rm` to a shell.
pub(super) fn begins_with_program(line: &str, rules: &Rules) -> bool {
    names_program(line, rules) || is_capitalised(line, rules)
}

/// Whether a line begins with the name of a program that has got a capital first letter: "Kubectl
/// delete ns a". What tells of a program ("Helm is stuck") is a sentence, and so is what begins
/// with a word of English and has no flag ("Find it").
pub(super) fn is_capitalised(line: &str, rules: &Rules) -> bool {
    if !CAPITAL.is_match(line) {
        return false;
    }
    let small = with_small_letter(&line[..line.floor_char_boundary(LONGEST_NAME)]);
    let clause = CLAUSE.find(&small).map_or(small.as_str(), |end| &small[..end.start()]);
    let plain = || !WORD.is_match(clause) && !TELLS.is_match(clause);
    (TOOL.is_match(&small) || names_program(&small, rules)) && (FLAGS.is_match(clause) || plain())
}

/// A text with a small first letter; where its first word is in capitals, all that are.
pub(super) fn with_small_letter(text: &str) -> String {
    let in_capitals = |word: &str| word.len() > 1 && !word.contains(|c: char| c.is_lowercase());
    if text.split_whitespace().next().is_some_and(in_capitals) {
        let words = text.split_inclusive(char::is_whitespace);
        let small = words.map(|word| match in_capitals(word.trim_end()) {
            true => word.to_ascii_lowercase(),
            false => word.to_owned(),
        });
        return small.collect();
    }
    let mut small = text.to_owned();
    if let Some(first) = small.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    small
}

fn names_program(line: &str, rules: &Rules) -> bool {
    let head = line.floor_char_boundary(LONGEST_NAME);
    let Some(named) = rules.program_at_start(&line[..head]) else { return false };
    // What stands whole between quotation marks is a quotation.
    if named.name.contains(char::is_whitespace) {
        return false;
    }
    // A word of English, or a bracket around a remark, needs something that no sentence has.
    let open = line.starts_with('(') || WORD.is_match(&named.name);
    let known = named.script || named.known || open || TOOL.is_match(&named.name);
    // "Format the disk /dev/sdb" is a sentence, and `Format D: /q` is none.
    let signs =
        if line.starts_with(|c: char| c.is_ascii_uppercase()) { &DRIVE } else { &SHELL_SIGNS };
    known && (!open || signs.is_match(line.trim_end()))
}

/// Whether a line writes over a device or a file by nothing, and quotes nobody.
pub(super) fn empties_file(line: &str) -> bool {
    line.trim_start().strip_prefix('>').is_some_and(|rest| {
        let file = rest.trim();
        file.starts_with("/dev/") || file.starts_with('/') && !file.contains(char::is_whitespace)
    })
}

/// Whether a quoted text is something to run.
pub(super) fn is_command(text: &str, rules: &Rules) -> bool {
    let text = text.trim_start();
    let text = text.strip_prefix("$ ").or_else(|| text.strip_prefix("# ")).unwrap_or(text);
    TOOL.is_match(text)
        || WORD.is_match(text)
        || VARIABLE.is_match(text)
        || is_sql(text)
        || begins_with_program(text, rules)
}

/// Whether a quoted text only names a script: a path alone is a link, unless the words in front of
/// it say to run it.
pub(super) fn is_mention(text: &str, before: &str, rules: &Rules) -> bool {
    !text.trim().contains(char::is_whitespace)
        && !TO_RUN.is_match(sentence_end(before))
        && rules.program_at_start(text).is_some_and(|named| named.script)
}

/// Whether a command only prints or searches what it is given.
pub(super) fn only_prints(command: &str) -> bool {
    PRINTS.is_match(command)
}

/// Whether the words around a command say that nobody should run it.
pub(super) fn is_forbidden(before: &str, after: &str) -> bool {
    let before = sentence_end(before);
    // "Once you ran it" is another matter.
    let told = |found: regex::Captures<'_>| {
        let who = found.get(1).map_or("", |who| who.as_str());
        !["you", "we", "i", "by", "and", "then", "after", "when", "start", "try"]
            .iter()
            .any(|word| who.eq_ignore_ascii_case(word))
    };
    NOT_TO_RUN.is_match(before)
        || NOT_TO_BE_RUN.is_match(after)
        || RAN.captures(before).is_some_and(told)
        || is_sought(before)
}

/// Whether the words in front of what is named only say to search for it.
pub(super) fn is_sought(before: &str) -> bool {
    SOUGHT.is_match(before)
}

/// Whether the words in front of what prose tells say not to do it; what stands behind it tells
/// whether they end before.
pub(super) fn says_not_to(before: &str, after: &str) -> bool {
    let before = sentence_end(before);
    NOT_TO_DO.captures(before).is_some_and(|found| {
        let start = found.get(0).map_or(0, |all| all.start());
        let far = found.get(1).is_some_and(|words| words.as_str().split_whitespace().count() > 1);
        let words = found.get(1).map_or("", |words| words.as_str());
        let all = found.get(0).map_or("", |all| all.as_str());
        // "If they do not come up at once, delete …" tells to do it.
        let breaks = all.contains([',', ':']);
        // "Do not forget to delete", "without delay delete", "instead of waiting, delete".
        let is_urged =
            URGED.is_match(words) || GERUND.is_match(all) && breaks || AND.is_match(words);
        let verb = ENDED.captures(all).and_then(|ended| ended.name("verb"));
        let is_over =
            verb.is_some_and(|verb| !NO_VERB.is_match(verb.as_str())) && !LIST.is_match(after);
        !(is_urged || is_over || CONDITION.is_match(&before[..start]) && (far || breaks))
    })
}

/// What is left of the last sentence of a text.
pub(super) fn sentence_end(text: &str) -> &str {
    let from = text.ceil_char_boundary(text.len().saturating_sub(400));
    let text = &text[from..];
    let ends = [". ", "; ", "! ", "? ", ".\n", ";\n", "!\n", "?\n", "\n\n"];
    let trimmed = text.trim_end();
    let start = ends.iter().filter_map(|end| trimmed.rfind(end).map(|at| at + end.len())).max();
    &text[start.unwrap_or(0)..]
}

pub(super) fn is_sql(text: &str) -> bool {
    let head = text.floor_char_boundary(400);
    SQL.is_match(&text[..head])
}

/// A statement ends at its semicolon, or with the last line that continues it.
fn end_of_sql(text: &str) -> usize {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if end > 0 && !SQL_GOES_ON.is_match(line) {
            break;
        }
        if let Some(at) = line.find(';') {
            return end + at + 1;
        }
        end += line.len();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let yaml =
            "programs: [{names: [owlctl]}, {names: [remove-item], style: cmdlet}]\nrules: []\n";
        Rules::from_yaml(yaml).expect("rules")
    }

    #[test]
    fn commands_that_never_end_are_not_read_to_the_end_of_the_plan_each_time() {
        let rules = rules();
        let ends = Ends::new(&rules);
        let open = format!("cat <<A\n{}", "x\n".repeat(LONGEST));
        for _ in 0..=MOST_WASTED / LONGEST {
            assert_eq!(ends.at_start(&open), Some("cat <<A".len()));
        }
        assert!(ends.wasted.get() >= MOST_WASTED);
        assert_eq!(ends.at_start(&open), Some("cat <<A".len()));
        assert!(ends.wasted.get() < MOST_WASTED + 2 * LONGEST);
    }

    #[test]
    fn a_command_reaches_as_far_as_a_shell_would_read() {
        let check = |text: &str, expected: Option<&str>| {
            let found = Ends::new(&rules()).at_start(text).map(|end| text[..end].trim_end());
            assert_eq!(found, expected, "{text}");
        };
        check("kubectl get ns\nhelm list", Some("kubectl get ns"));
        check("psql a <<EOF\nSELECT 1;\nEOF\nls", Some("psql a <<EOF\nSELECT 1;\nEOF"));
        check("helm \\\n  list\nls", Some("helm \\\n  list"));
        check("K=kubectl\n$K get", Some("K=kubectl"));
        check("$K get ns\n", Some("$K get ns"));
        check("DELETE FROM a\nWHERE b = 1;\nSELECT 1", Some("DELETE FROM a\nWHERE b = 1;"));
        check("delete from a;", Some("delete from a;"));
        check("find / -delete", Some("find / -delete"));
        check("\\rm a", Some("\\rm a"));
        check("r''m a", Some("r''m a"));
        check("\"rm\" a", Some("\"rm\" a"));
        check("rm${IFS}a", Some("rm${IFS}a"));
        check("'rm a'", None);
        check("owlctl a\nb", Some("owlctl a"));
        check("Remove-Item D:\\x -Recurse", Some("Remove-Item D:\\x -Recurse"));
        check("(cd /x && rm a)", Some("(cd /x && rm a)"));
        check("> /dev/sda", Some("> /dev/sda"));
        check("./x.sh -a", Some("./x.sh -a"));
        check("Rm -rf /data", Some("Rm -rf /data"));
        check("Owlctl drop a\nb", Some("Owlctl drop a"));
        check("Find / -delete", Some("Find / -delete"));
        check("RM -RF /data", Some("RM -RF /data"));
        check("KUBECTL DELETE NS shop", Some("KUBECTL DELETE NS shop"));
        check("make destroy", Some("make destroy"));
        for text in [
            "Helm is stuck.",
            "HELM is stuck.",
            "make sure it is up",
            "Helm uninstall hangs",
            "Docker restarts the pod",
            "Owlctl the a",
            "Owlctl a is b",
            "Kill the process on web-1",
            "Rme -rf /data",
            "Find it.",
            "find the pod",
            "delete from the list what is old",
            "kill the process",
            "set it back",
            "delete the namespace",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn words_around_a_command_may_forbid_it() {
        for before in [
            "Do NOT run ",
            "Never use ",
            "Please don't ever run ",
            "Roll back instead of ",
            "You must not execute commands like ",
            "Do not run `a` or ",
            "Do not run this:\n\n",
            "Look for lines like ",
            "Search the log for the word ",
            "Suche nach ",
        ] {
            assert!(is_forbidden(before, ""), "{before}");
        }
        for before in [
            "Run ",
            "If it does not start, run ",
            "Do not wait; run ",
            "Do not run it twice. Then run ",
            "Do not hesitate to run ",
            "When the pods do not come up run ",
            "If pods do not recover run ",
            "Look for the pod and run ",
        ] {
            assert!(!is_forbidden(before, ""), "{before}");
        }
        assert!(is_forbidden("", "` must not be run"));
        assert!(!is_forbidden("", "` must be run"));
    }

    #[test]
    fn prose_says_what_not_to_do() {
        for before in ["Do not ", "never ", "Avoid manually ", "Do not, whatever they say, "] {
            assert!(says_not_to(before, ""), "{before}");
        }
        for before in ["", "If the pods do not come up ", "When it can't be reached, simply "] {
            assert!(!says_not_to(before, ""), "{before}");
        }
        assert!(!says_not_to("Never restart the pod, ", " now."));
        assert!(says_not_to("Never restart the pod, ", " or the disk."));
    }
}
