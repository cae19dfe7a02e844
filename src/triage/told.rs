//! Which service fails because of which other, in the forms in which people and programs say it:
//! `checkout fails because cart is unavailable`, `cart: dial tcp redis:6379: connection refused`.

use regex::Match;

use super::chains::Kind;
use super::services::Services;

/// One service that takes its failure from another, with the bytes that say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told<'t> {
    pub(super) cause: &'t str,
    pub(super) effect: &'t str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// How many statements of each form are looked at in one message.
const MAX_TOLD: usize = 24;

/// What a text says: what people call a reason, then what the one who speaks fails of.
pub(super) fn told<'t>(text: &'t str, services: &Services) -> Vec<Told<'t>> {
    let forms = |kind| services.chains.of(kind);
    let is_name = |name: &Match<'t>| services.is_name(name.as_str());
    let mut all: Vec<Told<'t>> = Vec::new();
    let mut add = |cause: Match<'t>, effect: Match<'t>| {
        let (start, end) = (effect.start().min(cause.start()), effect.end().max(cause.end()));
        let (cause, effect) = (cause.as_str(), effect.as_str());
        if cause != effect {
            all.push(Told { cause, effect, start, end });
        }
    };
    let both = |names: &[Match<'t>]| names.iter().all(is_name);
    for groups in forms(Kind::Because).found(text, both).take(MAX_TOLD) {
        if let [cause, effect] = groups[..] {
            add(cause, effect);
        }
    }
    let first = |groups: Vec<Match<'t>>| groups.first().copied();
    let speaker = forms(Kind::Speaker).found(text, both).find_map(first);
    let Some(speaker) = speaker else { return all };
    for cause in forms(Kind::OfWhom).found(text, both).take(MAX_TOLD).filter_map(first) {
        if cause.start() >= speaker.end() {
            add(cause, speaker);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let services = &Knowledge::built_in().expect("the built-in files").services;
        let pairs: Vec<(&str, &str)> =
            told(text, services).iter().map(|one| (one.cause, one.effect)).collect();
        assert_eq!(pairs, expected, "{text}");
        for one in told(text, services) {
            let said = &text[one.start..one.end];
            assert!(said.contains(one.cause) && said.contains(one.effect), "{said}");
        }
    }

    #[test]
    fn people_say_of_whom_something_fails() {
        check("checkout fails because of cart", &[("cart", "checkout")]);
        check(
            "storefront returns 503 because checkout is unavailable; cart-api is down since redis refuses connections",
            &[("checkout", "storefront"), ("redis", "cart-api")],
        );
        check(
            "initiators log 'connection timed out', till-srv hangs because iscsi-7 is unreachable",
            &[("iscsi-7", "till-srv")],
        );
        check("it fails because the disk is full", &[]);
        check("the upgrade failed because of us", &[]);
        check("cart is fast because redis is up", &[]);
    }

    #[test]
    fn programs_say_it_in_their_errors() {
        check(
            "[FIRING:1] HighErrorRate cart: 41% - dial tcp cart-redis:6379: connect: connection refused",
            &[("cart-redis", "cart")],
        );
        check("checkout: upstream cart returned 503", &[("cart", "checkout")]);
        check("app=storefront msg=\"got 503 from checkout\"", &[("checkout", "storefront")]);
        check("ERROR error: dial tcp 10.0.0.1:80: connection refused", &[]);
        check("cart: dial tcp 10.0.0.1:80: connect: connection refused", &[]);
        check("cart: 503 from cart", &[]);
    }
}
