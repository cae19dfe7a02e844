//! What a program in another language hands to a shell: `os.system("…")`, `execSync('…')`,
//! `subprocess.run(["rm", "-rf", "/x"])`, and what it writes in the marks that run a text.

use std::sync::LazyLock;

use regex::{NoExpand, Regex};

use super::literal::{Literal, at as literal_at};
use super::rules::Unread;
use crate::text::pattern::pattern;

/// How many calls of one text are looked at, those among them that run nothing.
const MAX_CALLS: usize = 50;

/// How much of a text is looked at, and of one call: a bracket that nobody closes must not make a
/// long text slow.
const LONGEST: usize = 64 * 1024;
const LONGEST_CALL: usize = 4_000;

/// How much in front of a name is looked at.
const IN_FRONT: usize = 40;

/// Stands in a command for what only the run tells.
const UNKNOWN: &str = "$_";

/// The name of what runs a command.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:system|popen\d?|Popen|run|call|check_call|check_output|getoutput|getstatusoutput|exec|execSync|execFile|execFileSync|exec[lv]p?e?|spawn[lv]?p?e?|spawnSync|posix_spawnp?|shell_exec|passthru|proc_open|pcntl_exec|sh|os\.execute)\b[ \t]*",
    )
});

/// What stands in front of a name that is defined, or that runs no command.
static NO_CALL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\b(?:def|function|func|fn|sub)[ \t]+|\basyncio\.|/\w*\.)$"));

/// What makes another text of a literal, so that nobody can read the one that runs.
static DECODES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)decode|fromhex|unhexlify|fromcharcode|\batob\b|\bpack\b|\brev(?:erse)?\b|\[::-1\]|rot13|\bchr\b",
    )
});

/// Where a literal is filled in: `%s`, `{}` and `{name}`.
static FIELD: LazyLock<Regex> = LazyLock::new(|| pattern(r"%[a-z]|%\(\w+\)[a-z]|\{[^{}]*\}"));

/// Where Ruby puts a value into a literal.
static PUT_IN: LazyLock<Regex> = LazyLock::new(|| pattern(r"#\{[^{}]*\}"));

/// What code hands to a shell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    /// The texts that it runs; a list of words is one command.
    pub(super) texts: Vec<String>,
    /// Why nobody can see a part of what it runs.
    pub(super) unread: Option<Unread>,
}

/// Reads what code runs.
pub(super) fn calls(code: &str) -> Calls {
    let whole = code.len();
    let code = &code[..code.floor_char_boundary(LONGEST)];
    let heads = CALL.find_iter(code).filter(|head| begins(code, head.end()));
    let (mut called, mut calls) = (0, Calls::default());
    for head in heads.take(MAX_CALLS + 1) {
        called += 1;
        match Call::read(code, head.end()) {
            Some(Some(text)) => calls.texts.push(text),
            Some(None) if is_call(&code[..head.start()]) => calls.unread = Some(Unread::Printed),
            _ => {}
        }
    }
    let known = calls.texts.len();
    calls.texts.extend(marked(code).take(MAX_CALLS + 1));
    // Nobody has read what is behind them.
    if code.len() < whole || called > MAX_CALLS || calls.texts.len() - known > MAX_CALLS {
        calls.unread = Some(Unread::Hidden);
    }
    calls
}

/// Whether a name behind that code is called there.
fn is_call(before: &str) -> bool {
    let near = before.floor_char_boundary(before.len().saturating_sub(IN_FRONT));
    !NO_CALL.is_match(&before[near..])
}

/// Whether something stands there that a name in front of it may be given.
fn begins(code: &str, start: usize) -> bool {
    code[start..].starts_with(['(', '[', '{']) || literal_at(code, start).is_some()
}

/// What stands in marks that run it: backquotes, `qx{…}` and `%x(…)`.
fn marked(code: &str) -> impl Iterator<Item = String> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < code.len() {
            let Some(literal) = literal_at(code, at) else {
                at = code.ceil_char_boundary(at + 1);
                continue;
            };
            at = literal.end;
            if literal.runs {
                return Some(PUT_IN.replace_all(&literal.text, NoExpand(UNKNOWN)).into_owned());
            }
        }
        None
    })
}

