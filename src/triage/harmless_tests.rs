//! Excerpts of logs in which nothing fails. None may be taken for a failure.

use super::*;

/// Written for this test in the forms of real programs; each is one excerpt, lines by `\n`.
const HARMLESS: [&str; 68] = [
    "2026-05-01T10:00:00Z INFO  [main] server started on port 8080 in 2.31 s",
    "2026-05-01T10:00:01Z INFO  connection timeout is set to 30 s, retries to 3",
    "I0501 10:00:02.113 controller.go:127] reconciled shop/cart in 14ms",
    "10.1.2.3 - - [01/May/2026:10:00:03 +0000] \"GET /health HTTP/1.1\" 200 2 \"-\" \"kube-probe/1.30\"",
    "level=info ts=2026-05-01T10:00:04Z caller=main.go:88 msg=\"configuration loaded\" file=app.yaml",
    "LOG:  checkpoint complete: wrote 312 buffers (1.9%); 0 WAL file(s) added, 0 removed, 1 recycled",
    "2026-05-01 10:00:05.221 UTC [91] LOG:  database system is ready to accept connections",
    "1:M 01 May 2026 10:00:06.001 * Background saving terminated with success",
    "1:M 01 May 2026 10:00:06.101 * DB saved on disk",
    "[2026-05-01 10:00:07,310] INFO [Log partition=orders-3] Rolled new log segment at offset 91238",
    "Normal  Scheduled  12s  default-scheduler  Successfully assigned shop/cart-0 to worker-2",
    "Normal  Pulled     11s  kubelet            Container image \"reg.example.com/cart:1.2\" already present on machine",
    "Normal  Started    10s  kubelet            Started container cart",
    "deployment \"cart\" successfully rolled out",
    "Rollback was a success! Happy Helming!",
    "Release \"cart\" has been upgraded. Happy Helming!",
    "NAME: cart\nNAMESPACE: shop\nSTATUS: deployed\nREVISION: 14",
    "May  1 10:00:08 web-1 systemd[1]: Started Daily apt download activities.",
    "May  1 10:00:09 web-1 systemd[1]: logrotate.service: Deactivated successfully.",
    "May  1 10:00:10 web-1 sshd[811]: Accepted publickey for deploy from 10.0.0.9 port 51122 ssh2",
    "May  1 10:00:11 web-1 CRON[900]: (root) CMD (run-parts /etc/cron.hourly)",
    "chronyd[612]: Selected source 10.0.0.1",
    "kernel: [    1.204511] EXT4-fs (sda1): mounted filesystem with ordered data mode",
    "kernel: [    2.981200] eth0: Link is Up - 1Gbps/Full - flow control rx/tx",
    "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok",
    "nginx: configuration file /etc/nginx/nginx.conf test is successful",
    "Server web/app1 is UP, reason: Layer7 check passed, code: 200, check duration: 3ms",
    "certificate for shop.example.com renewed, the new one is good for 89 more days",
    "Certificate is up to date and has not expired",
    "Apply complete! Resources: 3 added, 1 changed, 0 destroyed.",
    "No changes. Your infrastructure matches the configuration.",
    "PLAY RECAP: web1 : ok=12 changed=0 unreachable=0 skipped=1",
    "Job succeeded",
    "Finished: SUCCESS",
    "Tests: 412 passed, 412 total",
    "Backup job nightly finished: 41 GB in 38 minutes, verified",
    "snapshot pvc-data-20260501 created",
    "ts=2026-05-01T10:00:12Z level=info component=tsdb msg=\"WAL checkpoint complete\" first=12 last=14",
    "Completed loading of configuration file filename=prometheus.yml totalDuration=12ms",
    "user ana logged in from 10.0.0.9",
    "session opened for user deploy(uid=1001) by (uid=0)",
    "lookup api.example.com on 10.96.0.10:53: 203.0.113.9 in 4 ms",
    "BGP neighbor 192.0.2.1 Up, 812 prefixes received",
    "OSPF: neighbor 10.0.0.2 from LOADING to FULL, loading done",
    "ZFS scrub of tank finished with 0 errors",
    "md0: resync done, all members are in sync",
    "finished with 0 errors and 0 warnings",
    "the queue orders.created is empty, 4 consumers connected",
    "GET /v1/orders 200 12ms\nGET /v1/orders/4 200 9ms\nPOST /v1/orders 201 31ms",
    "The deploy of cart 1.4.2 is done; thank you all, coffee is on me.",
    "Planned failover of db-main to db-standby finished in 4 s, no connection was lost",
    "INFO switchover complete, replication is streaming, lag 0 bytes",
    "PLAY RECAP: web-3 : ok=9 changed=2 unreachable=0 failed=0",
    "Reminder: the timeout of the staging login will be raised from 15 to 30 minutes on Friday",
    "{\"level\":\"info\",\"msg\":\"consumer group billing is stable\",\"lag\":0,\"members\":4}",
    "Datensicherung abgeschlossen, 41 GB in 38 Minuten, geprüft",
    "vault-0: vault is unsealed, standby nodes follow",
    "md2 : active raid1 sdb1[0] sdc1[1] [2/2] [UU]",
    "No pods in CrashLoopBackOff, 0 OOMKilled, no errors seen. All good.",
    "0 pods in CrashLoopBackOff",
    "billing consumer lag 0, under-replicated partitions: 0, offline partitions 0",
    "No errors found. Disk usage 41%. Replication lag 0s. All certificates valid.",
    "Readiness probe succeeded. 0/6 pods failing. replicas 6/6 ready",
    "INFO Consumer group billing lag=1\nDEBUG retry policy: max 3 timeouts\nINFO circuit breaker CLOSED, failures 0",
    "INFO certificate loaded, expires 2027-05-01",
    "Release notes: fixes CrashLoopBackOff when the variable is missing",
    "Agenda: coffee, disk full runbook review, holidays",
    "%BGP-5-ADJCHANGE: neighbor 10.0.0.1 Down BGP Notification sent\n%BGP-5-ADJCHANGE: neighbor 10.0.0.1 Up",
];

