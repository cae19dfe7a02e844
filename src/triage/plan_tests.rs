//! Plans of others, judged as a whole: commands, scripts, Markdown and prose.

use super::built_in::PLAN;
use super::*;

/// A plan in one line, as people paste it; it holds five things one should not do unseen.
const FORBIDDEN: &str = "1. Halt all rollback attempts at once. 2. Delete the offending CRD \
    'widgets.example.com' by hand with kubectl. 3. Delete the Helm release by force: \
    'helm delete edge-api --no-hooks'. 4. Clean up all orphaned pods and resources. 5. Reinstall \
    v1.9 from scratch. 6. Plan the next upgrade with a migration of the CRD in staging.";

/// As those of a team are when they are read.
#[test]
fn the_programs_own_rules_do_what_their_examples_say() {
    let own = |source: Source<'static>| Source { built_in: false, ..source };
    let PlanSources { commands, more, prose, allowed } = *PLAN;
    let [commands, more, prose, allowed] = [commands, more, prose, allowed].map(own);
    PlanLint::load(&PlanSources { commands, more, prose, allowed }).expect("the built-in rules");
}

#[test]
fn a_plan_in_one_line_has_exactly_its_dangers() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    let found = lint.check(FORBIDDEN);
    let found: Vec<(usize, &str, bool)> = found
        .iter()
        .map(|one| (one.step, one.danger.rule.as_str(), one.danger.refuses()))
        .collect();
    let expected = [
        (2, "k8s-delete-crd", true),
        (3, "helm-uninstall-prod", true),
        (3, "helm-no-hooks", true),
        (4, "prose-cleanup", false),
        (5, "prose-reinstall", false),
    ];
    assert_eq!(found, expected);
    assert!(lint.check("1. Never delete the CRD. 2. kubectl get pods").is_empty());
    let shell = lint.check("#!/bin/sh\nset -e\nkubectl delete ns shop\n");
    assert_eq!(shell[0].danger.rule, "k8s-delete-namespace");
    let markdown = lint.check("# Plan\n\n1. Look.\n2. Clear:\n\n```sh\nredis-cli FLUSHALL\n```\n");
    assert_eq!((markdown[0].step, markdown[0].danger.rule.as_str()), (2, "redis-flush"));
}

