//! From bytes to a loaded plugin.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bytes::Bytes;
use wasmock_exchange::limits;
use wasmock_exchange::roles::HelperDescription;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::cache::Cache;
use crate::conditions::Conditions;
use crate::configuration;
use crate::engine::{Ticker, engine};
use crate::fit;
use crate::grants::{self, Grants, Held};
use crate::guest::Guest;
use crate::imports::{self, Lines};
use crate::instance::{Blueprint, ExportIndices, StartError};
use crate::manifest::Manifest;
use crate::plugin::{Plugin, effects};
use crate::pool::{NoInstance, Pool};
use crate::running::Turns;

/// The engine and what all plugins share.
#[derive(Clone)]
pub struct Sandbox {
    engine: Engine,
    linker: Arc<Linker<Guest>>,
    turns: Turns,
    cache: Option<Cache>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

/// A BLAKE3 digest.
pub type Digest = [u8; blake3::OUT_LEN];

/// A component to load.
#[derive(Debug)]
pub struct Source<'a> {
    /// The name it gets.
    pub name: &'a str,
    /// The component.
    pub wasm: Bytes,
    /// Its BLAKE3 digest, where that is known: a component that is found compiled is not read.
    pub digest: Option<Digest>,
    /// Its configuration, JSON text.
    pub configuration: Arc<str>,
    /// What it may do.
    pub grants: Grants,
}

/// Why a component was not loaded: one problem a line, with what to do.
#[derive(Debug)]
pub struct LoadError {
    /// The plugin's name.
    pub plugin: String,
    /// What is wrong; all of it.
    pub problems: Vec<String>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plugin `{}` cannot be loaded", self.plugin)?;
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}

impl Sandbox {
    /// A sandbox that keeps compiled components in that folder.
    ///
    /// # Errors
    /// The machine cannot run compiled WebAssembly (no memory to execute, no thread).
    pub fn new(cache: Option<PathBuf>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let engine = engine()?;
        let mut linker = Linker::new(&engine);
        imports::link(&mut linker)?;
        let turns = Turns::new(Ticker::start(&engine)?);
        Ok(Self {
            engine,
            linker: Arc::new(linker),
            turns,
            cache: cache.map(Cache::new),
        })
    }

    /// Loads a component: compiles it (or finds it compiled), checks that it fits, starts one
    /// instance and asks it for its helpers. Compiling happens off the asynchronous workers.
    ///
    /// # Errors
    /// Everything that does not fit, at once, or why it does not start.
    pub async fn load(&self, source: Source<'_>) -> Result<Arc<Plugin>, LoadError> {
        self.load_under(source, Conditions::default()).await
    }

    /// As [`Sandbox::load`], under other conditions than a server's.
    ///
    /// # Errors
    /// As [`Sandbox::load`].
    pub async fn load_under(
        &self,
        source: Source<'_>,
        conditions: Conditions,
    ) -> Result<Arc<Plugin>, LoadError> {
        let refuse = |problems| LoadError {
            plugin: source.name.to_owned(),
            problems,
        };
        if source.wasm.len() > limits::COMPONENT {
            return Err(refuse(vec![format!(
                "the component has {} MiB, and more than {} MiB are not loaded",
                source.wasm.len() >> 20,
                limits::COMPONENT >> 20
            )]));
        }
        let large = source.wasm.len() > limits::LARGE_COMPONENT;
        let (sandbox, wasm, digest) = (self.clone(), source.wasm.clone(), source.digest);
        let component = tokio::task::spawn_blocking(move || sandbox.compile(&wasm, digest))
            .await
            .unwrap_or_else(|error| Err(vec![format!("the compiler failed: {error}")]))
            .map_err(&refuse)?;
        let pre = self.linker.instantiate_pre(&component);
        let exports = pre.as_ref().ok().map(ExportIndices::of);
        let (pre, exports) = match (pre, exports) {
            (Ok(pre), Some(exports)) if exports.has_role() => (pre, exports),
            (pre, _) => {
                let mut problems = fit::problems(&source.wasm);
                if let (Err(error), true) = (&pre, problems.is_empty()) {
                    problems.push(format!("{error:#}"));
                }
                return Err(refuse(problems));
            }
        };
        let name: Arc<str> = source.name.into();
        let manifest = Manifest::of(&source.wasm).map_err(|problem| refuse(vec![problem]))?;
        if let Some(schema) = manifest.as_ref().and_then(|m| m.configuration.as_ref()) {
            let problems = configuration::problems(&schema.to_string(), &source.configuration);
            if !problems.is_empty() {
                return Err(refuse(problems));
            }
        }
        let names: Vec<_> = {
            let component = component.component_type();
            let imports = component.imports(&self.engine);
            imports.map(|(name, _)| name.to_owned()).collect()
        };
        let asked = grants::asked(manifest.as_ref(), names.iter().map(String::as_str));
        let held = Held::new(name.clone(), asked, source.grants).map_err(&refuse)?;
        let mut conditions = conditions;
        conditions.clock = conditions.clock.or_else(|| held.clock.clone());
        conditions.seed = conditions.seed.or(held.seed);
        let blueprint = Blueprint {
            plugin: name.clone(),
            configuration: source.configuration.clone(),
            held: Arc::new(held),
            lines: Arc::new(Lines::default()),
            pre,
            indices: exports.clone(),
            calls: if conditions.fresh {
                0
            } else if large {
                limits::LARGE_COMPONENT_CALLS
            } else {
                limits::INSTANCE_CALLS
            },
            conditions,
            started: AtomicU64::new(0),
        };
        let pool = Arc::new(Pool::new(blueprint, ceiling(large)));
        let first = self.first_instance(&pool).await;
        let First { helpers, schema } = first.map_err(|problem| refuse(vec![problem]))?;
        if let (Some(schema), true) = (schema, manifest.is_none()) {
            let problems = configuration::problems(&schema, &source.configuration);
            if !problems.is_empty() {
                return Err(refuse(problems));
            }
        }
        Ok(Arc::new(Plugin {
            name,
            pool,
            turns: self.turns.clone(),
            exports,
            helpers,
        }))
    }

