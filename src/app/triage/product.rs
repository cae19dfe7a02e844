//! Which product a text is about, of those that do the same in different ways.
//!
//! A runbook that restores MongoDB is worse than none for PostgreSQL: its words fit and its
//! commands do not. So where a runbook's names and the messages each name products and none in
//! common, it may be near, but it is not what to open.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

/// The ways to name each product. Names stand within others as well, as in `MySQLDown` and
/// `orders-pg`.
static PRODUCTS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let products = [
        r"(?i)postgres|\bcnpg\b|\bcloudnativepg\b|\bpatroni|\bpsql\b|\bpgbouncer\b|\bpg[-_]|-pg\b",
        r"(?i)mysql|mariadb|\bgalera\b|\bpercona\b|\binnodb\b",
        r"(?i)mongo(?:db|sh|d|s)?\b|MongoDB",
        r"(?i:\b|_)(?i:redis|valkey)(?i:\b|_)|Redis[A-Z]|Valkey[A-Z]",
        r"(?i)cassandra|scylladb",
        r"(?i)\boracle(?:db)?\b|\bORA-\d|OracleDB",
        r"(?i)\bmssql\b|\bsql ?server\b",
        r"(?i)elastic ?search|opensearch",
        r"(?i)clickhouse",
        r"(?i)cockroach ?(?:db)?\b",
        r"(?i)kafka",
        r"(?i)rabbit ?mq",
    ];
    products.iter().map(|names| pattern(names)).collect()
});

/// The products that texts name, by number.
pub(super) fn products<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for text in texts {
        let named = PRODUCTS.iter().enumerate().filter(|(_, names)| names.is_match(text));
        found.extend(named.map(|(at, _)| at));
    }
    found
}

/// Whether both name products, and none in common.
pub(super) fn differ(one: &BTreeSet<usize>, other: &BTreeSet<usize>) -> bool {
    !one.is_empty() && !other.is_empty() && one.is_disjoint(other)
}

#[cfg(test)]
mod tests {
    use super::*;

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
