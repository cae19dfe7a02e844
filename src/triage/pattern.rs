//! The names of patterns, in order of precedence.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of failure messages speak of. The order is the precedence in a tie: the specific
/// component first, the generic symptom last.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Pattern {
    /// A hostile or unauthorised action.
    SecurityEvent,
    /// A certificate is out of its time, or does not fit its name or chain.
    CertificateExpiry,
    /// Names are not resolved.
    DnsFailure,
    /// Kubernetes' own servers, or what they ask before they answer.
    ControlPlaneEvent,
    /// A workload that an orchestrator runs, and how it is released.
    ContainerEvent,
    /// A database, cache or search engine, or the pool in front of it.
    DatabaseEvent,
    /// A broker or stream.
    MessageQueueEvent,
    /// A device, array, volume or mount.
    StorageEvent,
    /// Space or inodes are used up, or soon will be.
    DiskFull,
    /// A host, machine or process has no memory left.
    MemoryExhaustion,
    /// Too much to compute.
    CpuSaturation,
    /// A hypervisor and what it hosts.
    VirtualizationEvent,
    /// A machine or its operating system.
    NodeEvent,
    /// Links, routes, tunnels, filters.
    NetworkEvent,
    /// What stands in front of backends: proxy, ingress, mesh, CDN.
    LoadBalancerEvent,
    /// Who somebody is, and what they may do.
    AuthFailure,
    /// A resource that a provider runs.
    CloudEvent,
    /// A copy that is missing, late or failed.
    BackupEvent,
    /// What builds and ships: CI, runners, infrastructure code.
    DeliveryEvent,
    /// What watches everything else.
    MonitoringEvent,
    /// A limit rejects calls, and no kind of component accounts for it.
    RateLimit,
    /// An application's own error.
    ServerError,
    /// Refused or reset, and no kind of component accounts for it.
    ConnectionRefused,
    /// Too slow, and no kind of component accounts for it.
    Timeout,
    /// The messages do not tell.
    #[default]
    Unknown,
}

impl Pattern {
    /// All but [`Pattern::Unknown`], in order of precedence.
    pub const ALL: [Self; 24] = [
        Self::SecurityEvent,
        Self::CertificateExpiry,
        Self::DnsFailure,
        Self::ControlPlaneEvent,
        Self::ContainerEvent,
        Self::DatabaseEvent,
        Self::MessageQueueEvent,
        Self::StorageEvent,
        Self::DiskFull,
        Self::MemoryExhaustion,
        Self::CpuSaturation,
        Self::VirtualizationEvent,
        Self::NodeEvent,
        Self::NetworkEvent,
        Self::LoadBalancerEvent,
        Self::AuthFailure,
        Self::CloudEvent,
        Self::BackupEvent,
        Self::DeliveryEvent,
        Self::MonitoringEvent,
        Self::RateLimit,
        Self::ServerError,
        Self::ConnectionRefused,
        Self::Timeout,
    ];

    /// Its name in JSON, scenarios and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecurityEvent => "SECURITY_EVENT",
            Self::CertificateExpiry => "CERTIFICATE_EXPIRY",
            Self::DnsFailure => "DNS_FAILURE",
            Self::ControlPlaneEvent => "CONTROL_PLANE_EVENT",
            Self::ContainerEvent => "CONTAINER_EVENT",
            Self::DatabaseEvent => "DATABASE_EVENT",
            Self::MessageQueueEvent => "MESSAGE_QUEUE_EVENT",
            Self::StorageEvent => "STORAGE_EVENT",
            Self::DiskFull => "DISK_FULL",
            Self::MemoryExhaustion => "MEMORY_EXHAUSTION",
            Self::CpuSaturation => "CPU_SATURATION",
            Self::VirtualizationEvent => "VIRTUALIZATION_EVENT",
            Self::NodeEvent => "NODE_EVENT",
            Self::NetworkEvent => "NETWORK_EVENT",
            Self::LoadBalancerEvent => "LOAD_BALANCER_EVENT",
            Self::AuthFailure => "AUTH_FAILURE",
            Self::CloudEvent => "CLOUD_EVENT",
            Self::BackupEvent => "BACKUP_EVENT",
            Self::DeliveryEvent => "DELIVERY_EVENT",
            Self::MonitoringEvent => "MONITORING_EVENT",
            Self::RateLimit => "RATE_LIMIT",
            Self::ServerError => "SERVER_ERROR",
            Self::ConnectionRefused => "CONNECTION_REFUSED",
            Self::Timeout => "TIMEOUT",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Whether it only names how a failure shows, so that a component above explains it.
    pub const fn is_generic(self) -> bool {
        matches!(
            self,
            Self::RateLimit | Self::ServerError | Self::ConnectionRefused | Self::Timeout
        )
    }

    /// Whether it is seen by who calls: errors and waiting, and what stands between them and what
    /// they call.
    pub const fn is_of_callers(self) -> bool {
        self.is_generic() || matches!(self, Self::LoadBalancerEvent | Self::CloudEvent)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_code_and_in_data_are_the_same() {
        for pattern in Pattern::ALL.into_iter().chain([Pattern::Unknown]) {
            let json = serde_json::to_string(&pattern).expect("a name");
            assert_eq!(json, format!("\"{pattern}\""));
        }
        assert!(Pattern::ALL.is_sorted());
    }
}
