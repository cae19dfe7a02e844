//! Words that mean the same to people on call, from a small file of data.

use std::collections::HashMap;

use super::tokenizer;

/// Groups of ways to say the same thing, by the first stem of each way.
pub(super) struct Synonyms {
    groups: Vec<Vec<Way>>,
    by_first: HashMap<String, Vec<(usize, usize)>>,
}

/// One way to say it, stemmed; usually one word.
pub(super) type Way = Vec<String>;

impl Synonyms {
    /// Those that come with the program.
    pub(super) fn built_in() -> Self {
        // The file is part of the program and read by a test, so it cannot fail here.
        Self::from_yaml(include_str!("../../data/synonyms.yaml"))
            .unwrap_or_else(|_| Self { groups: Vec::new(), by_first: HashMap::new() })
    }

    /// Reads a list of groups, each a list of ways to say the same.
    pub(super) fn from_yaml(yaml: &str) -> Result<Self, String> {
        let read: Option<Vec<Vec<String>>> =
            serde_yaml::from_str(yaml).map_err(|error| error.to_string())?;
        let groups: Vec<Vec<Way>> = read
            .unwrap_or_default()
            .iter()
            .map(|group| {
                let ways = group.iter().map(|way| tokenizer::stems(way));
                ways.filter(|way| !way.is_empty()).collect()
            })
            .collect();
        let mut by_first: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (at, group) in groups.iter().enumerate() {
            for (nth, way) in group.iter().enumerate() {
                by_first.entry(way[0].clone()).or_default().push((at, nth));
            }
        }
        Ok(Self { groups, by_first })
    }

    /// The ways to say what stands at the beginning of `stems` otherwise, each with the number of
    /// stems it stands for.
    pub(super) fn of<'a>(&'a self, stems: &[&str]) -> Vec<(usize, &'a Way)> {
        let Some(first) = stems.first() else { return Vec::new() };
        let mut found = Vec::new();
        for (at, nth) in self.by_first.get(*first).into_iter().flatten() {
            let way = &self.groups[*at][*nth];
            if way.len() <= stems.len() && way.iter().zip(stems).all(|(a, b)| a == b) {
                let others = self.groups[*at].iter().filter(|other| *other != way);
                found.extend(others.map(|other| (way.len(), other)));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_list_can_be_read() {
        assert!(Synonyms::from_yaml(include_str!("../../data/synonyms.yaml")).is_ok());
        assert!(!Synonyms::built_in().groups.is_empty());
    }

    #[test]
    fn one_word_may_stand_for_several_and_back() {
        let synonyms = Synonyms::from_yaml("- [oom, out of memory]\n").expect("a list");
        let way = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Way>();
        assert_eq!(synonyms.of(&["oom", "kill"]), [(1, &way(&["out", "memori"]))]);
        assert_eq!(synonyms.of(&["out", "memori"]), [(2, &way(&["oom"]))]);
        assert!(synonyms.of(&["memori"]).is_empty());
    }
}
