//! `wasmock serve` and `wasmock start`: load everything, listen, answer until told to stop.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use wasmock_environment::{Environment, LoadOptions, Loaded, load};
use wasmock_exchange::limits;
use wasmock_sandbox::Sandbox;
use wasmock_server::{AdminOptions, Options, Plugin, Site};

use crate::arguments::{ServeOptions, Switch};
use crate::built_in;
use crate::logging;

/// Serves the files until Ctrl-C.
pub(crate) fn run(files: Vec<PathBuf>, options: ServeOptions) -> Result<ExitCode, Box<dyn Error>> {
    logging::start(options.log_format);
    raise_descriptor_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(files, options))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(files: Vec<PathBuf>, options: ServeOptions) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::new(built_in::cache_folder()).map_err(|error| error.to_string())?;
    let loading = built_in::load_built_ins(&sandbox, &options.env_vars_prefix);
    let environments = load_files(&files, &options)?;
    let built_ins = loading.await?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut servers = Vec::new();
    for (index, loaded) in environments.into_iter().enumerate() {
        let listener = listen(&loaded.environment)?;
        let site = site(&sandbox, &built_ins, &loaded, index, &options).await?;
        let port = listener.local_addr()?.port();
        let environment = &loaded.environment;
        tracing::info!(
            environmentName = environment.name,
            environmentUUID = environment.uuid,
            "Server started on port {port}"
        );
        let mut stopped = stopped.clone();
        let shutdown = async move {
            // An error means that the sender is gone, which is a stop as well.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        servers.push(tokio::spawn(wasmock_server::serve(site, listener, shutdown)));
    }
    tokio::signal::ctrl_c().await?;
    stop.send_replace(true);
    for server in servers {
        server.await??;
    }
    tracing::info!("Server stopped");
    Ok(())
}

/// Loads the files, says what is odd about them, and applies the command line.
fn load_files(files: &[PathBuf], options: &ServeOptions) -> Result<Vec<Loaded>, Box<dyn Error>> {
    let load_options = LoadOptions {
        repair: options.repair,
        plugins: options.plugin.iter().map(|(name, _)| name.clone()).collect(),
        ..LoadOptions::default()
    };
    let mut environments = Vec::new();
    for (index, file) in files.iter().enumerate() {
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
        environments.push(loaded);
    }
    Ok(environments)
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
        built_in::load_plugins(sandbox, &loaded.environment, directory, &options.plugin).await?,
    );
    Ok(Site::new(&loaded.environment, directory, plugins, server_options(options, index))?)
}

fn server_options(options: &ServeOptions, index: usize) -> Options {
    let mut server = Options::default();
    server.public_base_url = options.public_base_url.get(index).cloned();
    server.env_vars_prefix.clone_from(&options.env_vars_prefix);
    server.disable_routes.clone_from(&options.disable_routes);
    server.random_latency = options.enable_random_latency;
    server.route_metadata_headers = options.enable_route_metadata_headers;
    server.max_body_size = options.max_request_body_size;
    server.max_transaction_logs = options.max_transaction_logs;
    server.max_callback_depth = options.max_callback_depth;
    server.disable_tls = options.disable_tls;
    server.log_transactions = options.log_transaction;
    server.faker_seed = options.faker_seed.map(|seed| seed as u32);
    server.faker_locale.clone_from(&options.faker_locale);
    server.admin = (!options.disable_admin_api).then(|| {
        let mut admin = AdminOptions::default();
        let tokens = &options.admin_api_token;
        admin.token = tokens.get(index).or(tokens.first()).cloned();
        admin.cors_origins.clone_from(&options.admin_api_cors_origin);
        admin
    });
    server
}

/// Listens where the environment says; an empty address means all, IPv6 and IPv4 together.
fn listen(environment: &Environment) -> Result<TcpListener, Box<dyn Error>> {
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
    let (port, hostname) = (environment.port, environment.hostname.as_str());
    let addresses: Vec<SocketAddr> = if hostname.is_empty() {
        vec![(Ipv6Addr::UNSPECIFIED, port).into(), (Ipv4Addr::UNSPECIFIED, port).into()]
    } else {
        (hostname, port)
            .to_socket_addrs()
            .map_err(|_| format!("Unknown hostname/address provided: {hostname}"))?
            .collect()
    };
    let mut failure = None;
    for address in addresses {
        match bind(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    let kind = failure.as_ref().map(std::io::Error::kind);
    Err(match kind {
        Some(std::io::ErrorKind::AddrInUse) => {
            format!("Port {port} is already in use; stop what uses it, or choose another with --port").into()
        }
        Some(std::io::ErrorKind::PermissionDenied) => {
            format!("Port {port} is invalid or access is denied; ports below 1024 need rights, --port chooses another").into()
        }
        Some(std::io::ErrorKind::AddrNotAvailable) => {
            format!("Provided hostname/address is not available: {hostname}").into()
        }
        _ => failure.map_or_else(|| format!("Unknown hostname/address provided: {hostname}").into(), Into::into),
    })
}

fn bind(address: std::net::SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv6() {
        let socket = socket2::Socket::new(socket2::Domain::IPV6, socket2::Type::STREAM, None)?;
        // "All addresses" means IPv4 as well, as with Node.
        socket.set_only_v6(false)?;
        socket
    } else {
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?
    };
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(limits::BACKLOG).unwrap_or(i32::MAX))?;
    TcpListener::from_std(socket.into())
}

/// Lets the process hold as many connections as the system allows.
fn raise_descriptor_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
        if setrlimit(Resource::Nofile, raised).is_err() {
            tracing::debug!("the limit of open files stays at {:?}", limit.current);
        }
    }
}
