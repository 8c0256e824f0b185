//! `wasmock serve` and `wasmock start`: load everything, listen, answer until told to stop.

use std::collections::HashSet;
use std::error::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use wasmock_environment::{Environment, LoadOptions, Loaded, load};
use wasmock_library::LOCK_FILE;
use wasmock_sandbox::{LoadError, Sandbox};
use wasmock_server::{AdminOptions, Listener, Options, Plugin, Site};

use crate::arguments::{ServeOptions, Switch};
use crate::built_in::{self, Added};
use crate::components;
use crate::dev::Project;
use crate::logging;
use crate::watch::{Watch, concerns};

/// Turns of tasks after which a thread asks the system for news from sockets. tokio's own 61 lets
/// clients wait behind 61 turns of others that are busy; see docs/decisions/fairness.md.
const NEWS_EVERY: u32 = 8;

/// Serves the files until Ctrl-C.
pub(crate) fn run(files: Vec<PathBuf>, options: ServeOptions) -> Result<ExitCode, Box<dyn Error>> {
    run_with(files, options, None)
}

/// As [`run`], and builds a plugin's project whenever its source changes.
pub(crate) fn run_with(
    files: Vec<PathBuf>,
    options: ServeOptions,
    project: Option<Project>,
) -> Result<ExitCode, Box<dyn Error>> {
    logging::start(options.log_format);
    raise_descriptor_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(NEWS_EVERY)
        .build()?;
    let served = runtime.block_on(serve(files, options, project));
    // A compiler that is still at work is not waited for.
    runtime.shutdown_background();
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(
    files: Vec<PathBuf>,
    options: ServeOptions,
    project: Option<Project>,
) -> Result<(), Box<dyn Error>> {
    let (tokens, count) = (options.admin_api_token.len(), files.len());
    if tokens > 1 && tokens != count {
        return Err(format!(
            "The number of provided API tokens ({tokens}) must be 1 or match the number of \
             environments ({count})."
        )
        .into());
    }
    let sandbox = Sandbox::new(built_in::cache_folder()).map_err(|error| error.to_string())?;
    let loading =
        built_in::start_built_ins(&sandbox, &options.env_vars_prefix, &options.faker_locale);
    let environments = files
        .iter()
        .enumerate()
        .map(|(index, file)| load_file(file, index, &options))
        .collect::<Result<Vec<_>, _>>()?;
    check_grants(&environments, &options)?;
    // Before anything is loaded: a change from now on is not missed.
    let mut watched = options.watch.then(Watch::new).transpose()?;
    if let Some(watch) = &mut watched {
        let all = files.iter().zip(&environments);
        for source in all.flat_map(|(file, loaded)| sources(file, loaded, &options)) {
            watch.add(&source);
        }
    }
    let (built_ins, loading) = loading.await?;
    let mut loading = std::pin::pin!(loading);
    let waited = environments
        .iter()
        .any(|loaded| built_in::needs_all(&loaded.environment));
    if waited {
        loading.as_mut().await?;
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut servers = Vec::new();
    let mut sites = Vec::new();
    for (index, loaded) in environments.into_iter().enumerate() {
        let listener = listen(&loaded.environment).await?;
        let site = site(&sandbox, &built_ins, &loaded, index, &options).await?;
        let port = listener.address()?.port();
        let environment = &loaded.environment;
        tracing::info!(
            environmentName = environment.name,
            environmentUUID = environment.uuid,
            "Server started on port {port}"
        );
        tracing::debug!("{} routes", environment.routes.len());
        let mut stopped = stopped.clone();
        let shutdown = async move {
            // An error means that the sender is gone, which is a stop as well.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        servers.push(tokio::spawn(wasmock_server::serve(
            site.clone(),
            listener,
            shutdown,
        )));
        sites.push(Served {
            file: files[index].clone(),
            index,
            loaded,
            site,
        });
    }
    let served: Vec<_> = sites.iter().map(|served| served.site.clone()).collect();
    let building = async {
        match project {
            Some(project) => project.rebuild(&served).await,
            None => std::future::pending().await,
        }
    };
    let watching = async {
        match watched {
            Some(changes) => watch(changes, &sandbox, &built_ins, sites, &options).await,
            None => std::future::pending().await,
        }
    };
    let loading = async {
        if !waited {
            loading.await?;
        }
        std::future::pending::<Result<(), LoadError>>().await
    };
    tokio::select! {
        stop = stop_signal() => stop?,
        failed = watching => failed?,
        failed = building => failed?,
        failed = loading => failed?,
    }
    stop.send_replace(true);
    for server in servers {
        server.await?;
    }
    tracing::info!("Server stopped");
    Ok(())
}

