//! What is measured, for a Prometheus that asks for it (OpenMetrics 1.0 text).
//!
//! Labels are names of this program's own, routes' acts and classes, and never anything that a client sent or that belongs
//! to somebody: their number is bounded, and whoever may read the numbers learns of nobody.

use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use switchyard_app::App;
use switchyard_domain::session::SessionStatus;
use switchyard_domain::store::{Connections, Gauges};

use crate::auth::Door;
use crate::state::ApiState;
use crate::table::Rate;

/// Upper ends of the buckets of answers' times, in seconds.
const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How the text is announced.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    action: &'static str,
    code: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Act {
    action: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Class {
    class: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Status {
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kept {
    state: &'static str,
}

type Times = Family<Act, Histogram, fn() -> Histogram>;

/// What is counted as it happens.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    times: Times,
    streams: Family<Act, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let (requests, streams) = (Family::default(), Family::default());
        let times = Times::new_with_constructor(|| Histogram::new(BUCKETS));
        let mut registry = Registry::with_prefix("switchyard");
        registry.register("http_requests", "Requests that were answered", requests.clone());
        let help = "Time until a request was answered, without what its client took to read the answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, times.clone());
        registry.register("streams", "WebSockets that are open", streams.clone());
        Self { registry, requests, times, streams }
    }
}

impl Metrics {
    /// Notes an answer.
    pub(crate) fn answered(&self, action: &'static str, code: StatusCode, took: Duration) {
        self.requests.get_or_create(&Answered { action, code: code.as_u16().into() }).inc();
        self.times.get_or_create(&Act { action }).observe(took.as_secs_f64());
    }

    /// Notes a stream, which is open until what this answers is dropped.
    pub(crate) fn stream(&self, action: &'static str) -> OpenStream {
        let open = self.streams.get_or_create_owned(&Act { action });
        open.inc();
        OpenStream(open)
    }
}

/// A stream that is counted.
pub(crate) struct OpenStream(Gauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Answers `GET /metrics`, and nothing else. It asks for no credential: serve it where whoever collects metrics comes
/// alone.
pub fn metrics(state: ApiState) -> Router {
    Router::new().route("/metrics", get(collect)).with_state(state)
}

async fn collect(State(state): State<ApiState>) -> Response {
    let asked = of_now(&state.app, &state.auth).await;
    let mut text = String::new();
    let written = encode_registry(&mut text, &state.metrics.registry)
        .and_then(|()| encode_registry(&mut text, &asked))
        .and_then(|()| encode_eof(&mut text));
    match written {
        Ok(()) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What is not counted as it happens. Without the database there is less of it.
async fn of_now(app: &App, door: &Door) -> Registry {
    let mut registry = Registry::with_prefix("switchyard");
    let gauges = app.gauges().await;
    let up = ConstGauge::new(i64::from(gauges.is_ok()));
    registry.register("database_up", "Whether the database answers: 1 or 0", up);
    match gauges {
        Ok(gauges) => of_everything(&mut registry, &gauges),
        Err(error) => tracing::debug!(?error, "there are fewer metrics without the database"),
    }
    if let Some(connections) = app.connections() {
        of_connections(&mut registry, connections);
    }
    if let Ok(hosted) = door.hosted() {
        let refused = Family::<Class, Counter>::default();
        for rate in Rate::ALL {
            let class = Class { class: rate.as_str() };
            refused.get_or_create(&class).inc_by(hosted.limiter.refused(rate));
        }
        registry.register("rate_limited", "Requests that were refused because there were too many", refused);
    }
    registry
}

/// The same at every server on one database.
fn of_everything(registry: &mut Registry, gauges: &Gauges) {
    let sessions = Family::<Status, Gauge>::default();
    for status in SessionStatus::ALL.into_iter().filter(|status| status.is_active()) {
        let found = gauges.sessions.iter().find(|(found, _)| *found == status).map_or(0, |(_, count)| *count);
        set(&sessions.get_or_create(&Status { status: status.as_str() }), found);
    }
    let everywhere = "of the whole instance";
    registry.register("sessions", format!("Sessions with a turn under way, {everywhere}"), sessions);
    let queued = Gauge::default();
    set(&queued, gauges.queued_messages);
    registry.register(
        "queued_messages",
        format!("Messages that wait for their agents, {everywhere}"),
        queued,
    );
    let terminals = Gauge::default();
    set(&terminals, gauges.terminals);
    registry.register("terminals", format!("Terminals that are open, {everywhere}"), terminals);
}

fn of_connections(registry: &mut Registry, of: Connections) {
    let connections = Family::<Kept, Gauge>::default();
    for (state, count) in [("busy", of.busy), ("idle", of.idle)] {
        set(&connections.get_or_create(&Kept { state }), count);
    }
    registry.register("database_connections", "Connections of this server to the database", connections);
    let most = Gauge::default();
    set(&most, of.most);
    registry.register("database_connections_most", "As many connections as there may be", most);
    let awaited = Gauge::default();
    set(&awaited, of.awaited);
    registry.register("database_connections_awaited", "How many wait for a connection", awaited);
}

fn set(gauge: &Gauge, count: u64) {
    gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
}