    /// Starts one instance, which stays warm, and asks it for its helpers and its schema.
    async fn first_instance(&self, pool: &Arc<Pool>) -> Result<First, String> {
        let budget = Arc::new(wasmock_exchange::Budget::new(limits::CONFIGURE));
        let pool = pool.clone();
        let started = {
            let budget = budget.clone();
            Box::pin(async move {
                let mut taken = match pool.take(false, &budget).await {
                    Ok(taken) => taken,
                    Err(NoInstance::Start(error)) => return Err(error.to_string()),
                    Err(NoInstance::Busy(message)) => return Err(message),
                };
                let instance = &mut *taken.instance;
                let store = &mut instance.store;
                let helpers = match &instance.helpers {
                    Some(role) => role.call_list(&mut *store).await,
                    None => Ok(Vec::new()),
                };
                let helpers =
                    helpers.map_err(|error| StartError::of(&error, store.data()).to_string())?;
                let described = match &instance.lifecycle {
                    Some(role) => role.call_describe(&mut *store).await.map(Some),
                    None => Ok(None),
                };
                let described =
                    described.map_err(|error| StartError::of(&error, store.data()).to_string())?;
                taken.give_back();
                Ok((helpers, described.and_then(|described| described.schema)))
            })
        };
        let (helpers, schema) = self.turns.run(budget, started).await?;
        let helpers = helpers.into_iter().map(|helper| HelperDescription {
            name: helper.name,
            effects: effects(helper.effects),
            block: helper.block,
            usage: helper.usage,
            about: helper.about,
        });
        Ok(First {
            helpers: helpers.collect(),
            schema,
        })
    }

    fn compile(&self, wasm: &[u8], digest: Option<Digest>) -> Result<Component, Vec<String>> {
        if let Some(problem) = fit::not_a_component(wasm) {
            return Err(vec![problem]);
        }
        let compile = || {
            Component::from_binary(&self.engine, wasm)
                .map_err(|error| vec![fit::does_not_compile(&format!("{error:#}"))])
        };
        let Some(cache) = &self.cache else {
            return compile();
        };
        let digest = digest.map_or_else(|| blake3::hash(wasm), blake3::Hash::from_bytes);
        if let Some(component) = cache.load(&self.engine, digest) {
            return Ok(component);
        }
        let component = compile()?;
        cache.store(&self.engine, digest, &component);
        Ok(component)
    }
}

fn ceiling(large: bool) -> usize {
    if large {
        return limits::LARGE_COMPONENT_INSTANCES;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores * limits::INSTANCES_PER_CORE
}

/// What the first instance says.
struct First {
    helpers: Arc<[HelperDescription]>,
    /// The schema of its configuration.
    schema: Option<String>,
}