/// What is read of one call.
#[derive(Debug, Default)]
struct Call {
    /// The words of its command, as far as it tells them.
    words: Vec<String>,
    /// Brackets that are open.
    open: Vec<char>,
    /// What stands between two literals.
    gap: String,
    /// All of that.
    gaps: String,
}

impl Call {
    /// Reads the call whose name ends there. Outside: nothing where it is given nothing. Inside:
    /// nothing where what it runs does not stand in it.
    fn read(code: &str, start: usize) -> Option<Option<String>> {
        let (mut call, mut at) = (Self::default(), start);
        while let Some(letter) = code[at..].chars().next().filter(|_| at < start + LONGEST_CALL) {
            if let Some(literal) = literal_at(code, at) {
                at = literal.end;
                call.literal(&literal);
                continue;
            }
            match letter {
                '(' | '[' | '{' => call.open.push(letter),
                ')' | ']' | '}' => {
                    // What a list names last is a word of the command.
                    if letter == ']' {
                        call.between();
                    }
                    call.open.pop();
                }
                _ => {}
            }
            let goes_on = !call.open.is_empty() || call.gap.trim_end().ends_with(',');
            let closed = call.open.is_empty() && matches!(letter, ')' | ']' | '}');
            if letter == ';' || closed || letter == '\n' && !goes_on {
                break;
            }
            call.gap.push(letter);
            at += letter.len_utf8();
        }
        // `run()` runs what it was given elsewhere.
        let empty = call.words.is_empty() && call.gaps.is_empty() && call.gap.len() < 2;
        if empty {
            return None;
        }
        call.between();
        let read = !call.words.is_empty() && !DECODES.is_match(&call.gaps);
        Some(read.then(|| call.words.join(" ")))
    }

    /// Takes in a literal and what stands in front of it.
    fn literal(&mut self, literal: &Literal) {
        let prefix = self.gap.chars().rev().take_while(char::is_ascii_alphabetic);
        let formats = prefix.take(2).any(|letter| matches!(letter, 'f' | 'F'));
        let glued = self.between();
        let text = PUT_IN.replace_all(&literal.text, NoExpand(UNKNOWN));
        let text = if formats { FIELD.replace_all(&text, NoExpand(UNKNOWN)) } else { text };
        match self.words.last_mut().filter(|_| glued) {
            Some(last) => last.push_str(&text),
            None => self.words.push(text.into_owned()),
        }
    }

    /// Takes in what stands between two literals, or behind the last; says whether what follows
    /// goes on with the last word.
    fn between(&mut self) -> bool {
        let glued = self.fill();
        self.gaps.push_str(&self.gap);
        self.gap.clear();
        glued
    }

    /// Adds what only the run tells, where the gap behind a literal holds that; says whether what
    /// follows goes on with the last word.
    fn fill(&mut self) -> bool {
        let gap = self.gap.trim();
        let count = self.words.len();
        let Some(last) = self.words.last_mut() else { return false };
        if gap.starts_with('%') || gap.starts_with(".format") {
            *last = FIELD.replace_all(last, NoExpand(UNKNOWN)).into_owned();
            return false;
        }
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let named = gap.contains(is_name);
        let method = gap.strip_prefix('.').is_some_and(|rest| rest.starts_with(is_name));
        // `"a" + x`, `"a" . $x` and `"a" $1` are one text.
        let glued = gap.is_empty() || !method && gap.starts_with(['+', '.', '$']);
        let juxtaposed = gap.starts_with(is_name) && gap.len() > 2;
        let given = self.open.last() == Some(&'[')
            || gap.contains(['$', '@'])
            || !last.contains(char::is_whitespace) && count == 1 && !gap.contains(['=', '(']);
        if named && (glued || juxtaposed) {
            last.push_str(UNKNOWN);
        } else if named && !method && given {
            self.words.push(UNKNOWN.to_owned());
        }
        glued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, expected: &[&str]) {
        let texts = expected.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(calls(code), Calls { texts, unread: None }, "{code}");
    }

