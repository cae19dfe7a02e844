//! The web interface: the real server, asked by programs and by a real browser.

mod audit;
mod browser;
mod calendar;
mod colours;
mod crawl;
mod filters;
mod follow;
mod guards;
mod hostile;
mod incident_runbook;
mod incident_visit;
mod incidents;
mod keyboard;
mod looks;
mod manners;
mod noscript;
mod pages;
mod recording;
mod reports;
mod runbook;
mod runbook_visit;
mod scenarios;
mod search;
mod triage;
mod usage;
mod visit;
mod watch;
mod weight;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::{Lab, Server};

/// A runbook with everything a page shows: steps, budgets, placeholders in every sort of quotes,
/// a dangerous command, output, a table.
const HELM: &str = "\
---
owner: platform
alerts: [ReleaseBroken]
---
# Runbook — Roll a release back

> When to reach for this: a release is broken. Time to mitigate: **1-3 minutes**.

## Step 1 — Check (< 60s)

```sh
$ helm status <RELEASE> -n <NAMESPACE>
STATUS: deployed
```

## Step 2 — Mitigate

### 2a. Roll back

```sh
helm rollback <RELEASE> 13 -n <NAMESPACE> --description \"by <WHO>\"
```

### 2b. Start over

```sh
kubectl delete crd widgets.example.org
```

## Common false starts

- **It says not found.** Wrong <script>alert(1)</script> namespace.

## When this runbook last worked

| Date | Release | Resolved by | Notes |
|---|---|---|---|
| 2026-05-20 | shop | Step 2a | quick |

> Stale after **90 days** without exercise.
";

/// A workspace with that runbook, one that nobody ever used, and a page.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "[owners.platform]\nchat = \"https://chat.example.org/p\"\n");
    lab.write("runbooks/rollback/helm.md", HELM);
    lab.write("runbooks/disk.md", "# Disk full\n\n## Step 1 — Mitigate\n\n```sh\ndf -h\n```\n");
    lab.write("runbooks/rota.md", "# Rota\n\nWho is on call.\n");
    lab
}

/// What the server answered.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    /// The value of a header; empty if it is not there.
    fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().skip(1);
        let mut found = lines.filter_map(|line| line.split_once(": "));
        found.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// It has this status and says this.
    #[track_caller]
    fn says(self, status: u16, words: &str) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        assert!(self.body.contains(words), "expected {words:?} in\n{}", self.body);
        self
    }

    /// It leads elsewhere after a form.
    #[track_caller]
    fn leads_to(self, address: &str) -> Self {
        assert_eq!(self.status, 303, "{}\n{}", self.head, self.body);
        assert_eq!(self.header("location"), address);
        self
    }
}

/// Sends a request exactly as written and reads the answer to its end.
fn send(server: &Server, request: &[u8]) -> Answer {
    let address = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a timeout");
    stream.write_all(request).expect("a request");
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

fn host(server: &Server) -> &str {
    server.url.trim_start_matches("http://")
}

/// Asks for a page.
fn get(server: &Server, path: &str) -> Answer {
    get_with(server, path, "")
}

/// Asks for a page as Ana.
fn get_as_ana(server: &Server, path: &str) -> Answer {
    get_with(server, path, "cookie: rl_name=Ana%20Lima\r\n")
}

/// Asks for a page with some headers more.
fn get_with(server: &Server, path: &str, headers: &str) -> Answer {
    let host = host(server);
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\r\n");
    send(server, request.as_bytes())
}

/// Sends a form with some headers more.
fn post_with(server: &Server, path: &str, headers: &str, form: &str) -> Answer {
    let host = host(server);
    let length = form.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\
         {headers}\r\n{form}"
    );
    send(server, request.as_bytes())
}

/// Sends a form as Ana.
fn post(server: &Server, path: &str, form: &str) -> Answer {
    post_with(server, path, "cookie: rl_name=Ana%20Lima\r\n", form)
}
