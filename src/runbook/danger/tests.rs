//! What is dangerous and what only looks so.

use super::*;

const BUILT_IN: &str = include_str!("../../../data/dangers.yaml");

fn rules() -> Rules {
    Rules::from_yaml(BUILT_IN).expect("the built-in rules")
}

fn check(command: &str, expected: &[(&str, DangerLevel)]) {
    let found = rules().check(command);
    let found: Vec<_> = found.iter().map(|danger| (danger.rule.as_str(), danger.level)).collect();
    assert_eq!(found, expected, "{command}");
}

#[test]
fn every_built_in_rule_does_what_its_examples_say() {
    let rules = rules();
    assert!(rules.document.rules.len() >= 10);
    for rule in &rules.document.rules {
        assert!(rule.examples.matches.len() >= 3, "{}", rule.id);
        assert!(rule.examples.not.len() >= 3, "{}", rule.id);
        for text in &rule.examples.matches {
            assert!(rules.check(text).iter().any(|found| found.rule == rule.id), "{text}");
        }
        for text in &rule.examples.not {
            assert!(rules.check(text).iter().all(|found| found.rule != rule.id), "{text}");
        }
    }
}

#[test]
fn a_danger_is_found_however_the_command_is_run() {
    let deny = DangerLevel::Deny;
    for command in [
        "kubectl delete ns a",
        "k -n b delete ns a",
        "/usr/local/bin/kubectl --context=x delete namespaces/a",
        "KUBECONFIG=x time sudo -u root kubectl delete ns a",
        "env A=1 kubectl delete ns a",
        "true && kubectl delete ns a || false",
        "if x; then kubectl delete ns a; fi",
        "while read n; do kubectl delete ns \"$n\"; done < list",
        "bash -lc 'kubectl delete ns a'",
        "bash <<EOF\nkubectl delete ns a\nEOF",
        "echo 'kubectl delete ns a' | sh",
        "ssh -p 22 host kubectl delete ns a",
        "ssh host <<'EOF'\nkubectl delete ns a\nEOF",
        "x=$(kubectl delete ns a)",
        "echo \"`kubectl delete ns a`\"",
        "kubectl exec -it tools -c box -- kubectl delete ns a",
        "kubectl exec tools kubectl delete ns a",
        "docker compose -f a.yaml exec -T tools kubectl delete ns a",
        "docker run --rm -v a:b kubectl-image kubectl delete ns a",
        "timeout -k 5 60 kubectl delete ns a",
        "cat list | xargs -n1 kubectl delete ns",
        "kubectl \\\n  delete \\\n  ns a",
        "eval \"kubectl delete ns a\"",
        "\"kubectl\" 'delete' ns a",
        "cleanup() { kubectl delete ns a; }",
        "su - admin -c 'kubectl delete ns a'",
        "$'kube\\x63tl' $'\\144elete' ns a",
        "env -S 'kubectl delete ns a'",
        "env -i --split-string='kubectl delete' ns a",
        "trap 'kubectl delete ns a' EXIT INT",
        "trap -- \"kubectl delete ns a\" 0",
        "flock -n /x -c 'kubectl delete ns a'",
        "exec -a b kubectl delete ns a",
        "kubectl delete {ns,b} a",
        "kubect{l..l} delete {n..n}s a",
        "parallel 'kubectl delete ns {}' ::: a b",
        "sudo nohup nice -n 5 ionice -c 3 timeout 5 stdbuf -oL env A=b setsid time nohup nice kubectl delete ns a",
        "retry --times 3 kubectl delete ns a",
        "aws-vault exec prod -- kubectl delete ns a",
        "nix-shell --run 'kubectl delete ns a'",
    ] {
        check(command, &[("k8s-delete-namespace", deny)]);
    }
}

