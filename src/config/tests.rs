//! Tests of the settings: files in, settings or complaints out.

use std::ffi::OsString;

use super::*;
use crate::error::Error;

/// A folder with a workspace and a home of its own.
struct Desk {
    folder: tempfile::TempDir,
    environment: Environment,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "work/runbooks/deep"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let home = folder.path().join("home");
        Self { environment: Environment { home: Some(home), ..Environment::default() }, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join(name)
    }

    fn write(&self, text: &str) {
        fs::write(self.path("work/runledger.toml"), text).unwrap();
    }

    fn load(&self) -> Result<Config, ConfigError> {
        self.load_with(&Flags::default())
    }

    fn load_with(&self, flags: &Flags) -> Result<Config, ConfigError> {
        Config::load(flags, &self.environment, &self.path("work"))
    }

    /// Makes a ledger in a store, as the program would.
    fn use_store(&self, config: &Config) {
        fs::create_dir_all(&config.store).unwrap();
        fs::write(config.store.join("ledger.db"), "").unwrap();
        config.remember().unwrap();
    }
}

#[test]
fn without_a_file_everything_has_a_default() {
    let desk = Desk::new();
    let config = desk.load().unwrap();
    assert_eq!(config.workspace, desk.path("work"));
    assert_eq!(config.runbooks, [desk.path("work/runbooks")]);
    assert_eq!((config.stale_after_days, config.due_within_days), (90, 14));
    assert_eq!(config.listen.to_string(), "127.0.0.1:7311");
    assert_eq!(config.write_back, None);
    assert_eq!(config.max_file_size, 1024 * 1024);
    assert!(config.store.starts_with(desk.path("home/.local/share/runledger")));
    assert_eq!(config.notices, Vec::<String>::new());

    fs::remove_dir_all(desk.path("work/runbooks")).unwrap();
    assert_eq!(desk.load().unwrap().runbooks, [desk.path("work")]);
}

#[test]
fn a_file_is_found_from_any_folder_below_it() {
    let desk = Desk::new();
    desk.write("workspace = \"ops\"\nstale_after_days = 30");
    let deep = desk.path("work/runbooks/deep");
    let config = Config::load(&Flags::default(), &desk.environment, &deep).unwrap();
    assert_eq!(config.workspace, desk.path("work"));
    assert_eq!(config.stale_after_days, 30);
    assert_eq!(config.store, desk.path("home/.local/share/runledger/ops"));
    assert_eq!(config.policy(None, true).limit_days, 30);
    assert_eq!(config.policy(Some(7), true).limit_days, 7);
}

#[test]
fn every_key_is_read() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("work/b")).unwrap();
    desk.write(
        "workspace = 'ops'\nrunbooks = ['runbooks', 'b']\nextensions = ['.MD', 'html.md.erb']\n\
         ignore = ['drafts/**']\nstale_after_days = 60\ndue_within_days = 7\n\
         timezone = 'Europe/Lisbon'\nlisten = 'localhost:8000'\nwrite_back = 'commit'\n\
         default_owner = 'sre'\nsource_url = 'https://g.example/{path}#L{line}'\n\
         public_url = 'https://Runbooks.example.org:8443/'\nmax_file_size = '2 MiB'\n\
         store = '~/ledger'\n[owners.sre]\nchat = '#sre'\npage = 'https://page'\n",
    );
    let config = desk.load().unwrap();
    assert_eq!(config.runbooks, [desk.path("work/runbooks"), desk.path("work/b")]);
    assert_eq!(config.extensions, ["md", "html.md.erb"]);
    assert_eq!(config.ignore, ["drafts/**"]);
    assert_eq!((config.stale_after_days, config.due_within_days), (60, 7));
    assert_eq!(config.timezone, Tz::Europe__Lisbon);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.write_back, Some(WriteBack::Commit));
    assert_eq!(config.default_owner.as_deref(), Some("sre"));
    assert_eq!(config.owners["sre"].chat.as_deref(), Some("#sre"));
    assert_eq!(config.owners["sre"].page.as_deref(), Some("https://page"));
    let source = config.source_url.unwrap();
    assert_eq!(source.of("a b/c{line}.md", 3), "https://g.example/a%20b/c%7Bline%7D.md#L3");
    let public = config.public_url.unwrap();
    assert_eq!(public.text, "https://Runbooks.example.org:8443");
    assert_eq!(public.host, "runbooks.example.org:8443");
    assert_eq!(config.max_file_size, 2 * 1024 * 1024);
    assert_eq!(config.store, desk.path("home/ledger"));
}

