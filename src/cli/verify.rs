//! `runledger verify`: check that the ledger is whole and untouched.

use super::{Done, Session, Style};
use crate::domain::id::Hash;
use crate::error::Error;
use crate::text::count;

/// Check that the ledger is whole and untouched
///
/// Walks the chain of hashes, every entry and blob, the database, what was derived from it, and
/// the index; prints the head, which another day's check can be held against.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// A head printed earlier: it must occur in the chain
    #[arg(long, value_name = "HASH", value_parser = parse_hash)]
    head: Option<Hash>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let verified = session.app()?.verify(args.head)?;
    let done = if verified.is_clean() { Done::Well } else { Done::DoesNotHold };
    if args.json {
        session.out.json(&verified);
        return Ok(done);
    }
    for problem in &verified.ledger.problems {
        let seq = problem.seq.map(|seq| format!(" (link {seq})")).unwrap_or_default();
        let entry = problem.entry.map(|id| format!(" entry {id}")).unwrap_or_default();
        session.out.styled(&[
            (Style::Bad, "damaged: "),
            (Style::Plain, &format!("{}{entry}{seq}", problem.what)),
        ]);
        session.out.styled(&[(Style::Dim, &format!("  hint: {}", problem.hint))]);
    }
    for damage in &verified.index {
        session.out.styled(&[(Style::Warn, "index: "), (Style::Plain, damage)]);
    }
    let report = &verified.ledger;
    session.out.line(&format!(
        "{}, {}, {} erased; head {} {}",
        count(report.entries, "entry", "entries"),
        count(report.blobs, "text", "texts"),
        report.erased,
        report.head_seq,
        report.head_hash
    ));
    if verified.is_clean() {
        session.out.say("The ledger is whole.");
    }
    Ok(done)
}

fn parse_hash(text: &str) -> Result<Hash, String> {
    Hash::parse(text).ok_or_else(|| "expected 64 hexadecimal digits".to_owned())
}
