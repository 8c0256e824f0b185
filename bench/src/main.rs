//! wasmock beside bare hyper, bare tokio-tungstenite, Mockoon and Rift, in one run on one machine.
//!
//! What counts is the *server's* CPU time per operation, read from the operating system's own
//! accounting, so that the load generator beside it does not disturb the figure. The bare
//! servers do the same work natively: the ratio says what the mock costs.

mod bare;
mod bare_streams;
mod environments;
mod imposters;
mod load;
mod plugins;
mod process;
mod report;
mod scenario;
mod streams;

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures wasmock beside the bare libraries, Mockoon and Rift.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Run only scenarios with this in their name.
    #[arg(long, default_value = "")]
    only: String,
    /// Seconds of load for each server and scenario.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Connections of the load generator.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// The wasmock binary.
    #[arg(long, default_value = "target/release/wasmock")]
    wasmock: PathBuf,
    /// The mockoon-cli command; without it Mockoon is left out.
    #[arg(long)]
    mockoon: Option<PathBuf>,
    /// The rift-http-proxy command; without it Rift is left out.
    #[arg(long)]
    rift: Option<PathBuf>,
    /// Also write the figures as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Be a bare server of that kind (used by the benchmark itself).
    #[command(hide = true)]
    Bare {
        kind: String,
        port: u16,
    },
    Plugins(plugins::Plugins),
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = Arguments::parse();
    if let Some(Command::Bare { kind, port }) = &arguments.command {
        process::raise_descriptor_limit();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        return runtime.block_on(bare::serve(kind, *port));
    }
    // The servers run in another folder.
    for path in [
        Some(&mut arguments.wasmock),
        arguments.mockoon.as_mut(),
        arguments.rift.as_mut(),
        arguments.json.as_mut(),
    ]
    .into_iter()
    .flatten()
    {
        *path = std::path::absolute(&*path)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    process::raise_descriptor_limit();
    if let Some(Command::Plugins(arguments)) = &arguments.command {
        return runtime.block_on(plugins::run(arguments));
    }
    compile_built_ins(&arguments.wasmock)?;
    let results = runtime.block_on(scenario::run_all(&arguments))?;
    let streams = runtime.block_on(streams::run_all(&arguments))?;
    report::print(&results, &streams);
    if let Some(path) = &arguments.json {
        std::fs::write(path, report::json(&results, &streams))?;
    }
    Ok(())
}

/// Has wasmock compile its plugins, so that no scenario measures the compiler.
fn compile_built_ins(wasmock: &Path) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("empty.json");
    std::fs::write(&file, r#"{ "routes": [] }"#)?;
    let output = std::process::Command::new(wasmock)
        .arg("validate")
        .arg(file)
        .output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}
