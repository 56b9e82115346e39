//! Desktop mode's door (ID-12): open to the local user's browser and scripts, closed to everything else.

mod matrix;
mod secrets;
mod sign_in;
mod start_up;

use switchyard_integration::{Answer, Client, Instance, Method, request};

/// Our own page's origin.
fn origin(client: &Client) -> String {
    format!("http://{}", client.host())
}

/// Tries to turn a code into a cookie, as the page does.
async fn exchange(client: &Client, origin: Option<&str>, code: &str) -> Answer {
    let host = client.host();
    let mut headers = vec![("host", host.as_str()), ("content-type", "application/json")];
    headers.extend(origin.map(|origin| ("origin", origin)));
    let body = serde_json::json!({ "code": code }).to_string();
    client.send(request(Method::POST, "/api/auth/exchange", &headers, &body)).await.expect("an answer")
}

/// Signs a browser in with the printed code; the answer is its cookie as it sends it back.
async fn sign_in(instance: &Instance) -> String {
    let client = instance.client();
    let answer = exchange(client, Some(&origin(client)), instance.code()).await;
    answer.expect(204);
    answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
}
