//! The files of knowledge that come with the program.

use super::knowledge::Source;

/// Builds a table of files under `data/`: their names with their texts.
macro_rules! sources {
    ($($name:literal,)*) => {
        [$(Source { name: $name, text: include_str!(concat!("../../data/", $name)) }),*]
    };
}

/// Rules, signals and subtypes.
pub(super) const PATTERNS: &[Source<'static>] = &sources! {
    "patterns/auth.yaml",
    "patterns/backup.yaml",
    "patterns/certificate.yaml",
    "patterns/cloud.yaml",
    "patterns/container.yaml",
    "patterns/control-plane.yaml",
    "patterns/cpu.yaml",
    "patterns/database.yaml",
    "patterns/delivery.yaml",
    "patterns/disk.yaml",
    "patterns/dns.yaml",
    "patterns/generic.yaml",
    "patterns/helm.yaml",
    "patterns/load-balancer.yaml",
    "patterns/memory.yaml",
    "patterns/monitoring.yaml",
    "patterns/network.yaml",
    "patterns/node.yaml",
    "patterns/queue.yaml",
    "patterns/security.yaml",
    "patterns/severity.yaml",
    "patterns/signals.yaml",
    "patterns/storage.yaml",
    "patterns/tiers.yaml",
    "patterns/virtualization.yaml",
};

/// The rules for plans: for commands of runbooks, more for plans, and for prose.
pub(super) const PLAN: [Source<'static>; 3] = sources! {
    "dangers.yaml",
    "plan-dangers.yaml",
    "plan-prose.yaml",
};

/// Builds a table of names and texts of files under `data/`.
#[cfg(test)]
macro_rules! texts {
    ($($name:literal,)*) => {
        &[$(($name, include_str!(concat!("../../data/", $name)))),*]
    };
}

/// Our own cases; a program reads them where the workspace's overrides are read.
#[cfg(test)]
pub(super) const SCENARIOS: &[(&str, &str)] = texts! {
    "scenarios/broadcast-storm.yaml",
    "scenarios/certificate-expired.yaml",
    "scenarios/disk-will-fill.yaml",
    "scenarios/heartbeat.yaml",
    "scenarios/helm-release-stuck.yaml",
    "scenarios/image-pull-limit.yaml",
    "scenarios/node-lost.yaml",
    "scenarios/ransomware.yaml",
    "scenarios/recovered.yaml",
    "scenarios/redis-outage-cascades.yaml",
};