#[track_caller]
fn complains(text: &str, line: usize, column: usize, words: &str) {
    let problems = file::parse(text).expect_err("must not be accepted");
    let Problem { line: l, column: c, message } = &problems[0];
    assert_eq!((*l, *c), (line, column), "{message}");
    assert!(message.contains(words), "{message}");
}

#[test]
fn an_unknown_key_names_its_place_and_the_nearest_key() {
    complains("# x\n\nstale_after_day = 30", 3, 1, "did you mean `stale_after_days`?");
    complains("frobnicate = 1", 1, 1, "there are: workspace, runbooks");
    complains("[owners.a]\nchta = 'x'", 2, 1, "did you mean `chat`?");
}

#[test]
fn a_wrong_value_names_its_place_and_what_would_be_right() {
    complains("stale_after_days = '90'", 1, 20, "number of days from 1 to 3650");
    complains("stale_after_days = 0", 1, 20, "number of days");
    complains("due_within_days = 90", 1, 19, "must be less than stale_after_days (90)");
    complains("timezone = 'Europe/Lisbn'", 1, 12, "did you mean `Europe/Lisbon`?");
    complains("write_back = 'files'", 1, 14, "did you mean `file`?");
    complains("write_back = 'sometimes'", 1, 14, "there are: file, commit, off");
    complains("extensions = 'md'", 1, 14, "expected a list of texts");
    complains("extensions = ['a/b']", 1, 15, "no extension");
    complains("extensions = []", 1, 14, "at least one");
    complains("ignore = ['ok', '[']", 1, 17, "no pattern");
    complains("runbooks = [1]", 1, 13, "expected a text in quotes, found an integer");
    complains("runbooks = []", 1, 12, "at least one folder");
    complains("workspace = '../x'", 1, 13, "no workspace id");
    complains("workspace = 'path-1'", 1, 13, "not beginning with `path-`");
    complains("max_file_size = '1 GiB'", 1, 17, "up to 64 MiB");
    complains("max_file_size = -1", 1, 17, "up to 64 MiB");
    complains("source_url = 'https://x/{file}'", 1, 14, "unknown placeholder `file`");
    complains("source_url = 'https://x/'", 1, 14, "needs {path}");
    complains("source_url = 'javascript:{path}'", 1, 14, "https://");
    complains("public_url = 'https://x/sub'", 1, 14, "host alone");
    complains("public_url = 'runbooks'", 1, 14, "no address");
    complains("store = ''", 1, 9, "empty");
    complains("workspace = ", 1, 13, "");
    complains("é = 1\nlisten = '0.0.0.0:7311'", 1, 1, "");
}

#[test]
fn all_that_is_wrong_is_told_at_once_in_the_files_order() {
    let problems = file::parse("workspace = ''\nstale = 1\ndue_within_days = 'x'").unwrap_err();
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 2, 3]);

    let desk = Desk::new();
    desk.write("a_key = 1\nstale_after_days = 0\n");
    let message = desk.load().unwrap_err().to_string();
    assert!(message.contains("runledger.toml:1:1: unknown key"), "{message}");
    assert!(message.contains("runledger.toml:2:20: expected"), "{message}");
}

#[test]
fn only_this_machine_may_be_listened_to() {
    for address in ["0.0.0.0:7311", "192.168.1.2:80", "[::]:7311"] {
        complains(&format!("listen = '{address}'"), 1, 10, "no logins yet");
    }
    complains("listen = '7311'", 1, 10, "no address and port");
    assert!(file::parse("listen = '[::1]:7311'").is_ok());
    let flags = Flags { listen: Some("0.0.0.0:1".to_owned()), ..Flags::default() };
    let message = Desk::new().load_with(&flags).unwrap_err().to_string();
    assert!(message.starts_with("--listen: "), "{message}");
}

