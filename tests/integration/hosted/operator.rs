//! What an operator does from the instance's machine, with the server's own program.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::json;
use switchyard_integration::{ENCRYPTION_KEY, Hosted, Method, PASSWORD, id, text};
use switchyard_testkit::postgres::{APP, Cluster, OWNER, address_for};

use super::tokens::{good, token};

const NEW_KEY: &str = "IB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE=";

/// Runs a command that must succeed; answers what it printed.
fn done(mut command: Command) -> String {
    told(command.output().expect("it can be started"))
}

fn told(output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {said}", output.status);
    String::from_utf8(output.stdout).expect("text")
}

/// Runs a command that must fail with this exit code; answers what it complained of.
fn failed(mut command: Command, code: i32) -> String {
    let output = command.output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(output.stdout.is_empty(), "{output:?}");
    said
}

/// Runs a command with this on its standard input.
fn given(mut command: Command, input: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it can be started");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

#[tokio::test]
async fn an_operator_makes_closes_and_opens_accounts_and_the_password_is_on_no_command_line() {
    let hosted = Hosted::start().await;
    let create = ["users", "create", "Ada", "--name", "Ada Lovelace", "--password-stdin"];
    let made = told(given(hosted.operator(&create), &format!("{PASSWORD}\n")));
    assert!(
        made.starts_with("ada\t") && made.contains("Ada Lovelace") && made.contains("instance admin"),
        "{made}"
    );
    let ada = hosted.sign_in("ada").await;
    let short = given(hosted.operator(&["users", "create", "bob", "--password-stdin"]), "short\n");
    assert!(
        !short.status.success() && String::from_utf8_lossy(&short.stderr).contains("12 to 200"),
        "{short:?}"
    );
    let again = given(hosted.operator(&create), &format!("{PASSWORD}\n"));
    assert!(String::from_utf8_lossy(&again.stderr).contains("Take another"), "{again:?}");
    // Closed, whatever they were signed in with is refused, and so is the password.
    assert!(done(hosted.operator(&["users", "disable", "ADA"])).contains("closed"));
    ada.get("/api/auth/me").await.refused(401, "unauthenticated");
    let shown = json!({ "username": "ada", "password": PASSWORD });
    hosted.stranger().post("/api/auth/login", shown).await.refused(401, "credentials_invalid");
    assert!(failed(hosted.operator(&["reset", "ada"]), 1).contains("users enable"));
    let by_id = made.split('\t').nth(1).expect("an id").to_owned();
    assert!(!done(hosted.operator(&["users", "enable", &by_id])).contains("closed"));
    let ada = hosted.sign_in("ada").await;
    done(hosted.operator(&["users", "remove-admin", "ada"]));
    assert_eq!(ada.get("/api/auth/me").await.expect(200)["user"]["instance_admin"], false);
    done(hosted.operator(&["users", "make-admin", "ada"]));
    assert_eq!(ada.get("/api/auth/me").await.expect(200)["user"]["instance_admin"], true);
    assert_eq!(done(hosted.operator(&["users", "list"])).lines().count(), 1);
    let log = ada.get("/api/audit?limit=100").await.expect(200).to_string();
    for action in ["user.create", "user.disable", "user.enable", "user.remove_admin", "user.make_admin"] {
        assert!(log.contains(action), "{action} is not in {log}");
    }
    let unknown = failed(hosted.operator(&["users", "disable", "eve"]), 1);
    assert!(unknown.contains("`eve`") && unknown.contains("users list"), "{unknown}");
}

#[tokio::test]
async fn a_reset_link_lets_its_holder_choose_a_password_once_and_ending_logins_ends_them() {
    let hosted = Hosted::start().await;
    let ada = hosted.person("ada").await;
    let link = done(hosted.operator(&["reset", "ada"]));
    let (address, token) = link.trim().split_once("/reset#token=").expect("a link with a token");
    assert_eq!(address, format!("http://{}", hosted.stranger().host()));
    ada.get("/api/auth/me").await.expect(200);
    let chosen = json!({ "token": token, "password": "another horse battery" });
    hosted.stranger().post("/api/auth/reset/finish", chosen.clone()).await.expect(204);
    ada.get("/api/auth/me").await.refused(401, "unauthenticated");
    hosted.stranger().post("/api/auth/reset/finish", chosen).await.refused(401, "reset_invalid");
    let shown = json!({ "username": "ada", "password": "another horse battery" });
    let answer = hosted.stranger().post("/api/auth/login", shown).await;
    answer.expect(200);
    let ada = hosted.stranger().with_cookie_of(&answer);
    assert_eq!(done(hosted.operator(&["sessions", "end", "ada"])), "1 login ended.\n");
    ada.get("/api/auth/me").await.refused(401, "unauthenticated");
    assert_eq!(done(hosted.operator(&["sessions", "end", "ada"])), "0 logins ended.\n");
}

#[tokio::test]
async fn who_signs_in_elsewhere_gets_no_link_to_a_password() {
    let hosted = Hosted::start().await;
    let visitor = hosted.stranger().bearing(&token(&good()));
    let me = visitor.get("/api/auth/me").await.expect(200);
    let listed = done(hosted.operator(&["users", "list"]));
    assert!(listed.starts_with(&format!("-\t{}\t", id(&me["user"]))), "{listed}");
    let refused = failed(hosted.operator(&["reset", id(&me["user"])]), 1);
    assert!(refused.contains("no password here"), "{refused}");
}

#[tokio::test]
async fn users_are_imported_once_and_a_dry_run_makes_nobody() {
    let hosted = Hosted::start().await;
    let hash =
        "$argon2id$v=19$m=19456,t=2,p=1$c3dpdGNoeWFyZHRlc3Q$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    let file = json!([
        { "username": "Ada", "name": "Ada Lovelace", "email": "ada@example.org" },
        { "username": "bob", "name": "Bob", "password_hash": hash },
    ])
    .to_string();
    let run = |arguments: &[&str], file: &str| {
        let all = [&["users", "import", "-"], arguments].concat();
        given(hosted.operator(&all), file)
    };
    let dry = told(run(&["--dry-run"], &file));
    assert_eq!(
        dry,
        "ada: would be made, instance admin as the first user of all; `reset ada` lets them in\nbob: would be made\n"
    );
    assert_eq!(done(hosted.operator(&["users", "list"])), "");
    let faulty = json!([
        { "username": "ada", "name": "Ada" },
        { "username": "a b", "name": "", "password_hash": "plain canary" },
        { "username": "ada", "name": "Ada" },
    ]);
    let refused = run(&[], &faulty.to_string());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && !said.contains("canary"), "{said}");
    for fault in ["entry 2: username", "entry 2: name", "entry 2: password_hash", "entry 3: username `ada`"] {
        assert!(said.contains(fault), "{fault} is not in {said}");
    }
    assert_eq!(done(hosted.operator(&["users", "list"])), "", "a file with a fault makes nobody");
    let made = told(run(&[], &file));
    assert_eq!(made, dry.replace("would be made", "made"));
    let before = done(hosted.operator(&["users", "list"]));
    assert!(before.contains("\tada@example.org\tinstance admin\n"), "{before}");
    let again = told(run(&[], &file));
    assert_eq!(again.matches("is there already").count(), 2, "{again}");
    assert_eq!(done(hosted.operator(&["users", "list"])), before);
    // Who came without a password gets in by a link alone.
    let link = done(hosted.operator(&["reset", "ada"]));
    let token = link.trim().split_once("#token=").expect("a token").1;
    let chosen = json!({ "token": token, "password": PASSWORD });
    hosted.stranger().post("/api/auth/reset/finish", chosen).await.expect(204);
    hosted.sign_in("ada").await;
}

