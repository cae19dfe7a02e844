//! The configuration file that `runledger init` writes.

use std::path::Path;

/// A commented file with every key; those that are not needed are commented out, with their
/// defaults.
pub fn init_text(id: &str) -> String {
    TEMPLATE.replace("{id}", id)
}

/// An id for a new workspace: its folder's name and something that no other has.
pub fn new_workspace_id(folder: &Path, random: [u8; 4]) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let mut plain = String::new();
    for c in name.as_deref().unwrap_or_default().chars() {
        if c.is_ascii_alphanumeric() {
            plain.push(c);
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
    }
    let plain: String = plain.trim_end_matches('-').chars().take(40).collect();
    let name = if plain.is_empty() || plain == "path" { "workspace" } else { &plain };
    format!("{}-{:08x}", name.replace("path-", "p-"), u32::from_be_bytes(random))
}

const TEMPLATE: &str = r##"# runledger's settings for this folder. Every key may be left out; what is commented out shows
# the default, or an example where there is none.

# The name of this workspace's ledger, which is kept outside this folder. Clones with the same
# id on one machine share it. Keep it as it is: another id means another, empty ledger.
workspace = "{id}"

# The folders with the runbooks. Without this key: `runbooks`, or this folder if there is none.
# Relative to this file; an absolute path may lead elsewhere.
# runbooks = ["runbooks"]

# Which files are documents, by the end of their names; `html.md.erb` works too.
# extensions = ["md", "markdown"]

# What is not read: patterns relative to a runbooks folder. A pattern without a slash matches at
# any depth; one that matches a folder leaves out everything in it. Hidden folders,
# `node_modules` and folders marked as caches are never read.
# ignore = ["drafts", "archive/**"]

# A runbook is stale when it has not worked for more than this many days, unless it says another
# limit itself, and due this many days before.
# stale_after_days = 90
# due_within_days = 14

# The zone whose days count.
# timezone = "UTC"

# Who owns a runbook that names nobody, and how owners are reached.
# default_owner = "platform"
# [owners.platform] is a table and stands at the end of this file.

# What recording an exercise does to the runbook's table: "file" inserts the row, "commit" also
# commits that file, "off" leaves files alone. Without this key: "file" on the command line,
# "off" in the server.
# write_back = "file"

# Where "open the source" leads: {path} is the file's path under this folder, {line} its line.
# source_url = "https://git.example.org/ops/runbooks/blob/main/{path}#L{line}"

# Where the server listens. Only this machine may reach it; there are no logins yet.
# listen = "127.0.0.1:7311"

# The address under which a tunnel or proxy makes the server reachable.
# public_url = "https://runbooks.example.org"

# Whether the server counts how often runbooks are opened, for the ranking of the weekly report. One
# entry a day says how often each was opened and how often from an alert; nobody's name is in it.
# count_use = true

# The largest file that is read, in bytes or like "1 MiB"; at most 64 MiB.
# max_file_size = "1 MiB"

# What severities are called, the worst first; the first label of a rank is the one that is shown.
# [incidents.severities] is a table and stands at the end of this file.

# The node that makes and sends the reports, see [[report]] at the end of this file.
# reporter = "ops-1"

# The folder of the ledger, in place of the usual one in your data folder. `runledger where`
# shows it.
# store = "~/runledger"

# How to reach an owner: a table each.
# [owners.platform]
# chat = "#platform"
# page = "https://pager.example.org/platform"

# [incidents.severities]
# 0 = ["P0", "SEV1", "CRITICAL"]
# 1 = ["P1", "SEV2", "HIGH"]
# 2 = ["P2", "SEV3", "MEDIUM"]
# 3 = ["P3", "SEV4", "LOW"]
# 4 = ["P4", "SEV5", "INFO"]

# After which incidents a postmortem has to be written, into which folder, and until when, counted
# from when the incident was resolved. A number may be a table of numbers by severity.
# [postmortems]
# folder = "postmortems"
# required_for = ["P0", "P1"]
# draft_hours = 48
# publish_business_days = 5
# action_days = 30

# Where reports can go: a table each, with one of `webhook`, `smtp` and `folder`. What is secret is
# named here and kept elsewhere, in a variable or in a file of its own, because this file is in git.
# [destinations.oncall-chat]
# webhook = { env = "RUNLEDGER_CHAT_URL" }
# [destinations.team-mail]
# smtp = "smtp.example.org:587"
# tls = "starttls"
# user = "runledger"
# password = { file = "/run/secrets/smtp" }
# from = "runledger@example.org"
# to = ["oncall@example.org"]
# ca_file = "company-ca.pem"
# [destinations.archive]
# folder = "reports"

# Which reports are made on a schedule: `kind` is stale, incidents or actions, `when` a cron pattern
# (minute, hour, day of the month, month, day of the week) by the clocks of `timezone`. They are made
# by the node called `reporter` while it serves (RUNLEDGER_NODE, else the machine's name), and
# caught up with once where it did not.
# [[report]]
# name = "weekly"
# kind = "stale"
# when = "0 8 * * 1"
# timezone = "Europe/Berlin"
# owner = "payments"
# to = ["oncall-chat", "archive"]

# When somebody is there to answer, for `incident metrics --support-hours`, and which days are
# business days. A day's own key (monday to sunday) counts before `weekdays` and `weekend`; a day
# can have several parts, like ["08:00-12:00", "13:00-17:00"], or none, [].
# [support_hours]
# weekdays = "09:00-17:00"
# holidays = ["2026-12-25", "2027-01-01"]
# timezone = "UTC"
"##;
