//! What an alert's name looks like.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

static OF_HEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)^alert(?:\s*name)?\s*[:—–-]\s*["'“`]?([A-Za-z][A-Za-z0-9_]{3,})["'”`]?\s*(?:\(|$)"#,
    )
});
static OF_EXPRESSION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^([A-Z][A-Za-z0-9]+)\s*(?:$|[<>=!{(])"));

/// Names in capitals that are things and states, not alerts.
const NO_ALERTS: [&str; 50] = [
    "AlertManager",
    "AlertmanagerConfig",
    "AnalysisRun",
    "AnalysisTemplate",
    "ClusterPolicy",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "ConfigMap",
    "ContainerCreating",
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "CronJob",
    "CustomResourceDefinition",
    "DaemonSet",
    "ErrImagePull",
    "ExternalSecret",
    "GitHub",
    "GitLab",
    "HelmRelease",
    "HorizontalPodAutoscaler",
    "ImagePullBackOff",
    "IngressClass",
    "JavaScript",
    "LimitRange",
    "MongoDB",
    "MySQL",
    "NetworkPolicy",
    "NotReady",
    "OOMKilled",
    "OpsGenie",
    "OutOfSync",
    "PagerDuty",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "PodMonitor",
    "PostgreSQL",
    "PriorityClass",
    "PrometheusRule",
    "ReplicaSet",
    "ResourceQuota",
    "RoleBinding",
    "SecretStore",
    "ServiceAccount",
    "ServiceMonitor",
    "StatefulSet",
    "StorageClass",
    "VolumeSnapshot",
];

/// Whether a word is written like an alert's name: capitals inside, letters and digits only.
pub(super) fn is_alert(word: &str) -> bool {
    let bytes = word.as_bytes();
    let lower = bytes.iter().any(u8::is_ascii_lowercase);
    let hump = bytes.windows(2).enumerate().any(|(at, pair)| {
        let begins_word = pair[1].is_ascii_uppercase() && !pair[0].is_ascii_uppercase();
        let next_is_lower = bytes.get(at + 2).is_some_and(u8::is_ascii_lowercase);
        pair[1].is_ascii_uppercase() && (begins_word || next_is_lower)
    });
    (6..=100).contains(&bytes.len())
        && bytes[0].is_ascii_alphabetic()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        && lower
        && hump
        && !NO_ALERTS.contains(&word)
}

/// The alert that a code span names, alone or in an expression like `FooHigh > 1%`.
pub(super) fn is_alert_word(code: &str) -> Option<&str> {
    let found = OF_EXPRESSION.captures(code.trim())?;
    let word = found.get(1)?.as_str();
    is_alert(word).then_some(word)
}

/// The alert that a heading like `Alert Name: "KubeAPIDown"` names.
pub(super) fn alert_of_heading(title: &str) -> Option<&str> {
    Some(OF_HEADING.captures(title)?.get(1)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_told_from_other_names() {
        let check = |word, expected| assert_eq!(is_alert(word), expected, "{word}");
        check("KubeAPIDown", true);
        check("etcdNoLeader", true);
        check("CPUThrottlingHigh", true);
        check("HPAOscillating", true);
        check("S3ObjectRequestRate5xx", true);
        check("Watchdog", false);
        check("README", false);
        check("HOTFIX-RUNBOOK", false);
        check("ConfigMap", false);
        check("Synced", false);
        check("CPU Throttling High", false);
    }

    #[test]
    fn expressions_and_headings_name_alerts() {
        assert_eq!(is_alert_word("S3ObjectRequestRate5xx > 1%"), Some("S3ObjectRequestRate5xx"));
        assert_eq!(is_alert_word("AnalysisRunStatus: Failed"), None);
        assert_eq!(is_alert_word("helm upgrade"), None);
        assert_eq!(alert_of_heading("Alert Name: \"KubeAPIDown\""), Some("KubeAPIDown"));
        assert_eq!(alert_of_heading("Alert Name: KubeletDown"), Some("KubeletDown"));
        assert_eq!(alert_of_heading("Alert / trigger"), None);
        assert_eq!(alert_of_heading("Alert: the pods are down"), None);
    }
}
