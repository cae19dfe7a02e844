//! A refused form, to be corrected where it was refused: the page that says what is wrong holds
//! what was typed, so that nothing is typed twice. One place does it for every form that records
//! something.

use super::error::{Again, Typed};
use crate::domain::action_item::ActionState;
use crate::error::{Kind, Standing};
use crate::text::capitalised;

/// Fields that nobody typed: what a page says about itself, and what its buttons say.
const UNSEEN: [&str; 22] = [
    "again", "cause", "field", "kind", "number", "outcome", "priority", "question", "result",
    "role", "section", "seen", "severity", "slug", "step", "template", "time", "to", "token",
    "was", "who", "within",
];

/// Words for fields whose name says too little.
const LABELS: [(&str, &str); 12] = [
    ("action", "What shall be done"),
    ("at", "When"),
    ("declined", "Why nothing follows"),
    ("detection", "Noticed by"),
    ("due", "Until when, like 2026-06-01"),
    ("follow", "What follows"),
    ("of", "Duplicate of"),
    ("owner", "Who does it"),
    ("reason", "Why"),
    ("source", "Known from"),
    ("title", "What is broken"),
    ("who_has_it", "Who has it"),
];

/// Fields that take several lines.
const LONG: [&str; 3] = ["answer", "note", "text"];

/// What a form says that has seen nothing where something may stand now.
pub(super) const NOTHING: &str = "nothing";

/// What the button says that replaces what stands.
pub(super) const INSIST: &str = "Save mine in its place";

/// A value that would be unreadable in one line.
const ONE_LINE: usize = 80;

/// What may be said to a question that is no open one.
const ANSWERS: &[&str] = &["yes", "no", "na"];

/// What may follow from an answer.
const FOLLOWS: &[&str] = &["later", "action", "nothing"];

/// How far an action item may be.
const STATES: &[&str] = &[
    ActionState::Open.as_str(),
    ActionState::InProgress.as_str(),
    ActionState::Done.as_str(),
    ActionState::WillNotDo.as_str(),
];

/// The form to correct; none where nobody typed anything. What is refused because something else
/// stands there meanwhile can be put in its place: that, and not what comes after it.
pub(super) fn correct(
    action: &str,
    fields: &[(String, String)],
    kind: Option<Kind>,
    stands: Option<Standing>,
) -> Option<Again> {
    let outdated = kind == Some(Kind::Outdated);
    let kept = if outdated { insisting(fields, stands) } else { fields.to_vec() };
    let (mut unseen, mut typed) = (Vec::new(), Vec::new());
    for (name, value) in kept {
        let parts = Name::of(&name);
        if parts.what == "ago" {
            // It waited for the reader now, and not for a connection.
            continue;
        }
        if UNSEEN.contains(&parts.what) {
            unseen.push((name, value));
        } else {
            typed.push(parts.typed(&value));
        }
    }
    let label = if outdated { INSIST } else { "Send it again" };
    (!typed.is_empty()).then(|| Again {
        action: action.to_owned(),
        label: label.to_owned(),
        ask: None,
        fields: unseen,
        typed,
    })
}

/// The same fields, as they are sent by somebody who has seen what stands and wants theirs.
pub(super) fn insisting(
    fields: &[(String, String)],
    stands: Option<Standing>,
) -> Vec<(String, String)> {
    let now = match stands {
        None => String::new(),
        Some(Standing(None)) => NOTHING.to_owned(),
        Some(Standing(Some(version))) => version.to_string(),
    };
    let insist = |(name, value): &(String, String)| {
        let seen = Name::of(name).what == "seen";
        (name.clone(), if seen { now.clone() } else { value.clone() })
    };
    fields.iter().map(insist).collect()
}

/// The name of a field, `3.evidence.version`, in its parts.
struct Name<'a> {
    whole: &'a str,
    /// The question that it belongs to.
    number: Option<&'a str>,
    what: &'a str,
    /// Which of several.
    which: Option<&'a str>,
}

impl<'a> Name<'a> {
    fn of(whole: &'a str) -> Self {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let numbered = whole.split_once('.').filter(|(number, _)| is_number(number));
        let (number, rest) = numbered.map_or((None, whole), |(number, rest)| (Some(number), rest));
        let (what, which) =
            rest.split_once('.').map_or((rest, None), |(what, which)| (what, Some(which)));
        Self { whole, number, what, which }
    }

    fn typed(&self, value: &str) -> Typed {
        let choices: &[&str] = match self.what {
            "answer" if ANSWERS.contains(&value) => ANSWERS,
            "follow" => FOLLOWS,
            "state" => STATES,
            _ => &[],
        };
        Typed {
            name: self.whole.to_owned(),
            label: self.label(),
            value: value.to_owned(),
            long: LONG.contains(&self.what) || value.contains('\n') || value.len() > ONE_LINE,
            choices,
        }
    }

    fn label(&self) -> String {
        let words = |text: &str| text.replace(['-', '_'], " ");
        let known = LABELS.iter().find(|(name, _)| *name == self.what).map(|(_, label)| *label);
        let label = match self.which {
            Some(which) => capitalised(&words(which)),
            None => known.map_or_else(|| capitalised(&words(self.what)), str::to_owned),
        };
        match self.number {
            Some(number) => format!("Question {number}: {label}"),
            None => label,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrected(pairs: &[(&str, &str)], kind: Kind) -> Option<Again> {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        correct("/x", &pairs, Some(kind), None)
    }

    #[test]
    fn what_was_typed_can_be_corrected_and_the_rest_goes_with_it() {
        let fields = [
            ("seen", "abc"),
            ("severity", "P1"),
            ("detected", "2 pm"),
            ("reason", ""),
            ("3.evidence.soak_start", "a\nb"),
            ("3.answer", "no"),
        ];
        let again = corrected(&fields, Kind::Refused).expect("a form");
        let unseen: Vec<_> = again.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(unseen, ["seen", "severity"]);
        let typed: Vec<_> =
            again.typed.iter().map(|it| (it.label.as_str(), it.long, it.choices.len())).collect();
        let soak = "Question 3: Soak start";
        assert_eq!(
            typed,
            [
                ("Detected", false, 0),
                ("Why", false, 0),
                (soak, true, 0),
                ("Question 3: Answer", true, 3)
            ]
        );
        assert_eq!(again.label, "Send it again");
    }

    #[test]
    fn what_stands_there_meanwhile_can_be_replaced() {
        let fields = [("text.summary", "mine"), ("seen.summary", "abc"), ("was.summary", "d")];
        let again = corrected(&fields, Kind::Outdated).expect("a form");
        assert_eq!(again.label, "Save mine in its place");
        assert_eq!(again.fields[0], ("seen.summary".to_owned(), String::new()));
        assert_eq!(again.typed[0].label, "Summary");
    }

    #[test]
    fn a_button_alone_leaves_nothing_to_correct() {
        assert_eq!(corrected(&[("to", "mitigated"), ("seen", "abc")], Kind::Refused), None);
    }
}