#[test]
fn words_that_run_nothing_are_no_danger() {
    for command in [
        "# kubectl delete ns a",
        "ls # kubectl delete ns a",
        "echo kubectl delete ns a; printf 'rm -rf /'",
        "grep 'kubectl delete ns a' README.md",
        "git commit -m 'kubectl delete ns a'",
        "cat > note <<EOF\nkubectl delete ns a\nEOF",
        "kubectl delete pod delete-ns -n ns",
        "kubectl get pod -l 'app=delete'",
        "kubectl delete -n ns deployment a",
        "kubectl delete ns a --help",
        "git log --grep='push --force'",
        "helm list | grep uninstall",
        "trap - EXIT",
        "trap 'echo kubectl delete ns a' EXIT",
        "env -S 'ls -l'",
        "which kubectl helm; man kubectl delete ns a",
        "tell 'kubectl delete ns a'",
        "kubectl get {ns,pods}",
        "",
    ] {
        check(command, &[]);
    }
}

#[test]
fn one_command_may_be_dangerous_in_several_ways_each_once() {
    let (deny, warn) = (DangerLevel::Deny, DangerLevel::Warn);
    check(
        "helm uninstall a --no-hooks; helm -n prod del b; rm -rf $X /",
        &[("helm-uninstall-prod", deny), ("helm-no-hooks", deny), ("rm-rf", deny)],
    );
    check("kubectl delete pod $POD --force", &[("k8s-force-delete-sts-pod", warn)]);
    check("kubectl delete pod $POD db-0 --force", &[("k8s-force-delete-sts-pod", deny)]);
    check("git push --force-with-lease", &[("git-force-push", warn)]);
    check("git push --force-with-lease +main", &[("git-force-push", deny)]);
}

#[test]
fn a_change_says_where_it_works() {
    let rules = rules();
    let check = |command: &str, unscoped: bool| {
        assert_eq!(rules.unscoped(command).is_some(), unscoped, "{command}");
    };
    for command in [
        "kubectl apply -f a.yaml",
        "kubectl rollout restart deploy/a",
        "kubectl delete pod a",
        "kubectl get pods -n a && kubectl scale deploy a --replicas 0",
        "kubectl label pod a example.org/x=y",
        "helm upgrade --install a ./chart -f values.yaml",
        "sudo helm rollback a",
        "kubectl delete pod,ns a",
        "kubectl apply -f - <<EOF\nkind: Pod\nEOF",
    ] {
        check(command, true);
    }
    for command in [
        "kubectl apply -f a.yaml -nb",
        "kubectl -n <NS> delete pod a",
        "kubectl --context=x scale deploy a --replicas 0",
        "KUBECONFIG=x kubectl apply -f a.yaml",
        "env HELM_NAMESPACE=x helm rollback a",
        "kubectl config use-context x\nkubectl apply -f a.yaml",
        "kubens x; helm rollback a 3",
        "export KUBECONFIG=x\nkubectl apply -f a.yaml",
        "kubectl label node/a example.org/x=y",
        "kubectl annotate node a example.org/x=y",
        "kubectl create ns a",
        "kubectl delete crd a.b.io",
        "kubectl apply -f chart/crds/",
        "cat <<EOF | kubectl apply -f -\nkind: Pod\nmetadata:\n  namespace: a\nEOF",
        "kubectl rollout status deploy/a",
        "kubectl get pods",
        "kubectl apply -f a.yaml --dry-run=server",
        "helm history a",
        "echo kubectl apply -f a.yaml",
    ] {
        check(command, false);
    }
    let add = rules.unscoped("helm rollback a").expect("unscoped");
    assert!(add.contains("--kube-context"), "{add}");
}

#[test]
fn a_wrong_file_is_refused_with_its_place() {
    let check = |from: &str, to: &str, line_has: &str, expected: &str| {
        assert!(BUILT_IN.contains(from), "{from}");
        let yaml = BUILT_IN.replacen(from, to, 1);
        let error = Rules::from_yaml(&yaml).expect_err(expected);
        let line = yaml.lines().nth(error.line - 1).unwrap_or_default();
        assert!(line.contains(line_has), "line {} is {line:?}: {error}", error.line);
        assert!(error.message.contains(expected), "{error}");
    };
    check("none: [--keep-history]", "nine: [--keep-history]", "nine", "unknown key `nine`");
    check("like: '-[0-9]{1,3}$'", "like: '-[0-9'", "like: '-[0-9'", "unclosed character class");
    check("id: helm-no-hooks", "id: rm-rf", "rm-rf", "here twice");
    let git = "{program: git, verbs: [push], operands";
    check(git, "{program: gti, verbs: [push], operands", "git-force-push", "program gti");
    check("resources: [namespace]", "resources: [ns]", "k8s-delete-namespace", "kind ns");
    check("any: [--cleanup-on-fail]", "any: [--cleanup]", "cleanup-on-fail", "does not find");
    check("- rm -rf ./build", "- rm -rf /", "id: rm-rf", "should not");
    check("names: [git]", "names: []", "names: []", "`names` is empty");
    check("source: https://git", "source: git", "git-force-push", "https address");
}

