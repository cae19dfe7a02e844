//! What became of a heading: an address that was kept leads to the section it meant, renamed or
//! renumbered.

use std::collections::HashSet;

use super::summary::prints;
use super::{Runbook, Section, SectionKind, Step};
use crate::domain::freshness::became;

/// What two texts must share to be versions of one section, of 100.
const ALIKE: usize = 50;

impl Runbook {
    /// The section that an address behind `#` means: an anchor, or `step-` and a step's id.
    pub fn section_at(&self, anchor: &str) -> Option<usize> {
        let by_anchor = self.sections.iter().position(|section| section.anchor == anchor);
        by_anchor.or_else(|| {
            let id = anchor.strip_prefix("step-")?;
            self.steps.iter().find(|step| step.id.as_str() == id).map(|step| step.section)
        })
    }

    /// The step that a section belongs to: the one it is, or the nearest above.
    pub fn step_of(&self, section: Option<usize>) -> Option<&Step> {
        let mut at = section;
        while let Some(section) = at.and_then(|at| self.sections.get(at)) {
            if let Some(id) = &section.step {
                return self.steps.iter().find(|step| step.id == *id);
            }
            // A section stands below the one it is part of, so this ends.
            at = section.parent;
        }
        None
    }

    /// The address of a section on its page.
    pub fn address_of(&self, section: usize) -> Option<String> {
        let section = self.sections.get(section)?;
        Some(match &section.step {
            Some(id) => format!("step-{id}"),
            None => section.anchor.clone(),
        })
    }

    /// Which section the section of an earlier text is in this one, by index. A step is known by
    /// what it does, any other section by its place or its words.
    pub fn now_of(&self, then: &Self, section: usize) -> Option<usize> {
        let old = then.sections.get(section)?;
        if let Some(at) = then.steps.iter().position(|step| step.section == section)
            && let Some(now) = became(&prints(then), &prints(self), at)
        {
            return self.steps.get(now).map(|step| step.section);
        }
        let named = self.sections.iter().position(|one| one.title == old.title && old.level > 0);
        named.or_else(|| self.only_of_kind(then, old)).or_else(|| self.most_alike(old)).or_else(
            || {
                let above = then.step_of(old.parent)?;
                self.now_of(then, above.section).filter(|_| above.section != section)
            },
        )
    }

    /// The section of a kind that both texts have once.
    fn only_of_kind(&self, then: &Self, old: &Section) -> Option<usize> {
        let heads = |runbook: &Self| -> Vec<usize> {
            let is_head = |section: &Section| {
                let parent = section.parent.and_then(|parent| runbook.sections.get(parent));
                section.kind == old.kind && parent.is_none_or(|parent| parent.kind != old.kind)
            };
            let all = runbook.sections.iter().enumerate();
            all.filter(|(_, section)| is_head(section)).map(|(at, _)| at).collect()
        };
        let (before, after) = (heads(then), heads(self));
        let is_it = before.first().is_some_and(|at| then.sections[*at].anchor == old.anchor);
        match (old.kind, before.len(), after.as_slice()) {
            (SectionKind::Other, ..) => None,
            (_, 1, [only]) if is_it => Some(*only),
            _ => None,
        }
    }

    fn most_alike(&self, old: &Section) -> Option<usize> {
        let words = words(&old.text);
        let alike = self.sections.iter().map(|section| alike(&words, &self::words(&section.text)));
        let (at, most) = alike.enumerate().max_by_key(|(at, most)| (*most, usize::MAX - at))?;
        (most >= ALIKE).then_some(at)
    }

    /// The section whose anchor shares most words with an unknown one, where one alone does.
    pub fn nearest_anchor(&self, anchor: &str) -> Option<usize> {
        let tells = |word: &&str| !word.is_empty() && *word != "step" && !is_number(word);
        let wanted: HashSet<&str> = anchor.split('-').filter(tells).collect();
        let shared = |section: &Section| {
            let words: HashSet<&str> = section.anchor.split('-').filter(tells).collect();
            if section.level == 0 { 0 } else { alike(&wanted, &words) }
        };
        let all: Vec<usize> = self.sections.iter().map(shared).collect();
        let most = all.iter().copied().max().filter(|most| *most >= ALIKE)?;
        let mut best = all.iter().enumerate().filter(|(_, shared)| **shared == most);
        match (best.next(), best.next()) {
            (Some((at, _)), None) => Some(at),
            _ => None,
        }
    }
}

fn is_number(word: &str) -> bool {
    word.len() <= 3 && word.starts_with(|c: char| c.is_ascii_digit())
}

fn words(text: &str) -> HashSet<&str> {
    text.split_whitespace().collect()
}

/// How much of both is in both, of 100.
fn alike(a: &HashSet<&str>, b: &HashSet<&str>) -> usize {
    let all = a.union(b).count();
    (a.intersection(b).count() * 100).checked_div(all).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use crate::runbook::parse;

    const THEN: &str = "# Runbook: x\n\n## Pre-flight\n\nLook twice.\n\n## Step 1 — Check\n\n\
                        ```sh\nhelm status x\n```\n\n## Step 2 — Mitigate\n\n### 2a. Roll back\n\n\
                        ```sh\nhelm rollback x\n```\n\n### 2b. Restart it\n\n```sh\nkubectl \
                        rollout restart x\n```\n\n#### Beware\n\nIt takes the cache with it and \
                        warms up slowly.\n\n## Notes of mine\n\nThe cluster was built by hand in \
                        spring.\n";

    #[track_caller]
    fn check(now: &str, was: &str, expected: Option<&str>) {
        let (then, now) = (parse(THEN, "x").0, parse(now, "x").0);
        let section = then.section_at(was).expect("an anchor of then");
        let found = now.now_of(&then, section).and_then(|at| now.address_of(at));
        assert_eq!(found.as_deref(), expected, "{was}");
    }

    #[test]
    fn a_renumbered_or_renamed_step_is_found_by_what_it_does() {
        let now =
            THEN.replace("2a. Roll back", "2c. Go back").replace("2b. Restart it", "2a. Bounce");
        check(&now, "step-2a", Some("step-2c"));
        check(&now, "2a-roll-back", Some("step-2c"));
        check(&now, "step-2b", Some("step-2a"));
        check(&now, "step-1", Some("step-1"));
        check(THEN, "2b-restart-it", Some("step-2b"));
    }

    #[test]
    fn a_section_is_found_by_its_kind_its_words_or_the_step_above() {
        let now =
            THEN.replace("## Pre-flight", "## Before you start").replace("Look twice", "Look");
        check(&now, "pre-flight", Some("before-you-start"));
        let now = THEN.replace("## Notes of mine", "## History of the cluster");
        check(&now, "notes-of-mine", Some("history-of-the-cluster"));
        let now =
            THEN.replace("#### Beware\n\nIt takes the cache with it and warms up slowly.", "");
        check(&now, "beware", Some("step-2b"));
        let now = THEN.split("## Notes").next().expect("the rest");
        check(now, "notes-of-mine", None);
    }

    #[test]
    fn without_an_earlier_text_the_nearest_name_is_taken_if_it_is_the_only_one() {
        let (now, _) = parse(&THEN.replace("2a. Roll back", "2a. Roll back the release"), "x");
        let near = |was: &str| now.nearest_anchor(was).and_then(|at| now.address_of(at));
        assert_eq!(near("2a-roll-back-release").as_deref(), Some("step-2a"));
        assert_eq!(near("roll-back").as_deref(), Some("step-2a"));
        assert_eq!(near("step-9"), None);
        assert_eq!(near("completely-different"), None);
    }
}
