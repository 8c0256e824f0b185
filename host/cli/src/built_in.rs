//! The built-in plugins, compiled by the build script, and loading them beside the user's.

use std::error::Error;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::try_join_all;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use wasmock_environment::{Environment, PluginReference};
use wasmock_exchange::roles::Roles;
use wasmock_library::{Library, Lock, Place};
use wasmock_sandbox::{Conditions, Digest, Grants, LoadError, Sandbox, Source};
use wasmock_server::Plugin;

use crate::grant::{self, Grant};
use crate::later::Later;

macro_rules! component {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")),
            *include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".blake3")),
        )
    };
}

/// The locale that needs no looking for.
const ENGLISH: &str = "en";

/// Name, component and digest of each.
fn components() -> [(&'static str, &'static [u8], Digest); 4] {
    [
        component!("templating"),
        component!("data-buckets"),
        component!("global-variables"),
        component!("regex"),
    ]
}

/// The folder for compiled components.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    Some(cache()?.join("compiled"))
}

/// The folder for fetched components.
pub(crate) fn library_folder() -> Option<PathBuf> {
    Some(cache()?.join("components"))
}

/// The folder for what can be made anew: `WASMOCK_CACHE`, else the user's cache folder.
fn cache() -> Option<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = absolute("WASMOCK_CACHE")
        .or_else(|| Some(absolute("XDG_CACHE_HOME")?.join("wasmock")))
        .or_else(|| Some(absolute("HOME")?.join(".cache/wasmock")))
        .or_else(|| Some(absolute("LOCALAPPDATA")?.join("wasmock")))?;
    Some(base)
}

/// Loads the built-in plugins, side by side.
pub(crate) async fn load_built_ins(
    sandbox: &Sandbox,
    env_vars_prefix: &str,
    locale: &str,
) -> Result<Vec<Plugin>, LoadError> {
    load_all(sandbox, sources(env_vars_prefix, locale)).await
}

/// As [`load_built_ins`], but what takes seconds to compile is not waited for; a call of it waits
/// instead. The second part ends when all are loaded.
pub(crate) async fn start_built_ins(
    sandbox: &Sandbox,
    env_vars_prefix: &str,
    locale: &str,
) -> Result<(Vec<Plugin>, impl Future<Output = Result<(), LoadError>>), LoadError> {
    let (mut now, mut later) = (Vec::new(), Vec::new());
    for source in sources(env_vars_prefix, locale) {
        let roles: fn(Arc<Later>) -> Roles = match source.name {
            // Only an instance knows which other locales there are.
            "templating" if locale == ENGLISH => Later::as_templates,
            "regex" => Later::as_predicate,
            // Small, and templates are compiled with the names of all helpers.
            _ => {
                now.push(source);
                continue;
            }
        };
        later.push((source, roles));
    }
    let mut plugins = load_all(sandbox, now).await?;
    let mut loading = Vec::new();
    for (source, roles) in later {
        let later = Arc::new(Later::new(source.name));
        plugins.push(plugin(source.name, roles(later.clone())));
        let sandbox = sandbox.clone();
        loading.push(tokio::spawn(async move {
            let loaded = load_built_in(&sandbox, source).await;
            later.set(loaded.as_ref().cloned().map_err(LoadError::to_string));
            loaded.map(drop)
        }));
    }
    let all = async {
        for loaded in loading {
            // A task that ended without a result was told to, with the process.
            loaded.await.unwrap_or(Ok(()))?;
        }
        Ok(())
    };
    Ok((plugins, all))
}

/// Whether an environment asks a plugin that takes seconds to compile: then a server had better
/// not listen before it is there, or the first who asks waits.
pub(crate) fn needs_all(environment: &Environment) -> bool {
    let text = serde_json::to_string(environment).unwrap_or_default();
    ["{{", r#""operator":"regex"#]
        .iter()
        .any(|mark| text.contains(mark))
}

async fn load_all<'s>(
    sandbox: &Sandbox,
    sources: impl IntoIterator<Item = Source<'s>>,
) -> Result<Vec<Plugin>, LoadError> {
    let loading = sources.into_iter().map(|source| async {
        let name = source.name;
        Ok(plugin(name, load_built_in(sandbox, source).await?))
    });
    try_join_all(loading).await
}

