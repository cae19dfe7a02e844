//! What stands where a secret would, without being one: a placeholder, a variable, a reference.
//!
//! Only a whole value counts. `$uper5ecret!` begins like a variable and `@dm1n2024` like the name
//! of a file, and both are passwords.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

/// Placeholders, variables and our own marks, from their beginning.
///
/// A variable is written in capitals, or its own name says that a secret is in it.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    let forms = [
        r"\$\{\{[^{}\n]*\}\}",
        r"\{\{[^{}\n]*\}\}",
        r"\$\{[A-Za-z_][0-9A-Za-z_.]*(?::?[-=+]|:?\?[^{}\n]*)?\}",
        r"#\{[^{}\n]*\}",
        r"\$(?:[A-Z_][0-9A-Z_]*|[0-9])",
        r"\$(?:[A-Za-z]+_)*(?i:password|passwd|pass|pw|pwd|token|secret|key)(?-u:\b)",
        r"\$[a-z]+(?:Password|Passwd|Pass|Pw|Pwd|Token|Secret|Key)(?-u:\b)",
        r"\$(?i:env):[A-Za-z_][0-9A-Za-z_]*",
        r"\$\([a-z][^()\n]*\)",
        r"%[A-Z_][0-9A-Z_]*%",
        r"%\([a-z_]+\)s",
        r"%[svdq]",
        r"<[A-Z][A-Z0-9_. -]*>",
        r"<[A-Za-z][A-Za-z_. -]*>",
        r"\((?:sensitive|known after|not shown|unchanged|hidden|null|nil|none|empty|unset|not set|unknown)[^()\n]*\)",
        r"[\[(<](?i:filtered|protected|omitted|removed|scrubbed|saniti[sz]ed|secret|private|sensitive|hidden|not shown)[^\[\]()<>\n]*[\])>]",
        // The bracket before it may count as that of a list.
        r"(?:FILTERED|PROTECTED|OMITTED|REMOVED|SCRUBBED|SANITI[SZ]ED)\]",
        r"(?:__[A-Z][A-Z_]*__|@@[A-Z][A-Z_]*@@|%%[A-Z][A-Z_]*%%)",
        r"(?i:(?:your|insert|replace|enter|put)(?:[_-](?:your|new|own|me|with|this|the|here|password|passwd|secret|token|api|key|db|database|pass|pwd|value|access|in))+)(?-u:\b)",
        r"\**[\[(<]?(?i:redacted|masked|hidden)(?: [A-Za-z ]*)?[\])>]?\**",
    ];
    pattern(&format!("^(?:{})", forms.join("|")))
});

/// A path, an address, or an item of a vault, which say where the secret is.
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    let segment = "[A-Z]?[0-9a-z_.-]+";
    let path = format!("(?:(?:[.]{{1,2}}|~)?/{segment}(?:/{segment})*/?)");
    // An address with a user or with parameters may hold a secret itself.
    let address = format!(r"[a-z][a-z+]*://[0-9a-z.-]+(?::[0-9]+)?(?:/{segment})*/?");
    let forms = [
        format!("(?:@|file:(?://)?)?{path}"),
        address,
        r"@-".to_owned(),
        r"@[0-9A-Za-z_-]+[.](?:txt|json|ya?ml|pem|key|env|conf)".to_owned(),
        r"op://[0-9A-Za-z_./ -]+".to_owned(),
        r"vault:[0-9A-Za-z_-]+/[0-9A-Za-z_./#-]+".to_owned(),
        r"arn:[a-z-]+:[a-z0-9-]+:[0-9A-Za-z_.:/+=@-]*".to_owned(),
        r"env[.:][A-Z_][0-9A-Z_]*".to_owned(),
    ];
    pattern(&format!("^(?:{})$", forms.join("|")))
});

