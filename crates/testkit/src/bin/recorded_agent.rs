//! `switchyard-recorded-agent FILE`: an agent that says again what a real one said. See
//! [`switchyard_testkit::recorded_agent`].

fn main() -> std::io::Result<()> {
    let recording = std::env::args_os().nth(1).unwrap_or_default();
    switchyard_testkit::recorded_agent::run(recording.as_ref())
}
