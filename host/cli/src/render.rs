//! `wasmock render`: one template, rendered as a route would, without a server.

use std::error::Error;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use wasmock_environment::{DataBucket, Environment};
use wasmock_exchange::{Call, Operation, Space};
use wasmock_javascript::{Object, Value, json};
use wasmock_sandbox::Sandbox;
use wasmock_server::{Options, Site};

use crate::arguments::Render;
use crate::built_in::{self, Added};
use crate::logging;
use crate::request::Request;
use crate::templates::Checker;

/// Prints what the template renders to; exit code 1 when it does not.
pub(crate) fn run(arguments: &Render) -> Result<ExitCode, Box<dyn Error>> {
    logging::to_stderr();
    let source = match &arguments.file {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?,
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        }
    };
    let request: serde_json::Value = serde_json::from_str(&arguments.request)
        .map_err(|error| format!("--request: this is not JSON: {error}"))?;
    let request = Request::from_json(&request).map_err(|error| format!("--request: {error}"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(render(arguments, &source, request.guessed()))
}

async fn render(
    arguments: &Render,
    source: &str,
    request: Request,
) -> Result<ExitCode, Box<dyn Error>> {
    let buckets = object("--buckets", &arguments.buckets)?;
    let data = buckets.iter().map(|(name, value)| DataBucket {
        id: name.to_string(),
        name: name.to_string(),
        value: json::to_text(value).unwrap_or_default(),
        ..DataBucket::default()
    });
    let environment = Environment {
        data: data.collect(),
        ..Environment::default()
    };
    let mut options = Options::default();
    options.dev = true;
    options.faker_seed = arguments.faker_seed.map(|seed| seed as u32);
    let sandbox = Sandbox::new(built_in::cache_folder()).map_err(|error| error.to_string())?;
    let mut plugins = {
        let Options {
            env_vars_prefix,
            faker_locale,
            ..
        } = &options;
        built_in::load_built_ins(&sandbox, env_vars_prefix, faker_locale).await?
    };
    let here = Path::new("");
    let added = Added {
        plugins: &arguments.plugin,
        ..Added::default()
    };
    plugins.extend(built_in::load_plugins(&sandbox, &environment, here, &added).await?);
    let scope = Site::new(environment, here, plugins.clone(), options)
        .await?
        .scope();
    let checker = Checker::with(&plugins, scope.clone())?;
    for (name, value) in object("--variables", &arguments.variables)?.iter() {
        scope
            .state()
            .update(Space::Variable, name, "", Operation::Set(value.clone()))
            .await?;
    }
    let template = scope.template(source);
    let call = Call::new(Arc::new(request), scope.clone());
    let (_, rendered) = scope.render(template.clone(), call).await;
    match rendered {
        Ok(text) => {
            for (_, message) in checker.complaints(template).await {
                tracing::warn!("{message}");
            }
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes())?;
            if !text.ends_with('\n') {
                out.write_all(b"\n")?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            logging::template_error(source, &error);
            Ok(ExitCode::from(1))
        }
    }
}

/// A JSON object given on the command line.
fn object(option: &str, text: &str) -> Result<Object, Box<dyn Error>> {
    match json::parse(text) {
        Ok(Value::Object(object)) => Ok(Arc::unwrap_or_clone(object)),
        Ok(_) => {
            Err(format!("{option}: expected a JSON object, for example '{{\"a\": 1}}'").into())
        }
        Err(error) => Err(format!("{option}: this is not JSON: {error}").into()),
    }
}
