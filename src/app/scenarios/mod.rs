//! Cases for triage: files with messages and what must come of them.

mod showing;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use super::App;
use super::triage::{Engine, SOURCE, wrong_data, wrong_file};
use crate::assets::Assets;
use crate::domain::incident::Happening;
use crate::error::Error;
use crate::text::redact::redact;
use crate::text::strictly_decoded;
use crate::text::yaml::is_yaml_name;
use crate::triage::scenario::{Run, Scenario, calibration};
use crate::triage::{KeptMessage, Level};
use crate::views::triage::ScenarioRunView;

/// The largest case that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// How deep folders are looked into.
const DEEPEST: usize = 5;

/// What triage calls each severity, by its rank.
const LEVELS: [Level; 5] = [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Info];

/// So many lines of a timeline make a case.
const LINES: usize = 40;

/// Cases that were read.
#[derive(Debug, Default)]
pub struct ReadScenarios {
    /// The cases.
    pub scenarios: Vec<Scenario>,
    /// The files that are none, each with why.
    pub broken: Vec<(String, Error)>,
}

impl ReadScenarios {
    /// Sorts what was read of files; of two cases of one name the second is none, since nobody could
    /// tell which of them failed.
    fn of(read: impl Iterator<Item = (String, Result<Scenario, Error>)>) -> Self {
        let mut all = Self::default();
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for (file, one) in read {
            match one {
                Ok(scenario) => match files.get(&scenario.name) {
                    Some(other) => {
                        let name = &scenario.name;
                        let twice =
                            Error::refused(format!("the name {name} is that of {other} already"));
                        let twice = twice.at(file.as_str());
                        let twice = twice.hinted("give one of the two another name");
                        all.broken.push((file, twice));
                    }
                    None => {
                        files.insert(scenario.name.clone(), file);
                        all.scenarios.push(scenario);
                    }
                },
                Err(error) => all.broken.push((file, error)),
            }
        }
        all
    }
}

/// Reads cases: those of these files and folders, else those of the program and the workspace. A
/// file that is no case keeps no other from being read.
///
/// # Errors
/// A path cannot be read, or there is no case at all.
pub fn read_scenarios(assets: &Assets, paths: &[PathBuf]) -> Result<ReadScenarios, Error> {
    if paths.is_empty() {
        let files = assets.data_under("scenarios/")?;
        let read = |file: &crate::assets::Asset| {
            let read = Scenario::from_yaml(&file.name, &file.text).map_err(wrong_data);
            (format!("data/{}", file.name), read)
        };
        let files = files.iter().filter(|file| is_yaml_name(&file.name));
        return Ok(ReadScenarios::of(files.map(read)));
    }
    let mut files = Vec::new();
    for path in paths {
        collect(path, 0, &mut files)?;
    }
    if files.is_empty() {
        return Err(Error::not_found("there is no case in what was named")
            .hinted("a case is a .yaml file; `runledger scenario new LABEL` writes one"));
    }
    let mut known = BTreeSet::new();
    files.retain(|path| known.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    let read = files.iter().map(|path| (path.display().to_string(), read_one(path)));
    Ok(ReadScenarios::of(read))
}

fn read_one(path: &Path) -> Result<Scenario, Error> {
    let failed = |error| Error::io("read", path, error);
    // Whoever opens a pipe by its name waits for one that writes into it, perhaps for ever.
    if fs::symlink_metadata(path).is_ok_and(|known| known.file_type().is_fifo()) {
        let refused = Error::refused(format!("{} is a pipe, and no case", path.display()));
        return Err(refused.hinted("name a .yaml file, or a folder with some"));
    }
    // A device says that it is empty and never ends: what is read is counted, not what is told.
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(failed)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::refused(format!("{} is larger than {LARGEST} bytes", path.display())));
    }
    let text = strictly_decoded(bytes).map_err(|reason| {
        Error::refused(format!("cannot read the case: {reason}")).at(path.display().to_string())
    })?;
    Scenario::from_yaml(&path.display().to_string(), &text).map_err(wrong_file)
}

/// A file that is named, and the cases in a folder, by name.
fn collect(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    if depth > DEEPEST {
        return Ok(());
    }
    let entries = fs::read_dir(path).map_err(|error| Error::io("read", path, error))?;
    let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    inside.sort();
    for path in inside {
        let is_case = path.file_name().and_then(|name| name.to_str()).is_some_and(is_yaml_name);
        if is_case || path.is_dir() && !path.is_symlink() {
            collect(&path, depth + 1, files)?;
        }
    }
    Ok(())
}

