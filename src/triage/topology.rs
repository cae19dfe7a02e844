//! Which service needs which, from a file of the team's.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::source::{FileError, Source};

/// The longest name of a service, in bytes.
const LONGEST: usize = 200;

/// More pairs than anybody keeps by hand.
const MOST: usize = 20_000;

/// Which service needs which: (dependent, needed), in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology(Vec<(String, String)>);

/// A file as it is written: under `services`, each with what it needs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    services: Needs,
}

struct Needs(Vec<(String, String)>);

impl Topology {
    /// Reads a file like `services: {checkout: [cart], cart: [redis]}`.
    ///
    /// # Errors
    /// The text is no YAML of that shape, a service is there twice, or one needs itself.
    pub fn from_yaml(file: &str, yaml: &str) -> Result<Self, FileError> {
        let read: RawFile = Source::own(file, yaml).read()?;
        Ok(Self(read.services.0))
    }

    /// The pairs.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// A service's name.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let name = name.trim();
        if name.is_empty() || name.len() > LONGEST {
            let message = format!("a service needs a name of 1 to {LONGEST} bytes");
            return Err(D::Error::custom(message));
        }
        Ok(Self(name.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Needs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NeedsVisitor)
    }
}

struct NeedsVisitor;

impl<'de> Visitor<'de> for NeedsVisitor {
    type Value = Needs;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("services, each with a list of those that it needs")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Needs, A::Error> {
        let mut pairs = Vec::new();
        let mut known = BTreeSet::new();
        while let Some(Name(dependent)) = map.next_key()? {
            let needs: Vec<Name> = map.next_value::<Option<_>>()?.unwrap_or_default();
            if !known.insert(dependent.clone()) {
                return Err(A::Error::custom(format!("{dependent} is here twice: keep one")));
            }
            for Name(needed) in needs {
                if needed == dependent {
                    return Err(A::Error::custom(format!("{dependent} cannot need itself")));
                }
                pairs.push((dependent.clone(), needed));
            }
            if pairs.len() > MOST {
                return Err(A::Error::custom(format!("at most {MOST} needs are read")));
            }
        }
        Ok(Needs(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(yaml: &str, place: (usize, usize), words: &str) {
        let error = Topology::from_yaml("t.yaml", yaml).expect_err("an error");
        assert!(error.message.contains(words), "{error}");
        assert_eq!((error.line, error.column), place, "{error}");
    }

    #[test]
    fn what_each_service_needs_is_read_in_order() {
        let yaml = "services:\n  checkout: [cart, payments]\n  cart: [redis]\n  redis:\n";
        let topology = Topology::from_yaml("t.yaml", yaml).expect("a topology");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let expected =
            [pair("checkout", "cart"), pair("checkout", "payments"), pair("cart", "redis")];
        assert_eq!(topology.pairs(), expected);
    }

    #[test]
    fn what_is_wrong_is_placed() {
        check("services:\n  a: [b]\n  a: [c]\n", (2, 3), "a is here twice");
        check("services:\n  cart: [cart]\n", (2, 3), "cannot need itself");
        check("services:\n  cart: [' ']\n", (2, 9), "needs a name");
        check("services:\n  cart: redis\n", (2, 9), "has to be a list");
        check("service:\n  cart: [a]\n", (1, 1), "unknown key `service`");
        check("services: [\n", (1, 11), "and is a list");
    }
}