#[tokio::test]
async fn a_key_is_replaced_and_the_old_one_can_go() {
    let hosted = Hosted::start().await;
    let ada = hosted.person("ada").await;
    let path = "/api/credentials/ANTHROPIC_API_KEY";
    ada.call(Method::PUT, path, Some(json!({ "value": "sk-canary" }))).await.expect(204);
    let rotate = |new: &str, old: &str| {
        let mut command = hosted.operator(&["keys", "rotate"]);
        command.env("CONFIG_ENCRYPTION_KEY", new).env("CONFIG_ENCRYPTION_KEY_PREVIOUS", old);
        command
    };
    let bare = failed(hosted.operator(&["keys", "rotate"]), 2);
    assert!(
        bare.contains("CONFIG_ENCRYPTION_KEY:") && bare.contains("CONFIG_ENCRYPTION_KEY_PREVIOUS:"),
        "{bare}"
    );
    let other = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
    let closed = rotate(NEW_KEY, other).output().expect("it can be started");
    assert_eq!(closed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&closed.stderr).contains("Keep all keys"), "{closed:?}");
    let first = done(rotate(NEW_KEY, ENCRYPTION_KEY));
    assert!(
        first.contains("of 1 user are sealed with the new key now") && first.contains("can go"),
        "{first}"
    );
    let second = done(rotate(NEW_KEY, ENCRYPTION_KEY));
    assert!(second.contains("of 0 users are") && second.contains("of 1 they were already"), "{second}");
    // The server that has the old key alone shows that nothing is sealed with it any more.
    ada.get("/api/credentials").await.refused(503, "vault_closed");
    assert_eq!(done(rotate(ENCRYPTION_KEY, NEW_KEY)).matches("of 1 user are").count(), 1);
    let kept = ada.get("/api/credentials").await.expect(200);
    assert_eq!(text(&kept["items"][0], "name"), "ANTHROPIC_API_KEY");
}

