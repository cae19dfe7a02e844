//! Names of facts in labelled lines and cells.

use super::Part;
use super::vocabulary::plain;

/// What a labelled fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Title,
    Id,
    Severity,
    Status,
    Day,
    Services,
    Detection,
    Who(Part),
    Context(&'static str),
}

/// Names, as [`plain`] makes them. A label of two subjects, or of the report rather than the
/// incident, is not among them.
const NAMES: [(&str, Fact); 143] = [
    ("title", Fact::Title),
    ("incident title", Fact::Title),
    ("incident name", Fact::Title),
    ("headline", Fact::Title),
    ("id", Fact::Id),
    ("incident id", Fact::Id),
    ("incident", Fact::Id),
    ("incident number", Fact::Id),
    ("incident no", Fact::Id),
    ("incident key", Fact::Id),
    ("postmortem id", Fact::Id),
    ("reference", Fact::Id),
    ("incident reference", Fact::Id),
    ("label", Fact::Id),
    ("severity", Fact::Severity),
    ("sev", Fact::Severity),
    ("incident severity", Fact::Severity),
    ("severity level", Fact::Severity),
    ("priority", Fact::Severity),
    ("incident priority", Fact::Severity),
    ("incident level", Fact::Severity),
    ("severity priority", Fact::Severity),
    ("schweregrad", Fact::Severity),
    ("status", Fact::Status),
    ("incident status", Fact::Status),
    ("current status", Fact::Status),
    ("state", Fact::Status),
    ("date", Fact::Day),
    ("incident date", Fact::Day),
    ("date of incident", Fact::Day),
    ("date time", Fact::Day),
    ("date and time", Fact::Day),
    ("when", Fact::Day),
    ("day", Fact::Day),
    ("datum", Fact::Day),
    ("incident day", Fact::Day),
    ("date of the incident", Fact::Day),
    ("date of outage", Fact::Day),
    ("outage date", Fact::Day),
    ("service", Fact::Services),
    ("services", Fact::Services),
    ("affected service", Fact::Services),
    ("affected services", Fact::Services),
    ("services affected", Fact::Services),
    ("service affected", Fact::Services),
    ("service s affected", Fact::Services),
    ("impacted services", Fact::Services),
    ("services impacted", Fact::Services),
    ("systems affected", Fact::Services),
    ("affected systems", Fact::Services),
    ("affected system s", Fact::Services),
    ("affected system", Fact::Services),
    ("component", Fact::Services),
    ("components", Fact::Services),
    ("affected components", Fact::Services),
    ("affected component", Fact::Services),
    ("service s", Fact::Services),
    ("services affected s", Fact::Services),
    ("primary services impacted", Fact::Services),
    ("systems services", Fact::Services),
    ("betroffene systeme", Fact::Services),
    ("betroffene dienste", Fact::Services),
    ("detection method", Fact::Detection),
    ("detected by", Fact::Detection),
    ("how detected", Fact::Detection),
    ("detection source", Fact::Detection),
    ("how was it detected", Fact::Detection),
    ("how it was detected", Fact::Detection),
    ("identified", Fact::Detection),
    ("identified by", Fact::Detection),
    ("author", Fact::Who(Part::Author)),
    ("authors", Fact::Who(Part::Author)),
    ("author s", Fact::Who(Part::Author)),
    ("written by", Fact::Who(Part::Author)),
    ("prepared by", Fact::Who(Part::Author)),
    ("postmortem author", Fact::Who(Part::Author)),
    ("author of this postmortem", Fact::Who(Part::Author)),
    ("postmortem owner", Fact::Who(Part::Author)),
    ("report author", Fact::Who(Part::Author)),
    ("owner", Fact::Who(Part::Author)),
    ("postmortem lead", Fact::Who(Part::Author)),
    ("autor", Fact::Who(Part::Author)),
    ("scribe", Fact::Who(Part::Scribe)),
    ("recorder", Fact::Who(Part::Scribe)),
    ("recorder timeline scribe", Fact::Who(Part::Scribe)),
    ("timeline scribe", Fact::Who(Part::Scribe)),
    ("note taker", Fact::Who(Part::Scribe)),
    ("deputy", Fact::Who(Part::Deputy)),
    ("deputy incident commander", Fact::Who(Part::Deputy)),
    ("deputy ic", Fact::Who(Part::Deputy)),
    ("communications", Fact::Who(Part::Communications)),
    ("communications lead", Fact::Who(Part::Communications)),
    ("comms lead", Fact::Who(Part::Communications)),
    ("comms", Fact::Who(Part::Communications)),
    ("communication lead", Fact::Who(Part::Communications)),
    ("customer liaison", Fact::Who(Part::Communications)),
    ("communications officer", Fact::Who(Part::Communications)),
    ("responder", Fact::Who(Part::Responder)),
    ("responders", Fact::Who(Part::Responder)),
    ("incident responders", Fact::Who(Part::Responder)),
    ("participants", Fact::Who(Part::Responder)),
    ("on call", Fact::Who(Part::Responder)),
    ("on call engineer", Fact::Who(Part::Responder)),
    ("on call primary", Fact::Who(Part::Responder)),
    ("on call secondary", Fact::Who(Part::Responder)),
    ("on call primary at time of incident", Fact::Who(Part::Responder)),
    ("on call secondary at time of incident", Fact::Who(Part::Responder)),
    ("first responder", Fact::Who(Part::Responder)),
    ("primary on call", Fact::Who(Part::Responder)),
    ("secondary on call", Fact::Who(Part::Responder)),
    ("resolver", Fact::Who(Part::Responder)),
    ("resolved by", Fact::Who(Part::Responder)),
    ("people involved", Fact::Who(Part::Responder)),
    ("subject matter experts", Fact::Who(Part::Responder)),
    ("attendees", Fact::Who(Part::Responder)),
    ("region", Fact::Context("region")),
    ("regions", Fact::Context("region")),
    ("affected regions", Fact::Context("region")),
    ("affected region", Fact::Context("region")),
    ("tenant", Fact::Context("tenant")),
    ("tenants", Fact::Context("tenant")),
    ("affected tenants", Fact::Context("tenant")),
    ("affected customers", Fact::Context("tenant")),
    ("environment", Fact::Context("environment")),
    ("environments", Fact::Context("environment")),
    ("affected environment", Fact::Context("environment")),
    ("cluster", Fact::Context("cluster")),
    ("clusters", Fact::Context("cluster")),
    ("namespace", Fact::Context("namespace")),
    ("namespaces", Fact::Context("namespace")),
    ("release", Fact::Context("release")),
    ("version", Fact::Context("release")),
    ("incident commander", Fact::Who(Part::Commander)),
    ("incident commander ic", Fact::Who(Part::Commander)),
    ("ic", Fact::Who(Part::Commander)),
    ("commander", Fact::Who(Part::Commander)),
    ("incident lead", Fact::Who(Part::Commander)),
    ("lead", Fact::Who(Part::Commander)),
    ("incident manager", Fact::Who(Part::Commander)),
    ("incident owner", Fact::Who(Part::Commander)),
    ("incident commanders", Fact::Who(Part::Commander)),
    ("incident leader", Fact::Who(Part::Commander)),
    ("tech lead ic", Fact::Who(Part::Commander)),
];

/// What a label names.
pub(super) fn fact_of(label: &str) -> Option<Fact> {
    let name = plain(label);
    let name = name.strip_suffix(" utc").unwrap_or(&name);
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, fact)| *fact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_known_by_many_names() {
        let check = |label: &str, expected| assert_eq!(fact_of(label), expected, "{label}");
        check("Incident Commander (IC)", Some(Fact::Who(Part::Commander)));
        check("Date / Time (UTC)", Some(Fact::Day));
        check("Author(s)", Some(Fact::Who(Part::Author)));
        check("Affected services", Some(Fact::Services));
        check("Affected regions", Some(Fact::Context("region")));
        check("Published", None);
    }
}
