//! What a browser says and asks for while a page is open.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A file that was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// Its address.
    pub(crate) url: String,
    /// What the browser takes it for: `Document`, `Script`, `Stylesheet`, `Fetch`, …
    pub(crate) kind: String,
    /// What came over the wire, heads included, in bytes.
    pub(crate) bytes: u64,
}

/// Everything heard so far in one test.
#[derive(Debug, Default)]
pub(super) struct Heard {
    console: Vec<(String, String)>,
    requests: BTreeMap<String, Request>,
    order: Vec<String>,
    awaited: BTreeSet<String>,
}

impl Heard {
    /// Takes in what the logs hold.
    pub(super) fn add(&mut self, console: &[Value], network: &[Value]) {
        for entry in console {
            let level = entry["level"].as_str().unwrap_or_default();
            if !matches!(level, "INFO" | "DEBUG") {
                let words = entry["message"].as_str().unwrap_or_default().to_owned();
                self.console.push((level.to_owned(), words));
            }
        }
        for entry in network {
            let text = entry["message"].as_str().unwrap_or_default();
            let said: Value = serde_json::from_str(text).unwrap_or_default();
            self.network(&said["message"]);
        }
    }

    fn network(&mut self, event: &Value) {
        let about = &event["params"];
        let id = about["requestId"].as_str().unwrap_or_default().to_owned();
        let bytes = |value: &Value| value.as_f64().unwrap_or_default().max(0.0) as u64;
        match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => {
                let url = about["request"]["url"].as_str().unwrap_or_default().to_owned();
                let kind = about["type"].as_str().unwrap_or_default().to_owned();
                if matches!(kind.as_str(), "Document" | "Fetch" | "XHR") {
                    self.awaited.insert(url.clone());
                }
                let request = self.requests.entry(id.clone()).or_insert_with(|| {
                    self.order.push(id);
                    Request::default()
                });
                request.bytes += bytes(&about["redirectResponse"]["encodedDataLength"]);
                request.url = url;
                request.kind = kind;
            }
            "Network.loadingFinished" => {
                if let Some(request) = self.requests.get_mut(&id) {
                    request.bytes += bytes(&about["encodedDataLength"]);
                }
            }
            _ => {}
        }
    }

    /// What stands on the console, but for what the browser itself says of an answer that the page
    /// or its script deals with, and of a server that is gone.
    pub(super) fn console(&self) -> Vec<String> {
        let dealt_with = |words: &str| {
            let (address, rest) = words.split_once(' ').unwrap_or((words, ""));
            let answered = rest.contains("the server responded with a status of")
                && self.awaited.iter().any(|awaited| awaited == address);
            answered || rest.contains("net::ERR_CONNECTION_") || rest.contains("net::ERR_EMPTY_")
        };
        let told = self.console.iter().filter(|(_, words)| !dealt_with(words));
        told.map(|(level, words)| format!("{level}: {words}")).collect()
    }

    /// What was asked for, oldest first.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.order.iter().filter_map(|id| self.requests.get(id)).cloned().collect()
    }

    /// What was asked of others than the server under test.
    pub(super) fn strangers(&self) -> Vec<String> {
        let own = |url: &str| {
            ["http://127.0.0.1:", "about:", "data:", "blob:", "chrome"]
                .iter()
                .any(|beginning| url.starts_with(beginning))
        };
        let urls = self.requests.values().map(|request| request.url.clone());
        urls.filter(|url| !url.is_empty() && !own(url)).collect()
    }

    /// Forgets all of it.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}
