//! What a report was made from, as hashes.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::App;
use super::super::freshness::Judged;
use crate::domain::id::{Hash, Slug};
use crate::domain::incident::Severity;
use crate::error::Error;
use crate::views::report::InputsView;

impl App {
    /// The inputs but for the template, which is known when the report is written.
    pub(super) fn inputs(&self, judged: &[Judged]) -> Result<InputsView, Error> {
        let (entries, head) = self.ledger.head()?.unwrap_or((0, Hash::ZERO));
        Ok(InputsView {
            program: concat!("runledger ", env!("CARGO_PKG_VERSION")).to_owned(),
            as_of: self.today(),
            entries,
            head: head.to_string(),
            texts: self.digest_of_texts(judged)?.to_string(),
            configuration: self.digest_of_settings().to_string(),
            template: None,
            template_from: None,
        })
    }

    /// What runbooks say and said. The text of then is no entry of the ledger where a row was
    /// found in a file, and neither is the day since which a runbook is known.
    fn digest_of_texts(&self, judged: &[Judged]) -> Result<Hash, Error> {
        let documents = self.ledger.live_documents()?;
        let texts: HashMap<Slug, Hash> =
            documents.into_iter().map(|it| (it.slug, it.sha256)).collect();
        let mut told = String::new();
        for one in judged {
            let document = &one.document;
            let text = texts.get(&document.slug).copied().unwrap_or(Hash::ZERO);
            let seen = self.date_of(document.first_seen);
            // Writing into a string cannot fail.
            let _ = writeln!(told, "{}\t{text}\t{seen}", document.slug);
            for exercise in &one.exercises {
                let prints = serde_json::to_string(&exercise.prints).map_err(|e| {
                    Error::failed(format!("telling what {} said once: {e}", document.slug))
                })?;
                let _ = writeln!(told, "\t{}\t{prints}", exercise.id);
            }
        }
        Ok(Hash::of(told.as_bytes()))
    }

    /// The settings that a report depends on; where the folders are is none of them.
    fn digest_of_settings(&self) -> Hash {
        let config = &self.config;
        let severities = Severity::ALL.map(|it| config.incidents.severities.labels(it));
        let required = Severity::ALL.map(|it| config.postmortems.is_required(it));
        let told = format!(
            "{}\n{}\n{}\n{:?}\n{:?}\n{:?}\n{severities:?}\n{required:?}\n",
            config.timezone,
            config.stale_after_days,
            config.due_within_days,
            config.default_owner,
            self.server(),
            config.owners.iter().map(|(name, it)| (name, &it.chat)).collect::<Vec<_>>(),
        );
        Hash::of(told.as_bytes())
    }
}
