//! What can be said about templates without rendering them: whether they compile, and which
//! names in the place of a helper nobody knows.
//!
//! The same component that renders them is asked, with the helpers of the environment's plugins,
//! so what is reported here is what the server would do.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use wasmock_environment::{BodyType, Header, Operator, Problem, nearest};
use wasmock_exchange::roles::Templates;
use wasmock_exchange::{Call, Environment, Template};
use wasmock_javascript::regex;
use wasmock_sandbox::Sandbox;
use wasmock_server::{Options, Plugin, Site};

use crate::built_in::{self, Added};
use crate::request::Request;

/// Compiles templates.
pub(crate) struct Checker {
    templates: Arc<dyn Templates>,
    scope: Arc<dyn Environment>,
    /// All helpers, for suggestions.
    names: Vec<String>,
}

impl Checker {
    /// Loads the built-in plugins and those of an environment.
    pub(crate) async fn new(
        environment: &wasmock_environment::Environment,
        directory: &Path,
    ) -> Result<Self, Box<dyn Error>> {
        let sandbox = Sandbox::new(built_in::cache_folder()).map_err(|error| error.to_string())?;
        let options = Options::default();
        let (prefix, locale) = (&options.env_vars_prefix, &options.faker_locale);
        let mut plugins = built_in::load_built_ins(&sandbox, prefix, locale).await?;
        plugins.extend(
            built_in::load_plugins(&sandbox, environment, directory, &Added::default()).await?,
        );
        let nothing = wasmock_environment::Environment::default();
        let site = Site::new(nothing, directory, plugins.clone(), options).await?;
        Self::with(&plugins, site.scope())
    }

    /// With plugins that are loaded already.
    pub(crate) fn with(
        plugins: &[Plugin],
        scope: Arc<dyn Environment>,
    ) -> Result<Self, Box<dyn Error>> {
        let templates = plugins
            .iter()
            .find_map(|plugin| plugin.roles.templates.clone())
            .ok_or("no plugin renders templates")?;
        let mut names = crate::helpers::built_in_names();
        for plugin in plugins {
            let list = plugin.roles.helpers.as_ref().map(|helpers| helpers.list());
            names.extend(
                list.iter()
                    .flat_map(|list| list.iter())
                    .map(|helper| helper.name.clone()),
            );
        }
        Ok(Self {
            templates,
            scope,
            names,
        })
    }

    /// What is wrong with a template, in sentences; the flag says whether it fails to compile.
    pub(crate) async fn complaints(&self, template: Template) -> Vec<(bool, String)> {
        let call = Call::new(Arc::new(Request::default()), self.scope.clone());
        match self.templates.compile(template, call).await.1 {
            Err(error) => {
                let first = error.message.lines().next().unwrap_or_default();
                let first = first.trim_end_matches(':');
                let place = match (error.line, error.column) {
                    (0, _) => String::new(),
                    (line, column) => format!(" (line {line}, column {column} of the text)"),
                };
                vec![(
                    true,
                    format!("the template does not compile: {first}{place}"),
                )]
            }
            Ok(summary) => {
                let mut unknown = summary.unknown;
                unknown.dedup();
                unknown
                    .iter()
                    .map(|name| {
                        let known = self.names.iter().map(String::as_str);
                        let hint = nearest(name, known)
                            .map(|near| format!(" (did you mean `{near}`?)"))
                            .unwrap_or_default();
                        (false, format!("no helper is called `{name}`{hint}"))
                    })
                    .collect()
            }
        }
    }

    /// What is wrong with the templates and the regular expressions of an environment.
    pub(crate) async fn problems(
        &self,
        environment: &wasmock_environment::Environment,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (pointer, text) in texts(environment) {
            if !Template::is_needed(text) {
                continue;
            }
            for (fails, message) in self.complaints(Template::new(text)).await {
                problems.push(if fails {
                    Problem::error(&pointer, message)
                } else {
                    Problem::warning(&pointer, message).remedy("It prints nothing.")
                });
            }
        }
        problems.extend(patterns(environment));
        problems
    }
}

/// Every text that is rendered, with its place.
fn texts(environment: &wasmock_environment::Environment) -> Vec<(String, &str)> {
    let mut texts = Vec::new();
    for (at, list) in [
        ("/headers", &environment.headers),
        ("/proxyReqHeaders", &environment.proxy_req_headers),
        ("/proxyResHeaders", &environment.proxy_res_headers),
    ] {
        add_headers(&mut texts, at, list);
    }
    for (index, bucket) in environment.data.iter().enumerate() {
        texts.push((format!("/data/{index}/value"), bucket.value.as_str()));
    }
    for (index, callback) in environment.callbacks.iter().enumerate() {
        let at = format!("/callbacks/{index}");
        texts.push((format!("{at}/uri"), callback.uri.as_str()));
        add_headers(&mut texts, &format!("{at}/headers"), &callback.headers);
        match callback.body_type {
            BodyType::Inline => texts.push((format!("{at}/body"), callback.body.as_str())),
            BodyType::File => texts.push((format!("{at}/filePath"), callback.file_path.as_str())),
            BodyType::Databucket => {}
        }
    }
    for (route_index, route) in environment.routes.iter().enumerate() {
        for (index, response) in route.responses.iter().enumerate() {
            let at = format!("/routes/{route_index}/responses/{index}");
            add_headers(&mut texts, &format!("{at}/headers"), &response.headers);
            if response.body_type == BodyType::File {
                texts.push((format!("{at}/filePath"), response.file_path.as_str()));
            }
            if response.body_type == BodyType::Inline && !response.disable_templating {
                texts.push((format!("{at}/body"), response.body.as_str()));
            }
            for (index, rule) in response.rules.iter().enumerate() {
                let at = format!("{at}/rules/{index}");
                texts.push((format!("{at}/modifier"), rule.modifier.as_str()));
                texts.push((format!("{at}/value"), rule.value.as_str()));
            }
        }
    }
    texts
}

fn add_headers<'e>(texts: &mut Vec<(String, &'e str)>, at: &str, headers: &'e [Header]) {
    for (index, header) in headers.iter().enumerate() {
        texts.push((format!("{at}/{index}/value"), header.value.as_str()));
    }
}

/// Regular expressions that are none; those that are made by templates are known only later.
fn patterns(environment: &wasmock_environment::Environment) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (route_index, route) in environment.routes.iter().enumerate() {
        for (response_index, response) in route.responses.iter().enumerate() {
            for (index, rule) in response.rules.iter().enumerate() {
                let flags = match rule.operator {
                    Operator::Regex => "",
                    Operator::RegexI => "i",
                    _ => continue,
                };
                if Template::is_needed(&rule.value) {
                    continue;
                }
                if let Err(regex::Problem::Syntax(message)) = regex::compile(&rule.value, flags) {
                    let at = format!(
                        "/routes/{route_index}/responses/{response_index}/rules/{index}/value"
                    );
                    problems.push(
                        Problem::error(at, message).remedy("The rule never holds until then."),
                    );
                }
            }
        }
    }
    problems
}