#[tokio::test]
async fn the_tables_are_made_as_their_owner_with_no_secret_of_the_servers() {
    let hosted = Hosted::start().await;
    let database = Cluster::shared().expect("PostgreSQL").database().expect("a database");
    let migrate = |role: &str| {
        let mut command = hosted.operator(&["migrate", "--app-role", role]);
        command.env_remove("DATABASE_URL").env_remove("PUBLIC_URL");
        command.env("DATABASE_MIGRATION_URL", address_for(OWNER, &database));
        command
    };
    // Before, the server's role finds nothing to work with, and says what to do.
    let mut early = hosted.operator(&["users", "list"]);
    early.env("DATABASE_URL", address_for(APP, &database));
    assert!(failed(early, 1).contains("admin migrate"));
    assert!(failed(migrate("nobody_at_all"), 1).contains("CREATE ROLE nobody_at_all"));
    for _ in 0..2 {
        assert!(done(migrate(APP)).contains("may work with them"));
    }
    let mut list = hosted.operator(&["users", "list"]);
    list.env("DATABASE_URL", address_for(APP, &database));
    assert_eq!(done(list), "");
    let mut nowhere = hosted.operator(&["migrate"]);
    nowhere.env_remove("DATABASE_URL");
    assert!(failed(nowhere, 2).contains("DATABASE_MIGRATION_URL:"));
}

#[tokio::test]
async fn a_health_check_knows_a_server_that_answers_from_one_that_does_not() {
    let hosted = Hosted::start().await;
    let mut well = hosted.command(hosted.ports()[0]);
    well.arg("health");
    assert_eq!(done(well), "");
    let mut gone = hosted.command(1);
    gone.arg("health");
    assert!(failed(gone, 1).contains("127.0.0.1:1"));
}

/// Names of variables in `text`, each behind `before` and made of capitals.
fn variables<'t>(text: &'t str, before: &str) -> BTreeSet<&'t str> {
    let name =
        |rest: &'t str| rest.split(|c: char| !c.is_ascii_uppercase() && c != '_').next().expect("a part");
    text.split(before).skip(1).map(name).filter(|name| name.len() > 3).collect()
}

#[test]
fn what_compose_takes_is_explained_in_the_example_and_no_secret_has_a_value_there() {
    let read = |name: &str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        std::fs::read_to_string(root.join(name)).expect("it is there")
    };
    let (compose, example) = (read("docker-compose.yml"), read(".env.example"));
    let assigned: Vec<(&str, &str)> = example.lines().filter_map(|line| line.split_once('=')).collect();
    let explained: BTreeSet<&str> =
        assigned.iter().map(|(name, _)| *name).filter(|name| !name.starts_with('#')).collect();
    assert_eq!(variables(&compose, "${"), explained);
    for (name, value) in assigned {
        let secret = ["PASSWORD", "SECRET", "KEY", "PREVIOUS"].iter().any(|end| name.ends_with(end));
        assert!(!secret || value.is_empty(), "{name} has a value");
    }
    // What the server reads it is given, but for what the image and desktop mode have by themselves.
    let unset = ["DEPLOYMENT_MODE", "SWITCHYARD_RUNNER_SOCKET", "DATABASE_MIGRATION_URL"];
    for file in ["hosted.rs", "hosted/github.rs", "hosted/limits.rs"] {
        let settings = read(&format!("crates/core/src/settings/{file}"));
        let code = settings.split("#[cfg(test)]").next().expect("the code");
        for name in variables(code, "\"").into_iter().filter(|name| !unset.contains(name)) {
            assert!(compose.contains(&format!("      {name}: ")), "the server is not given {name}");
        }
    }
}