#[test]
fn runbooks_folders_stay_inside_and_apart() {
    let desk = Desk::new();
    let message = |text: &str| {
        desk.write(text);
        desk.load().unwrap_err().to_string()
    };
    assert!(message("runbooks = ['../home']").contains(":1:13: `../home` leads outside"));
    std::os::unix::fs::symlink("../home", desk.path("work/link")).unwrap();
    assert!(message("runbooks = ['link']").contains("leads outside"));
    assert!(message("runbooks = ['.', 'runbooks']").contains("overlap"));
    assert!(message("runbooks = ['runledger.toml']").contains("is a file"));

    desk.write(&format!("runbooks = ['{}']", desk.path("home").display()));
    assert_eq!(desk.load().unwrap().runbooks, [desk.path("home")]);
    desk.write("runbooks = ['missing']");
    let config = desk.load().unwrap();
    assert_eq!(config.runbooks, [desk.path("work/missing")]);
    assert!(config.notices[0].contains("does not exist"));
}

#[test]
fn the_ledger_is_found_again_after_the_file_is_deleted() {
    let desk = Desk::new();
    desk.write("workspace = 'ops'");
    let before = desk.load().unwrap();
    desk.use_store(&before);
    fs::remove_file(desk.path("work/runledger.toml")).unwrap();

    let after = desk.load().unwrap();
    assert_eq!(after.store, before.store);
    assert_eq!(after.id.as_deref(), Some("ops"));
    assert!(after.notices[0].contains("runledger.toml is gone"), "{:?}", after.notices);
    let deep = desk.path("work/runbooks/deep");
    let deep = Config::load(&Flags::default(), &desk.environment, &deep).unwrap();
    assert_eq!(deep.store, before.store);
}

#[test]
fn a_ledger_made_before_init_stays_in_use_and_clones_share_it() {
    let desk = Desk::new();
    let before = desk.load().unwrap();
    desk.use_store(&before);
    desk.write("workspace = 'ops'");
    let after = desk.load().unwrap();
    assert_eq!(after.store, before.store);
    after.remember().unwrap();

    let clone = desk.path("clone");
    fs::create_dir(&clone).unwrap();
    fs::write(clone.join("runledger.toml"), "workspace = 'ops'").unwrap();
    let clone = Config::load(&Flags::default(), &desk.environment, &clone).unwrap();
    assert_eq!(clone.store, before.store);
}

#[test]
fn a_damaged_memory_is_no_obstacle() {
    let desk = Desk::new();
    desk.write("workspace = 'ops'");
    fs::create_dir_all(desk.path("home/.local/share/runledger")).unwrap();
    fs::write(desk.path("home/.local/share/runledger/workspaces.json"), "{").unwrap();
    let config = desk.load().unwrap();
    desk.use_store(&config);
    fs::remove_file(desk.path("work/runledger.toml")).unwrap();
    assert_eq!(desk.load().unwrap().store, config.store);
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let mut desk = Desk::new();
    desk.write("store = 'from-file'");
    assert_eq!(desk.load().unwrap().store, desk.path("work/from-file"));
    desk.environment.store = Some("from-variable".into());
    desk.environment.actor = Some("ana".to_owned());
    let config = desk.load().unwrap();
    assert_eq!(config.store, desk.path("work/from-variable"));
    assert_eq!(config.actor().to_string(), "person:ana");
    let flags = Flags {
        store: Some("/flag".into()),
        actor: Some("service:drill".to_owned()),
        workspace: Some(desk.path("home")),
        ..Flags::default()
    };
    let config = desk.load_with(&flags).unwrap();
    assert_eq!(config.store, Path::new("/flag"));
    assert_eq!(config.actor().to_string(), "service:drill");
    assert_eq!(config.workspace, desk.path("home"));
}

#[test]
fn the_actor_is_never_empty() {
    let mut desk = Desk::new();
    desk.environment.actor = Some(" ".to_owned());
    assert!(desk.load().unwrap_err().to_string().starts_with("RUNLEDGER_ACTOR: an actor"));
    desk.environment.actor = None;
    assert!(!desk.load().unwrap().actor().name.is_empty());
}

#[test]
fn the_day_is_the_one_of_the_zone_unless_another_is_asked_for() {
    let mut desk = Desk::new();
    desk.write("timezone = 'Pacific/Auckland'");
    desk.environment.now = Some("2026-11-20T23:00:00Z".to_owned());
    let config = desk.load().unwrap();
    assert_eq!(config.day().to_string(), "2026-11-21");
    let as_of = NaiveDate::from_ymd_opt(2026, 6, 1);
    let config = desk.load_with(&Flags { as_of, ..Flags::default() }).unwrap();
    assert_eq!(Some(config.day()), as_of);
    assert_eq!(config.today().to_string(), "2026-11-21");

    desk.environment.now = Some("1767225600000".to_owned());
    assert_eq!(desk.load().unwrap().clock.now_ms(), 1_767_225_600_000);
    desk.environment.now = Some("noon".to_owned());
    assert!(desk.load().unwrap_err().to_string().contains("no moment"));
}

