//! A report made ready for one destination: what it says there, under which key, and with the way
//! back to where it stays.

use chrono::{DateTime, Utc};

use super::super::App;
use super::delivering::Refusal;
use crate::delivery::{Destination, Letter};
use crate::domain::report::{Delivery, Form, KeptReport};
use crate::error::Error;
use crate::runbook::html::escape;
use crate::text::truncate_to_width;

/// The longest subject of a mail, in columns: what is longer is cut off by programs anyway.
const SUBJECT: usize = 150;

/// A report on its way, with all that it takes to hand it over.
pub(super) struct Parcel {
    pub(super) report: KeptReport,
    pub(super) delivery: Delivery,
    pub(super) destination: Destination,
    file: String,
    sent_at: DateTime<Utc>,
    subject: String,
    chat: String,
    text: String,
    html: String,
    markdown: String,
    link: Option<String>,
}

impl Parcel {
    /// The same, as transports want it.
    pub(super) fn letter(&self) -> Letter<'_> {
        Letter {
            key: &self.delivery.key,
            file: &self.file,
            sent_at: self.sent_at,
            subject: &self.subject,
            chat: &self.chat,
            text: &self.text,
            html: &self.html,
            markdown: &self.markdown,
            link: self.link.as_deref(),
        }
    }
}

impl App {
    /// Makes a report ready for a destination.
    pub(super) fn parcel(
        &self,
        report: &KeptReport,
        delivery: &Delivery,
    ) -> Result<Parcel, Refusal> {
        let to = delivery.to.as_str();
        if !self.config.destinations.contains_key(to) {
            let words = format!("there is no [destinations.{to}] any more; send it from its page");
            return Err(Refusal::lasting(words));
        }
        let destination = self.config.destination(to).map_err(Refusal::passing)?;
        let link = self.report_link(report);
        let mut parcel = Parcel {
            file: report.label.as_str().replace('/', "-"),
            sent_at: DateTime::from_timestamp_millis(report.generated_at.0).unwrap_or_default(),
            // The news first: telephones cut it off.
            subject: truncate_to_width(
                &format!("{} ({})", report.headline.trim_end_matches('.'), report.title),
                SUBJECT,
            ),
            chat: String::new(),
            text: String::new(),
            html: String::new(),
            markdown: String::new(),
            link: None,
            report: report.clone(),
            delivery: delivery.clone(),
            destination,
        };
        // Only what this one needs: another form may have been erased.
        match parcel.destination {
            Destination::Webhook(_) => {
                parcel.chat = with_link(&self.form_to_send(report, Form::Chat)?, link.as_deref());
            }
            Destination::Mail(_) => {
                let (text, html) = (
                    self.form_to_send(report, Form::Text)?,
                    self.form_to_send(report, Form::Html)?,
                );
                parcel.text = text_with_link(&text, link.as_deref());
                parcel.html = html_with_link(&html, link.as_deref());
            }
            Destination::Folder(_) => {
                parcel.text = self.form_to_send(report, Form::Text)?;
                parcel.html = self.form_to_send(report, Form::Html)?;
                parcel.markdown = self.form_to_send(report, Form::Md)?;
            }
        }
        parcel.link = link;
        Ok(parcel)
    }

    fn form_to_send(&self, report: &KeptReport, form: Form) -> Result<String, Refusal> {
        let kept = self.kept_form(report, form).map_err(|e| Refusal::passing(e.to_string()))?;
        let erased = || Refusal::lasting(format!("its text was erased ({})", form.as_str()));
        kept.ok_or_else(erased)
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

fn text_with_link(text: &str, link: Option<&str>) -> String {
    match link {
        Some(link) => format!("{}\n\nThis report stays at {link}\n", text.trim_end()),
        None => text.to_owned(),
    }
}

/// Puts the link at the end of a page that may be from a template of the team's.
fn html_with_link(html: &str, link: Option<&str>) -> String {
    let Some(link) = link else { return html.to_owned() };
    let link = escape(link);
    let line = format!(
        "<p style=\"text-align:center\"><a href=\"{link}\">This report stays at {link}</a></p>\n"
    );
    match html.rfind("</body>") {
        Some(at) => format!("{}{line}{}", &html[..at], &html[at..]),
        None => format!("{html}{line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stands_at_the_end_of_whatever_is_read() {
        let link = Some("https://r.example.org/reports/weekly/2026-07-20?a&b");
        assert_eq!(text_with_link("a\n", None), "a\n");
        assert!(text_with_link("a\n", link).ends_with(
            "a\n\nThis report stays at https://r.example.org/reports/weekly/2026-07-20?a&b\n"
        ));
        let page = html_with_link("<body>x</body></html>", link);
        assert!(page.starts_with("<body>x<p ") && page.ends_with("</p>\n</body></html>"), "{page}");
        assert!(page.contains("?a&amp;b\">"), "{page}");
        assert!(html_with_link("no page", link).starts_with("no page<p "));
        assert_eq!(with_link("a\n\n", Some("https://r")), "a\n<https://r|Read the whole report>");
    }
}