#[test]
fn hostile_commands_take_no_stack_and_are_read_a_few_times_at_most() {
    const MANY: usize = 5_000;
    let rules = rules();
    let pieces = [
        "$(",
        "sudo ",
        "bash -c '",
        "rm -rf $(",
        "| xargs ",
        "a;",
        "kubectl get x | xargs ",
        "for x in $(a) $x $x; do ",
        "x=$(a)$x;",
        "read x|",
        "export A=1;",
        "export KUBECONFIG=1;",
        "eval ",
        "`",
        "<<A ",
        "delete from a ",
        "ssh a \"$(",
        "kubectl delete ns a,",
        "{a",
        "{a,b}$(",
        "echo {a,b}$(",
        "{a..a}",
        "{{a,b},",
        "(cd a;",
        "pushd a;",
        "{a..z}",
        "kubectl {a,b} ",
        "def run(q(",
        "\u{2013}rf ",
    ];
    let code = |piece: &str| format!("python -c '{}'", piece.repeat(MANY));
    let texts = pieces.map(|piece| piece.repeat(MANY));
    for text in texts.into_iter().chain([code("run(q("), code("def run(q("), code("`a` ")]) {
        let runs = reader::invocations(&rules.document, &text).len();
        assert!(runs <= 4 * MANY, "{runs}: {:?}", &text[..20]);
        rules.check(&text);
        rules.unscoped(&text);
    }
}

#[test]
fn a_variable_stands_for_what_it_was_given() {
    let deny = DangerLevel::Deny;
    for command in [
        "for n in $(kubectl get ns -o name); do kubectl delete $n; done",
        "kubectl get ns -o name | grep pr- | while read -r n; do kubectl delete \"${n}\"; done",
        "N=$(kubectl get ns -o name)\nkubectl delete $N",
        "$ kubectl delete ns a",
        "K=kubectl\n$K delete ns a",
        "K='kubectl -n b'; ${K} delete ns a",
        "C='kubectl delete ns a'; eval \"$C\"",
        "alias kc=kubectl\nkc delete ns a",
        "sh -c \"$(echo a3ViZWN0bCBkZWxldGUgbnMgYQ== | base64 -d)\"",
    ] {
        check(command, &[("k8s-delete-namespace", deny)]);
    }
    check("T=/tmp/x\nrm -rf \"$T\"", &[]);
    check("T=/tmp/x\nif a; then T=/; fi\nrm -rf \"$T\"", &[("rm-rf", deny)]);
    check("N=$(kubectl get pods -o name)\nkubectl delete $N", &[]);
    check("for n in a b; do kubectl delete pod $n; done", &[]);
}

#[test]
fn a_command_may_choose_where_later_ones_work_or_make_them_dangerous() {
    let rules = rules();
    for command in ["kubectl config use-context a", "kubens a", "export KUBECONFIG=a"] {
        assert!(rules.chooses_scope(command), "{command}");
    }
    for command in ["kubectl config view", "KUBECONFIG=a kubectl get ns", "export A=b"] {
        assert!(!rules.chooses_scope(command), "{command}");
    }
    assert!(rules.prepares("git reset --hard HEAD~1"));
    assert!(!rules.prepares("git reset HEAD~1"));
}

#[test]
fn of_a_long_plan_only_what_a_rule_asks_about_later_is_kept() {
    let rules = rules();
    let mut session = rules.session();
    for _ in 0..100 {
        session.check("kubectl get ns; git reset --hard a; psql -c 'select 1'");
    }
    assert_eq!(session.reader.found.len(), 1);
    assert_eq!(session.check("git push").len(), 1);
}