#[test]
fn without_a_home_a_store_must_be_named() {
    let mut desk = Desk::new();
    desk.environment.home = None;
    let error = Error::from(desk.load().unwrap_err());
    assert!(error.hint().is_some_and(|hint| hint.contains("--store")));
    desk.environment.data_home = Some(desk.path("data"));
    assert!(desk.load().unwrap().store.starts_with(desk.path("data/runledger")));
}

#[test]
fn empty_variables_say_nothing() {
    let environment = Environment::from_lookup(|name| match name {
        "RUNLEDGER_STORE" | "USER" | "NO_COLOR" => Some(OsString::new()),
        "XDG_DATA_HOME" => Some("relative".into()),
        "LOGNAME" => Some("ana".into()),
        "COLUMNS" => Some("120".into()),
        _ => None,
    });
    assert_eq!(environment.store, None);
    assert_eq!(environment.data_home, None);
    assert_eq!(environment.login.as_deref(), Some("ana"));
    assert_eq!(environment.columns, Some(120));
    assert!(!environment.no_color);
}

#[test]
fn every_variable_of_the_process_can_be_named_and_none_is_shown() {
    let variables = Environment::read().variables;
    assert!(variables.get("PATH").is_some_and(|path| !path.expose().is_empty()));
    assert_eq!(variables.get("NO_SUCH_VARIABLE_HERE"), None);
    assert!(format!("{variables:?}").ends_with(" variables"), "{variables:?}");
}

#[test]
fn the_file_that_init_writes_names_every_key_and_is_understood() {
    let text = init_text("ops-1");
    let settings = file::parse(&text).unwrap();
    assert_eq!(settings.workspace.as_deref(), Some("ops-1"));
    for key in KEYS {
        let shown = text.contains(&format!("\n# {key} = "))
            || text.contains(&format!("\n{key} = "))
            || text.contains(&format!("\n# [{key}."))
            || text.contains(&format!("\n# [{key}]"))
            || text.contains(&format!("\n# [[{key}]]"));
        assert!(shown, "{key}");
    }
    // What is commented out is right too: each line is understood once the mark is gone.
    let live: String = text
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|l| is_setting(l)).unwrap_or(line))
        .map(|line| format!("{line}\n"))
        .collect();
    let live = file::parse(&live).unwrap();
    assert_eq!(live.owners["platform"].chat.as_deref(), Some("#platform"));
    assert_eq!(live.stale_after_days, Settings::default().stale_after_days);

    fn is_setting(line: &str) -> bool {
        line.contains(" = ") && !line.starts_with(char::is_uppercase)
            || line.starts_with('[') && line.ends_with(']')
    }
    use file::Settings;
}

#[test]
fn a_new_id_is_a_valid_one_whatever_the_folder_is_called() {
    for name in ["/srv/My Runbooks!", "/", "/été", "/path-x", "/path", "/--"] {
        let id = new_workspace_id(Path::new(name), [0, 1, 2, 255]);
        let settings = file::parse(&init_text(&id)).unwrap_or_else(|e| panic!("{id}: {e:?}"));
        assert_eq!(settings.workspace, Some(id));
    }
    assert_eq!(new_workspace_id(Path::new("/a/My Ops"), [0; 4]), "my-ops-00000000");
}

#[test]
fn every_place_is_told() {
    let desk = Desk::new();
    desk.write("workspace = 'ops'");
    let labels: Vec<_> =
        desk.load().unwrap().where_().into_iter().map(|(label, _)| label).collect();
    assert_eq!(
        labels,
        ["workspace", "configuration", "runbooks", "templates", "data", "store", "ledger", "index"]
    );
}

#[test]
fn a_node_is_called_as_the_environment_says_or_like_the_machine() {
    let mut desk = Desk::new();
    let machine = desk.load().unwrap().node();
    assert!(!machine.is_empty());
    desk.environment.node = Some(" ops-1 ".to_owned());
    assert_eq!(desk.load().unwrap().node(), "ops-1");
    desk.environment.node = Some(" ".to_owned());
    assert_eq!(desk.load().unwrap().node(), machine);
}
