//! What a runbook may do to a page: nothing.

use super::{Block, SectionHtml, render_sections};

fn render(text: &str) -> Vec<SectionHtml> {
    let (runbook, _) = crate::runbook::parse(text, "test");
    let links = |target: &str| -> Option<String> {
        target.strip_suffix(".md").map(|stem| format!("/runbooks/{stem}"))
    };
    render_sections(text, &runbook, &links)
}

/// All HTML of a text, in order.
fn html(text: &str) -> String {
    let mut html = String::new();
    for section in render(text) {
        html.push_str(&section.title_html);
        for block in section.blocks {
            if let Block::Html(part) = block {
                html.push_str(&part);
            }
        }
    }
    html
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(html(text).trim(), expected, "{text}");
}

#[test]
fn markdown_becomes_tags_of_ours() {
    check("a *b* **c** `d<e>`", "<p>a <em>b</em> <strong>c</strong> <code>d&lt;e&gt;</code></p>");
    check("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>");
    check("```yaml\na: <b>\n```", "<pre><code class=\"language-yaml\">a: &lt;b&gt;\n</code></pre>");
}

#[test]
fn raw_html_is_shown_as_text_but_for_bare_harmless_tags() {
    check("x <script>alert(1)</script>", "<p>x &lt;script&gt;alert(1)&lt;/script&gt;</p>");
    check("x <b onclick=y>z</b>", "<p>x &lt;b onclick=y&gt;z</p>");
    check("a <kbd>b</kbd><!-- c -->", "<p>a <kbd>b</kbd></p>");
    check("a <b>never closed", "<p>a <b>never closed</b></p>");
}

#[test]
fn links_cannot_carry_a_script() {
    for target in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java&Tab;script:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example/x",
        "\\\\evil.example",
    ] {
        let shown = html(&format!("[x](<{target}>)"));
        assert!(!shown.contains("href"), "{target}: {shown}");
    }
    check(
        "[x](https://example.org/a?b&c)",
        "<p><a href=\"https://example.org/a?b&amp;c\" rel=\"noreferrer noopener\">x</a></p>",
    );
    check("[x](other.md)", "<p><a href=\"/runbooks/other\">x</a></p>");
}

#[test]
fn commands_are_blocks_of_their_own_also_inside_lists() {
    let sections =
        render("# A\n\n## Step 1 — Mitigate\n\n1. do\n   ```sh\n   ls <DIR>\n   ```\n2. then\n");
    let blocks = &sections[1].blocks;
    assert!(
        matches!(&blocks[1], Block::Commands { commands, .. } if commands[0].text == "ls <DIR>")
    );
    let Block::Html(after) = &blocks[2] else { panic!("{blocks:?}") };
    assert!(after.contains("</ol>"), "{after}");
}

#[test]
fn prose_glued_under_the_last_worked_table_is_not_lost() {
    let text = "# A\n\n## When this runbook last worked\n\n| Date | Resolved by |\n|---|---|\n\
                | 2026-01-01 | Step 1 |\nIf older than 90 days, STALE\n";
    let blocks = &render(text)[1].blocks;
    assert_eq!(blocks[0], Block::LastWorkedTable);
    assert!(matches!(&blocks[1], Block::Html(html) if html.contains("If older than 90 days")));
}

/// A strict reader of our own output: only known tags and attributes, all of them balanced.
fn judge(html: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        if rest[..at].contains('>') {
            return Err(format!("a stray > in {:?}", &rest[..at]));
        }
        let end = rest[at..].find('>').ok_or("a tag that does not end")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop().ok_or_else(|| format!("</{name}> closes nothing"))?;
            if last != name {
                return Err(format!("</{name}> closes <{last}>"));
            }
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let known = "p em strong del code pre ul ol li blockquote h2 h3 h4 h5 h6 a span div table \
                     thead tbody tr th td br hr b i kbd sub sup details summary";
        if !known.split_whitespace().any(|known| known == name) {
            return Err(format!("<{name}>"));
        }
        for attribute in attributes.split("\" ").filter(|part| !part.is_empty()) {
            let (key, value) = attribute.split_once("=\"").ok_or("an odd attribute")?;
            let value = value.trim_end_matches('"').to_lowercase();
            let fine = match key {
                "class" | "rel" | "start" => true,
                "href" => {
                    ["http:", "https:", "mailto:", "/", "#"].iter().any(|s| value.starts_with(s))
                }
                _ => false,
            };
            if !fine {
                return Err(format!("{key}={value}"));
            }
        }
        if name != "br" && name != "hr" {
            open.push(name.to_owned());
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} stay open")) }
}

