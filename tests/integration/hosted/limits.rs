//! How much somebody may do on a hosted instance.

use std::time::Duration;

use serde_json::{Value, json};
use switchyard_integration::{Answer, Hosted, Method, Visitor, text};

const PASSWORD: &str = "correct horse battery";

/// How many of `tries` are let through, and the first answer that was not.
async fn let_through(visitors: &[&Visitor], path: &str, tries: usize) -> (usize, Option<Answer>) {
    let (mut through, mut refused) = (0, None);
    for number in 0..tries {
        let answer = visitors[number % visitors.len()].get(path).await;
        if answer.status == 429 {
            refused = refused.or(Some(answer));
        } else {
            answer.expect(200);
            through += 1;
        }
    }
    (through, refused)
}

/// Asks as somebody at this address, which the proxy in front tells, or who says that they are.
async fn from(visitor: &Visitor, address: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    let origin = format!("http://{}", visitor.host());
    let mut headers =
        vec![("host", visitor.host()), ("origin", origin.as_str()), ("x-forwarded-for", address)];
    headers.extend(visitor.credential());
    visitor.send(method, path, &headers, body).await
}

#[tokio::test]
async fn all_servers_together_let_nobody_do_more_than_the_limit_and_others_what_they_want() {
    let hosted = Hosted::start_with(2, &[("RATE_LIMIT_DEFAULT", "40/h")]).await;
    let ports = hosted.ports();
    let (ada, bob) = (hosted.person("ada").await, hosted.person("bob").await);
    let there = ada.at(ports[1]);
    let (through, refused) = let_through(&[&ada, &there], "/api/projects", 60).await;
    // Two are taken at once; what the one holds is nothing that the other has.
    assert!((37..=40).contains(&through), "{through}");
    let refused = refused.expect("one was refused");
    let problem = refused.refused(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().expect("whole seconds");
    // One comes back every ninety seconds.
    assert!((1..=90).contains(&wait), "{wait}");
    assert_eq!(text(&problem, "detail"), format!("Too many requests. Try again in {wait} s."));
    assert_eq!(problem["title"], "Too Many Requests");
    // However she shows who she is.
    let hers = hosted.sign_in("ada").await;
    hers.get("/api/projects").await.refused(429, "rate_limited");
    // Other classes are other budgets, and others are not touched.
    hers.call(Method::POST, "/api/auth/logout", None).await.expect(204);
    assert_eq!(let_through(&[&bob], "/api/projects", 30).await.0, 30);
}

#[tokio::test]
async fn many_who_ask_at_once_use_up_no_more_than_they_ask_for() {
    let hosted = Hosted::start_with(2, &[("RATE_LIMIT_DEFAULT", "100/h")]).await;
    let ports = hosted.ports();
    let ada = hosted.person("ada").await;
    let all = (0..30).map(|_| ada.get("/api/projects"));
    for answer in futures_util::future::join_all(all).await {
        answer.expect(200);
    }
    // Five are taken at once, so that no more than four are held here in vain.
    assert_eq!(let_through(&[&ada.at(ports[1])], "/api/projects", 60).await.0, 60);
}

#[tokio::test]
async fn what_was_used_up_comes_back() {
    let hosted = Hosted::start_with(1, &[("RATE_LIMIT_DEFAULT", "5/s")]).await;
    let ada = hosted.person("ada").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut seen = 0;
    // A quick machine is refused now and then, and goes on when it was told that it can.
    for _ in 0..40 {
        let answer = ada.get("/api/projects").await;
        if answer.status == 429 {
            assert_eq!(answer.header("retry-after"), "1");
            tokio::time::sleep(Duration::from_secs(1)).await;
            ada.get("/api/projects").await.expect(200);
            return;
        }
        seen += 1;
    }
    // A slow one never asks that often.
    assert_eq!(seen, 40);
}

#[tokio::test]
async fn who_is_not_known_is_counted_by_their_address_whatever_they_say_it_is() {
    let hosted = Hosted::start_with(1, &[("RATE_LIMIT_DEFAULT", "10/h")]).await;
    let stranger = hosted.stranger();
    let mut through = 0;
    for number in 0..30 {
        let told = format!("198.51.100.{number}");
        through += u32::from(from(&stranger, &told, Method::GET, "/api/info", None).await.status == 200);
    }
    assert_eq!(through, 10);
    // What shows nothing good is a stranger's too, and not looked up for ever.
    let forged = hosted.stranger().bearing("sy_0123456789abcdef0123456789abcdef");
    forged.get("/api/projects").await.refused(429, "rate_limited");
    // Probes are not counted.
    stranger.get("/health").await.expect(200);
}

#[tokio::test]
async fn a_proxy_that_is_believed_tells_addresses_apart_and_nothing_else() {
    let limits = [("RATE_LIMIT_DEFAULT", "10/h"), ("FORWARDED_FOR_CIDRS", "127.0.0.1/32")];
    let hosted = Hosted::start_with(1, &limits).await;
    let stranger = hosted.stranger();
    let through = async |address: fn(u32) -> String| {
        let mut through = 0;
        for number in 0..15 {
            let answer = from(&stranger, &address(number), Method::GET, "/api/info", None).await;
            through += u32::from(answer.status == 200);
        }
        through
    };
    assert_eq!(through(|_| "198.51.100.1".to_owned()).await, 10);
    assert_eq!(through(|_| "198.51.100.2".to_owned()).await, 10);
    // One who has a network of the newer kind has one budget, however many addresses are in it.
    assert_eq!(through(|number| format!("2001:db8::{number:x}")).await, 10);
    // What a client put there itself stands before what the proxy adds.
    assert_eq!(through(|number| format!("203.0.113.{number}, 198.51.100.3")).await, 10);
    let headers = [("host", stranger.host()), ("x-forwarded-user", "root")];
    stranger.send(Method::GET, "/api/projects", &headers, None).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_flood_of_addresses_leaves_no_more_rows_than_there_are_buckets() {
    let limits = [("RATE_LIMIT_DEFAULT", "1000/h"), ("FORWARDED_FOR_CIDRS", "127.0.0.1/32")];
    let hosted = Hosted::start_with(1, &limits).await;
    let stranger = hosted.stranger();
    for number in 0..600 {
        let told = format!("10.{}.{}.7", number / 250, number % 250);
        from(&stranger, &told, Method::GET, "/api/info", None).await.expect(200);
    }
    // A row each at most, of a kind that there are 65,536 of: see the unit tests of the buckets' names.
    hosted.sql("DO $$ BEGIN ASSERT (SELECT count(*) FROM rate_limits) BETWEEN 500 AND 600, 'rows'; END $$");
}

#[tokio::test]
async fn passwords_are_guessed_neither_for_one_name_from_everywhere_nor_for_all_from_one_place() {
    let proxy = [("FORWARDED_FOR_CIDRS", "127.0.0.1/32")];
    let hosted = Hosted::start_with(1, &proxy).await;
    let stranger = hosted.stranger();
    let guess = async |address: &str, name: &str, password: &str| {
        let shown = json!({ "username": name, "password": password });
        from(&stranger, address, Method::POST, "/api/auth/login", Some(shown)).await
    };
    for name in ["ada", "bob"] {
        let account = json!({ "username": name, "password": PASSWORD, "name": name });
        from(&stranger, "192.0.2.1", Method::POST, "/api/auth/register", Some(account)).await.expect(201);
    }
    // Right ones cost nothing.
    for _ in 0..12 {
        guess("192.0.2.1", "ada", PASSWORD).await.expect(200);
    }
    // One name, from many addresses.
    for number in 0..10 {
        let answer = guess(&format!("198.51.100.{number}"), "ada", "wrong horse battery").await;
        answer.refused(401, "credentials_invalid");
    }
    let refused = guess("198.51.100.99", "ada", "wrong horse battery").await;
    refused.refused(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().expect("whole seconds");
    assert!((1..=90).contains(&wait), "{wait}");
    guess("198.51.100.98", "ada", PASSWORD).await.refused(429, "rate_limited");
    // Where she is signed in, she still gets in, and others as ever.
    guess("192.0.2.1", "ada", PASSWORD).await.expect(200);
    guess("198.51.100.98", "bob", PASSWORD).await.expect(200);
    // Many names, from one address; names that nobody has are no different.
    let mut tried = 0;
    for number in 0..60 {
        let answer = guess("203.0.113.5", &format!("nobody{number}"), "wrong horse battery").await;
        match answer.status {
            401 => tried += 1,
            _ => drop(answer.refused(429, "rate_limited")),
        }
    }
    assert!((49..=54).contains(&tried), "{tried}");
    guess("203.0.113.6", "bob", PASSWORD).await.expect(200);
}
