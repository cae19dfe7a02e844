//! Secrets that a text showed only when it was taken apart: a value of JSON stands under a name and
//! beside others, and by itself in a message.

use super::Pasted;
use crate::text::redact::redact_keeping_lines;

impl Pasted {
    /// Takes secrets out of all that was decoded, and says of which kinds they were.
    pub fn redact(&mut self) -> Vec<&'static str> {
        let mut found = Vec::new();
        let mut take_out = |text: &mut String| {
            let redacted = redact_keeping_lines(text);
            if !redacted.found.is_empty() {
                *text = redacted.text;
                found.extend(redacted.found);
            }
        };
        for message in &mut self.messages {
            take_out(&mut message.text);
            message.labels.values_mut().for_each(&mut take_out);
        }
        for release in &mut self.releases {
            let told = [&mut release.name, &mut release.namespace, &mut release.status];
            told.into_iter().flatten().for_each(&mut take_out);
            for row in &mut release.revisions {
                let texts = [&mut row.status, &mut row.chart, &mut row.app_version];
                texts.into_iter().for_each(&mut take_out);
                take_out(&mut row.description);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use crate::triage::knowledge::Knowledge;

    #[test]
    fn a_secret_that_was_written_in_escapes_is_taken_out() {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let said = [
            (r"connect to postgres:\/\/app:S3cretPw99@db-1\/orders refused", "S3cretPw99"),
            (r"pass\u0077ord=hunter2X9 refused", "hunter2X9"),
            (r"Authorization:\u0020Bearer abcDEF123456ghiJKL refused", "abcDEF123456ghiJKL"),
        ];
        for (said, secret) in said {
            let alerts = format!(
                r#"{{"alerts":[{{"labels":{{"alertname":"A","note":"{said}"}},"annotations":{{"summary":"{said}"}}}}]}}"#
            );
            let helm = format!(r#"[{{"revision":2,"status":"failed","description":"{said}"}}]"#);
            let line = format!("error {{\"msg\":\"{said}\"}}");
            for text in [alerts, helm, line] {
                let mut pasted = read(&text, knowledge);
                assert!(!pasted.redact().is_empty(), "{text}");
                let all = format!("{pasted:?}");
                assert!(!all.contains(secret) && all.contains("refused"), "{all}");
                assert!(pasted.redact().is_empty(), "again: {pasted:?}");
            }
        }
        let mut plain = read(r"C:\users\ana is full, \unknown", knowledge);
        assert!(plain.redact().is_empty());
        assert_eq!(plain.messages[0].text, r"C:\users\ana is full, \unknown");
    }
}