/// Ctrl-C, or a polite request to end.
async fn stop_signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// An environment that is being served.
struct Served {
    file: PathBuf,
    index: usize,
    loaded: Loaded,
    site: Arc<Site>,
}

impl Served {
    fn sources(&self, options: &ServeOptions) -> Vec<PathBuf> {
        sources(&self.file, &self.loaded, options)
    }

    fn is_made_of(&self, changed: &HashSet<PathBuf>, options: &ServeOptions) -> bool {
        let sources = self.sources(options);
        sources.iter().any(|source| concerns(changed, source))
    }
}

/// Everything that an environment is made of.
fn sources(file: &Path, loaded: &Loaded, options: &ServeOptions) -> Vec<PathBuf> {
    let directory = &loaded.directory;
    let plugins = loaded.environment.wasmock.plugins.iter();
    let mut sources = vec![
        file.to_owned(),
        file.with_extension("wasmock.yaml"),
        directory.join(LOCK_FILE),
    ];
    sources.extend(plugins.filter_map(|plugin| components::file(&plugin.path, directory)));
    let here = Path::new("");
    let added = options.plugin.iter().filter_map(|(_, path)| path.to_str());
    sources.extend(added.filter_map(|path| components::file(path, here)));
    sources
}

/// Serves changed files from their next exchange on; broken ones are reported and not served.
async fn watch(
    mut watch: Watch,
    sandbox: &Sandbox,
    built_ins: &[Plugin],
    mut sites: Vec<Served>,
    options: &ServeOptions,
) -> Result<(), Box<dyn Error>> {
    loop {
        for source in sites.iter().flat_map(|served| served.sources(options)) {
            watch.add(&source);
        }
        let Some(mut changed) = watch.changed().await else {
            return Ok(());
        };
        loop {
            let mut outcomes = Vec::new();
            for served in sites.iter_mut() {
                if served.is_made_of(&changed, options) {
                    let result = reload(sandbox, built_ins, served, options).await;
                    let file = served.file.display().to_string();
                    let problem = result.err().map(|error| error.to_string());
                    outcomes.push((file, served.site.clone(), problem));
                }
            }
            let failed = outcomes.iter().any(|(_, _, problem)| problem.is_some());
            if failed && let Some(more) = watch.changed_again().await {
                // It was read while somebody wrote.
                changed.extend(more);
                continue;
            }
            for (file, site, problem) in outcomes {
                match &problem {
                    None => tracing::info!("{file} was reloaded"),
                    Some(problem) => {
                        tracing::error!("{file} is served as it was before: {problem}");
                    }
                }
                site.set_notice(problem);
            }
            break;
        }
    }
}

async fn reload(
    sandbox: &Sandbox,
    built_ins: &[Plugin],
    served: &mut Served,
    options: &ServeOptions,
) -> Result<(), Box<dyn Error>> {
    let loaded = load_file(&served.file, served.index, options)?;
    let mut plugins = built_ins.to_vec();
    let (environment, directory) = (&loaded.environment, &loaded.directory);
    plugins.extend(built_in::load_plugins(sandbox, environment, directory, &added(options)).await?);
    served
        .site
        .reload(loaded.environment.clone(), Some(plugins))
        .await?;
    served.loaded = loaded;
    Ok(())
}

/// Loads a file, says what is odd about it, and applies the command line.
fn load_file(file: &Path, index: usize, options: &ServeOptions) -> Result<Loaded, Box<dyn Error>> {
    let load_options = LoadOptions {
        repair: options.repair,
        plugins: options
            .plugin
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
        ..LoadOptions::default()
    };
    let mut loaded = load(file, &load_options)?;
    for warning in &loaded.warnings {
        tracing::warn!("{}: {warning}", file.display());
    }
    let environment = &mut loaded.environment;
    if let Some(port) = options.port.get(index) {
        environment.port = *port;
    }
    if let Some(hostname) = options.hostname.get(index) {
        environment.hostname.clone_from(hostname);
    }
    match options.proxy {
        Some(Switch::Enabled) => environment.proxy_mode = true,
        Some(Switch::Disabled) => environment.proxy_mode = false,
        None => {}
    }
    Ok(loaded)
}