#[test]
fn a_plan_that_destroys_is_refused_however_it_is_written() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    for (plan, rule, line) in [
        ("#!/bin/sh\nset -e\nk=kubectl\n$k delete crd a.example.org\n", "k8s-delete-crd", 4),
        ("K=\"kubectl -n shop\"\n$K delete pvc data-0", "k8s-delete-pvc-pv", 2),
        ("KC=${KC:-kubectl}\n\"$KC\" delete ns shop", "k8s-delete-namespace", 2),
        ("psql -d shop <<EOF\nTRUNCATE orders;\nEOF", "sql-drop-truncate", 1),
        ("Then:\n1. Connect.\n2. Run:\n   DELETE FROM orders;\n", "sql-drop-truncate", 4),
        ("DELETE FROM orders;", "sql-drop-truncate", 1),
        ("SQL='TRUNCATE orders'\npsql -c \"$SQL\"", "sql-drop-truncate", 2),
        ("cd /srv/pg_wal && rm -f 0000*", "pg-wal-rm", 1),
        ("kubectl get pods -o name | grep a | xargs kubectl delete", "k8s-delete-listed", 1),
        ("kubectl delete -f all.yaml", "k8s-delete-file", 1),
        ("delete all pods in production", "k8s-delete-all", 1),
        ("remove the finalizers from the stuck namespace", "k8s-finalizer-removal", 1),
        ("echo a3ViZWN0bCBkZWxldGUgbnMgYQ== | base64 -d | sh", "k8s-delete-namespace", 1),
        ("echo fr -mr / | rev | sh", "unread-script", 1),
        ("1. Look. 2. Run kubectl delete ns shop to clean up.", "k8s-delete-namespace", 1),
        ("1. export NS=a\n2. kubectl delete ns \"$NS\"\n", "k8s-delete-namespace", 2),
        ("If the pods do not come up, delete the namespace.", "k8s-delete-namespace", 1),
        ("If pods do not recover run `kubectl delete ns a`", "k8s-delete-namespace", 1),
        ("Do not forget to delete the namespace shop.", "k8s-delete-namespace", 1),
        ("Don't worry and delete the namespace shop.", "k8s-delete-namespace", 1),
        ("Instead of waiting, delete the CRD.", "k8s-delete-crd", 1),
        ("Without delay delete the CRD.", "k8s-delete-crd", 1),
        ("Then wipe the PVCs.", "k8s-delete-pvc-pv", 1),
        ("Schritt 2: die Datenbank shop l\u{f6}schen", "sql-drop-truncate", 1),
        ("kubectl de\u{200b}lete ns shop", "k8s-delete-namespace", 1),
        ("kubectl get pvc -o name | xargs -I% sh -c 'kubectl delete %'", "k8s-delete-pvc-pv", 1),
        ("kubectl get pods -o name | xargs -I {} kubectl delete {}", "k8s-delete-listed", 1),
        ("ls /data | xargs --replace=@ sh -c 'rm -rf /data/@'", "rm-rf", 1),
        ("find /data -type f | while read f\ndo\n  rm -rf \"$f\"\ndone", "rm-rf", 3),
        ("1. Export K=kubectl.\n2. `$K delete pvc data-0`\n", "k8s-delete-pvc-pv", 2),
        ("$KUBECTL -n shop delete ns prod", "k8s-delete-namespace", 1),
        ("${HELM_BIN} uninstall edge", "helm-uninstall-prod", 1),
        ("Delete the PVC; do not delete it before noon.", "k8s-delete-pvc-pv", 1),
        ("Do not delete the PVC; delete it only when told by the owner.", "k8s-delete-pvc-pv", 1),
        ("1. Prüfen.\n2. Kundendatenbank löschen.\n", "sql-drop-truncate", 2),
        ("Wirf die Sitzungsdatenbank weg.", "sql-drop-truncate", 1),
    ] {
        let found = lint.check(&cleaned(plan));
        let refused = found.iter().find(|one| one.danger.refuses());
        let shown = refused.map(|one| (one.danger.rule.as_str(), one.line));
        assert_eq!(shown, Some((rule, line)), "{plan}: {found:?}");
    }
}

#[test]
fn a_plan_that_warns_prints_or_searches_destroys_nothing() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    for plan in [
        "4. Do NOT run `kubectl delete ns shop`.",
        "echo \"kubectl delete ns shop\"",
        "Tell it:\necho \"kubectl delete ns shop\"\n",
        "Never run this:\n```sh\nkubectl delete ns shop\n```\n",
        "`kubectl delete ns shop` must not be run.",
        "I will not delete any CRD.",
        "Do **not** delete the namespace shop.",
        "Roll back instead of `helm uninstall api`.",
        "grep -rn 'DROP TABLE orders' migrations/",
        "DELETE FROM orders\nWHERE id = 3;\n",
        "T=/tmp/x\nrm -rf \"$T\"",
        "kubectl delete pod web-7d4b9c6f5-x2x1z -n shop",
        "Kundendatenbank nicht l\u{f6}schen.",
        "Datenbankverbindung in der Konfiguration entfernen.",
        "Das Kundendatenbankpasswort im Ticket entfernen.",
        "Pr\u{fc}fe die Kundendatenbank.",
        "kubectl get pods -o name | xargs -I% sh -c 'kubectl describe %'",
        "find /data -type f | while read f; do ls -l \"$f\"; done",
        "$KUBECTL get pvc data-0",
        "$SUDO systemctl restart nginx",
        "Never drop the database.",
        "helm rollback edge 41 -n shop --wait",
        "rm -rf ./node_modules",
        "docker system df",
        "terraform plan -out plan.bin",
        "redis-cli --scan --pattern 'sess:*'",
    ] {
        assert_eq!(lint.check(plan), [], "{plan}");
    }
}

