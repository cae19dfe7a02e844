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

/// Shell texts that code runs; a list of words is one command.
pub(super) fn calls(code: &str) -> Vec<String> {
    let mut found: Vec<String> = CALL
        .find_iter(code)
        .take(MAX_CALLS)
        .filter_map(|head| {
            let from = head.end() - 1;
            let rest = &code[from..];
            let end = rest.find([';', '\n']).unwrap_or(rest.len());
            let words: Vec<String> = literals(&rest[..end]).collect();
            (!words.is_empty()).then(|| words.join(" "))
        })
        .collect();
    // Perl, Ruby and PHP run what stands in backquotes.
    let quoted = LITERAL.captures_iter(code).take(MAX_CALLS).filter_map(|found| found.get(3));
    found.extend(quoted.map(|text| text.as_str().to_owned()));
    found
}

fn literals(code: &str) -> impl Iterator<Item = String> + '_ {
    LITERAL.captures_iter(code).take(MAX_CALLS).filter_map(|found| {
        let text = found.get(1).or_else(|| found.get(2)).or_else(|| found.get(3))?;
        Some(text.as_str().replace("\\\"", "\"").replace("\\'", "'"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_code_runs_is_a_shell_text() {
        let check = |code: &str, expected: &[&str]| assert_eq!(calls(code), expected, "{code}");
        check("import os; os.system(\"rm -rf /x\")", &["rm -rf /x"]);
        check("subprocess.run(['rm', '-rf', '/x'], check=True)", &["rm -rf /x"]);
        check("require('child_process').execSync('a b')", &["a b"]);
        check("system 'a b'; print 'c'", &["a b"]);
        check("puts `a b`", &["a b"]);
        check("print('rm -rf /x')", &[]);
    }
}