/// The built-in plugins and what they are given.
fn sources(env_vars_prefix: &str, locale: &str) -> [Source<'static>; 4] {
    components().map(|(name, wasm, digest)| {
        // Templates read environment variables, those with the prefix; the others need nothing.
        let (variables, configuration) = match name {
            "templating" => (
                vec![format!("{env_vars_prefix}*")],
                json!({ "variablesPrefix": env_vars_prefix, "locale": locale }),
            ),
            _ => (Vec::new(), json!({})),
        };
        Source {
            name,
            wasm: Bytes::from_static(wasm),
            digest: Some(digest),
            configuration: configuration.to_string().into(),
            grants: Grants::built_in(variables),
        }
    })
}

async fn load_built_in(sandbox: &Sandbox, source: Source<'_>) -> Result<Roles, LoadError> {
    let loaded = with_progress(source.name, sandbox.load(source)).await?;
    Ok(loaded.roles())
}

fn plugin(name: &str, roles: Roles) -> Plugin {
    Plugin {
        name: name.to_owned(),
        roles,
        built_in: true,
    }
}

/// What a command line adds to an environment's plugins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Added<'a> {
    /// More plugins: name and place.
    pub(crate) plugins: &'a [(String, PathBuf)],
    /// What plugins are allowed beside what the file says.
    pub(crate) grants: &'a [Grant],
    /// The server's seed.
    pub(crate) seed: Option<u64>,
    /// Every call gets a fresh instance, so that what a plugin keeps in its globals is lost at
    /// once and not first under load.
    pub(crate) fresh: bool,
}

/// Loads the plugins that an environment and the command line name.
pub(crate) async fn load_plugins(
    sandbox: &Sandbox,
    environment: &Environment,
    directory: &Path,
    added: &Added<'_>,
) -> Result<Vec<Plugin>, Box<dyn Error>> {
    let extra = added.plugins.iter().map(|(name, path)| PluginReference {
        name: name.clone(),
        path: path.display().to_string(),
        ..PluginReference::default()
    });
    let extra = extra.map(|plugin| (plugin, Path::new("")));
    let named = environment.wasmock.plugins.iter().cloned();
    let named = named.map(|plugin| (plugin, directory));
    let library = Library::new(library_folder());
    let lock = Lock::of(directory)?;
    let mut plugins: Vec<Plugin> = Vec::new();
    for (reference, base) in named.chain(extra) {
        let PluginReference {
            name,
            path,
            sha256,
            configuration,
            mut grants,
            ..
        } = reference;
        if plugins.iter().any(|plugin| plugin.name == name) {
            return Err(format!("two plugins have the name `{name}`; rename one of them").into());
        }
        let at = |error: wasmock_library::Error| format!("plugin `{name}`: {error}");
        let place = Place::parse(&path, base, sha256.as_deref()).map_err(at)?;
        let wasm = library.get(&place, &lock).await.map_err(at)?;
        grant::extend(&mut grants, added.grants, &name)?;
        let configuration: Arc<str> =
            configuration.map_or_else(|| "{}".into(), |json| json.to_string().into());
        let source = Source {
            name: &name,
            wasm,
            digest: None,
            configuration,
            grants: Grants::new(grants, directory).with_seed(added.seed),
        };
        let conditions = Conditions {
            fresh: added.fresh,
            ..Conditions::default()
        };
        let loading = sandbox.load_under(source, conditions);
        let roles = with_progress(&name, loading).await?.roles();
        tracing::info!("Plugin `{name}` loaded with roles {roles:?}");
        plugins.push(Plugin {
            name,
            roles,
            built_in: false,
        });
    }
    Ok(plugins)
}

/// Shows what a wait is for when it takes longer than half a second.
async fn with_progress<T>(name: &str, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    match tokio::time::timeout(Duration::from_millis(500), &mut work).await {
        Ok(result) => result,
        Err(_) => {
            let message = format!("compiling plugin `{name}` (once; the result is kept)");
            if !std::io::stderr().is_terminal() {
                tracing::info!("{message}");
                return work.await;
            }
            let bar = ProgressBar::new_spinner().with_message(message);
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            let result = work.await;
            bar.finish_and_clear();
            result
        }
    }
}