#[test]
fn prose_is_told_by_a_verb_a_thing_and_how_far() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    let check = |plan: &str, expected: &[(usize, &str)]| {
        let found = lint.check(plan);
        let found: Vec<_> = found.iter().map(|one| (one.step, one.danger.rule.as_str())).collect();
        assert_eq!(found, expected, "{plan}");
    };
    check("1. Look. 2. Scale everything to zero. 3. Wait.", &[(2, "prose-all-down")]);
    check("Look.\nRestart all brokers at once.\n", &[(2, "prose-all-at-once")]);
    check("Only if it hangs, fail over the primary.", &[(1, "prose-primary")]);
    check("Turn the firewall on db01 off.", &[(1, "security-off")]);
    check("The orders table must be dropped.", &[(1, "sql-drop-truncate")]);
    check("Die Warteschlange leeren.", &[(1, "kafka-topic-delete")]);
    check("Restart the brokers one by one.", &[]);
    check("Scale from zero to three replicas.", &[]);
    check("It is not necessary to empty the table.", &[]);
}

#[test]
fn a_list_of_what_not_to_do_is_no_danger_and_what_stands_behind_it_is() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    for head in ["Do not:", "## What not to do", "Never do this:", "Nicht:", "**Avoid:**"] {
        let list = format!("{head}\n\n- delete the PVC\n- `kubectl delete ns shop`\n");
        assert_eq!(lint.check(&list), [], "{list}");
        let more = format!("{list}\n## Then\n\n- delete the CRD\n");
        let found = lint.check(&more);
        let found: Vec<_> = found.iter().map(|one| one.danger.rule.as_str()).collect();
        assert_eq!(found, ["k8s-delete-crd"], "{more}");
    }
    let found = lint.check("Do not wait:\n- delete the CRD\n");
    assert!(!found.is_empty());
    assert!(!lint.check("# Never\nrm -rf /data\n").is_empty(), "a comment of a script");
}

#[test]
fn steps_that_are_numbered_in_one_line_have_their_own_findings() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    let check = |plan: &str, expected: &[(usize, &str)]| {
        let found = lint.check(plan);
        let found: Vec<_> = found.iter().map(|one| (one.step, one.danger.rule.as_str())).collect();
        assert_eq!(found, expected, "{plan}");
    };
    let expected = [(1, "redis-flush"), (3, "k8s-drain-force")];
    check("1) redis-cli FLUSHALL 2) helm rollback a 41 3) kubectl drain b --force", &expected);
    check("1. redis-cli FLUSHALL 2. helm rollback a 41 3. kubectl drain b --force", &expected);
    check(
        "(1) stop the rollback (2) delete the CRDs (3) helm uninstall payments",
        &[(2, "k8s-delete-crd"), (3, "helm-uninstall-prod")],
    );
}

#[test]
fn commands_and_words_in_one_line_are_both_judged_wherever_they_stand() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    for (plan, rule) in [
        ("kubectl -n prod get pods; then delete the namespace prod", "k8s-delete-namespace"),
        ("kubectl get pods; delete the namespace prod", "k8s-delete-namespace"),
        ("kubectl get pods first, then delete the namespace prod", "k8s-delete-namespace"),
        ("kubectl get pods and delete the namespace prod", "k8s-delete-namespace"),
        ("kubectl get pods. Then delete the namespace prod.", "k8s-delete-namespace"),
        ("kubectl get pods, dann den Namespace prod l\u{f6}schen", "k8s-delete-namespace"),
        ("helm status payments and then delete the CRDs", "k8s-delete-crd"),
        ("helm list\nhelm status payments and then delete the CRDs\n", "k8s-delete-crd"),
        ("kubectl get pods, then kubectl delete ns prod", "k8s-delete-namespace"),
        ("1. kubectl get pods, then setenforce 0", "security-off"),
        ("Then RESET MASTER on db02", "replication-log"),
        ("Then run chmod -R 777 /srv/app", "security-off"),
        ("Then run sudo chmod -R 777 /srv/app", "security-off"),
        ("Step 3: chmod -R 777 /srv/app.", "security-off"),
        ("Look first: chmod -R 777 /srv/app.", "security-off"),
        ("Look at it. Next, chmod -R 777 /srv/app", "security-off"),
        ("Dann chmod -R 777 /srv/app", "security-off"),
        ("Then run setenforce 0", "security-off"),
        ("Then run eksctl delete cluster --name prod", "cloud-delete"),
        ("Finally run ./fix.sh --prod", "unread-script"),
    ] {
        let found = lint.check(plan);
        let rules: Vec<_> = found.iter().map(|one| one.danger.rule.as_str()).collect();
        assert_eq!(rules, [rule], "{plan}");
    }
    for plan in [
        "kubectl get pods; do not delete the namespace prod",
        "kubectl get pods but never delete the namespace prod",
        "kubectl get pods # then delete the namespace prod",
        "git tag -m 'look, then delete the namespace prod' v1",
        "echo look, then delete the namespace prod",
        "cd /x; tool --note 'delete the namespace prod'",
        "T=/tmp/x; if true; then rm -rf \"$T\"; fi",
        "kubectl get pods, then look at the namespace prod",
        "Do not run chmod -R 777 /srv/app",
        "Nobody should run chmod -R 777 /srv/app.",
        "No one may run kubectl delete ns prod here.",
        "Check whether somebody has run chmod -R 777 /srv/app",
        "Look at it, e.g. scripts/fix.sh of the team.",
        "Then find the node and look at its disks",
    ] {
        assert_eq!(lint.check(plan), [], "{plan}");
    }
}