async fn site(
    sandbox: &Sandbox,
    built_ins: &[Plugin],
    loaded: &Loaded,
    index: usize,
    options: &ServeOptions,
) -> Result<Arc<Site>, Box<dyn Error>> {
    let directory: &Path = &loaded.directory;
    let mut plugins = built_ins.to_vec();
    plugins.extend(
        built_in::load_plugins(sandbox, &loaded.environment, directory, &added(options)).await?,
    );
    let options = server_options(options, index);
    Ok(Site::new(loaded.environment.clone(), directory, plugins, options).await?)
}

/// What the command line adds to the plugins of each file.
fn added(options: &ServeOptions) -> Added<'_> {
    Added {
        plugins: &options.plugin,
        grants: &options.grant,
        seed: options.faker_seed.map(|seed| seed as u64),
        fresh: options.dev,
    }
}

/// Refuses a grant for a plugin that no file and no `--plugin` names.
fn check_grants(environments: &[Loaded], options: &ServeOptions) -> Result<(), String> {
    let named = environments
        .iter()
        .flat_map(|loaded| &loaded.environment.wasmock.plugins)
        .map(|plugin| &plugin.name);
    let names: Vec<_> = named
        .chain(options.plugin.iter().map(|(name, _)| name))
        .collect();
    match options
        .grant
        .iter()
        .find(|grant| !names.contains(&&grant.plugin))
    {
        Some(grant) => Err(format!(
            "--grant is for a plugin `{}`, which neither a file nor --plugin names",
            grant.plugin
        )),
        None => Ok(()),
    }
}

fn server_options(options: &ServeOptions, index: usize) -> Options {
    let mut server = Options::default();
    server.public_base_url = options.public_base_url.get(index).cloned();
    server.env_vars_prefix.clone_from(&options.env_vars_prefix);
    server.disable_routes.clone_from(&options.disable_routes);
    server.random_latency = options.enable_random_latency;
    server.route_metadata_headers = options.enable_route_metadata_headers;
    server.max_body_size = options.max_request_body_size;
    server.max_transaction_logs = options.max_transaction_logs as usize;
    server.max_callback_depth = options.max_callback_depth;
    server.disable_tls = options.disable_tls;
    server.log_transactions = options.log_transaction;
    server.dev = options.dev;
    server.faker_seed = options.faker_seed.map(|seed| seed as u32);
    server.faker_locale.clone_from(&options.faker_locale);
    server.admin = (!options.disable_admin_api).then(|| {
        let mut admin = AdminOptions::default();
        let tokens = &options.admin_api_token;
        admin.token = tokens.get(index).or(tokens.first()).cloned();
        admin
            .cors_origins
            .clone_from(&options.admin_api_cors_origin);
        admin
    });
    server
}

/// Listens where the environment says.
async fn listen(environment: &Environment) -> Result<Listener, Box<dyn Error>> {
    let (port, hostname) = (environment.port, environment.hostname.as_str());
    let error = match Listener::bind(hostname, port).await {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    let system = error
        .source()
        .and_then(|source| source.downcast_ref::<std::io::Error>());
    Err(match system.map(std::io::Error::kind) {
        Some(ErrorKind::AddrInUse) => {
            format!("Port {port} is already in use; stop what uses it, or choose another with --port")
        }
        Some(ErrorKind::PermissionDenied) => {
            format!("Port {port} is invalid or access is denied; ports below 1024 need rights, --port chooses another")
        }
        Some(ErrorKind::AddrNotAvailable) => {
            format!("Provided hostname/address is not available: {hostname}; --hostname chooses another")
        }
        _ => format!("Unknown hostname/address provided: {hostname}; --hostname chooses another ({error})"),
    }
    .into())
}

/// Lets the process hold as many connections as the system allows.
fn raise_descriptor_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        if setrlimit(Resource::Nofile, raised).is_err() {
            tracing::debug!("the limit of open files stays at {:?}", limit.current);
        }
    }
}
