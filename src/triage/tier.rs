//! Who may do something about it.

use serde::{Deserialize, Serialize};

use super::level::{Level, Line};
use super::pattern::Pattern;

/// Who may act. Nothing here ever acts by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Tier {
    /// Nothing is to be done.
    #[default]
    None,
    /// Each step is harmless and bounded: a tool may be allowed to do it.
    AutoHeal,
    /// A person on call approves and does it.
    Operator,
    /// Somebody beyond the person on call is needed.
    RemoteHands,
}

impl Tier {
    /// Its name in JSON, scenarios and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::AutoHeal => "AUTO_HEAL",
            Self::Operator => "OPERATOR",
            Self::RemoteHands => "REMOTE_HANDS",
        }
    }
}

/// What the choice depends on.
#[derive(Clone, Debug, Default)]
pub(super) struct Grounds<'a> {
    pub(super) pattern: Pattern,
    pub(super) level: Level,
    pub(super) lines: Vec<Line>,
    /// Every message says that it is over.
    pub(super) recovered: bool,
    /// What a rule of the tiers' table says, and its id.
    pub(super) stated: Option<(Tier, &'a str)>,
    /// All steps of the plan are on the list of harmless ones.
    pub(super) harmless_plan: bool,
    /// A step of the plan cannot do without destroying something.
    pub(super) destructive: bool,
    /// 0 to 1.
    pub(super) confidence: Option<f64>,
}

/// Confidence below this leaves it to a person.
const MIN_CONFIDENCE: f64 = 0.85;

/// The tier, and why, in words.
pub(super) fn choose(grounds: &Grounds<'_>) -> (Tier, String) {
    let holds = |line: Line| grounds.lines.contains(&line);
    if grounds.recovered {
        return (Tier::None, "the messages say that it is over, or did not happen".to_owned());
    }
    let unknown = grounds.pattern == Pattern::Unknown;
    let only_none = grounds.stated.is_none_or(|(tier, _)| tier == Tier::None);
    // That no rule knows a message does not make it harmless: something has to say so.
    let harmless = !unknown || holds(Line::I1) || grounds.stated.is_some();
    if grounds.level == Level::Info && only_none && harmless {
        return (Tier::None, "nothing is to be done about it".to_owned());
    }
    if holds(Line::C4) {
        let why = "C4: the recovery itself failed, so another attempt needs somebody who knows it";
        return (Tier::RemoteHands, why.to_owned());
    }
    if holds(Line::C2) {
        return (Tier::RemoteHands, "C2: the state of the data is not known".to_owned());
    }
    if let Some((Tier::RemoteHands, rule)) = grounds.stated {
        return (Tier::RemoteHands, format!("{rule}: a place or party out of reach of the tools"));
    }
    if unknown {
        return (Tier::Operator, "nobody knows yet what it is: a person looks first".to_owned());
    }
    if grounds.destructive {
        return (Tier::RemoteHands, "the plan cannot do without a destructive step".to_owned());
    }
    let sure = grounds.confidence.is_some_and(|confidence| confidence >= MIN_CONFIDENCE);
    if grounds.harmless_plan && sure && !holds(Line::C5) {
        let why = "every step is reversible, bounded and on the list of harmless ones";
        return (Tier::AutoHeal, why.to_owned());
    }
    (Tier::Operator, "the steps change something and can be undone: a person approves".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_none_then_remote_hands_then_a_person_and_a_tool_last() {
        let base = Grounds {
            pattern: Pattern::ContainerEvent,
            level: Level::High,
            lines: vec![Line::H1],
            ..Grounds::default()
        };
        let check = |grounds: &Grounds<'_>, expected| assert_eq!(choose(grounds).0, expected);
        check(&base, Tier::Operator);
        check(&Grounds { recovered: true, lines: vec![Line::C4], ..base.clone() }, Tier::None);
        check(&Grounds { level: Level::Info, ..base.clone() }, Tier::None);
        check(&Grounds { lines: vec![Line::C4], ..base.clone() }, Tier::RemoteHands);
        let healed = Grounds { harmless_plan: true, confidence: Some(0.9), ..base.clone() };
        check(&healed, Tier::AutoHeal);
        check(&Grounds { confidence: Some(0.8), ..healed.clone() }, Tier::Operator);
        check(&Grounds { lines: vec![Line::C5], ..healed.clone() }, Tier::Operator);
        check(&Grounds { stated: Some((Tier::RemoteHands, "x")), ..healed }, Tier::RemoteHands);
        check(&Grounds { pattern: Pattern::Unknown, ..base.clone() }, Tier::Operator);
        let unknown = Grounds {
            pattern: Pattern::Unknown,
            level: Level::Info,
            lines: Vec::new(),
            ..Grounds::default()
        };
        check(&unknown, Tier::Operator);
        check(&Grounds { recovered: true, ..unknown.clone() }, Tier::None);
        check(&Grounds { lines: vec![Line::I1], ..unknown.clone() }, Tier::None);
        check(&Grounds { stated: Some((Tier::None, "x")), ..unknown.clone() }, Tier::None);
        check(&Grounds { lines: vec![Line::C2], ..unknown }, Tier::RemoteHands);
    }
}