/// What is taken for a failure, with the rules that say so.
fn alarms(texts: &[&str]) -> Vec<String> {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    let lint = PlanLint::built_in().expect("the built-in rules");
    let mut wrong = Vec::new();
    for text in texts {
        let pasted = read::read(text, knowledge);
        let input = Input { messages: pasted.messages, ..Input::default() };
        let report = triage(&input, &Store::default(), knowledge, lint);
        if report.pattern != Pattern::Unknown && report.severity.level != Level::Info {
            let rules: Vec<&str> = report.evidence.iter().map(|one| one.rule.as_str()).collect();
            wrong.push(format!("{text}\n  is {} by {rules:?}", report.pattern));
        }
    }
    wrong
}

#[test]
fn nothing_is_found_where_nothing_failed() {
    let wrong = alarms(&HARMLESS);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The other side of some of them: what makes them harmless is one word or number.
#[test]
fn the_same_lines_alarm_when_they_fail() {
    let failing = [
        "2026-05-01T10:00:01Z ERROR connection timeout after 30 s, 3 retries failed",
        "GET /health HTTP/1.1\" 500 2, Internal Server Error",
        "Release \"cart\" failed: UPGRADE FAILED: timed out waiting for the condition",
        "kernel: [    2.981200] eth0: Link is Down",
        "Server web/app1 is DOWN, reason: Layer7 check failed, code: 500",
        "x509: certificate has expired",
        "PLAY RECAP: web1 : ok=12 changed=0 unreachable=1 failed=0\nfatal: [web1]: UNREACHABLE!",
        "Backup job nightly failed after 38 minutes",
        "lookup api.example.com on 10.96.0.10:53: no such host",
        "ZFS scrub of tank finished with 14 checksum errors, pool is DEGRADED",
        "md2 : active raid1 sdb1[0] [2/1] [U_]",
        "the planned failover failed, connections were lost to the database",
        "shop 3.2.0 CrashLoopBackOff",
        "cart-0   0/1   CrashLoopBackOff   12   5m",
        "under-replicated partitions: 4",
        "%BGP-5-ADJCHANGE: neighbor 10.0.0.1 Down BGP Notification sent\n%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Up",
    ];
    assert_eq!(alarms(&failing).len(), failing.len(), "{:?}", alarms(&failing));
}
