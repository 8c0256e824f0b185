//! `wasmock import`, `export` and `split`: files in, files out.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use wasmock_environment::{LoadOptions, load, split as split_text, to_openapi};

use crate::arguments::{Convert, Export, ExportFormat, Split};

/// Writes an API document, or any environment file, as a Mockoon file of the current layout.
pub(crate) fn import(arguments: &Convert) -> Result<ExitCode, Box<dyn Error>> {
    let loaded = load(&arguments.input, &LoadOptions::default())?;
    let json = if arguments.prettify {
        serde_json::to_string_pretty(&loaded.environment)?
    } else {
        serde_json::to_string(&loaded.environment)?
    };
    write(&arguments.output, &json)
}

/// Writes the HTTP routes of an environment as an OpenAPI document.
pub(crate) fn export(arguments: &Export) -> Result<ExitCode, Box<dyn Error>> {
    let loaded = load(&arguments.files.input, &LoadOptions::default())?;
    let document = to_openapi(&loaded.environment);
    let text = match arguments.format {
        ExportFormat::Yaml => serde_saphyr::to_string(&document)?,
        ExportFormat::Json if arguments.files.prettify => serde_json::to_string_pretty(&document)?,
        ExportFormat::Json => document.to_string(),
    };
    write(&arguments.files.output, &text)
}

/// Moves what only wasmock knows out of a file, into its sidecar.
pub(crate) fn split(arguments: &Split) -> Result<ExitCode, Box<dyn Error>> {
    let file = &arguments.file;
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let (main, sidecar) = split_text(&text, None)?;
    let beside = file.with_extension("wasmock.yaml");
    if beside.exists() {
        return Err(format!(
            "{} is there already; move its content into {} first, or remove it",
            beside.display(),
            file.display()
        )
        .into());
    }
    // The sidecar first: if the second write fails, everything is still in the main file.
    write(&beside, &sidecar)?;
    write(file, &main)?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} now holds what only wasmock knows",
        beside.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str) -> Result<ExitCode, Box<dyn Error>> {
    std::fs::write(path, text)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(ExitCode::SUCCESS)
}