    #[test]
    fn what_code_runs_is_a_shell_text() {
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
        check("os.execl('/bin/rm', 'rm', '-r')", &["/bin/rm rm -r"]);
    }

    #[test]
    fn a_text_is_read_in_whatever_marks_it_stands() {
        check("exec q(rm -rf /x)", &["rm -rf /x"]);
        check("system(qw[rm -rf /x]);", &["rm -rf /x"]);
        check("system qq{a {b} c}", &["a {b} c"]);
        check("qx|rm a|; print 1", &["rm a"]);
        check("exec %Q|rm a|", &["rm a"]);
        check("system(*%w[rm -rf /x])", &["rm -rf /x"]);
        check("%x(rm (a))", &["rm (a)"]);
        check("os.system(r'rm a')", &["rm a"]);
        check("os.system('''rm 'a' ''')", &["rm 'a' "]);
        check("os.system('\\x72m a')", &["rm a"]);
        check("puts `sh -c \\`rm a\\``", &["sh -c `rm a`"]);
        check(r#"os.system(r"echo \"; rm a")"#, &[r#"echo \"; rm a"#]);
        check(r#"os.system(r"echo \\"); ls("; rm a")"#, &[r"echo \\"]);
        check(r#"os.system('echo \'; rm a')"#, &["echo '; rm a"]);
        check(r"os.system('''echo \''''; rm a''')", &["echo '"]);
        check("print(5 % (2))", &[]);
        check("m{delete}; $q(a); s.q(b)", &[]);
    }

    #[test]
    fn what_only_the_run_tells_is_a_variable() {
        check("os.system('rm -rf ' + path)", &["rm -rf $_"]);
        check("os.system('rm -rf /a/' + path + '/b')", &["rm -rf /a/$_/b"]);
        check("os.system(f'rm -rf {path}')", &["rm -rf $_"]);
        check("os.system('rm -rf %s' % path)", &["rm -rf $_"]);
        check("os.system('rm -rf {}'.format(path))", &["rm -rf $_"]);
        check("run(['rm', '-rf', path], check=True)", &["rm -rf $_"]);
        check("system(\"rm -rf #{dir}\")", &["rm -rf $_"]);
        check("system('rm -rf ' . $dir)", &["rm -rf $_"]);
        check("system('rm', '-rf', $dir)", &["rm -rf $_"]);
        check("system(\"rm -rf \" $1)", &["rm -rf $_"]);
        check("execFile('rm', args)", &["rm $_"]);
        check("run('ls -l', shell=True)", &["ls -l"]);
        check("run('rm -rf /x'.split())", &["rm -rf /x"]);
        check("exec('ls -l', (e, out) => show(out))", &["ls -l"]);
    }

    #[test]
    fn a_call_without_a_text_is_there_all_the_same() {
        for code in [
            "os.system(x)",
            "os.system(x); print('a')",
            "run(x)\ny = 'a'",
            "exec(base64.b64decode('cm0='))",
        ] {
            let unread = Some(Unread::Printed);
            assert_eq!(calls(code), Calls { unread, ..Calls::default() }, "{code}");
        }
        for code in ["def run(self): pass", "asyncio.run(main())", "/a/g.exec(line)"] {
            assert_eq!(calls(code), Calls::default(), "{code}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_often_called_is_hidden() {
        let unread = |code: &str| calls(code).unread;
        assert_eq!(unread(&"a ".repeat(LONGEST)), Some(Unread::Hidden));
        for call in ["os.system('ls');", "puts `ls`;", "def run(self);", "run(x);"] {
            assert_ne!(unread(&call.repeat(MAX_CALLS)), Some(Unread::Hidden), "{call}");
            let more = format!("{}os.system('a'); `b`", call.repeat(MAX_CALLS));
            assert_eq!(unread(&more), Some(Unread::Hidden), "{call}");
        }
        assert_eq!(unread(&"to run it, ".repeat(MAX_CALLS + 1)), None);
    }
}
