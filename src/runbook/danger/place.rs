//! Where a file is that a command names: below the folder that `cd` went to, and without the steps
//! back and forth that would hide it.

use std::sync::Arc;

use super::shell::Word;

/// How many folders are kept to go back to.
const MOST: usize = 20;

/// The folders that `cd` and its like went to, as far as they are known. A copy is cheap: each
/// subshell takes one.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    now: Option<Arc<str>>,
    before: Option<Arc<str>>,
    pushed: Vec<Option<Arc<str>>>,
}

impl Place {
    /// A file's name with the folder in front, where it is no whole path.
    pub(super) fn placed(&self, word: &Word) -> Word {
        placed(word, self.now.as_deref())
    }

    /// Goes where `cd`, `pushd` or `popd` with these words go. Without a folder to go back to they
    /// fail, and stay.
    pub(super) fn go(&mut self, name: &str, words: &[Word]) {
        let operand = words.iter().find(|word| !word.text.starts_with(['-', '+']));
        let back = words.iter().any(|word| word.text == "-");
        // `pushd +2` turns the folders round, and `popd +2` takes out another.
        let turns = words.iter().any(|word| {
            let number = word.text.strip_prefix(['-', '+']);
            number.is_some_and(|text| text.starts_with(|digit: char| digit.is_ascii_digit()))
        });
        let now = match (name, operand) {
            ("cd", None) if back => match &self.before {
                Some(before) => Some(before.clone()),
                None => return,
            },
            ("cd", None) => None,
            ("pushd" | "popd", _) if turns => None,
            ("popd", _) => match self.pushed.pop() {
                Some(folder) => folder,
                None => return,
            },
            ("pushd", None) => match self.pushed.pop() {
                Some(folder) => {
                    self.push();
                    folder
                }
                None => return,
            },
            (_, Some(word)) => {
                let folder = self.placed(word).text;
                if name == "pushd" {
                    self.push();
                }
                Some(folder.into())
            }
            (_, None) => return,
        };
        self.before = std::mem::replace(&mut self.now, now);
    }

    fn push(&mut self) {
        self.pushed.push(self.now.clone());
        // A loop may push without end.
        if self.pushed.len() > MOST {
            self.pushed.remove(0);
        }
    }
}

/// A file's name with the folder in front, where it is no whole path.
fn placed(word: &Word, folder: Option<&str>) -> Word {
    let folder = folder.filter(|_| !word.text.starts_with(['/', '~', '$', '-', '<', '{', '`']));
    let text = folder.map_or_else(
        || word.text.clone(),
        |folder| format!("{}/{}", folder.trim_end_matches('/'), word.text),
    );
    let moved = word.moved || folder.is_some();
    Word { text: straight(text), moved, ..word.clone() }
}

/// A whole path without `.`, `..` and doubled slashes: `/tmp/../data` is `/data`.
fn straight(path: String) -> String {
    if !path.starts_with('/') {
        return path;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_whole_path() {
        let check = |name: &str, folder: Option<&str>, expected: &str, moved: bool| {
            let word = Word { text: name.to_owned(), ..Word::default() };
            let placed = placed(&word, folder);
            assert_eq!((placed.text.as_str(), placed.moved), (expected, moved), "{name}");
        };
        check("/tmp/../data", None, "/data", false);
        check("//var//lib/./x/", None, "/var/lib/x", false);
        check("/../..", Some("/a"), "/", false);
        check("x", Some("/a/"), "/a/x", true);
        check("../x", Some("/a/b"), "/a/x", true);
        check("*", Some("b"), "b/*", true);
        check("../x", None, "../x", false);
        for name in ["~/x", "$A/x", "<A>", "`a`/x"] {
            check(name, Some("/a"), name, false);
        }
    }

    #[test]
    fn one_may_go_back_to_where_one_was() {
        let check = |commands: &str, expected: Option<&str>| {
            let mut place = Place::default();
            for simple in crate::runbook::danger::shell::split(commands) {
                place.go(&simple.words[0].text, &simple.words[1..]);
            }
            assert_eq!(place.now.as_deref(), expected, "{commands}");
        };
        check("cd -P /a; cd b", Some("/a/b"));
        check("cd /a; cd", None);
        check("cd /a; cd /b; cd -", Some("/a"));
        check("cd /a; cd /b; cd -; cd -", Some("/b"));
        check("cd /a; cd -", Some("/a"));
        check("cd /a; pushd /b; popd", Some("/a"));
        check("cd /a; pushd /b; pushd /c; popd; popd", Some("/a"));
        check("cd /a; pushd /b; pushd", Some("/a"));
        check("cd /a; pushd /b; pushd; popd", Some("/b"));
        check("cd /a; popd; pushd", Some("/a"));
        check("cd /a; pushd /b; pushd +1", None);
        let many = "pushd /a;".repeat(2 * MOST);
        check(&format!("{many}{}", "popd;".repeat(MOST)), Some("/a"));
    }
}
