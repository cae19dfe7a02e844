//! Who may do something about it.

use serde::{Deserialize, Serialize};

use super::allowed::Doing;
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

/// What the choice depends on, beside the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Grounds {
    pub(super) pattern: Pattern,
    pub(super) level: Level,
    pub(super) lines: Vec<Line>,
    /// Every message says that it is over.
    pub(super) recovered: bool,
    /// Something says how bad it is, or that it is well.
    pub(super) known: bool,
    /// What a rule of the tiers' table says, and in which words.
    pub(super) stated: Option<(Tier, String)>,
    /// 0 to 1.
    pub(super) confidence: Option<f64>,
}

/// What the steps of a plan ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanNature {
    /// Each step is one that a tool may be allowed to do, and one of them changes something: who only
    /// looks mends nothing.
    pub harmless: bool,
    /// What would mend it cannot do without destroying something.
    pub destructive: bool,
}

impl PlanNature {
    /// What steps ask for that do this, if they are ones that a tool may be allowed to do.
    pub fn of(steps: impl Iterator<Item = Option<Doing>>, destructive: bool) -> Self {
        let all: Option<Vec<Doing>> = steps.collect();
        let harmless = all.is_some_and(|all| all.contains(&Doing::Changes));
        Self { harmless, destructive }
    }
}

/// Confidence below this leaves it to a person.
const MIN_CONFIDENCE: f64 = 0.85;

/// The tier, and why, in words.
pub(super) fn choose(grounds: &Grounds, plan: PlanNature) -> (Tier, String) {
    let holds = |line: Line| grounds.lines.contains(&line);
    if grounds.recovered && grounds.level == Level::Info {
        return (Tier::None, "the messages say that it is over, or did not happen".to_owned());
    }
    let unknown = grounds.pattern == Pattern::Unknown;
    let stated = grounds.stated.as_ref().map(|(tier, says)| (*tier, says));
    let only_none = stated.is_none_or(|(tier, _)| tier == Tier::None);
    // What is meant to fire means nothing, whatever its source calls it, and neither does one error that
    // passed.
    let little = |line: &Line| matches!(line, Line::I1 | Line::L3);
    let meant = stated.is_some() && only_none && grounds.lines.iter().all(little);
    if unknown && !grounds.known && stated.is_none() {
        // That no rule knows a message does not make it harmless.
        let why = "no rule knows a failure in these words: a person looks first";
        return (Tier::Operator, why.to_owned());
    }
    if (grounds.level == Level::Info && only_none) || meant {
        return (Tier::None, "nothing is to be done about it".to_owned());
    }
    if holds(Line::C4) {
        let why = "C4: the recovery itself failed, so another attempt needs somebody who knows it";
        return (Tier::RemoteHands, why.to_owned());
    }
    if holds(Line::C2) {
        return (Tier::RemoteHands, "C2: the state of the data is not known".to_owned());
    }
    if let Some((Tier::RemoteHands, says)) = stated {
        return (Tier::RemoteHands, format!("{says}: a place or party out of reach of the tools"));
    }
    if grounds.recovered {
        let why = "the messages say that it is over, and yet how bad it is: a person looks";
        return (Tier::Operator, why.to_owned());
    }
    if unknown {
        return (Tier::Operator, "nobody knows yet what it is: a person looks first".to_owned());
    }
    if plan.destructive {
        return (Tier::RemoteHands, "the plan cannot do without a destructive step".to_owned());
    }
    let sure = grounds.confidence.is_some_and(|confidence| confidence >= MIN_CONFIDENCE);
    if plan.harmless && sure && !holds(Line::C5) {
        let why = "every step only looks, or is on the list of what a tool may do";
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
            known: true,
            lines: vec![Line::H1],
            ..Grounds::default()
        };
        let check = |grounds: &Grounds, expected| {
            assert_eq!(choose(grounds, PlanNature::default()).0, expected, "{grounds:?}");
        };
        check(&base, Tier::Operator);
        let over = Grounds { recovered: true, level: Level::Info, ..base.clone() };
        check(&Grounds { lines: Vec::new(), ..over }, Tier::None);
        check(&Grounds { recovered: true, ..base.clone() }, Tier::Operator);
        check(&Grounds { level: Level::Info, ..base.clone() }, Tier::None);
        check(&Grounds { lines: vec![Line::C4], ..base.clone() }, Tier::RemoteHands);
        let stated = |tier| Some((tier, "x".to_owned()));
        check(&Grounds { stated: stated(Tier::RemoteHands), ..base.clone() }, Tier::RemoteHands);
        check(&Grounds { pattern: Pattern::Unknown, ..base.clone() }, Tier::Operator);
        let unknown = Grounds {
            pattern: Pattern::Unknown,
            level: Level::Info,
            lines: Vec::new(),
            ..Grounds::default()
        };
        check(&unknown, Tier::Operator);
        let unknown = Grounds { known: true, ..unknown };
        check(&unknown, Tier::None);
        check(&Grounds { level: Level::Medium, ..unknown.clone() }, Tier::Operator);
        check(&Grounds { recovered: true, ..unknown.clone() }, Tier::None);
        check(&Grounds { lines: vec![Line::I1], ..unknown.clone() }, Tier::None);
        check(&Grounds { stated: stated(Tier::None), ..unknown.clone() }, Tier::None);
        let loud = Grounds { level: Level::Critical, stated: stated(Tier::None), ..base.clone() };
        check(&loud, Tier::Operator);
        check(&Grounds { lines: Vec::new(), ..loud }, Tier::None);
        let lost = Grounds { level: Level::Critical, lines: vec![Line::C2], ..unknown };
        check(&lost, Tier::RemoteHands);

        let check = |grounds: &Grounds, harmless, destructive, expected| {
            let plan = PlanNature { harmless, destructive };
            assert_eq!(choose(grounds, plan).0, expected, "{grounds:?} {plan:?}");
        };
        let sure = Grounds { confidence: Some(0.9), ..base };
        check(&sure, true, false, Tier::AutoHeal);
        check(&sure, false, false, Tier::Operator);
        check(&sure, true, true, Tier::RemoteHands);
        check(&Grounds { confidence: Some(0.8), ..sure.clone() }, true, false, Tier::Operator);
        check(&Grounds { lines: vec![Line::C5], ..sure }, true, false, Tier::Operator);
    }
}
