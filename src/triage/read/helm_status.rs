//! What `helm status` prints.

use super::helm::some;
use super::helm_output::{Standing, lines};
use super::{HelmRelease, HelmRevision};
use crate::triage::command_line::is_command;

/// What `helm status` says of a release: the lines from its name to its status, and what they hold.
pub(super) struct Block {
    pub(super) release: HelmRelease,
    pub(super) standing: Standing,
    /// Where the last of its keys ends.
    pub(super) end: usize,
    /// Where the notes of its chart end, or its objects, which say nothing of how it is.
    pub(super) notes_end: usize,
}

/// The blocks of a text. One ends where a line is no key with a value.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    // What stands below the status belongs to the block before.
    let mut goes_on = false;
    let mut notes = Notes::None;
    for (whole, (place, number)) in lines(text) {
        let line = whole.trim_start_matches(['#', ' ']);
        notes = notes.with(whole);
        if let (Notes::Open, Some(block)) = (notes, blocks.last_mut()) {
            block.notes_end = place.end;
        }
        let pair = line.split_once(':').map(|(key, value)| (key, value.trim()));
        let is_key = |key: &str| key.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ');
        match (pair.filter(|(key, _)| is_key(key)), &mut open) {
            (Some(("NAME", name)), _) => {
                let release = HelmRelease { name: some(name), ..HelmRelease::default() };
                let end = place.end;
                open = Some(Block { release, standing: (place, number), end, notes_end: end });
                (goes_on, notes) = (false, Notes::None);
            }
            (Some(("NAMESPACE", value)), Some(block)) => block.release.namespace = some(value),
            (Some(("STATUS", value)), Some(block)) => {
                block.release.status = some(value);
                block.standing.0.end = place.end;
                block.end = place.end;
                blocks.extend(open.take());
                goes_on = true;
            }
            (Some((key, value)), None) if goes_on => {
                let Some(block) = blocks.last_mut() else { continue };
                block.end = place.end;
                if value.is_empty() {
                    notes = Notes::Open;
                }
                if let ("REVISION", Ok(revision)) = (key, value.parse()) {
                    let status = block.release.status.clone().unwrap_or_default();
                    let row = HelmRevision { revision, status, ..HelmRevision::default() };
                    block.release.revisions = vec![row];
                }
            }
            (Some(_), _) => {}
            (None, _) => (open, goes_on) = (None, false),
        }
    }
    blocks
}

/// What a chart says below its status, in paragraphs.
#[derive(Clone, Copy, PartialEq)]
enum Notes {
    None,
    /// The line belongs to them.
    Open,
    /// A paragraph of them ended.
    Ended,
}

impl Notes {
    /// How they stand at the next line. A later paragraph belongs to them where it looks so: numbered,
    /// indented or a list of objects. Other words, and what begins with a date, are of who pasted them.
    fn with(self, line: &str) -> Self {
        let is_numbered = || {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            (1..=2).contains(&(line.len() - rest.len())) && rest.starts_with([')', '.'])
        };
        let goes_on =
            || line.starts_with(char::is_whitespace) || line.starts_with("==>") || is_numbered();
        match self {
            _ if is_command(line) && !line.starts_with(' ') => Self::None,
            Self::Open | Self::Ended if line.is_empty() => Self::Ended,
            Self::Ended if !goes_on() => Self::None,
            Self::Ended => Self::Open,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_below_the_notes_of_a_chart_is_theirs() {
        let is_note = |line| Notes::Ended.with(line) == Notes::Open;
        for line in ["1. Get the address", "12) Log in", "  kubectl get svc", "==> v1/Service"] {
            assert!(is_note(line), "{line}");
        }
        for line in ["2026-05-18 14:05 we turned it off", "14:05 bob: it is down", "Then we saw:"] {
            assert!(!is_note(line), "{line}");
        }
    }

    #[test]
    fn each_block_is_a_release_of_its_own() {
        let text = "$ helm status one\nNAME: one\nNAMESPACE: a\nSTATUS: failed\nREVISION: 3\n\n\
                    NAME: two\nit says more\nSTATUS: deployed\n\
                    NAME: three\nNAMESPACE: c\nSTATUS: deployed\n";
        let blocks = blocks(text);
        let said: Vec<(Option<&str>, Option<&str>, Option<&str>)> = blocks
            .iter()
            .map(|block| {
                let release = &block.release;
                let [name, place, status] = [&release.name, &release.namespace, &release.status];
                (name.as_deref(), place.as_deref(), status.as_deref())
            })
            .collect();
        let expected = [
            (Some("one"), Some("a"), Some("failed")),
            (Some("three"), Some("c"), Some("deployed")),
        ];
        assert_eq!(said, expected);
        assert_eq!(&text[blocks[0].standing.0.clone()], "NAME: one\nNAMESPACE: a\nSTATUS: failed");
    }
}
