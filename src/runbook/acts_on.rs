//! On what a command acts: the release, the namespace, the cluster that it names outright.
//!
//! A runbook that was written down after an incident often names that incident's release. Whoever
//! has another one has to see it before the command is pasted, and nobody declares such words.

use std::ops::Range;

use super::literal::Bound;
use super::shell::scan;

/// Options whose value says where or on what a command acts, and what that is. The short one means
/// so only to programs in [`CLUSTER`].
pub(super) const PLACES: [(&str, &str); 14] = [
    ("-n", "namespace"),
    ("--namespace", "namespace"),
    ("--context", "context"),
    ("--kube-context", "context"),
    ("--cluster", "cluster"),
    ("--region", "region"),
    ("--zone", "zone"),
    ("--release", "release"),
    ("--project", "project"),
    ("--profile", "profile"),
    ("--instance", "instance"),
    ("--database", "database"),
    ("--tenant", "tenant"),
    ("--environment", "environment"),
];

/// Programs to which `-n` names a namespace.
const CLUSTER: [&str; 8] =
    ["kubectl", "helm", "oc", "istioctl", "argocd", "flux", "velero", "stern"];

/// Programs that run the one named behind them.
const WRAPPERS: [&str; 5] = ["sudo", "time", "exec", "nohup", "watch"];

/// What Helm does to a release that it is given first.
const HELM_VERBS: [&str; 9] = [
    "rollback",
    "upgrade",
    "uninstall",
    "delete",
    "status",
    "history",
    "test",
    "install",
    "template",
];

/// Parts of a release that `helm get` shows.
const HELM_PARTS: [&str; 6] = ["all", "hooks", "manifest", "metadata", "notes", "values"];

/// Options that are followed by a value of their own; any other one stands alone.
const VALUED: [&str; 47] = [
    "-c",
    "-f",
    "-l",
    "-n",
    "-o",
    "-p",
    "--api-versions",
    "--as",
    "--burst-limit",
    "--ca-file",
    "--cert-file",
    "--cluster",
    "--container",
    "--context",
    "--description",
    "--field-selector",
    "--filename",
    "--history-max",
    "--image",
    "--key-file",
    "--keyring",
    "--kube-apiserver",
    "--kube-as-group",
    "--kube-as-user",
    "--kube-ca-file",
    "--kube-context",
    "--kube-token",
    "--kube-version",
    "--kubeconfig",
    "--labels",
    "--max",
    "--namespace",
    "--output",
    "--output-dir",
    "--password",
    "--post-renderer",
    "--replicas",
    "--repo",
    "--revision",
    "--selector",
    "--set",
    "--since",
    "--sort-by",
    "--tail",
    "--timeout",
    "--values",
    "--version",
];

/// Options as [`VALUED`] has them, but in a family: `--set-string`, `--set-file`, `--set-json`.
const VALUED_FAMILY: &str = "--set-";

/// Kinds of objects, long and short, by the name they have in a context.
const KINDS: [(&str, &[&str]); 7] = [
    ("deployment", &["deployment", "deployments", "deploy", "deployment.apps"]),
    ("statefulset", &["statefulset", "statefulsets", "sts"]),
    ("daemonset", &["daemonset", "daemonsets", "ds"]),
    ("service", &["service", "services", "svc"]),
    ("pod", &["pod", "pods", "po"]),
    ("node", &["node", "nodes", "no"]),
    ("job", &["job", "jobs"]),
];

/// What a command names outright of where and on what it acts, in the order in which it does.
pub fn acted_on(command: &str) -> Vec<Bound> {
    let scan = scan(command);
    let mut found = Vec::new();
    let mut rest = scan.words.as_slice();
    while let Some(start) = rest.iter().position(|word| word.leads) {
        let next = rest[start + 1..].iter().position(|word| word.leads);
        let end = next.map_or(rest.len(), |next| start + 1 + next);
        let words: Vec<&str> =
            rest[start..end].iter().map(|word| word_at(command, word.range.clone())).collect();
        one(&words, &mut found);
        rest = &rest[end..];
    }
    found
}

/// A word of a command; `<RELEASE>` is one that somebody fills in, though a shell reads it as two
/// redirections.
fn word_at(command: &str, range: Range<usize>) -> &str {
    let opens = command[..range.start].ends_with('<');
    let closes = command[range.end..].starts_with('>');
    if opens && closes { &command[range.start - 1..=range.end] } else { &command[range] }
}

fn one(words: &[&str], found: &mut Vec<Bound>) {
    let words = unwrapped(words);
    // What stands behind `--` is told to another program.
    let end = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    let words = &words[..end];
    let Some(program) = words.first().and_then(|word| word.rsplit('/').next()) else { return };
    let mut add = |name: &str, word: &str| {
        let literal = word.trim_matches(['"', '\'']);
        let bound = Bound { name: name.to_owned(), literal: literal.to_owned() };
        if is_written_out(literal) && !found.contains(&bound) {
            found.push(bound);
        }
    };
    for (at, word) in words.iter().enumerate().skip(1) {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (*word, words.get(at + 1).copied()),
        };
        let known = PLACES.iter().find(|(known, _)| *known == option);
        let short = option == "-n" && !CLUSTER.contains(&program);
        if let (Some((_, name)), Some(value), false) = (known, value, short) {
            add(name, value);
        }
    }
    match program {
        "helm" => helm_release(words).into_iter().for_each(|release| add("release", release)),
        "kubectl" | "oc" => objects(words).into_iter().for_each(|(kind, name)| add(kind, name)),
        _ => {}
    }
}

