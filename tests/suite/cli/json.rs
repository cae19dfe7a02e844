//! The JSON that users rely on, kept as snapshots: a field that is renamed or lost is seen here.

use serde_json::Value;

use crate::support::Lab;

const RUNBOOK: &str = "---
owner: storage
alerts: [VolumeFull]
---
# Runbook — volume full

> When to use this: a volume has no space left. Time to mitigate: **5-10 minutes**.

## Step 1 — Check (< 60s)

```sh
df -h <MOUNT>
# /dev/sdb 100% /data
```

## Step 2 — Mitigate

### 2a. Remove what is old

```sh
rm -rf /var/lib/app/*
```

## Postmortem

- **Was there an alert before it was full?** If not → action item: alert at 80 %.

## Common false starts

- **`df` shows room.** It is the inodes: `df -i`.

## Related runbooks

- [other](other.md)

## When this runbook last worked

| Date | Host | Resolved by | Notes |
|------|------|-------------|-------|
| 2026-05-01 | db-1 | Step 2a | logs |
| 2026-02-01 | db-2 | Step 2a failed | it was the inodes |

> Stale after **60 days** without exercise.
";

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "[owners.storage]\nchat = \"#storage\"\n");
    lab.write("runbooks/volume.md", RUNBOOK);
    lab
}

#[test]
fn show_tells_everything_in_one_shape() {
    insta::assert_json_snapshot!(lab().run(&["show", "volume", "--json"]).ok().json());
}

#[test]
fn stale_tells_everything_in_one_shape() {
    let args = ["stale", "--all", "--json", "--as-of", "2026-07-01"];
    let mut list: Value = lab().run(&args).ok().json();
    // Files carry the time of the machine that runs the test.
    list["runbooks"][0]["known_since"].take();
    insta::assert_json_snapshot!(list);
}

#[test]
fn search_tells_everything_in_one_shape() {
    let mut answer = lab().run(&["search", "--json", "volumefull"]).ok().json();
    // A score can be compared within one answer only, so its value is no promise.
    for hit in answer["hits"].as_array_mut().expect("hits") {
        assert!(hit["score"].take().is_number());
    }
    insta::assert_json_snapshot!(answer);
}
