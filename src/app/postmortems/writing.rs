//! Writing to a postmortem: what is there is read in the transaction that writes.

use crate::domain::action_item::ActionItem;
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::Event;
use crate::domain::id::{EntryId, IncidentId};
use crate::domain::postmortem::Postmortem;
use crate::error::Error;
use crate::ledger::Tx;

use super::super::App;
use super::super::incidents::append_events;

/// What a writer has before them inside the transaction.
pub(in crate::app) struct PostDesk<'a, 'tx> {
    pub(in crate::app) tx: &'a mut Tx<'tx>,
    pub(in crate::app) postmortem: Postmortem,
    pub(in crate::app) actions: Vec<ActionItem>,
    incident: IncidentId,
    now: Timestamp,
    actor: &'a Actor,
}

impl PostDesk<'_, '_> {
    /// Appends an entry to the incident, after all that are there.
    pub(in crate::app) fn append(&mut self, event: &Event) -> Result<EntryId, Error> {
        let event = std::slice::from_ref(event);
        let ids = append_events(self.tx, self.incident, event, self.now, self.actor)?;
        ids.first().copied().ok_or_else(|| Error::failed("appending an entry gave no id"))
    }
}

impl App {
    /// Writes to an incident's postmortem and action items in one transaction.
    pub(in crate::app) fn write_postmortem<T>(
        &mut self,
        incident: IncidentId,
        actor: &Actor,
        work: impl FnOnce(&mut PostDesk<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.find_room();
        let now = Timestamp(self.clock.now_ms());
        self.ledger.transact(|tx| -> Result<T, Error> {
            let postmortem = tx.postmortem(incident)?.unwrap_or_default();
            let actions = tx.action_items_of(incident)?;
            work(&mut PostDesk { tx, postmortem, actions, incident, now, actor })
        })
    }
}
