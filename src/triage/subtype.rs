//! What is said and done about a refinement of a pattern.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::expression::Expression;
use super::plan_lint::PlanDanger;
use super::product::is_known;
use super::words::Words;
use crate::runbook::danger::DangerLevel;
use crate::text::yaml::one_or_many;

/// The words for one subtype; a file describes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subtype {
    /// What it is, in a few words.
    #[serde(deserialize_with = "super::source::name")]
    pub(super) title: String,
    /// What may have led to it, and cannot be mended before it: with strong evidence of its own, it
    /// is what is found where one of these has more.
    #[serde(default)]
    pub(super) covers: Vec<String>,
    /// What runbooks that mend it are called, where that is not what it is called itself.
    #[serde(default)]
    pub(super) mended_by: Option<String>,
    /// Kinds of signals that name the thing at fault, best first.
    #[serde(default)]
    pub(super) object: Vec<String>,
    /// What messages must hold to fill a slot; signals fill others by their kinds.
    #[serde(default, deserialize_with = "super::source::by_name")]
    pub(super) slots: BTreeMap<String, Slot>,
    /// Statements with `{slots}`; one with an empty slot is not made.
    #[serde(default)]
    pub(super) cause: Vec<String>,
    /// What to do, in order.
    #[serde(default)]
    pub(super) plan: Vec<Template>,
    /// What people may be tempted to do, and what the plan leaves out.
    #[serde(default)]
    pub(super) avoid: Vec<Template>,
    /// What nobody knows yet; `{!slot}` at the head of one leaves it out where that slot is filled.
    #[serde(default)]
    pub(super) check: Vec<String>,
}

/// A step with `{slots}`; an empty one is told as `<SLOT>`, and `{slot|word}` as the word.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    /// What to do, in words.
    #[serde(rename = "do")]
    pub(super) text: String,
    /// The command for it.
    #[serde(default)]
    pub(super) run: Option<Run>,
    /// Only where these slots are filled.
    #[serde(default)]
    pub(super) needs: Vec<String>,
    /// A step without a command that needs nobody to do something; of one with a command, the list of
    /// what a tool may do says so.
    #[serde(default)]
    pub(super) harmless: bool,
    /// Before anything that a runbook says: what must not go on meanwhile.
    #[serde(default)]
    pub(super) first: bool,
    /// Of a step to avoid: how somebody proposes it, and what that would cost in this failure.
    #[serde(default)]
    pub(super) proposed: Option<Proposed>,
}

/// How people propose what is to be avoided in one kind of failure, where no rule for plans knows
/// of it, or knows it to be worse than elsewhere.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proposed {
    /// The rule's id.
    #[serde(deserialize_with = "super::source::name")]
    id: String,
    /// Expressions that find it among what is proposed.
    #[serde(deserialize_with = "one_or_many")]
    any: Vec<String>,
    destroys: String,
    safer: String,
    /// An example that it finds, and one that it does not.
    #[serde(deserialize_with = "one_or_many")]
    finds: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    ignores: Vec<String>,
    #[serde(skip)]
    expression: Option<Arc<Expression>>,
}

impl Proposed {
    fn compile(&mut self, words: &Arc<Words>) -> Result<(), (String, String)> {
        let expression = Expression::of(&self.any, words)?;
        if let Some(text) = self.finds.iter().find(|text| !expression.is_in(text)) {
            return Err((self.id.clone(), format!("it does not find its example `{text}`")));
        }
        if let Some(text) = self.ignores.iter().find(|text| expression.is_in(text)) {
            return Err((self.id.clone(), format!("it finds `{text}`, which it should not")));
        }
        self.expression = Some(Arc::new(expression));
        Ok(())
    }

    /// Where it is proposed in a text.
    pub(super) fn places(&self, text: &str) -> Vec<Range<usize>> {
        let matcher = self.expression.as_ref().and_then(|expression| expression.matcher());
        matcher.map_or_else(Vec::new, |matcher| matcher.places(text).collect())
    }

    /// What it would cost.
    pub(super) fn danger(&self) -> PlanDanger {
        let Self { id, destroys, safer, .. } = self;
        PlanDanger {
            rule: id.clone(),
            level: DangerLevel::Warn,
            destroys: destroys.clone(),
            safer: safer.clone(),
        }
    }
}

/// The command of a step: one for all, or of each product its own. Of a product that no message
/// names nobody has the command, so the step is told in words.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Run {
    Any(String),
    Of(BTreeMap<String, String>),
}

impl Run {
    /// The command where messages name these products; none where they name none of those that it
    /// is for, or several.
    pub(super) fn command(&self, products: &BTreeSet<&str>) -> Option<&str> {
        let of = match self {
            Self::Any(command) => return Some(command),
            Self::Of(of) => of,
        };
        let mut named = of.iter().filter(|(product, _)| products.contains(product.as_str()));
        let (_, command) = named.next()?;
        named.next().is_none().then_some(command)
    }

    /// The products that have a command of their own.
    pub(super) fn products(&self) -> impl Iterator<Item = &str> {
        let of = if let Self::Of(of) = self { Some(of) } else { None };
        of.into_iter().flatten().map(|(product, _)| product.as_str())
    }
}

/// Expressions of which the first that is found fills a slot with its group `value`.
#[derive(Debug, Default)]
pub(super) struct Slot {
    ways: Vec<String>,
    /// Each with whether it may stop at a length, in the middle of what is said.
    pub(super) expressions: Vec<(Expression, bool)>,
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ways = one_or_many(deserializer)?;
        Ok(Self { ways, expressions: Vec::new() })
    }
}

impl Subtype {
    /// Whether a slot only decides which steps there are, and stands in no sentence.
    pub(super) fn decides(&self, slot: &str) -> bool {
        let of_step = |step: &Template| step.needs.iter().any(|name| name == slot);
        let told = |cause: &String| cause.contains(&format!("{{{slot}}}"));
        self.plan.iter().chain(&self.avoid).any(of_step) && !self.cause.iter().any(told)
    }

    /// Reads its expressions; the error names the part that is wrong.
    pub(super) fn compile(&mut self, words: &Arc<Words>) -> Result<(), (String, String)> {
        if let Some(step) = self.plan.iter().find(|step| step.harmless && step.run.is_some()) {
            let message = "what a command may do stands in plan-allowed.yaml: leave `harmless` out";
            return Err((step.text.clone(), message.to_owned()));
        }
        if let Some(step) = self.plan.iter().find(|step| step.proposed.is_some()) {
            let message = "only a step to avoid has `proposed`".to_owned();
            return Err((step.text.clone(), message));
        }
        let mut proposed = self.avoid.iter_mut().filter_map(|step| step.proposed.as_mut());
        proposed.try_for_each(|one| one.compile(words))?;
        let commands = self.plan.iter().chain(&self.avoid).filter_map(|step| step.run.as_ref());
        if let Some(unknown) = commands.flat_map(Run::products).find(|it| !is_known(it)) {
            return Err((unknown.to_owned(), "no product is called so".to_owned()));
        }
        for slot in self.slots.values_mut() {
            for way in &slot.ways {
                let limited = way.contains("]{");
                slot.expressions.push((Expression::of(std::slice::from_ref(way), words)?, limited));
                if !way.contains("(?<value>") {
                    let message = "a slot's expression needs a group `(?<value>…)`";
                    return Err((way.clone(), message.to_owned()));
                }
            }
        }
        Ok(())
    }
}
