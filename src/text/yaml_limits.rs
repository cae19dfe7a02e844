//! What a YAML text may not be before a parser sees it: the parser's time grows with the square of
//! the depth, and a few aliases can stand for gigabytes.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;

/// People need no more anchors and aliases than this; bombs do.
pub const MAX_ANCHORS: usize = 20;
/// How deep brackets and braces may be nested.
pub const MAX_DEPTH: usize = 64;

static ANCHOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)(?:^|[\s\[{,:])[&*][^\s,\[\]{}]"));

/// Where brackets and braces are open more than [`MAX_DEPTH`] deep.
pub fn too_deep(source: &str) -> Option<usize> {
    let mut depth = 0_usize;
    source.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

/// Where the first anchor or alias stands that is one too many.
pub fn too_many_anchors(source: &str) -> Option<usize> {
    ANCHOR.find_iter(source).nth(MAX_ANCHORS).map(|found| found.end() - 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_deep_or_aliased_too_often_is_placed() {
        assert_eq!(too_deep(&"[".repeat(MAX_DEPTH)), None);
        assert_eq!(too_deep(&format!("a: {}", "[".repeat(MAX_DEPTH + 1))), Some(3 + MAX_DEPTH));
        assert_eq!(too_deep(&"[]".repeat(1000)), None);
        assert_eq!(too_many_anchors(&"- *a\n".repeat(MAX_ANCHORS)), None);
        assert_eq!(too_many_anchors(&"- *a\n".repeat(MAX_ANCHORS + 1)), Some(5 * MAX_ANCHORS + 2));
        assert_eq!(too_many_anchors(&"- a * b & c\n".repeat(100)), None);
    }
}
