//! What a program in another language hands to a shell: `os.system("…")`, `execSync('…')`,
//! `subprocess.run(["rm", "-rf", "/x"])`, and backquotes.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

/// How many calls of one text are looked at.
const MAX_CALLS: usize = 50;

/// The head of a call that runs a command.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:system|popen|Popen|run|call|check_call|check_output|getoutput|exec|execSync|execFile|execFileSync|execvp?|spawn|spawnSync|shell_exec|passthru|sh|qx)\b[ \t]*[(\[{'\x22]",
    )
});

/// A text between quotation marks.
static LITERAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`"#));

/// What stands in front of a name that is defined, or that runs no command.
static NO_CALL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\b(?:def|function|func|fn|sub)[ \t]+|\basyncio\.|/\w*\.)$"));

/// Shell texts that code runs, and nothing for a call whose text does not stand in it; a list of
/// words is one command.
pub(super) fn calls(code: &str) -> Vec<Option<String>> {
    let mut found: Vec<Option<String>> = CALL
        .find_iter(code)
        .take(MAX_CALLS)
        .filter_map(|head| {
            let rest = &code[head.end() - 1..];
            let words = literals(rest);
            let unread = rest.starts_with(['(', '[', '{'])
                && !rest[1..].trim_start().starts_with([')', ']', '}'])
                && !NO_CALL.is_match(&code[..head.start()]);
            (unread || !words.is_empty()).then(|| (!words.is_empty()).then(|| words.join(" ")))
        })
        .collect();
    // Perl, Ruby and PHP run what stands in backquotes.
    let quoted = LITERAL.captures_iter(code).take(MAX_CALLS).filter_map(|found| found.get(3));
    found.extend(quoted.map(|text| Some(text.as_str().to_owned())));
    found
}

/// The literals of one statement. Within a literal `;` ends nothing.
fn literals(code: &str) -> Vec<String> {
    let (mut words, mut at) = (Vec::new(), 0);
    for found in LITERAL.captures_iter(code).take(MAX_CALLS) {
        let Some(whole) = found.get(0).filter(|whole| !ends(&code[at..whole.start()])) else {
            break;
        };
        at = whole.end();
        let text = found.iter().skip(1).flatten().next().map_or("", |text| text.as_str());
        words.push(text.replace("\\\"", "\"").replace("\\'", "'"));
    }
    words
}

/// Whether a statement ends between two literals. A list goes on behind a comma or a bracket.
fn ends(gap: &str) -> bool {
    let mut lines = gap.split('\n').rev();
    lines.next();
    gap.contains(';') || lines.any(|line| !line.trim_end().ends_with([',', '(', '[', '{']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_code_runs_is_a_shell_text() {
        let check = |code: &str, expected: &[&str]| {
            let expected: Vec<_> = expected.iter().map(|text| Some((*text).to_owned())).collect();
            assert_eq!(calls(code), expected, "{code}");
        };
        check("import os; os.system(\"rm -rf /x\")", &["rm -rf /x"]);
        check("subprocess.run(['rm', '-rf', '/x'], check=True)", &["rm -rf /x"]);
        check("require('child_process').execSync('a b')", &["a b"]);
        check("system 'a b'; print 'c'", &["a b"]);
        check("puts `a b`", &["a b"]);
        check("print('rm -rf /x')", &[]);
        check("os.system('cd /x; rm -rf /y'); print('c; d')", &["cd /x; rm -rf /y"]);
        check("os.system('a\nb')\nprint('c')", &["a\nb"]);
        check("run([\n  'rm',\n  '/x',\n])\nprint('c')", &["rm /x"]);
        check("system(\"rm \\\"a;b\\\"\")", &["rm \"a;b\""]);
        check("print('ready to run'); run()", &[]);
    }

    #[test]
    fn a_call_without_a_text_is_there_all_the_same() {
        for code in ["os.system(x)", "os.system(x); print('a')", "run(x)\ny = 'a'", "qx{rm a}"] {
            assert_eq!(calls(code), [None], "{code}");
        }
        for code in ["def run(self): pass", "asyncio.run(main())", "/a/g.exec(line)"] {
            assert_eq!(calls(code), [], "{code}");
        }
    }
}
