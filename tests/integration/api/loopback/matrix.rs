//! Every combination of address, origin, credential and method, and what it must come to.

use switchyard_integration::{Client, Instance, Method, Socket, request};

use super::{origin, sign_in};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credential {
    None,
    Cookie,
    ForgedCookie,
    OtherPortsCookie,
    Bearer,
    WrongBearer,
    EmptyBearer,
    Basic,
    CookieAndWrongBearer,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Read,
    Write,
    Stream,
}

/// The rule, in words of its own: a foreign name or page is refused whatever it shows; a token in a header suffices;
/// a cookie counts only for our own page; everything else is nobody.
fn expected(host_is_ours: bool, origin: Option<bool>, credential: Credential, act: Act) -> u16 {
    use Credential::{
        Basic, Bearer, Cookie, CookieAndWrongBearer, EmptyBearer, ForgedCookie, None, OtherPortsCookie,
        WrongBearer,
    };
    if !host_is_ours || origin == Some(false) {
        return 403;
    }
    match (credential, origin) {
        (Bearer, _) | (Cookie, Some(true)) => match act {
            Act::Read => 200,
            Act::Write => 201,
            Act::Stream => 101,
        },
        (Cookie, _) => 403,
        (
            None | ForgedCookie | OtherPortsCookie | WrongBearer | EmptyBearer | Basic | CookieAndWrongBearer,
            _,
        ) => 401,
    }
}

/// Host names with whether they are ours. The foreign ones are what DNS rebinding and its kin send.
fn hosts(port: u16) -> Vec<(Option<String>, bool)> {
    let ours = [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("LocalHost:{port}"),
        format!("[::1]:{port}"),
    ];
    let foreign = [
        "127.0.0.1".to_owned(),
        "localhost".to_owned(),
        format!("127.0.0.1:{}", port ^ 1),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.nip.io:{port}"),
        format!("127.0.0.2:{port}"),
        format!("0.0.0.0:{port}"),
        format!("localhost.:{port}"),
        format!("user@localhost:{port}"),
        String::new(),
    ];
    let ours = ours.into_iter().map(|host| (Some(host), true));
    ours.chain(foreign.into_iter().map(|host| (Some(host), false))).chain([(None, false)]).collect()
}

fn origins(port: u16) -> Vec<(Option<String>, Option<bool>)> {
    let ours = [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        format!("http://[::1]:{port}"),
    ];
    let foreign = [
        "null".to_owned(),
        String::new(),
        "http://evil.example".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{}", port ^ 1),
        format!("http://127.0.0.1:{port}.evil.example"),
        format!("http://localhost:{port}/"),
        "http://localhost".to_owned(),
        "file://".to_owned(),
    ];
    let ours = ours.into_iter().map(|origin| (Some(origin), Some(true)));
    ours.chain(foreign.into_iter().map(|origin| (Some(origin), Some(false)))).chain([(None, None)]).collect()
}

fn credential_headers(client: &Client, cookie: &str, credential: Credential) -> Vec<(&'static str, String)> {
    let port = client.port();
    let (name, value) = cookie.split_once('=').expect("a cookie");
    let wrong = "Bearer 0000000000000000000000000000000000000000000000000000000000000000".to_owned();
    match credential {
        Credential::None => vec![],
        Credential::Cookie => vec![("cookie", format!("a=b; {cookie}; c=d"))],
        Credential::ForgedCookie => vec![("cookie", format!("{name}={}", "0".repeat(value.len())))],
        Credential::OtherPortsCookie => vec![("cookie", format!("switchyard_{}={value}", port ^ 1))],
        Credential::Bearer => vec![("authorization", client.bearer())],
        Credential::WrongBearer => vec![("authorization", wrong)],
        Credential::EmptyBearer => vec![("authorization", "Bearer ".to_owned())],
        Credential::Basic => vec![("authorization", client.bearer().replace("Bearer", "Basic"))],
        Credential::CookieAndWrongBearer => vec![("cookie", cookie.to_owned()), ("authorization", wrong)],
    }
}

