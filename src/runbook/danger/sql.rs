//! Splits SQL into statements and tells which of them destroy rows.
//!
//! Strings, quoted names and comments are no words; brackets are counted, so that the `WHERE` of a
//! sub-query is not taken for that of the statement around it.

use serde::Deserialize;

/// Which statements count.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SqlMatch {
    /// Kinds of things whose `DROP` takes data with it.
    #[serde(default)]
    pub(super) drop: Vec<String>,
    /// Parts of a table whose `ALTER … DROP` takes data with it.
    #[serde(default)]
    pub(super) alter_drop: Vec<String>,
    /// Statements that destroy whatever else they say.
    #[serde(default)]
    pub(super) always: Vec<String>,
    /// Statements that destroy by their first words, as `reset master`.
    #[serde(default)]
    pub(super) begins: Vec<String>,
    /// Words that destroy wherever a statement has them, as `repair_allow_data_loss`.
    #[serde(default)]
    pub(super) holds: Vec<String>,
    /// Functions that destroy, wherever a statement calls them.
    #[serde(default)]
    pub(super) calls: Vec<String>,
    /// Functions that destroy where they are called for all that a table names.
    #[serde(default)]
    pub(super) calls_for_all: Vec<String>,
    /// Statements that destroy where no `WHERE` narrows them, with the word that proves them SQL.
    #[serde(default)]
    pub(super) without_where: Vec<(String, String)>,
}

/// A word in upper case, or one sign.
struct Token {
    text: String,
    depth: usize,
}

impl SqlMatch {
    /// Whether one of the statements of the text counts.
    pub(super) fn finds(&self, text: &str) -> bool {
        statements(text).iter().any(|statement| self.finds_in(statement))
    }

    fn finds_in(&self, statement: &[Token]) -> bool {
        let word = |at: usize| statement.get(at).map_or("", |token| token.text.as_str());
        let begins = |words: &String| {
            words.split(' ').enumerate().all(|(at, part)| part.eq_ignore_ascii_case(word(at)))
        };
        let calls = |functions: &[String]| {
            let mut pairs = statement.windows(2);
            pairs.any(|pair| pair[1].text == "(" && contains(functions, &pair[0].text))
        };
        let has = |name: &str| statement.iter().any(|token| token.text == name);
        if self.begins.iter().any(begins)
            || statement.iter().any(|token| contains(&self.holds, &token.text))
            || calls(&self.calls)
            || calls(&self.calls_for_all) && has("FROM") && !has("WHERE")
        {
            return true;
        }
        match word(0) {
            "DROP" => contains(&self.drop, word(1)),
            "ALTER" => statement
                .windows(2)
                .any(|pair| pair[0].text == "DROP" && contains(&self.alter_drop, &pair[1].text)),
            "WITH" => (1..statement.len())
                .filter(|&at| statement[at].depth == 0 || word(at - 1) == "(")
                .filter(|&at| word(at - 1) != "FOR")
                .any(|at| self.is_unbounded(&statement[at..])),
            first if contains(&self.always, first) => {
                statement.len() > 1 && !matches!(word(1), "-" | "(")
            }
            _ => self.is_unbounded(statement),
        }
    }

    /// Whether a statement that starts here takes every row.
    fn is_unbounded(&self, clause: &[Token]) -> bool {
        let Some(first) = clause.first() else { return false };
        let found =
            self.without_where.iter().find(|(verb, _)| first.text.eq_ignore_ascii_case(verb));
        let Some((_, proof)) = found else { return false };
        let end = clause.iter().position(|token| token.depth < first.depth);
        let own: Vec<&str> = clause[..end.unwrap_or(clause.len())]
            .iter()
            .filter(|token| token.depth == first.depth)
            .map(|token| token.text.as_str())
            .collect();
        let proven = own.iter().any(|word| word.eq_ignore_ascii_case(proof));
        let condition = own.iter().position(|word| *word == "WHERE").map(|at| &own[at + 1..]);
        proven && matches!(condition, None | Some([] | ["TRUE" | "1"] | ["1", "=", "1"]))
    }
}

