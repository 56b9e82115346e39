//! What the sources say of the ports: nothing is left out of the tests because nobody thought of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The methods of the store's ports, from their source: those that take a scope or an act, and those that do not.
pub(crate) fn methods() -> (BTreeSet<String>, BTreeSet<String>) {
    let ports = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/src");
    let parts = std::fs::read_dir(ports.join("store")).unwrap().map(|part| part.unwrap().path());
    let mut methods = (BTreeSet::new(), BTreeSet::new());
    for file in parts.chain([ports.join("store.rs")]) {
        let text = std::fs::read_to_string(&file).unwrap();
        for method in text.split("async fn ").skip(1) {
            let (name, signature) = method.split(';').next().unwrap().split_once('(').unwrap();
            let scoped = signature.contains("&Scope") || signature.contains("&Act");
            if scoped { &mut methods.0 } else { &mut methods.1 }.insert(name.to_owned());
        }
    }
    methods
}

/// Whoever adds a method that takes no scope adds it here, and says why in its port.
#[test]
fn methods_without_a_scope_are_those_that_come_before_there_is_one() {
    let identities = [
        "sign_in",
        "sync_groups",
        "register",
        "register_invited",
        "account",
        "set_password",
        "set_user_disabled",
        "user",
        "start_login",
        "login",
        "known_login",
        "rotate_login",
        "switch_organisation",
        "end_login",
        "end_logins",
        "logins",
        "start_reset",
        "finish_reset",
        "spend",
        "api_key",
        "offered_place",
        "accept_invitation",
    ];
    let operator = ["users", "find_user", "set_instance_admin", "users_with_credentials"];
    let limits = ["take", "give_back", "forget_full"];
    let start_up = [
        "local_identity",
        "unfinished_clones",
        "unfinished_sessions",
        "idle_sessions",
        "session_owner",
        "unfinished_workspaces",
        "ping",
        "close",
    ];
    let metrics = ["gauges"];
    let replicas = ["join", "renew", "leave", "forget_lapsed", "claim", "release", "call", "heard"];
    let passes = [
        "asked_users",
        "clones_amiss",
        "open_terminals",
        "removed_clones",
        "sessions_amiss",
        "terminals_amiss",
        "trash_owners",
        "updates_amiss",
    ];
    let expected = identities
        .iter()
        .chain(&operator)
        .chain(&limits)
        .chain(&start_up)
        .chain(&metrics)
        .chain(&passes)
        .chain(&replicas)
        .chain(&["woken"]);
    assert_eq!(methods().1, expected.map(|name| (*name).to_owned()).collect());
}

/// The store reaches every organisation's rows from these files alone.
#[test]
fn the_whole_instance_is_reached_by_what_comes_before_a_scope_alone() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let reaches = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        text.matches("Reach::Instance").count()
    };
    let mut folders = vec![source.clone()];
    let mut found = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if reaches(&path) > 0 {
                let name = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, reaches(&path));
            }
        }
    }
    let expected = [
        ("approvals.rs", 1),
        ("identities/local.rs", 1),
        ("identities/mod.rs", 26),
        ("identities/operating.rs", 4),
        ("limits.rs", 3),
        ("metrics.rs", 1),
        ("recovery.rs", 6),
        ("terminals.rs", 1),
        ("trash.rs", 2),
        ("withdrawal.rs", 4),
    ];
    assert_eq!(found, expected.into_iter().map(|(name, count)| (name.to_owned(), count)).collect());
}