#[test]
fn another_text_may_add_to_a_program_in_every_way() {
    let more = "programs:\n  - {names: [helm, helmet], flags: [\"-q --query=\"], sql: [--query], sql_operands: true, \
        harmless: [--never], paths: true}\nrules:\n";
    let more = format!(
        "{more}{}",
        rule(
            "sql",
            "{program: helm, sql: {drop: [TABLE]}}, {program: helm, operands: {like: ^/x/y$}}"
        )
    );
    let rules = Rules::with_more(BUILT_IN, &more).expect("rules");
    for (command, found) in [
        ("helmet -q 'drop table a'", true),
        ("helm 'drop table a'", true),
        ("cd /x; helmet y", true),
        ("helmet -q 'drop table a' --never", false),
    ] {
        assert_eq!(rules.check(command).iter().any(|one| one.rule == "sql"), found, "{command}");
    }
}

#[test]
fn where_a_command_works_is_where_its_own_shell_went() {
    let deny = DangerLevel::Deny;
    for command in [
        "cd /data; D=$(cd /tmp/x && pwd); rm -rf old",
        "cd /data; echo `cd /tmp/x`; rm -rf old",
        "cd /data; diff <(cd /tmp/x; ls) b; rm -rf old",
        "cd /data; (cd /tmp/x; ls); rm -rf old",
        "cd /data; (ls; (cd /tmp/x); ls) | sort; rm -rf old",
        "cd /data; (cd /tmp/x) && (ls) && rm -rf old",
        "cd /data; f() (cd /tmp/x); rm -rf old",
        "cd /tmp/x; (cd /data; rm -rf old)",
        "cd /data; bash -c 'cd /tmp/x; ls'; rm -rf old",
        "cd /data; ssh a 'cd /tmp/x; ls'; rm -rf old",
        "cd /data; sudo sh -c 'cd /tmp/x'; rm -rf old",
        "cd /data; echo 'cd /tmp/x' > a.sh; bash a.sh; rm -rf old",
        "cd /data; true | cd /tmp/x; rm -rf old",
        "pushd /data; pushd /tmp/x; popd; rm -rf old",
        "cd /data; cd /tmp/x; cd -; rm -rf old",
        "cd /tmp/x; eval 'cd /data'; rm -rf old",
        "cd /tmp/x; command cd /data; rm -rf old",
        "cd /tmp/x; echo 'cd /data' > a.sh; . a.sh; rm -rf old",
    ] {
        check(command, &[("rm-rf", deny)]);
    }
    for command in [
        "cd /data; (cd /tmp/x; rm -rf old)",
        "cd /data; cd /tmp/x; (ls); rm -rf old",
        "pushd /tmp/x; pushd /data; popd; rm -rf old",
    ] {
        check(command, &[]);
    }
}

#[test]
fn what_the_words_of_a_list_share_is_read_once() {
    let rules = rules();
    let nested = (0..6).fold("git push".to_owned(), |text, _| format!("echo {{a,b}}$({text})"));
    assert_eq!(reader::invocations(&rules.document, &nested).len(), 1);
}

/// A rule of that id for the tests below.
fn rule(id: &str, when: &str) -> String {
    format!(
        "  - {{id: {id}, level: warn, destroys: a, safer: b, source: \"https://a\", when: [{when}], examples: {{matches: [], not: []}}}}\n"
    )
}

const STYLES: &str = r#"
programs:
  - {names: [rm], style: short}
  - {names: [wipe-all], style: cmdlet, flags: ["-recurse", "-path=", "-whatif"], harmless: [-whatif]}
  - {names: [scrub], style: windows}
  - {names: [mill], style: one-dash, flags: ["-all", "-out="]}
  - {names: [">"]}
  - {names: [sh, bash]}
  - {names: [code]}
prefixes:
  - {names: [code], flags: ["-c="], runs: code}
rules:
"#;