fn contains(list: &[String], word: &str) -> bool {
    list.iter().any(|listed| listed.eq_ignore_ascii_case(word))
}

/// Words a text starts with only if it is SQL and no shell command.
const OPENERS: [&str; 12] = [
    "ALTER", "BEGIN", "DELETE", "DO", "DROP", "EXPLAIN", "INSERT", "SELECT", "START", "TRUNCATE",
    "UPDATE", "WITH",
];

/// First words of statements, of which others are commands of a shell.
const PAIRS: [(&str, &str); 11] = [
    ("DBCC", "CHECKALLOC"),
    ("DBCC", "CHECKDB"),
    ("DBCC", "CHECKTABLE"),
    ("SET", "@"),
    ("SET", "GLOBAL"),
    ("RESET", "MASTER"),
    ("RESET", "BINARY"),
    ("RESET", "SLAVE"),
    ("RESET", "REPLICA"),
    ("PURGE", "BINARY"),
    ("PURGE", "MASTER"),
];

/// Whether a text reads as SQL rather than as shell; a client's prompt may stand in front.
pub(in crate::runbook) fn is_bare(text: &str) -> bool {
    let statements = statements(text);
    let Some(first) = statements.first() else { return false };
    let word = |at: usize| first.get(at).map_or("", |token: &Token| token.text.as_str());
    OPENERS.contains(&word(0)) || PAIRS.contains(&(word(0), word(1)))
}

/// What a client hands to a shell: the rest of a line behind `\!`.
pub(super) fn escaped(text: &str) -> impl Iterator<Item = String> {
    let shell = |line: &str| Some(line.trim_start().strip_prefix("\\!")?.trim().to_owned());
    text.lines().filter_map(shell).filter(|script| !script.is_empty())
}

/// The statements of a text; transaction openers, prompts and a client's own commands left out.
fn statements(text: &str) -> Vec<Vec<Token>> {
    let mut done = vec![Vec::new()];
    let mut depth = 0;
    let mut rest = without_prompt(text);
    while let Some(first) = rest.chars().next() {
        let (length, token) = next_token(rest, first);
        let token = token.map(str::to_uppercase);
        rest = &rest[length..];
        let Some(token) = token else { continue };
        let at_start = done.last().is_none_or(Vec::is_empty);
        match token.as_str() {
            // A block runs what it holds, and `EXECUTE $q$…$q$` a text in it.
            "BEGIN" | "DO" | "WORK" | "TRANSACTION" | "EXECUTE" if at_start => {}
            _ if at_start && token.starts_with('\\') => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
            }
            ";" | "\\G" => {
                depth = 0;
                done.push(Vec::new());
            }
            _ => {
                if token == ")" {
                    depth = usize::saturating_sub(depth, 1);
                }
                if let Some(statement) = done.last_mut() {
                    statement.push(Token { text: token.clone(), depth });
                }
                if token == "(" {
                    depth += 1;
                }
            }
        }
    }
    done.retain(|statement| !statement.is_empty());
    done
}

/// The text behind `name=#`, `name=>` or `mysql>`.
fn without_prompt(text: &str) -> &str {
    let text = text.trim_start();
    let Some((word, rest)) = text.split_once(' ') else { return text };
    let prompt = word.ends_with("=#") || word.ends_with("=>") || word == "mysql>";
    if prompt { rest } else { text }
}

/// The length of the mark of a text in dollars: `$$` or `$name$`.
fn dollar_quote(rest: &str) -> Option<usize> {
    let end = rest[1..].find('$')? + 1;
    let named = rest[1..end].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (named && !rest[1..end].starts_with(|c: char| c.is_ascii_digit())).then_some(end + 1)
}

