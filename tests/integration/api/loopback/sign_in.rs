//! One-time codes and the cookie.

use std::process::Output;

use switchyard_integration::{Instance, Method, request};

use super::{exchange, origin, sign_in};

fn address_command(instance: &Instance) -> Output {
    instance.command().arg("address").output().expect("the command runs")
}

#[tokio::test]
async fn a_code_lets_one_browser_in_once() {
    let instance = Instance::start().await;
    let client = instance.client();
    let ours = origin(client);
    let tries = (0..8).map(|_| exchange(client, Some(&ours), instance.code()));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    for late in answers.iter().filter(|answer| answer.status != 204) {
        late.refused(401, "code_invalid");
        assert_eq!(late.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn a_code_is_not_used_up_by_a_page_that_may_not_use_it() {
    let instance = Instance::start().await;
    let client = instance.client();
    exchange(client, None, instance.code()).await.refused(403, "origin_missing");
    exchange(client, Some("http://evil.example"), instance.code()).await.refused(403, "origin_refused");
    exchange(client, Some(&origin(client)), "guess").await.refused(401, "code_invalid");
    exchange(client, Some(&origin(client)), "").await.refused(401, "code_invalid");
    exchange(client, Some(&origin(client)), instance.code()).await.expect(204);
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_ends_with_the_browser() {
    let instance = Instance::start().await;
    let client = instance.client();
    let answer = exchange(client, Some(&origin(client)), instance.code()).await;
    let cookie = answer.header("set-cookie");
    let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
    assert_eq!(attributes, ["HttpOnly", "SameSite=Strict", "Path=/"], "{cookie}");
    let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
    assert_eq!(name, format!("switchyard_{}", client.port()), "two instances on a machine keep apart");
    assert_eq!(value.len(), 64);
    assert_ne!(value, instance.code());
    assert_ne!(value, instance.token());
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_cookie_of_an_earlier_start_is_worth_nothing() {
    let mut instance = Instance::start().await;
    let cookie = sign_in(&instance).await;
    let value = cookie.split_once('=').unwrap().1.to_owned();
    let code = instance.code().to_owned();
    instance.restart().await;
    let client = instance.client();
    let (host, ours) = (client.host(), origin(client));
    let cookie = format!("switchyard_{}={value}", client.port());
    let headers = [("host", host.as_str()), ("origin", ours.as_str()), ("cookie", cookie.as_str())];
    let answer = client.send(request(Method::GET, "/api/projects", &headers, "")).await.unwrap();
    answer.refused(401, "unauthenticated");
    exchange(client, Some(&ours), &code).await.refused(401, "code_invalid");
}

#[tokio::test]
async fn the_address_command_prints_a_new_code_for_the_running_server() {
    let mut instance = Instance::start().await;
    let said = address_command(&instance);
    assert!(said.status.success(), "{said:?}");
    let address = String::from_utf8(said.stdout).unwrap();
    let (url, code) = address.trim().split_once("/#code=").expect("an address with a code");
    let client = instance.client();
    assert_eq!(url, origin(client));
    assert_ne!(code, instance.code());
    exchange(client, Some(&origin(client)), code).await.expect(204);
    exchange(client, Some(&origin(client)), instance.code()).await.expect(204);

    instance.stop().await;
    let said = address_command(&instance);
    assert!(!said.status.success());
    assert!(String::from_utf8_lossy(&said.stderr).contains("does not run"), "{said:?}");
}

#[tokio::test]
async fn codes_that_nobody_uses_do_not_pile_up() {
    let instance = Instance::start().await;
    let client = instance.client();
    let mut codes = vec![instance.code().to_owned()];
    for _ in 0..16 {
        let made = client.post("/api/auth/codes", serde_json::json!({})).await.expect(201);
        codes.push(made["code"].as_str().unwrap().to_owned());
    }
    exchange(client, Some(&origin(client)), &codes[0]).await.refused(401, "code_invalid");
    for code in &codes[1..] {
        exchange(client, Some(&origin(client)), code).await.expect(204);
    }
}
