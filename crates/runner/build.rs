//! Compiles the runner contract (server side) without `protoc`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const FOLDER: &str = "../runner-api/proto";
    let descriptors =
        protox::compile([format!("{FOLDER}/runner.proto"), format!("{FOLDER}/runner_host.proto")], [FOLDER])?;
    tonic_prost_build::configure().build_client(false).compile_fds(descriptors)?;
    println!("cargo:rerun-if-changed={FOLDER}");
    Ok(())
}
