//! The filters of the list of runbooks, as its address tells them, and the addresses of the same
//! list narrowed or widened by one.

use serde::{Deserialize, Serialize};

use super::address;
use crate::app::listing::Filter;
use crate::views::page::Facet;

/// What an address asks for; of two filters of one name the last counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "Vec<(String, String)>")]
pub(super) struct Filters {
    state: String,
    owner: String,
    tag: String,
    alert: String,
    service: String,
}

/// A link to the list, narrowed or widened by one filter.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Way {
    name: &'static str,
    value: String,
    address: String,
    /// How many runbooks it leaves, where that is told.
    count: usize,
    /// The list is that of this way.
    chosen: bool,
}

impl From<Vec<(String, String)>> for Filters {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut filters = Self::default();
        for (name, value) in pairs {
            let filter = match name.as_str() {
                "state" => &mut filters.state,
                "owner" => &mut filters.owner,
                "tag" => &mut filters.tag,
                "alert" => &mut filters.alert,
                "service" => &mut filters.service,
                _ => continue,
            };
            *filter = value;
        }
        filters
    }
}

impl Filters {
    /// The same for the app.
    pub(super) fn filter(&self) -> Filter {
        let said = |text: &String| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Filter {
            state: said(&self.state),
            owner: said(&self.owner),
            tag: said(&self.tag),
            alert: said(&self.alert),
            service: said(&self.service),
        }
    }

    /// What is filtered by, each with the list without it.
    pub(super) fn without(&self) -> Vec<Way> {
        let way = |(name, value): (&'static str, &str)| Way {
            name,
            value: value.to_owned(),
            address: self.with(name, ""),
            count: 0,
            chosen: true,
        };
        self.said().into_iter().map(way).collect()
    }

    /// Any state and each state, with the list of it, the other filters kept.
    pub(super) fn states(&self, known: &[Facet]) -> Vec<Way> {
        let any = Facet { value: String::new(), count: 0, chosen: self.state.trim().is_empty() };
        let way = |facet: &Facet| Way {
            name: "state",
            address: self.with("state", &facet.value),
            value: facet.value.clone(),
            count: facet.count,
            chosen: facet.chosen,
        };
        std::iter::once(&any).chain(known).map(way).collect()
    }

    /// Name and value of each filter that is set.
    fn said(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("state", &self.state),
            ("owner", &self.owner),
            ("tag", &self.tag),
            ("alert", &self.alert),
            ("service", &self.service),
        ];
        let said = all.into_iter().map(|(name, value)| (name, value.trim()));
        said.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The address of the same list with one filter set otherwise, or left out.
    fn with(&self, name: &str, value: &str) -> String {
        let others = self.said().into_iter().filter(|(other, _)| *other != name);
        let set = (!value.is_empty()).then_some((name, value));
        let pairs = others.chain(set);
        let pairs: Vec<String> =
            pairs.map(|(name, value)| format!("{name}={}", address::encode(value))).collect();
        if pairs.is_empty() {
            return "/runbooks".to_owned();
        }
        format!("/runbooks?{}", pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_filters_of_one_name_the_last_counts_and_others_are_passed_over() {
        let pairs = [("tag", "a"), ("tag", "b"), ("utm_source", "chat")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(Filters::from(pairs), Filters { tag: "b".to_owned(), ..Filters::default() });
    }

    #[test]
    fn one_filter_changes_and_the_others_stay() {
        let filters = Filters {
            owner: " ana & bo ".to_owned(),
            state: "stale".to_owned(),
            ..Filters::default()
        };
        let facet = Facet { value: "due".to_owned(), count: 1, chosen: false };
        let addresses: Vec<_> =
            filters.states(&[facet]).into_iter().map(|way| way.address).collect();
        let owner = "/runbooks?owner=ana%20%26%20bo";
        assert_eq!(addresses, [owner.to_owned(), format!("{owner}&state=due")]);
        let without: Vec<_> = filters.without().into_iter().map(|way| way.address).collect();
        assert_eq!(without, [owner, "/runbooks?state=stale"]);
        assert_eq!(Filters::default().with("tag", ""), "/runbooks");
    }
}
