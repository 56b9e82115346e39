//! Secrets stay where they belong: not in logs, not in the environment or arguments of any process.

use switchyard_integration::{Instance, Method, Setup, Socket, eventually, processes_of, request};

use super::{exchange, origin, sign_in};

#[tokio::test]
async fn no_secret_is_logged_even_at_the_finest_level() {
    let environment = vec![("SWITCHYARD_LOG".to_owned(), "trace".to_owned())];
    let instance = Instance::start_with(Setup { environment, ..Setup::default() }).await;
    let client = instance.client();
    let cookie = sign_in(&instance).await;
    let (host, ours, wrong) = (client.host(), origin(client), "Bearer a-token-that-is-wrong-entirely");
    client.get("/api/projects").await.expect(200);
    let headers = [("host", host.as_str()), ("origin", ours.as_str()), ("cookie", cookie.as_str())];
    client.send(request(Method::GET, "/api/projects", &headers, "")).await.unwrap().expect(200);
    let headers = [("host", host.as_str()), ("authorization", wrong)];
    client
        .send(request(Method::GET, "/api/projects", &headers, ""))
        .await
        .unwrap()
        .refused(401, "token_invalid");
    exchange(client, Some(&ours), "a-code-that-is-wrong-entirely").await.refused(401, "code_invalid");
    let mut socket = Socket::open(client, "/api/events").await;
    socket.send(serde_json::json!({"since": 0})).await;
    socket.next().await;
    let code = client.post("/api/auth/codes", serde_json::json!({})).await.expect(201)["code"].clone();

    let requests = || async { (instance.log().matches("request").count() > 5).then_some(()) };
    eventually("the log tells of the requests", requests).await;
    let log = instance.log();
    let secrets = [
        instance.token(),
        instance.code().to_owned(),
        code.as_str().unwrap().to_owned(),
        cookie.split_once('=').unwrap().1.to_owned(),
        "a-token-that-is-wrong-entirely".to_owned(),
        "a-code-that-is-wrong-entirely".to_owned(),
    ];
    for secret in secrets {
        assert!(!log.contains(&secret), "a secret is in the log");
    }
}

#[tokio::test]
async fn a_refusal_is_logged_as_a_security_event_with_its_request_id() {
    let environment = vec![("LOG_FORMAT".to_owned(), "json".to_owned())];
    let instance = Instance::start_with(Setup { environment, ..Setup::default() }).await;
    let client = instance.client();
    let host = client.host();
    let answer = client.send(request(Method::GET, "/api/projects", &[("host", &host)], "")).await.unwrap();
    answer.refused(401, "unauthenticated");
    let request_id = answer.header("x-request-id").to_owned();
    let line = eventually("the refusal is logged", || async {
        instance.log().lines().find(|line| line.contains(&request_id)).map(str::to_owned)
    })
    .await;
    let line: serde_json::Value = serde_json::from_str(&line).expect("a JSON line");
    assert_eq!(line["security_event"], true, "{line}");
    assert_eq!(line["action"], "project.list", "{line}");
    assert_eq!(line["code"], "unauthenticated", "{line}");
}

#[tokio::test]
async fn the_runner_gets_none_of_the_servers_secrets() {
    let token = "a-token-of-my-own-choice";
    let environment = [
        ("SWITCHYARD_TOKEN", token),
        ("DATABASE_URL", "postgres://secret-database-url"),
        ("JWT_SECRET", "secret-jwt-secret"),
        ("CONFIG_ENCRYPTION_KEY", "secret-config-key"),
        ("GITHUB_CLIENT_SECRET", "secret-github-client"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let instance = Instance::start_with(Setup { environment, ..Setup::default() }).await;
    let runner = eventually("the runner is there", || async { instance.runner() }).await;
    let known = std::fs::read(format!("/proc/{}/environ", runner.pid)).unwrap();
    let known = String::from_utf8_lossy(&known);
    assert!(known.contains("HOME="), "it does have an environment");
    for secret in [token, "secret-"] {
        assert!(!known.contains(secret), "{known}");
        let told =
            processes_of(instance.folder()).into_iter().find(|process| process.command.contains(secret));
        assert_eq!(told, None, "a secret is in a command line");
    }
}
