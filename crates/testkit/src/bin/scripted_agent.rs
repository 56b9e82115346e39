//! `switchyard-scripted-agent`: an agent that speaks the Agent Client Protocol on its standard streams and does what its
//! prompt says. See [`switchyard_testkit::scripted_agent`].

fn main() {
    switchyard_testkit::scripted_agent::run(std::env::args().skip(1));
}
