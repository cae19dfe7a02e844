//! What `helm status` prints.

use super::helm::{HelmRelease, Standing, lines, some};

/// What `helm status` says of a release: the lines from its name to its status, and what they hold.
pub(super) struct Block {
    pub(super) release: HelmRelease,
    pub(super) standing: Standing,
}

/// The blocks of a text. One ends where a line is no key with a value.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    for (whole, (place, number)) in lines(text) {
        let line = whole.trim_start_matches(['#', ' ']);
        let pair = line.split_once(':').map(|(key, value)| (key, value.trim()));
        let is_key = |key: &str| key.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ');
        match (pair.filter(|(key, _)| is_key(key)), &mut open) {
            (Some(("NAME", name)), _) => {
                let release = HelmRelease { name: some(name), ..HelmRelease::default() };
                open = Some(Block { release, standing: (place, number) });
            }
            (Some(("NAMESPACE", value)), Some(block)) => block.release.namespace = some(value),
            (Some(("STATUS", value)), Some(block)) => {
                block.release.status = some(value);
                block.standing.0.end = place.end;
                blocks.extend(open.take());
            }
            (Some(_), _) => {}
            (None, _) => open = None,
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

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