#[test]
fn thousands_of_nasty_texts_stay_harmless_and_balanced() {
    let parts = [
        "# h\n",
        "## h\n",
        "- ",
        "1. ",
        "> ",
        "\n",
        "\n\n",
        "```sh\n",
        "```\n",
        "`",
        "*",
        "**",
        "_",
        "[a](",
        "javascript:x",
        ")",
        "<b>",
        "</b>",
        "<details>",
        "</details>",
        "<summary>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<p onclick=\"x\">",
        "| a | b |\n|---|---|\n",
        "| x |\n",
        "---\n",
        "text ",
        "![i](https://e.org/x.png)",
        "&lt;",
        "&#x3c;",
        "\"",
        "'",
        "\0",
        "\u{202e}",
        "    ",
        "<kbd>",
        "</kbd>",
        "<br>",
        "~~",
        "\\",
        "]",
        "[",
        "<a href=x>",
        "2026-01-01",
        "Step 1 — Mitigate",
    ];
    let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = |limit: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % limit as u64).expect("small")
    };
    for _ in 0..4_000 {
        let length = next(40);
        let text: String = (0..length).map(|_| parts[next(parts.len())]).collect();
        // Some begin just where nesting stops being shown.
        let depth = [0, 0, 0, 61 + next(5)][next(4)];
        let quoted = format!("\n{}", "> ".repeat(depth));
        let text = text.replace('\n', &quoted);
        for section in render(&text) {
            let mut html = String::new();
            for block in &section.blocks {
                if let Block::Html(part) = block {
                    html.push_str(part);
                }
            }
            judge(&section.title_html).unwrap_or_else(|why| panic!("{why}\n{text:?}\n{section:?}"));
            judge(&html).unwrap_or_else(|why| panic!("{why}\n{text:?}\n{html}"));
        }
    }
}

#[test]
fn deep_nesting_is_flattened_not_lost() {
    let shown = html(&format!("{}deep", "> ".repeat(5_000)));
    assert!(shown.contains("deep"));
    assert!(shown.matches("<blockquote>").count() <= 64);
    judge(&shown).expect("balanced");
}

#[test]
fn a_table_too_deep_to_be_shown_has_no_body_either() {
    for depth in 60..68 {
        let quotes = "> ".repeat(depth);
        let text = format!("{quotes}| a |\n{quotes}|---|\n{quotes}| deep |\n");
        let shown = html(&text);
        judge(&shown).unwrap_or_else(|why| panic!("{depth}: {why}"));
        assert!(shown.contains("deep"));
    }
}

#[test]
fn a_megabyte_of_anything_is_rendered_in_seconds() {
    for (start, piece) in [
        ("<div>\n", "<"),
        ("<div>\n", "</"),
        ("", "<b>"),
        ("", "<b></b>"),
        ("", "[a](b)"),
        ("", "```sh\nls\n```\n"),
        ("<!--", "<!-- x\n\n"),
    ] {
        let text = format!("{start}{}", piece.repeat((1 << 20) / piece.len()));
        let started = std::time::Instant::now();
        render(&text);
        assert!(started.elapsed().as_secs() < 120, "{piece:?}: {:?}", started.elapsed());
    }
    let text = format!("{}{}", ">".repeat(100_000), "![a](http://b)".repeat(20_000));
    let started = std::time::Instant::now();
    render(&text);
    assert!(started.elapsed().as_secs() < 120, "pictures: {:?}", started.elapsed());
}

#[test]
fn commands_outside_steps_are_commands_too() {
    let text = "# A\n\n## Step 1 — Mitigate\n\nx\n\n## Common false starts\n\n- **It fails.** Run:\n  ```sh\n  \
                helm list -A | grep <RELEASE>\n  ```\n";
    let blocks = &render(text)[2].blocks;
    let found = blocks.iter().any(|block| {
        matches!(block, Block::Commands { commands, .. } if commands[0].placeholders == ["RELEASE"])
    });
    assert!(found, "{blocks:?}");
}
