//! A command that was pasted together with what it printed: it names what the lines below are about,
//! and says nothing of how that is.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

/// A command without a prompt in front of it has flags, or no more words than this.
const MOST_WORDS: usize = 3;

/// One of the programs that people look into a cluster with, behind a prompt or none.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    let prompt = r"(?<prompt>(?:\S{0,60}(?: \S{1,40}){0,2}[$#%❯➜]|PS [^>]{1,60}>|>) ?)?";
    pattern(&format!(
        r"^\s*{prompt}(?:sudo )?(?:[A-Z_]+=\S+ )*(?:helm3?|kubectl|oc) (?<words>[a-z-].*)$"
    ))
});

/// Whether a text is a command line. `helm upgrade of cart failed` is a sentence.
pub(super) fn is_command(text: &str) -> bool {
    if !["helm", "kubectl", "oc "].iter().any(|name| text.contains(name)) {
        return false;
    }
    let Some(found) = COMMAND.captures(text.trim_end()) else { return false };
    let words = &found["words"];
    let has_flag = || words.split_whitespace().any(|word| word.starts_with('-'));
    found.name("prompt").is_some() || words.split_whitespace().count() < MOST_WORDS || has_flag()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_known_by_its_prompt_or_its_flags() {
        let check = |text, expected| assert_eq!(is_command(text), expected, "{text}");
        check("$ helm history api-gateway -n production", true);
        check("helm -n prod status x", true);
        check("helm history x", true);
        check("[root@ops-1 ~]# kubectl get pods", true);
        check("ana@laptop:~/shop$ KUBECONFIG=prod.yaml helm history cart", true);
        check("PS C:\\Users\\ana> helm history cart", true);
        check("> sudo helm history cart", true);
        check("kubectl get pods -A", true);
        check("helm upgrade of cart failed", false);
        check("the helm release cart is well", false);
        check("ran helm history cart -n shop", false);
        check("$ ls -l", false);
        check("helm", false);
    }
}
