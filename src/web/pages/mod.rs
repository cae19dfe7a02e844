//! The pages, one file an address: extract, call the app, build the view, respond.

pub(super) mod alert;
pub(super) mod changes_show;
pub(super) mod exercise_record;
pub(super) mod follow_start;
pub(super) mod health;
pub(super) mod home;
pub(super) mod incident_edit;
pub(super) mod incident_list;
pub(super) mod incident_note_add;
pub(super) mod incident_open;
pub(super) mod incident_role_set;
pub(super) mod incident_runbook_use;
pub(super) mod incident_show;
pub(super) mod incident_status_set;
pub(super) mod incident_time_set;
pub(super) mod name_set;
pub(super) mod note_add;
pub(super) mod note_resolve;
pub(super) mod run_act;
pub(super) mod run_finish;
pub(super) mod run_show;
pub(super) mod run_start;
pub(super) mod runbook_list;
pub(super) mod runbook_show;
pub(super) mod stale;
