//! `wasmock plugin …`: everything an author of plugins does without a server.
//!
//! `new` writes a project, `build` runs its language's tool, `check` and `inspect` look at the
//! component, `run` tries it on one input, `test` on a table of them. Trials run under fixed
//! conditions: see [`trial`].

pub(crate) mod arguments;
pub(crate) mod build;
mod check;
mod compare;
mod doctor;
mod junit;
mod lines;
pub(crate) mod manifest;
mod new;
mod run;
mod stage;
mod state;
mod test;
mod tools;
mod trial;

use std::error::Error;
use std::process::ExitCode;

pub(crate) use run::plugin_name;

use crate::arguments::PluginCommand;
use crate::{components, inspect};

/// What a command ends with; the error is for things that could not be begun (exit code 2).
type Ended = Result<ExitCode, Box<dyn Error>>;

/// Runs a command.
pub(crate) fn command(command: &PluginCommand) -> Ended {
    match command {
        PluginCommand::New(project) => new::run(project),
        PluginCommand::Build(project) => build::run(project),
        PluginCommand::Doctor(wanted) => doctor::run(wanted),
        PluginCommand::Check(file) => check::run(file),
        PluginCommand::Pull(wanted) => components::pull(wanted),
        PluginCommand::Manifest(file) => manifest::run(file),
        PluginCommand::Inspect(file) => inspect::run(file),
        PluginCommand::Run(trial) => run::run(trial),
        PluginCommand::Test(tables) => test::run(tables),
    }
}

/// Prints a result. Standard output may be closed by `| head`; the exit code still counts.
pub(crate) fn print(text: &str) {
    use std::io::Write;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
