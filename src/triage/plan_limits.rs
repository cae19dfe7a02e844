//! How much of a plan is read, and what is said about the rest: what nobody has read is no plan to
//! follow.

use super::plan_lint::PlanDanger;
use crate::runbook::danger::DangerLevel;

/// How many bytes of a plan are read. A plan is written for people; a megabyte is a book.
pub(super) const LONGEST_PLAN: usize = 4 << 20;

/// How many bytes of one command are read: each of its words takes many times the room.
pub(super) const LONGEST_COMMAND: usize = 64 << 10;

/// The part of a text that is read, which ends with a line where it can.
pub(super) fn read_part(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    let part = &text[..text.floor_char_boundary(longest)];
    part.rfind('\n').map_or(part, |end| &part[..=end])
}

/// What is said of the rest.
pub(super) fn not_read(all: usize, read: usize) -> PlanDanger {
    PlanDanger {
        rule: "not-read".to_owned(),
        level: DangerLevel::Deny,
        destroys: format!(
            "whatever it does: of {all} bytes only the first {read} were read, and no rule has seen the rest"
        ),
        safer: "check it in parts: a plan may have 4 MiB, a command of it 64 KiB".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::PlanLint;
    use super::*;

    #[test]
    fn what_is_too_long_is_read_as_far_as_a_line() {
        assert_eq!(read_part("a\nb", 10), "a\nb");
        assert_eq!(read_part("a\nb", 3), "a\nb");
        assert_eq!(read_part("a\nbcd", 4), "a\n");
        assert_eq!(read_part("\u{e4}\u{e4}", 3), "\u{e4}");
    }

    #[test]
    fn of_a_command_without_end_the_beginning_is_judged_and_the_rest_named() {
        let lint = PlanLint::built_in().expect("the built-in rules");
        let found = |plan: &str| {
            let found = lint.check(plan);
            found.into_iter().map(|one| (one.danger.rule, one.line)).collect::<Vec<_>>()
        };
        // Nobody closes the quotation, so that it has no end.
        let long = format!("kubectl delete ns 'a {}", "b ".repeat(LONGEST_COMMAND));
        let expected = [("k8s-delete-namespace", 1), ("not-read", 1), ("rm-rf", 2)];
        let expected = expected.map(|(rule, line)| (rule.to_owned(), line));
        assert_eq!(found(&format!("{long}\nrm -rf /data\n")), expected);
    }

    #[test]
    fn of_a_plan_without_end_the_beginning_is_judged_and_the_rest_named() {
        let lint = PlanLint::built_in().expect("the built-in rules");
        let plan = format!("rm -rf /data\n{}rm -rf /srv\n", "\n".repeat(LONGEST_PLAN));
        let found = lint.check(&plan);
        let rules: Vec<&str> = found.iter().map(|one| one.danger.rule.as_str()).collect();
        assert_eq!(rules, ["rm-rf", "not-read"]);
        let last = found.last().expect("a finding");
        assert!(last.danger.refuses() && last.place > found[0].place);
        assert!(last.danger.destroys.contains(&plan.len().to_string()));
    }
}