/// The length of what the text starts with, and the word if it is one.
fn next_token(rest: &str, first: char) -> (usize, Option<&str>) {
    let until = |end: Option<usize>| end.unwrap_or(rest.len());
    match first {
        '-' if rest.starts_with("--") => (until(rest.find('\n')), None),
        '/' if rest.starts_with("/*") => (until(rest.find("*/").map(|at| at + 2)), None),
        '\'' | '"' | '`' => (until(rest[1..].find(first).map(|at| at + 2)), Some("''")),
        '$' if dollar_quote(rest).is_some() => (dollar_quote(rest).unwrap_or(2), None),
        '\\' => {
            let length = until(rest[1..].find(|c: char| !c.is_alphanumeric()).map(|at| at + 1));
            (length, Some(&rest[..length]))
        }
        _ if first.is_alphanumeric() || first == '_' => {
            let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
            let length = until(rest.find(|c: char| !word(c)));
            (length, Some(&rest[..length]))
        }
        _ if first.is_whitespace() => (first.len_utf8(), None),
        _ => (first.len_utf8(), Some(&rest[..first.len_utf8()])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: bool) {
        let rule = SqlMatch {
            drop: vec!["table".to_owned(), "database".to_owned()],
            alter_drop: vec!["column".to_owned()],
            always: vec!["truncate".to_owned()],
            without_where: vec![
                ("delete".to_owned(), "from".to_owned()),
                ("update".to_owned(), "set".to_owned()),
            ],
            begins: vec!["reset master".to_owned()],
            holds: vec!["repair_allow_data_loss".to_owned()],
            calls: vec!["drop_slot".to_owned()],
            calls_for_all: vec!["end_session".to_owned()],
        };
        assert_eq!(rule.finds(text), expected, "{text}");
    }

    #[test]
    fn whole_tables_are_found() {
        check("drop table a", true);
        check("SELECT 1; truncate orders;", true);
        check("DBCC CHECKDB ('a', REPAIR_ALLOW_DATA_LOSS)", true);
        check("SELECT 'REPAIR_ALLOW_DATA_LOSS'", false);
        check("alter table a drop column b", true);
        check("DELETE FROM a", true);
        check("delete from a where true", true);
        check("update a set b = 1 where 1=1;", true);
        check("BEGIN; DELETE FROM a USING (SELECT b FROM c WHERE d) e; COMMIT;", true);
        check("WITH x AS (DELETE FROM a RETURNING *) SELECT count(*) FROM x WHERE y", true);
        check("WITH x AS (SELECT 1 WHERE 2) UPDATE a SET b = 1", true);
        check("DO $$ BEGIN DELETE FROM a; END $$", true);
        check("\\c shop\nDROP DATABASE old;", true);
    }

    #[test]
    fn statements_are_told_by_their_first_words_and_by_what_they_call() {
        check("reset master;", true);
        check("select 1; RESET  MASTER to 3", true);
        check("select drop_slot('a')", true);
        check("select end_session(pid) from sessions", true);
        check("select end_session(pid) from sessions where idle", false);
        check("select end_session(4711)", false);
        check("reset session", false);
        check("select 'reset master', drop_slot", false);
    }

    #[test]
    fn bounded_statements_strings_and_comments_are_not() {
        check("delete from a\nwhere id = 3", false);
        check("update a set b = 'x; drop table y' where id = 1", false);
        check("-- drop table a;\nselect 1", false);
        check("/* drop table a; */ select 1", false);
        check("select 1 for update", false);
        check("insert into a values (1) on conflict do update set b = 1", false);
        check("drop index a", false);
        check("truncate -s 0 file", false);
        check("WITH x AS (SELECT 1) DELETE FROM a WHERE b IN (SELECT * FROM x)", false);
        check("explain delete from a", false);
        check("select truncate(1.5, 1)", false);
    }

    #[test]
    fn sql_is_told_from_shell_by_its_first_word() {
        for text in [
            "select 1",
            "shop=# DROP TABLE a",
            "-- note\ndelete from a",
            "\\c a\nselect 1",
            "RESET MASTER;",
        ] {
            assert!(is_bare(text), "{text}");
        }
        for text in ["kubectl get", "set -e", "", "'select'", "reset", "purge a"] {
            assert!(!is_bare(text), "{text}");
        }
    }
}