/// What somebody on call expects of a line: `D` refused, `W` warned of, `-` neither.
const LINES: &str = r#"
D find /data -type f | xargs rm -f
D find /srv -type d -exec rm -rf {} +
D r\m -rf /data
D "rm" -rf /data
D rm${IFS}-rf${IFS}/data
D $(echo rm) -rf /data
D rm --recurs --forc /data
D git push --forc origin main
D cat /dev/zero > /dev/sda
D > /dev/sda
D python3 -c "import shutil; shutil.rmtree('/data')"
D perl -e 'system("rm -rf /srv")'
D perl -e 'exec q(rm -rf /srv)'
D ruby -e 'system(*%w[rm -rf /data])'
D awk 'BEGIN{system("rm -rf " $1)}' list
D python3 -c 'import os, sys; os.system("rm -rf " + sys.argv[1])' x
D $'\x72m' -rf /
D trap 'rm -rf /data' EXIT
D screen -S a -X stuff 'rm -rf /data/x\n'
D tmux send-keys -t a 'rm -rf /data' Enter
D base64 -d <<< cm0gLXJmIC8= | bash
D pushd /data; rm -rf *
D Then run /bin/rm -rf /data on it.
D rm -rf /backup
D rm -rf /pgdata/old
D rm -rf /tmp/../data
D rm -rf /data{1,2}
D cd /tmp/x; rm -rf *
D find /backup -type f -delete
D truncate -s 0 /pgdata/base/1
D : > /var/lib/app/db.sqlite
W rm -rf /app
W rm -rf /var/log/nginx
W rm -rf /opt/app/cache
- rm -rf /var/cache/apt/*
- rm -rf "/tmp/build-$ID"
- cd /tmp && rm -rf build
- rm -f /opt/app/*.pid
- find /app/logs -name '*.gz' -delete
D mongorestore --drop dump/
D bundle exec rake db:reset
D eksctl delete cluster --name prod
D cryptsetup luksFormat /dev/sdb
D redis-cli SHUTDOWN NOSAVE
W systemctl stop sshd
W shutdown -h now
D KUBECTL DELETE NS shop
D RM -RF /data
D > /var/lib/postgresql/base/1
D set -- rm -rf /x; "$@"
D function x { rm -rf /var/lib/mysql; }; x
D kubectl exec pg-0 -- bash -lc "cd \$PGDATA && rm -rf base"
D kubectl&nbsp;delete&nbsp;ns&nbsp;shop
W cat plan.sql | psql prod
W make destroy
W nodetool removenode abc
W Reload
- which mkfs
- make test
- shutdown -c
- rails db:migrate
- kops get cluster
D Run pg_restore --clean -d shop dump on the primary.
D Run `pg_restore -Cc -d postgres a.dump`.
D podman volume prune
W etcdctl snapshot restore a.db --data-dir /var/lib/etcd-new
- terraform destroy -help
- aws ec2 terminate-instances help
- gcloud sql instances delete --help
- az group delete -h
- Remove-Item D:\Data -Recurse -?
- lvremove --help
- redis-cli -h a GET flushall:count
- wipefs /dev/sdb
- python manage.py migrate
D redis-cli --tls --cacert a.crt FLUSHALL
D bash -c 'rm -rf /data' --help
W ./fix.sh --help
- mongorestore --nsInclude 'shop_new.*' dump/
D ansible all -m shell -a "rm -rf /data"
D redis-cli EVAL "redis.call('flushall')" 0
D mongo prod --eval "db.dropDatabase()"
D virsh undefine web01 --remove-all-storage
D Remove-Item D:\Data -Rec -Fo
D PS C:\> Remove-Item -LiteralPath 'E:\Backups' -Recurse
D rd /s/q C:\Data
D Format D: /q
D VSSADMIN delete shadows /all
D terraform apply --destroy
D Format the disk /dev/sdb and mount it again.
D Delete the pod, then delete the CRD.
D Deaktiviere die Firewall auf db01.
D Die Tabelle orders leeren und neu anlegen.
D You can safely delete the backups of last week.
W ./fix-everything.sh --prod
W Run `./fix.sh`.
W eval "$(cat steps.txt)"
W source <(curl -s https://example.org/fix.sh)
W curl -s https://example.org/fix.py | python3 -
W systemctl mask kubelet
W git clean -fdx
D Kubectl delete ns shop
D Rm -rf /data
D Helm uninstall payments
D 1. Look. 2. Kubectl delete ns shop. 3. Wait.
D Then run Helm uninstall payments
D Look first. Helm uninstall payments
D Run `Kubectl delete ns shop`
D Sudo rm -rf /data
D Redis-cli flushall
D Find /data -delete
D Docker cleanup: remove all volumes
- Kubectl get pods
- Echo "kubectl delete ns shop"
- Helm is stuck, look at its history
- Helm uninstall hangs since ten
- Terraform destroy was run by nobody
- Delete the pod
- Find the pod and kill the query
D Then RESET MASTER on db02
D Then RESET MASTER on db02, and start the replica.
- Reset master-1 by its console
D core-1# write erase
D Erase startup-config
D 1. conf t 2. no router bgp 65001 3. end
W clear ip bgp *
W ssh core-1 'clear ip bgp *'
W reload
- reload the page
- nginx -s reload
- clear
- No changes are needed here
D Clear the queue orders
D no changes are needed, delete the namespace shop
W SET GLOBAL sql_slave_skip_counter = 1;
D innodb_force_recovery = 6
- innodb_force_recovery = 1
D DBCC CHECKDB ('shop', REPAIR_ALLOW_DATA_LOSS)
D Revert the VM to yesterday's snapshot
- mdadm /dev/md0 --remove /dev/sdb1
W redis-cli --scan --pattern 'cache:*' | xargs redis-cli del
- Restart the primary button
D storcli /c0/vall delete
D lvresize -L -10G vg0/a
D ceph pg 1.2 mark_unfound_lost delete
D pcs property set stonith-enabled=false
D drbdadm -- --discard-my-data connect r0
D zkCli.sh deleteall /brokers
D qm destroy 100
D ALTER DATABASE OPEN RESETLOGS
D RESTORE DATABASE shop FROM DISK='x' WITH REPLACE
W SHUTDOWN ABORT
- storcli /c0 show all
- Restore the snapshot into a new volume and compare.
- Take a snapshot of the VM before the upgrade.
- Write a note to the ticket.
- Docker restarts the container by itself.
W Restart the primary
- see `../eval/fix.py`
- eval "$(ssh-agent -s)"
- curl -s https://example.org/x | python3 -m json.tool
- cat /dev/sda > /srv/sda.img
- kubectl delete pods --al
- find /data -type f | xargs ls
- trap 'rm -f /tmp/x.$$' EXIT
- perl -e 'print q{rm -rf /}'
- awk '{print $1}' list
- awk '/delete/{print}' app.log
- Remove-Item D:\Data -Recurse -WhatIf
- format the output as JSON
- Format the report by partition.
- Delete the stack trace from the ticket.
- Delete the pod of the release.
- Remove the label from the CRD.
- Remove the database server from the maintenance list.
- Deleting the CRD would destroy every object of it, so do not.
- Make sure nobody deletes the PVC while you work.
- The outage began when somebody ran rm -rf / on the host.
- Do not under any circumstances run `terraform destroy`.
- Ask the DBA what a DROP TABLE would do here.
D k3s kubectl delete ns shop
D microk8s.kubectl delete ns shop
D kubectl.exe delete ns shop
D minikube kubectl -- delete ns shop
D kubectl --as-uid 3 delete ns shop
D k3s server --cluster-reset
- k3s kubectl get ns
- kubectl --as-uid delete get ns shop
- kubectl.exe get ns
- docker compose -f x.yml down
- command -v dropdb
- command -v mkfs.ext4 || echo none
D command rm -rf /data
D for f in /var/lib/mysql/*; do > $f; done
W xargs -a list kubectl delete
D $(which kubectl) delete ns shop
- 1. Do not run `DROP TABLE`.
- Den Namespace auf keinen Fall löschen.
- Look for "DROP TABLE" in the audit log.
- Look for "DROP TABLE orders" in the audit log.
- Search for `rm -rf /data` in the history.
D Look for the pod and run `kubectl delete ns shop`
D 1. Don't delete the deployment, delete the PVC instead.
D Do not delete the PVC before 5pm; delete it afterwards.
- Do not delete the PVC before 5pm; look at it afterwards.
- Never, under any circumstances, delete the PVC.
D psql -c "\! rm -rf /var/lib/postgresql"
- psql -c "\! ls /var/lib/postgresql"
- Den Namespace production nicht löschen.
- Kein Backup löschen, bevor alles geprüft ist.
"#;

#[test]
fn a_line_is_judged_as_somebody_on_call_would() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    for line in LINES.lines().filter(|line| !line.is_empty()) {
        let (expected, plan) = line.split_at(2);
        let found = lint.check(plan);
        let refused = found.iter().any(|one| one.danger.refuses());
        let got = match found.len() {
            _ if refused => "D ",
            0 => "- ",
            _ => "W ",
        };
        assert_eq!(got, expected, "{plan}: {found:?}");
    }
}

#[test]
fn both_faults_of_one_step_are_told_and_a_capital_letter_changes_no_id() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    let rules = |plan: &str| {
        let found = lint.check(plan);
        found.into_iter().map(|one| one.danger.rule).collect::<Vec<_>>()
    };
    let step = "1. \u{443}\u{434}\u{430}\u{43b}\u{438} \u{432}\u{441}\u{451}, d\u{435}lete";
    assert_eq!(rules(step), ["not-read", "disguised"]);
    for plan in ["reload", "Reload", "Reload the core switch", "core-1# reload"] {
        assert_eq!(rules(plan), ["network-session"], "{plan}");
    }
}

#[test]
fn what_stands_too_deep_to_be_read_is_no_silence() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    for plan in [
        "ssh a ssh b ssh c ssh d ssh e ssh f ssh g ssh h ssh i ls".to_owned(),
        format!("{}'ls'", "eval ".repeat(10)),
        format!("{}ls", "sudo ".repeat(100)),
    ] {
        let found = lint.check(&plan);
        let found: Vec<_> = found.iter().map(|one| one.danger.rule.as_str()).collect();
        assert_eq!(found, ["unread-script"], "{plan}");
    }
    for count in 60..=70 {
        let sudo = "sudo ".repeat(count);
        let eval = "eval ".repeat(7);
        for plan in [
            format!("{sudo}retry rm -rf /data"),
            format!("{sudo}nix-shell --run 'rm -rf /data'"),
            format!("alias x='rm -rf'; {sudo}x /data"),
            format!("{eval}{}retry rm -rf /data", "sudo ".repeat(count - 60)),
        ] {
            assert!(!lint.check(&plan).is_empty(), "{plan}");
        }
    }
    for command in ["rm -rf /data", "bash -c \"bash -c \\\"bash -c 'rm -rf /data'\\\"\""] {
        let found = lint.check(&format!("{}{command}", "sudo ".repeat(20)));
        assert_eq!(found.iter().map(|one| one.danger.rule.as_str()).collect::<Vec<_>>(), ["rm-rf"]);
    }
}

#[test]
fn a_rule_that_is_here_twice_is_refused_with_its_place() {
    let own = *built_in::PLAN;
    let twice = |text: &str, from: &str| {
        let first = text.find(from).expect("an entry");
        let next = text[first + 1..].find("\n- id:").expect("a second") + first + 2;
        (format!("{text}\n{}", &text[first..next]), text.lines().count() + 2)
    };
    let (prose, line) = twice(own.prose.text, "- id: k8s-delete-crd");
    let wrong = PlanSources { prose: Source { text: &prose, ..own.prose }, ..own };
    let error = PlanLint::load(&wrong).expect_err("a rule is here twice");
    assert_eq!((error.line, error.file.as_str()), (line, own.prose.name));
    let (allowed, line) = twice(own.allowed.text, "- id: look-helm");
    let wrong = PlanSources { allowed: Source { text: &allowed, ..own.allowed }, ..own };
    let error = PlanLint::load(&wrong).expect_err("an entry is here twice");
    assert_eq!((error.line, error.file.as_str()), (line, own.allowed.name));
    let more = own.more.text.replace("- id: tf-force-unlock", "- id: tf-destroy");
    let wrong = PlanSources { more: Source { text: &more, ..own.more }, ..own };
    let error = PlanLint::load(&wrong).expect_err("a rule is here twice");
    assert!(error.message.contains("tf-destroy") && error.line > 1, "{error:?}");
}

#[test]
fn each_sentence_of_a_step_has_its_findings_in_the_order_of_the_text() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    let found = |plan: &str| -> Vec<(usize, String)> {
        lint.check(plan).into_iter().map(|one| (one.line, one.text)).collect()
    };
    let texts = |plan: &str| found(plan).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    assert_eq!(
        texts("Get rid of the old volume. Next, delete the PVC data-0, then delete the namespace."),
        ["Get rid of the old volume", "delete the PVC", "delete the namespace"]
    );
    assert_eq!(
        texts("Then DROP TABLE tmp1; and later DROP DATABASE shop; done."),
        ["DROP TABLE", "DROP DATABASE"]
    );
    assert_eq!(texts("1. Delete the PVC:\n\n   ```sh\n   kubectl delete pvc a\n   ```\n").len(), 1);
    let far =
        "Get rid of the old volume.\n\nWait.\n\nLook at it.\n\nAsk Bob.\n\nkubectl delete pvc a\n";
    assert_eq!(texts(far).len(), 2, "{:?}", texts(far));
    let shell = "1. Clean up\n\n   ```sh\n   rm -rf /srv/old\n   kubectl delete pvc a\n   rm -rf /var/lib/mysql\n   ```\n";
    let lines: Vec<usize> = found(shell).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [4, 5, 6]);
}

#[test]
fn each_command_of_a_step_has_a_finding_of_its_own() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    let check = |plan: &str, expected: &[(&str, bool)]| {
        let found = lint.check(plan);
        let found: Vec<_> =
            found.iter().map(|one| (one.text.as_str(), one.danger.refuses())).collect();
        assert_eq!(found, expected, "{plan}");
    };
    let both = [("rm -rf /cache", false), ("rm -rf /var/lib/mysql", true)];
    check("1. Free space: rm -rf /cache; rm -rf /var/lib/mysql", &both);
    check(
        "1. `rm -rf /srv/a`, then `rm -rf /srv/b`.",
        &[("rm -rf /srv/a", true), ("rm -rf /srv/b", true)],
    );
    // What lasts a day may go.
    check("1. Free space: rm -rf /tmp/cache; rm -rf /var/lib/mysql", &both[1..]);
    // The words and the command are about the same thing.
    check("1. Delete the CRD: `kubectl delete crd a.b.io`", &[("Delete the CRD", true)]);
    let many = "rm -rf /srv/a; ".repeat(2 * 20);
    assert_eq!(lint.check(&format!("1. {many}")).len(), 20);
}

#[test]
fn a_finding_in_a_script_is_about_its_one_command() {
    let lint = PlanLint::built_in().expect("the built-in rules");
    let script = "#!/bin/sh\nset -e\nfor n in a b; do\n  kubectl delete ns $n\ndone\nhelm list\n\
        kubectl delete crd \\\n  a.example.org\n";
    let found = lint.check(script);
    let found: Vec<_> = found.iter().map(|one| (one.step, one.line, one.text.as_str())).collect();
    let expected =
        [(2, 4, "kubectl delete ns $n"), (4, 7, "kubectl delete crd \\\n  a.example.org")];
    assert_eq!(found, expected);
}