async fn status(client: &Client, act: Act, headers: &[(&str, &str)]) -> u16 {
    let (method, body) = match act {
        Act::Read => (Method::GET, ""),
        Act::Write => (Method::POST, "{\"name\": \"P\"}"),
        Act::Stream => {
            let mut upgrade = vec![
                ("connection", "Upgrade"),
                ("upgrade", "websocket"),
                ("sec-websocket-version", "13"),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ];
            upgrade.extend_from_slice(headers);
            let answer = client.head_of(request(Method::GET, "/api/events", &upgrade, "")).await;
            return answer.expect("an answer");
        }
    };
    let mut headers = headers.to_vec();
    headers.push(("content-type", "application/json"));
    client.send(request(method, "/api/projects", &headers, body)).await.expect("an answer").status
}

#[tokio::test]
async fn every_combination_of_address_origin_credential_and_method_comes_to_what_the_rule_says() {
    let instance = Instance::start().await;
    let client = instance.client();
    let cookie = sign_in(&instance).await;
    let all = [
        Credential::None,
        Credential::Cookie,
        Credential::ForgedCookie,
        Credential::OtherPortsCookie,
        Credential::Bearer,
        Credential::WrongBearer,
        Credential::EmptyBearer,
        Credential::Basic,
        Credential::CookieAndWrongBearer,
    ];
    let mut wrong = Vec::new();
    for (host, host_is_ours) in &hosts(client.port()) {
        for (origin, origin_is_ours) in &origins(client.port()) {
            for credential in all {
                let credentials = credential_headers(client, &cookie, credential);
                let mut headers: Vec<(&str, &str)> =
                    credentials.iter().map(|(name, value)| (*name, value.as_str())).collect();
                headers.extend(host.as_deref().map(|host| ("host", host)));
                headers.extend(origin.as_deref().map(|origin| ("origin", origin)));
                for act in [Act::Read, Act::Write, Act::Stream] {
                    let expected = expected(*host_is_ours, *origin_is_ours, credential, act);
                    let got = status(client, act, &headers).await;
                    if got != expected {
                        wrong.push(format!(
                            "{host:?} {origin:?} {credential:?} {act:?}: {got}, not {expected}"
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_page_without_origin_counts_as_ours_only_for_reads_that_the_browser_vouches_for() {
    let instance = Instance::start().await;
    let client = instance.client();
    let cookie = sign_in(&instance).await;
    let host = client.host();
    for (site, read) in
        [("same-origin", 200), ("same-site", 403), ("cross-site", 403), ("none", 403), ("", 403)]
    {
        let headers = [("host", host.as_str()), ("cookie", cookie.as_str()), ("sec-fetch-site", site)];
        assert_eq!(status(client, Act::Read, &headers).await, read, "{site}");
        assert_eq!(status(client, Act::Write, &headers).await, 403, "{site}");
        assert_eq!(status(client, Act::Stream, &headers).await, 403, "{site}");
    }
}

#[tokio::test]
async fn a_foreign_page_gets_no_reply_that_it_could_read() {
    let instance = Instance::start().await;
    let client = instance.client();
    let (host, bearer) = (client.host(), client.bearer());
    for headers in [
        vec![
            ("host", host.as_str()),
            ("origin", "http://evil.example"),
            ("access-control-request-method", "POST"),
        ],
        vec![("host", host.as_str()), ("authorization", bearer.as_str())],
    ] {
        for method in [Method::OPTIONS, Method::GET] {
            let answer = client.send(request(method, "/api/projects", &headers, "")).await.unwrap();
            assert!(
                answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")),
                "{answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn our_own_page_opens_its_streams_with_the_cookie() {
    let instance = Instance::start().await;
    let client = instance.client();
    let cookie = sign_in(&instance).await;
    let ours = origin(client);
    let headers = [("origin", ours.as_str()), ("cookie", cookie.as_str())];
    let mut socket = Socket::try_open(client, "/api/events", &headers).await.expect("our page gets in");
    socket.send(serde_json::json!({"since": null})).await;
    assert_eq!(socket.next().await, Some(serde_json::json!({"since": 0})));
}