/// A command without the programs that only run it, and their options: `sudo`, `watch -n 5`.
fn unwrapped<'a, 'w>(mut words: &'a [&'w str]) -> &'a [&'w str] {
    while words.first().is_some_and(|word| WRAPPERS.contains(word)) {
        let own = |word: &&str| {
            word.starts_with('-') || word.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        };
        let options = words[1..].iter().take_while(|word| own(word)).count();
        words = &words[1 + options..];
    }
    words
}

/// The words of a command that are neither options nor values of options.
fn plain_words<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let takes_value = |word: &str| VALUED.contains(&word) || word.starts_with(VALUED_FAMILY);
    let mut plain = Vec::new();
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            plain.push(*word);
        } else if takes_value(word) && !word.contains('=') {
            rest.next();
        }
    }
    plain
}

/// The release that a command of Helm acts on; what has a slash in it is a chart.
fn helm_release<'w>(words: &[&'w str]) -> Option<&'w str> {
    let release = match plain_words(words).as_slice() {
        ["get", part, release, ..] if HELM_PARTS.contains(part) => *release,
        [verb, release, ..] if HELM_VERBS.contains(verb) => *release,
        _ => return None,
    };
    (!release.contains('/')).then_some(release)
}

/// The objects that a command names: `deployment/shop`, `deployment shop`.
fn objects<'w>(words: &[&'w str]) -> Vec<(&'static str, &'w str)> {
    let kind = |word: &str| {
        KINDS.iter().find(|(_, written)| written.contains(&word)).map(|(name, _)| *name)
    };
    let mut found = Vec::new();
    let words = plain_words(words);
    for (at, word) in words.iter().enumerate().skip(1) {
        let one = match word.split_once('/') {
            Some((before, name)) => kind(before).map(|kind| (kind, name)),
            None => kind(word).zip(words.get(at + 1).copied()),
        };
        found.extend(one);
    }
    found
}

/// Whether a word is a value itself: nothing of it is filled in, looked up or a pattern.
fn is_written_out(word: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':');
    word.starts_with(|c: char| c.is_ascii_alphanumeric()) && word.chars().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, expected: &[(&str, &str)]) {
        let found = acted_on(command);
        let found: Vec<(&str, &str)> =
            found.iter().map(|it| (it.name.as_str(), it.literal.as_str())).collect();
        assert_eq!(found, expected, "{command}");
    }

    #[test]
    fn a_release_and_its_namespace_are_found() {
        check(
            "helm rollback shop 3 -n monitoring",
            &[("namespace", "monitoring"), ("release", "shop")],
        );
        check(
            "helm --namespace=prod upgrade --install --wait shop ./chart",
            &[("namespace", "prod"), ("release", "shop")],
        );
        check("helm get values shop -o yaml > values.yaml", &[("release", "shop")]);
        check(
            "helm --kube-context eu history 'shop' --max 5 | tail -n 3",
            &[("context", "eu"), ("release", "shop")],
        );
        check("helm repo update", &[]);
        check("helm upgrade --reset-then-reuse-values shop bitnami/nginx", &[("release", "shop")]);
        check("helm uninstall --ignore-not-found shop", &[("release", "shop")]);
        check("helm install bitnami/nginx --generate-name", &[]);
        check("helm upgrade --set-string a=b shop ./chart", &[("release", "shop")]);
        check("helm list -n prod", &[("namespace", "prod")]);
    }

    #[test]
    fn objects_of_a_cluster_are_found() {
        check(
            "kubectl -n prod rollout restart deployment/cart",
            &[("namespace", "prod"), ("deployment", "cart")],
        );
        check(
            "kubectl delete pod cart-0 --namespace prod",
            &[("namespace", "prod"), ("pod", "cart-0")],
        );
        check("kubectl get pods -o wide", &[]);
        check("sudo kubectl drain node/n1", &[("node", "n1")]);
        check("watch -n 5 kubectl -n prod get pods", &[("namespace", "prod")]);
        check("kubectl exec cart-0 -n prod -- tail -n 50 app.log", &[("namespace", "prod")]);
        check("kubectl -n jobs get pods", &[("namespace", "jobs")]);
    }

    #[test]
    fn what_is_filled_in_or_means_something_else_is_not() {
        check("helm rollback <RELEASE> 3 -n $NAMESPACE", &[]);
        check("tail -n 5 app.log", &[]);
        check("kubectl get pods -n \"${NS}\"", &[]);
        check("aws rds describe-db-instances --region eu-west-1", &[("region", "eu-west-1")]);
        check("", &[]);
    }
}
