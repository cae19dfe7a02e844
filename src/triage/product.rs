//! Which product a text is about, of those that do the same in different ways.
//!
//! A runbook that restores MongoDB is worse than none for PostgreSQL: its words fit and its
//! commands do not, and who runs MySQL has no `psql`. So a template's command may be that of one
//! product, and where a runbook's names and the messages each name products and none in
//! common, it may be near, but it is not what to open.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

/// Each product with the ways to name it. Names stand within others as well, as in `MySQLDown` and
/// `orders-pg`.
static PRODUCTS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let products = [
        (
            "PostgreSQL",
            r"(?i)postgres|\bcnpg\b|\bcloudnativepg\b|\bpatroni|\bpsql\b|\bpgbouncer\b|\bpgpool|\brepmgr|\bpg[-_]|-pg\b",
        ),
        (
            "MySQL",
            r"(?i)mysql|mariadb|\bgalera\b|\bpercona\b|\binnodb\b|\b(?:slave|replica)_(?:sql|io)_running|\bseconds_behind_",
        ),
        ("MongoDB", r"(?i)mongo(?:db|sh|d|s)?\b|MongoDB"),
        ("Redis", r"(?i:\b|_)(?i:redis|valkey)(?i:\b|_)|Redis[A-Z]|Valkey[A-Z]"),
        ("Cassandra", r"(?i)cassandra|scylladb"),
        ("Oracle", r"(?i)\boracle(?:db)?\b|\bORA-\d|OracleDB"),
        ("SQL Server", r"(?i)\bmssql\b|\bsql ?server\b"),
        ("Elasticsearch", r"(?i)elastic ?search|opensearch"),
        ("ClickHouse", r"(?i)clickhouse"),
        ("CockroachDB", r"(?i)cockroach ?(?:db)?\b"),
        ("Kafka", r"(?i)kafka"),
        ("RabbitMQ", r"(?i)rabbit ?mq"),
        ("Argo CD", r"(?i:\bargo ?-?cd)|\bOutOfSync\b|\bComparisonError\b"),
        ("Flux", r"(?i:\bflux(?:cd)?\b|\bhelmrelease\b)"),
    ];
    products.iter().map(|(name, ways)| (*name, pattern(ways))).collect()
});

/// The products that texts name.
pub fn products<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for text in texts {
        let named = PRODUCTS.iter().filter(|(_, ways)| ways.is_match(text));
        found.extend(named.map(|(name, _)| *name));
    }
    found
}

/// Whether both name products, and none in common.
pub fn differ(one: &BTreeSet<&str>, other: &BTreeSet<&str>) -> bool {
    !one.is_empty() && !other.is_empty() && one.is_disjoint(other)
}

/// Things of a cluster, as people and programs name them.
static OF_CLUSTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)kube|k8s|etcd|api-?server|cert-manager|\b(?:pods?|nodes?|namespaces?|clusters?|ingress\w*|deployments?|containers?|client cert\w*|secrets?)\b",
    )
});

/// What anybody sees from outside: a site, or the name of one in its address or certificate.
static OF_SITE: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(?:\*\.)?(?<name>[\w-]+(?:\.[\w-]+)+)(?::(?<port>\d+))?";
    pattern(&format!(
        r"(?i)(?<site>\bweb ?sites?\b)|(?:https?://|\bCN ?= ?|\b(?:domain|certificate|cert) (?:of |for |on )?|\b(?<www>www)\.){name}"
    ))
});

/// The ends of names that nobody can look up from outside.
const PRIVATE: [&str; 12] = [
    "internal",
    "intern",
    "intranet",
    "private",
    "local",
    "localdomain",
    "svc",
    "lan",
    "corp",
    "home",
    "consul",
    "arpa",
];

/// Whether a text is about a site that anybody may open, and about nothing of a cluster.
pub fn is_of_site(texts: &[&str]) -> bool {
    let is_site = |text: &&&str| {
        OF_SITE.captures_iter(text).any(|found| {
            let name = found.name("name").map(|name| name.as_str());
            // What listens elsewhere is a part of something.
            let port = found.name("port").is_none_or(|port| matches!(port.as_str(), "80" | "443"));
            found.name("site").is_some() || name.is_some_and(is_public) && port
        })
    };
    texts.iter().any(|text| is_site(&text)) && !texts.iter().any(|text| OF_CLUSTER.is_match(text))
}

/// Whether anybody may look a name up: its end is no number, and none that a network has for itself.
fn is_public(name: &str) -> bool {
    let end = name.rsplit_once('.').map_or(name, |(_, end)| end).to_ascii_lowercase();
    let is_word = end.len() > 1 && end.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_word && !PRIVATE.contains(&end.as_str())
}

/// Whether this is the name of one.
pub(super) fn is_known(name: &str) -> bool {
    PRODUCTS.iter().any(|(known, _)| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_told_from_what_a_cluster_is_made_of() {
        let check = |text: &str, expected| assert_eq!(is_of_site(&[text]), expected, "{text}");
        check("Certificate of https://shop.example.com expires in 3 days", true);
        check("certificate for shop.example.com has expired", true);
        check("x509: certificate has expired, host www.shop.example", true);
        check("the website is down", true);
        check("GET https://shop.example.com:443/ answers with 503", true);
        for inside in [
            "http://10.0.0.5:9153/metrics refused",
            "https://10.0.0.5/ refused",
            "host db-2.internal is down",
            "host web-7.example is down",
            "https://shop.corp/ times out",
            "http://cart.shop.svc/ times out",
            "http://cart.shop.svc.cluster.local:8080/ times out",
            "http://prometheus.example.com:9090/metrics refused",
            "certificate for nas.lan has expired",
        ] {
            check(inside, false);
        }
        check("the client certificate of the kubelet on node-3 expires", false);
        check("Unable to reach https://10.96.0.1:443: kube-apiserver is down", false);
        check("the certificate expires in 3 days", false);
    }

    #[test]
    fn a_runbook_of_another_product_is_known_by_its_names() {
        let check = |said: &str, name: &str, expected: bool| {
            let (said, name) = (products([said].into_iter()), products([name].into_iter()));
            assert_eq!(differ(&said, &name), expected, "{name:?}");
        };
        check("PostgreSQL: the database system is in recovery mode", "Restore MongoDB", true);
        check("orders-pg does not start", "MySQLDown", true);
        check("mysqld: ready for no connections", "MariaDB does not start", false);
        check("valkey refuses writes", "RedisOutOfMemory", false);
        check("the database is in recovery", "Restore MongoDB", false);
        check("PostgreSQL is down", "Restore a database", false);
        check("kafka and postgres are slow", "PostgreSQL is slow", false);
        check("redistribute the load of postgres", "redis is down", true);
        check("redistribute the load", "postgres is down", false);
    }
}
