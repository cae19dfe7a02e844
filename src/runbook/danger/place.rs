//! Where a file is that a command names: below the folder that `cd` went to, and without the steps
//! back and forth that would hide it.

use super::shell::Word;

/// A file's name with the folder in front, where it is no whole path.
pub(super) fn placed(word: &Word, folder: Option<&str>) -> Word {
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
}
