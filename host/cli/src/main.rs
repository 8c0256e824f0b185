//! The `wasmock` command.
//!
//! Reads the command line and wires the other crates: environment → sandbox → server. Exit
//! codes: 0 for success, 1 for problems that were found (`validate`, `plugin check`, a failed
//! template), 2 for what could not be started or read at all.

mod arguments;
mod built_in;
mod components;
mod convert;
mod dev;
mod grant;
mod helpers;
mod inspect;
mod later;
mod logging;
mod plugin;
mod render;
mod request;
mod serve;
mod served;
mod templates;
mod validate;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Serve(serve) => serve::run(serve.files, serve.options),
        Command::Dev(dev) => dev::run(*dev),
        Command::Start(start) => serve::run(start.data, start.options),
        Command::Validate(files) => Ok(validate::run(&files)),
        Command::Render(template) => render::run(&template),
        Command::Helpers(wanted) => helpers::run(&wanted),
        Command::Import(files) => convert::import(&files),
        Command::Export(files) => convert::export(&files),
        Command::Split(file) => convert::split(&file),
        Command::Plugin(command) => plugin::command(&command),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Arguments::command(),
                "wasmock",
                &mut std::io::stdout(),
            );
            Ok(ExitCode::SUCCESS)
        }
    };
    result.unwrap_or_else(|error| {
        logging::fatal(&*error);
        ExitCode::from(2)
    })
}
