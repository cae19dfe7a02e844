//! Handing reports over, one attempt at a time. What came of an attempt is an entry; an attempt
//! that nobody wrote down, because the power went, is made again under the same key.

use chrono::DateTime;

use super::super::App;
use super::super::incidents::append_behind;
use super::Duties;
use crate::delivery::{DeliveryError, Letter, deliver};
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, ReportDelivered, ReportDeliveryFailed};
use crate::domain::report::{Delivery, Form, KeptReport, retry_after};
use crate::error::Error;
use crate::text::truncate_to_width;

/// The longest subject of a mail, in columns: what is longer is cut off by programs anyway.
const SUBJECT: usize = 150;

/// Why an attempt failed.
struct Refusal {
    reason: String,
    /// How long the receiver wants to be left alone.
    retry_after: Option<std::time::Duration>,
    /// Trying again cannot help.
    is_final: bool,
}

impl From<DeliveryError> for Refusal {
    fn from(error: DeliveryError) -> Self {
        let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        Self { reason: format!("{error}{hint}"), retry_after: error.retry_after, is_final: false }
    }
}

impl App {
    /// Attempts what is due, each once.
    pub(super) fn deliver_what_is_due(&mut self, duties: &mut Duties) -> Result<(), Error> {
        let now = self.now();
        for report in self.ledger.waiting_reports()? {
            let due = report.deliveries.iter().filter(|delivery| delivery.is_due(now));
            for delivery in due {
                let label = report.label.clone();
                match self.attempt(&report, delivery, &Actor::reporter())? {
                    Ok(()) => duties.delivered.push((label, delivery.to.clone())),
                    Err(reason) => duties.failed.push((label, delivery.to.clone(), reason)),
                }
            }
        }
        Ok(())
    }

    /// One attempt, written down. What came back is the inner result.
    pub(super) fn attempt(
        &mut self,
        report: &KeptReport,
        delivery: &Delivery,
        actor: &Actor,
    ) -> Result<Result<(), String>, Error> {
        let outcome = self.hand_over(report, delivery)?;
        let now = self.now();
        let to = delivery.to.clone();
        let (event, told) = match outcome {
            Ok(()) => (Event::ReportDelivered(ReportDelivered { to }), Ok(())),
            Err(refusal) => {
                let wait = retry_after(delivery.failed + 1, refusal.retry_after)
                    .filter(|_| !refusal.is_final)
                    .and_then(|wait| i64::try_from(wait.as_millis()).ok());
                let retry_at = wait.map(|wait| Timestamp(now.0 + wait));
                let reason = refusal.reason;
                let body = ReportDeliveryFailed { to, reason: reason.clone(), retry_at };
                (Event::ReportDeliveryFailed(body), Err(reason))
            }
        };
        let subject = report.id.to_string();
        self.ledger.transact(|tx| append_behind(tx, &subject, &[event], now, actor).map(drop))?;
        Ok(told)
    }

    fn hand_over(
        &self,
        report: &KeptReport,
        delivery: &Delivery,
    ) -> Result<Result<(), Refusal>, Error> {
        let destination = match self.config.destination(&delivery.to) {
            Ok(destination) => destination,
            Err(reason) => {
                return Ok(Err(Refusal { reason, retry_after: None, is_final: false }));
            }
        };
        let mut texts = [const { String::new() }; 4];
        let wanted = [Form::Chat, Form::Text, Form::Html, Form::Md];
        for (text, form) in texts.iter_mut().zip(wanted) {
            match self.kept_form(report, form)? {
                Some(kept) => *text = kept,
                None => {
                    let reason = format!("the report's text was erased ({})", form.as_str());
                    return Ok(Err(Refusal { reason, retry_after: None, is_final: true }));
                }
            }
        }
        let [chat, text, html, markdown] = texts;
        let link = self.report_link(report);
        let subject = format!("{}: {}", report.title, report.headline);
        let file = report.label.as_str().replace('/', "-");
        let letter = Letter {
            key: &delivery.key,
            file: &file,
            sent_at: DateTime::from_timestamp_millis(report.generated_at.0).unwrap_or_default(),
            subject: &truncate_to_width(&subject, SUBJECT),
            chat: &with_link(&chat, link.as_deref()),
            text: &text,
            html: &html,
            markdown: &markdown,
            link: link.as_deref(),
        };
        Ok(deliver(&destination, &letter).map_err(Refusal::from))
    }

    /// A report in a form, as it was made; none where it was erased, or never made in that form.
    pub(super) fn kept_form(
        &self,
        report: &KeptReport,
        form: Form,
    ) -> Result<Option<String>, Error> {
        let Some(hash) = report.forms.get(&form) else { return Ok(None) };
        let bytes = self.ledger.blob(*hash)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Where others find a report, where it is known under which address they reach the server.
    fn report_link(&self, report: &KeptReport) -> Option<String> {
        let public = self.config.public_url.as_ref()?;
        Some(format!("{}/reports/{}", public.text, report.label))
    }
}

fn with_link(chat: &str, link: Option<&str>) -> String {
    match link {
        Some(link) => format!("{}\n<{link}|Read the whole report>", chat.trim_end()),
        None => chat.trim_end().to_owned(),
    }
}
