//! The cases that triage is held against, built into the program.

/// Builds the table of the cases: their names under `data/` with their texts.
macro_rules! cases {
    ($($name:literal,)*) => {
        &[$((
            concat!("scenarios/", $name),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/scenarios/", $name)),
        )),*]
    };
}

/// Each file on a line of its own, sorted.
pub(super) const SCENARIOS: &[(&str, &str)] = cases! {
    "broadcast-storm.yaml",
    "cache-cannot-save.yaml",
    "certificate-expired.yaml",
    "disk-full-in-german.yaml",
    "disk-will-fill.yaml",
    "heartbeat.yaml",
    "helm-release-stuck.yaml",
    "image-pull-limit.yaml",
    "mirror-on-one-leg.yaml",
    "nobody-can-call.yaml",
    "node-lost.yaml",
    "partitions-without-copies.yaml",
    "proxy-without-servers.yaml",
    "ransomware.yaml",
    "recovered.yaml",
    "redis-outage-cascades.yaml",
    "rehearsed-failover.yaml",
    "samples-do-not-arrive.yaml",
    "sealed-store-takes-two.yaml",
    "stream-without-quorum.yaml",
};