/// Runs cases, each in its own world: nothing of the workspace but its rules is looked at.
///
/// # Errors
/// A file of rules is wrong.
pub fn run_scenarios(
    assets: &Assets,
    scenarios: &[Scenario],
    calibrated: bool,
) -> Result<ScenarioRunView, Error> {
    let engine = Engine::load(assets)?;
    let run = Run::of(scenarios.iter().map(|scenario| engine.run(scenario)).collect());
    let calibration = calibrated.then(|| calibration(&run.beliefs()));
    Ok(ScenarioRunView { run, calibration })
}

/// An incident as a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCase {
    /// The file.
    pub yaml: String,
    /// How many messages more there were than a case takes.
    pub left_out: usize,
}

impl App {
    /// An incident as a case to be finished by a person: what was judged and said is there, without
    /// secrets, and how bad people found it; what it was has to be filled in by somebody who knows.
    ///
    /// # Errors
    /// The incident is not known, or nothing was said in it.
    pub fn scenario_of(&mut self, incident: &str) -> Result<NewCase, Error> {
        let incident = self.find_incident(incident)?;
        let timeline = self.ledger.timeline_of(incident.id)?;
        let said = timeline.iter().filter_map(|item| match &item.what {
            Happening::Noted { text, source, .. } if source != SOURCE => {
                Some(KeptMessage { text: redact(text).text, resolved: false })
            }
            _ => None,
        });
        // What was judged comes first: it is what anybody knew when it began.
        let judged = self.judged_in(incident.id)?;
        let mut messages: Vec<KeptMessage> = judged.into_iter().chain(said).collect();
        let left_out = messages.len().saturating_sub(LINES);
        messages.truncate(LINES);
        if messages.is_empty() {
            return Err(Error::refused(format!("nothing was noted in {}", incident.label))
                .hinted("a case needs messages: `runledger incident note LABEL TEXT` first"));
        }
        let name = incident.label.as_str().to_lowercase();
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut yaml = format!(
            "# What it was is for a person to say: fill in what is known for certain, and take the\n\
             # lines out of `messages` that nobody knew when it began.\n\
             name: {}\ntitle: {}\n",
            quoted(&name),
            quoted(&incident.title.value)
        );
        let context: Vec<String> =
            incident.context().map(|(name, value)| format!("{name} {value}")).collect();
        if !context.is_empty() {
            yaml.push_str(&format!("conditions: {}\n", quoted(&context.join(". "))));
        }
        yaml.push_str("messages:\n");
        for message in &messages {
            let text = quoted(&message.text);
            let line = match message.resolved {
                true => format!("  - {{text: {text}, resolved: true}}\n"),
                false => format!("  - {text}\n"),
            };
            yaml.push_str(&line);
        }
        if left_out > 0 {
            yaml.push_str(&format!("  # {}\n", words_left_out(left_out)));
        }
        let called = match incident.severity_unknown {
            true => String::new(),
            false => {
                let level = LEVELS[usize::from(incident.severity.value.rank())];
                format!(" # people called it {}", level.as_str())
            }
        };
        yaml.push_str(&format!(
            "expect:\n  pattern: null\n  subtype: null\n  severity: null{called}\n  \
             remediation: null\n  cascade: null\n  correlated: null\n"
        ));
        Ok(NewCase { yaml, left_out })
    }
}

/// Says that a case has not all that was judged and said.
pub fn words_left_out(count: usize) -> String {
    let left_out = crate::text::count(count, "message was left out", "messages were left out");
    format!("{left_out}: a case takes the first {LINES}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cases_of_one_name_are_told_with_both_places() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a.yaml", "b.yml"] {
            let case = "name: one\nmessages: [x]\nexpect: {}\n";
            fs::write(folder.path().join(name), case).expect("a file");
        }
        let read = |paths: &[PathBuf]| read_scenarios(&Assets::new(None), paths).expect("cases");
        let both = read(&[folder.path().to_path_buf()]);
        assert_eq!((both.scenarios.len(), both.broken.len()), (1, 1));
        let told = both.broken[0].1.to_string();
        assert!(told.contains("a.yaml already") && told.contains("b.yml: the name one"), "{told}");
        // A file that is named twice is one file.
        let same = read(&[folder.path().join("a.yaml"), folder.path().join("a.yaml")]);
        assert_eq!((same.scenarios.len(), same.broken.len()), (1, 0));
    }
}
