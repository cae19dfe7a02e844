//! All of other teams' runbooks, served and walked through: every link, every place in a page that
//! a link names, and every page in a browser.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, get};
use crate::support::browser::{Browser, Look};
use crate::support::{Lab, Server, shared, skip};

/// What a page can be reached by: its own ids.
type Pages = BTreeMap<String, BTreeSet<String>>;

/// Every page that links lead to, beginning with the first; and the places that links name.
struct Walk {
    pages: Pages,
    named: BTreeMap<(String, String), String>,
    dead: Vec<String>,
}

impl Walk {
    fn through(server: &Server) -> Self {
        let mut walk = Self { pages: Pages::new(), named: BTreeMap::new(), dead: Vec::new() };
        let mut ahead = vec![("/".to_owned(), "the beginning".to_owned())];
        while let Some((path, from)) = ahead.pop() {
            if walk.pages.contains_key(&path) {
                continue;
            }
            let answer = get(server, &path);
            if matches!(answer.status, 303 | 307 | 308) {
                ahead.push((answer.header("location").to_owned(), path.clone()));
            } else if answer.status != 200 {
                walk.dead.push(format!("{from} leads to {path}: {}", answer.status));
            }
            walk.pages.insert(path.clone(), ids(&answer).into_iter().collect());
            for link in links(&answer) {
                let (page, place) = link.split_once('#').unwrap_or((&link, ""));
                let page = match page.as_bytes().first() {
                    None => path.clone(),
                    Some(b'/') => page.to_owned(),
                    Some(b'?') => format!("{}{page}", path.split('?').next().unwrap_or(&path)),
                    Some(_) => {
                        walk.dead.push(format!("{path} names {page} from where it stands"));
                        continue;
                    }
                };
                if !place.is_empty() {
                    walk.named.insert((page.clone(), decoded(place)), path.clone());
                }
                // Lists that are filtered twice are as many as there are pairs of words.
                if page.matches('=').count() < 2 && !walk.pages.contains_key(&page) {
                    ahead.push((page, path.clone()));
                }
            }
        }
        walk
    }

    /// Links that lead to no page, or to no place in it.
    fn dead(&self) -> Vec<String> {
        let nowhere = self.named.iter().filter(|((page, place), _)| {
            // A place in a page that moved is looked for by the browser, on the page it comes to.
            self.pages.get(page).is_some_and(|ids| !ids.is_empty() && !ids.contains(place))
        });
        let nowhere =
            nowhere.map(|((page, place), from)| format!("{from} leads to {page}#{place}"));
        self.dead.iter().cloned().chain(nowhere).collect()
    }
}

/// The whole collection, served as one workspace.
fn corpus() -> Option<Lab> {
    let shared = shared()?;
    let lab = Lab::new();
    lab.write("runledger.toml", "runbooks = [\".\"]\n");
    lab.copy_tree(&shared.join("corpus"), "");
    Some(lab)
}

#[test]
fn no_link_is_dead_and_no_page_complains() {
    let Some(lab) = corpus() else { return skip("no ../shared here") };
    let server = lab.serve(&[]);
    let walk = Walk::through(&server);
    assert!(walk.pages.len() > 60, "{:?}", walk.pages.keys());
    let dead = walk.dead();
    assert!(dead.is_empty(), "{} dead links:\n{}", dead.len(), dead.join("\n"));

    // In a browser, which takes its time: of the runbooks one in five, or each where that is asked
    // for; of lists that differ by a filter's value alone, one of each kind; of the pages that
    // begin a run, one in ten.
    let one_in = if std::env::var_os("RUNLEDGER_EVERY_PAGE").is_some() { 1 } else { 5 };
    let mut kinds = BTreeSet::new();
    let (mut begun, mut read) = (0, 0);
    let shown = walk.pages.keys().filter(|path| {
        let (page, query) = path.split_once('?').unwrap_or((path, ""));
        let filter = query.split('=').next().unwrap_or(query);
        if page.starts_with("/follow/") {
            begun += 1;
            return begun % 10 == 1;
        }
        if page.starts_with("/runbooks/") {
            read += 1;
            return read % one_in == 0;
        }
        query.is_empty() || kinds.insert((page.to_owned(), filter.to_owned()))
    });
    let shown: Vec<&String> = shown.filter(|path| is_page(path)).collect();
    let browser = Browser::start(Look::LAPTOP);
    // Nothing is looked at: a low window is drawn sooner.
    let low =
        serde_json::json!({"width": 1440, "height": 100, "deviceScaleFactor": 1, "mobile": false});
    browser.cdp("Emulation.setDeviceMetricsOverride", &low);
    let mut complaints = Vec::new();
    for path in &shown {
        browser.open(&format!("{}{path}", server.url));
        complaints.extend(browser.console().into_iter().map(|what| format!("{path}: {what}")));
        browser.forget();
    }
    assert!(shown.len() > 20, "{shown:?}");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Whether a browser shows it: not a picture, a script or a file.
fn is_page(path: &str) -> bool {
    !["/static/", "/api/", "/favicon", "/calendar.ics"].iter().any(|file| path.starts_with(file))
}

#[test]
fn ids_of_a_page_are_unique() {
    let lab = super::lab();
    lab.write(
        "runbooks/twice.md",
        "# A\n\n## Step 1\n\nx\n\n## Step 1\n\ny\n\n# A\n\n## History\n",
    );
    let server = lab.serve(&[]);
    for path in ["/runbooks/rollback/helm", "/runbooks/twice"] {
        let ids = ids(&get(&server, path));
        let different: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), different.len(), "{path}: {ids:?}");
    }
}

/// The addresses on this server that a page names, in links and in what it loads.
fn links(answer: &Answer) -> Vec<String> {
    let named = [" href=\"", " src=\""].iter().flat_map(|attribute| {
        let parts = answer.body.split(attribute).skip(1);
        parts.filter_map(|part| part.split('"').next())
    });
    let elsewhere = |link: &&str| {
        let scheme = link.split(['/', '#', '?']).next().unwrap_or_default();
        scheme.contains(':') || link.starts_with("//")
    };
    named.filter(|link| !elsewhere(link)).map(plain).collect()
}

/// Text as it was before it stood in an attribute.
fn plain(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    plain.replace("&#x27;", "'").replace("&#39;", "'").replace("&#x2F;", "/").replace("&amp;", "&")
}

fn ids(answer: &Answer) -> Vec<String> {
    let parts = answer.body.split(" id=\"").skip(1);
    parts.filter_map(|part| part.split('"').next()).map(plain).collect()
}

/// What a browser looks for when an address ends so.
fn decoded(place: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = place.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(meant) if *first == b'%' => {
                bytes.push(meant);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