/// A call or a field in a program's text; what stands in quotes is never one.
static IN_CODE: LazyLock<Regex> = LazyLock::new(|| {
    let word = "(?:[A-Za-z_]|b(?:ase)?64|sha(?:1|256|512)|md5)+";
    pattern(&format!(
        r"^(?:(?:{word}(?:\.|::|->))*{word}\((?:[^()\n]|\([^()\n]*\))*\)|(?:os\.environ|process\.env|secrets|var|local|data|config|settings|self|this|args)(?:\.[A-Za-z_]+|\[[^\]\n]*\]?)+)"
    ))
});

/// What may stand right after a value without being part of it.
const CLOSING: [char; 8] = [')', ']', '}', '\\', '>', ';', ',', '.'];

/// Whether a value only stands for a secret: a placeholder, a variable, stars, or our own mark.
pub(super) fn stands_for_one(value: &str) -> bool {
    is_placeholder(value, value.len())
}

/// The same of a value in its text, which may go on: `{{ pw }}` has spaces.
pub(super) fn stands_for_one_in(text: &str, range: &Range<usize>) -> bool {
    is_placeholder(ahead(text, range), range.len())
}

/// A value and a little of what follows it. Not the whole line, which may hold many values.
fn ahead<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    &text[range.start..text.floor_char_boundary(range.end + 120)]
}

/// Whether a text begins with a placeholder that takes at least the given bytes.
fn is_placeholder(text: &str, length: usize) -> bool {
    let covers =
        |end: usize| end >= length || text[end..length].trim_start_matches(CLOSING).is_empty();
    PLACEHOLDER.find(text).is_some_and(|found| covers(found.end()))
        || text[..length].chars().all(is_mask)
}

const fn is_mask(c: char) -> bool {
    matches!(c, '*' | 'x' | 'X' | '.' | '…' | '•' | '-' | '_' | '?')
}

/// Whether a value says where the secret is.
pub(super) fn is_elsewhere(value: &str) -> bool {
    ELSEWHERE.is_match(value)
}

/// Whether a value without quotes is a piece of a program: `get_token(request)`.
pub(super) fn is_code(text: &str, range: &Range<usize>) -> bool {
    let line = ahead(text, range);
    IN_CODE.find(line).is_some_and(|found| {
        found.end() >= range.len()
            || line[found.end()..range.len()].trim_start_matches(CLOSING).is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_value_stands_for_a_secret() {
        for value in [
            "${DB_PASSWORD}",
            "$PGPASSWORD",
            "$db_password",
            "$env:PW",
            "<PASSWORD>",
            "<your password>",
            "{{ pw }}",
            "${{ secrets.PW }}",
            "$(cat /run/pw)",
            "%DB_PASSWORD%",
            "%s",
            "[redacted password]",
            "REDACTED",
            "***",
            "$TOKEN)",
        ] {
            assert!(stands_for_one(value), "{value}");
        }
        for value in [
            "$uper5ecret!",
            "$upersecret",
            "<hunter2>",
            "$2b$10$abcdef",
            "${A}b",
            "<hunter2",
            "<A>b",
            "%s3cret",
            "redacted1",
            "{{ a }}b",
            "$ecret",
            "$PW!x",
        ] {
            assert!(!stands_for_one(value), "{value}");
        }
    }

    #[test]
    fn what_says_where_the_secret_is_has_the_form_of_a_place() {
        let check = |value: &str, expected| assert_eq!(is_elsewhere(value), expected, "{value}");
        check("/run/secrets/db", true);
        check("./pw.txt", true);
        check("@/run/pw", true);
        check("@pw.txt", true);
        check("file:///run/pw", true);
        check("op://vault/item", true);
        check("vault:secret/db#pw", true);
        check("env:DB_PASSWORD", true);
        check("@dm1n2024", false);
        check("/aB3dE9+f==", false);
        check("file:hunter2", false);
        check("env.hunter2", false);
        let check = |text: &str, length: usize, expected| {
            assert_eq!(is_code(text, &(0..length)), expected, "{text}");
        };
        check("get_token(request)", 18, true);
        check("get(a, b)", 5, true);
        check("os.environ['PW']", 11, true);
        check("config.password", 15, true);
        check("Tr0ub4dor(3", 11, false);
        check("config.X9", 9, false);
    }
}
