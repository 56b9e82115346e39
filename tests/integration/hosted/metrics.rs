//! What a server tells whoever collects metrics.

use serde_json::json;
use switchyard_integration::{Hosted, command, eventually, id};
use switchyard_testkit::postgres::Cluster;

use super::database::servers_on;
use super::leases::workspace;

/// The number of a series, as `name{label="value"}`; `None` where it is not told.
fn number(metrics: &str, series: &str) -> Option<f64> {
    let mut lines = metrics.lines().filter_map(|line| line.rsplit_once(' '));
    lines.find(|(told, _)| *told == series).map(|(_, number)| number.parse().expect("a number"))
}

#[tokio::test]
async fn what_is_asked_open_and_refused_is_told_and_nothing_of_anybody() {
    let hosted = Hosted::start_with(1, &[("RATE_LIMIT_JOBS", "1/h")]).await;
    let port = hosted.ports()[0];
    let ada = hosted.person("ada").await;
    let workspace = workspace(&hosted, &ada).await;
    let path = format!("/api/workspaces/{}", id(&workspace));
    ada.post(&format!("{path}/terminals"), json!({})).await.expect(201);
    let slow = json!({ "agent": command("sleep 600"), "prompt": "Wait" });
    ada.post(&format!("{path}/sessions"), slow).await.expect(201);
    for _ in 0..3 {
        ada.get("/api/projects").await.expect(200);
    }
    hosted.stranger().get("/api/projects").await.expect(401);
    ada.post(&format!("{path}/push"), json!({})).await;
    ada.post(&format!("{path}/push"), json!({})).await.expect(429);
    let socket = ada.try_open("/api/events").await.expect("the feed");
    let told = eventually("the session runs", || async {
        let told = hosted.metrics(port);
        (number(&told, r#"switchyard_sessions{status="running"}"#) == Some(1.0)).then_some(told)
    })
    .await;
    let expected = [
        (r#"switchyard_http_requests_total{action="project.list",code="200"}"#, 3.0),
        (r#"switchyard_http_requests_total{action="project.list",code="401"}"#, 1.0),
        (r#"switchyard_http_request_duration_seconds_count{action="project.list"}"#, 4.0),
        (r#"switchyard_rate_limited_total{class="jobs"}"#, 1.0),
        (r#"switchyard_rate_limited_total{class="default"}"#, 0.0),
        (r#"switchyard_streams{action="event.subscribe"}"#, 1.0),
        (r#"switchyard_sessions{status="starting"}"#, 0.0),
        ("switchyard_queued_messages", 0.0),
        ("switchyard_terminals", 1.0),
        ("switchyard_database_up", 1.0),
        ("switchyard_database_connections_most", 9.0),
    ];
    for (series, expected) in expected {
        assert_eq!(number(&told, series), Some(expected), "{series} in\n{told}");
    }
    assert!(told.ends_with("# EOF\n"));
    for somebody in ["ada", id(&workspace), id(&ada.get("/api/auth/me").await.expect(200)["user"])] {
        assert!(!told.contains(somebody), "{somebody} is in\n{told}");
    }
    drop(socket);
    eventually("the stream is not open any more", || async {
        let series = r#"switchyard_streams{action="event.subscribe"}"#;
        (number(&hosted.metrics(port), series) == Some(0.0)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_its_database_a_server_tells_that_and_what_it_counted_itself() {
    let cluster = Cluster::to_be_killed().expect("PostgreSQL");
    let hosted = servers_on(&cluster, 1).await;
    hosted.person("ada").await.get("/api/projects").await.expect(200);
    cluster.kill9().expect("it can be killed");
    let told = hosted.metrics(hosted.ports()[0]);
    assert_eq!(number(&told, "switchyard_database_up"), Some(0.0));
    assert_eq!(number(&told, "switchyard_terminals"), None);
    let counted = number(&told, r#"switchyard_http_requests_total{action="project.list",code="200"}"#);
    assert_eq!(counted, Some(1.0));
}

#[tokio::test]
async fn where_people_come_nobody_is_told() {
    let hosted = Hosted::start().await;
    let ada = hosted.person("ada").await;
    for visitor in [&hosted.stranger(), &ada] {
        let answer = visitor.get("/metrics").await;
        assert!(!answer.text().contains("switchyard_http_requests"), "{}", answer.text());
    }
}