#[test]
fn a_command_line_is_read_in_the_style_of_its_program() {
    let mut more = STYLES.to_owned();
    for (id, when) in [
        ("short", "{program: rm, all: [--recursive]}"),
        ("cmdlet", "{program: wipe-all, all: [-recurse]}"),
        ("windows", "{program: scrub, verbs: [disk], all: [-s, -q]}"),
        ("dash", "{program: mill, all: [-all]}"),
        ("written", "{program: '>', operands: {like: ^/dev/sd}}"),
        ("called", "{program: sh, unread: called}, {program: code, unread: called}"),
        ("printed", "{program: code, unread: printed}"),
        ("hidden", "{program: sh, unread: hidden}"),
        ("hidden-code", "{program: code, unread: hidden}"),
    ] {
        more.push_str(&rule(id, when));
    }
    let rules = Rules::with_more(BUILT_IN, &more).expect("rules");
    let many: String = (0..62).map(|number| format!(",x{number}")).collect();
    let calls = format!("code -c '{}'", "os.system(\"ls\");".repeat(51));
    let (short, long) = (format!("{{rm,--recursive,/a{many}}}"), format!("{{ls,/a{many},b}}"));
    for (command, expected) in [
        (short.as_str(), Some("rm-rf")),
        (long.as_str(), Some("hidden")),
        (calls.as_str(), Some("hidden-code")),
        ("rm --recurs a", Some("short")),
        ("rm --r a", None),
        ("kubectl delete pods --al", None),
        ("Wipe-All -Rec a", Some("cmdlet")),
        ("WIPE-ALL.EXE -path /a/b -RECURSE:$true", Some("cmdlet")),
        ("wipe-all -recurse -WhatIf a", None),
        ("wipe-all -recurse:$false a", None),
        ("Scrub Disk /s/q", Some("windows")),
        ("scrub disk /s", None),
        ("mill --all", Some("dash")),
        ("mill --out -all", None),
        ("echo a > /dev/sda", Some("written")),
        ("echo a > b", None),
        ("./a.sh -x", Some("called")),
        ("bash a.sh", Some("called")),
        ("bash < a.sh", Some("called")),
        ("ssh host bash -s < a.sh", Some("called")),
        ("echo ls > a.sh; bash a.sh", None),
        ("echo 'rm --recursive a' > a.sh; bash a.sh", Some("short")),
        ("echo 'rm --recursive a' > a.sh; echo ls >> a.sh; bash a.sh", Some("short")),
        ("echo 'rm --recursive a' > a.sh; echo ls | tee -a a.sh; bash a.sh", Some("short")),
        ("echo 'rm --recursive a' > a.sh; echo ls > a.sh; bash a.sh", None),
        ("echo 'rm --recursive a' > a.sh; echo ls | tee a.sh; bash a.sh", None),
        (": > a.sh; echo ls >> a.sh; bash a.sh; bash a.sh", None),
        ("echo ls > a.sh; bash a.sh; echo 'rm --recursive a' >> a.sh; bash a.sh", Some("short")),
        ("echo ls > a.sh; curl b > a.sh; bash a.sh", Some("called")),
        ("echo ls > a.sh; curl b >> a.sh; bash a.sh", Some("called")),
        ("echo ls > a.sh; curl b | sudo tee a.sh; bash a.sh", Some("called")),
        ("echo ls > a.sh; bash a.sh; curl b > a.sh; bash a.sh", Some("called")),
        ("echo ls >> a.sh; bash a.sh", Some("called")),
        ("code -c 'os.system(\"rm --recursive a\")'", Some("short")),
        ("code -c 'os.system(\"cd /tmp/x; rm --recursive a\")'", Some("short")),
        ("code -c 'os.system(x); print(\"a\")'", Some("printed")),
        ("code <<EOF\nos.system(x)\nEOF", Some("printed")),
        ("curl a | code -c 'print(1)'", None),
        ("code a.py", Some("called")),
        ("bash -c 'ls' a.sh", None),
        ("ssh host bash <<EOF\nrm --recursive a\nEOF", Some("short")),
        ("ssh host sudo bash <<EOF\nls\nEOF", None),
    ] {
        let found = rules.check(command);
        let mut found = found.iter().map(|danger| danger.rule.as_str());
        assert_eq!(found.next(), expected, "{command}");
    }
}
