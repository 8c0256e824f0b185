//! A site: one environment being served, across reloads.
//!
//! The [`Mock`] says what to answer and is replaced at each reload; everything that outlives a
//! reload is here: state, clock, chance, plugins, the journal. A site is what plugins reach as
//! their [`Environment`](wasmock_exchange::Environment). No lock of it is held across a call.

mod buckets;
mod environment;
mod intern;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;
use wasmock_environment::Environment;
use wasmock_exchange::{
    Call, Clock, Exchange, MemoryState, Random, Space, State, Template, TemplateError,
};

use self::buckets::Buckets;
use self::environment::Scope;
use self::intern::Interned;
use crate::admin::Access;
use crate::crud::Indexes;
use crate::error::Kind;
use crate::files::Files;
use crate::journal::Journal;
use crate::mock::{Mock, Text};
use crate::outbound::Outbound;
use crate::plugins::{Plugin, Plugins};
use crate::tls;
use crate::ws::Sockets;
use crate::{Error, Options};

/// One environment being served.
pub struct Site {
    me: Weak<Site>,
    mock: ArcSwap<Mock>,
    plugins: ArcSwap<Plugins>,
    options: Options,
    directory: PathBuf,
    state: MemoryState,
    clock: Clock,
    random: Random,
    buckets: Buckets,
    templates: Interned,
    journal: Journal,
    files: Files,
    sockets: Sockets,
    indexes: Indexes,
    outbound: Outbound,
    access: Option<Access>,
    /// Set when clients speak TLS, for as long as the site lives.
    tls: OnceLock<TlsAcceptor>,
    /// Environment variables that were set while serving; they stand before the process's.
    variables: Mutex<HashMap<String, String>>,
    address: OnceLock<SocketAddr>,
    /// What is wrong with the files that should be served by now.
    notice: Mutex<Option<String>>,
    /// Held while another environment takes the place of the present one.
    reloading: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

impl Site {
    /// Compiles an environment and fills the buckets that need no request. Relative paths in it
    /// start at `directory`.
    ///
    /// # Errors
    /// A plugin that is named but not there, or that lacks the role it is named for.
    pub async fn new(
        environment: Environment,
        directory: impl Into<PathBuf>,
        plugins: Vec<Plugin>,
        options: Options,
    ) -> Result<Arc<Self>, Error> {
        Self::with_clock(environment, directory, plugins, options, Clock::system()).await
    }

    /// As [`Site::new`], with a clock that may stand still.
    ///
    /// # Errors
    /// As [`Site::new`].
    pub async fn with_clock(
        environment: Environment,
        directory: impl Into<PathBuf>,
        plugins: Vec<Plugin>,
        options: Options,
        clock: Clock,
    ) -> Result<Arc<Self>, Error> {
        let plugins = Plugins::new(plugins, || text_of(&environment))?;
        let mock = Mock::compile(&Arc::new(environment), &plugins, &options, None)?;
        let directory = directory.into();
        let site = Arc::new_cyclic(|me| Self {
            me: me.clone(),
            buckets: Buckets::default(),
            mock: ArcSwap::from_pointee(mock),
            plugins: ArcSwap::from_pointee(plugins),
            directory,
            state: MemoryState::new(),
            clock,
            random: Random::new(options.faker_seed),
            templates: Interned::default(),
            // Without the admin API nobody ever looks.
            journal: Journal::new(
                options
                    .admin
                    .as_ref()
                    .map_or(0, |_| options.max_transaction_logs),
            ),
            files: Files::default(),
            sockets: Sockets::default(),
            indexes: Indexes::default(),
            outbound: Outbound::default(),
            access: options.admin.as_ref().and_then(Access::new),
            tls: OnceLock::new(),
            variables: Mutex::default(),
            address: OnceLock::new(),
            notice: Mutex::default(),
            reloading: tokio::sync::Mutex::default(),
            options,
        });
        site.start_buckets(None).await;
        if site.is_tls() {
            let _ = site.tls.set(site.greet().await?);
        }
        Ok(site)
    }

    /// Serves another version of the environment from the next exchange on. State survives
    /// where its definition is unchanged; plugins are replaced when new ones are given.
    ///
    /// # Errors
    /// As [`Site::new`]; then nothing has changed.
    pub async fn reload(
        &self,
        environment: Environment,
        plugins: Option<Vec<Plugin>>,
    ) -> Result<(), Error> {
        // The file and the admin API may both have news.
        let _one_at_a_time = self.reloading.lock().await;
        let previous = self.mock.load_full();
        let new_plugins = match plugins {
            Some(list) => Some(Plugins::new(list, || text_of(&environment))?),
            None => None,
        };
        let present = self.plugins.load_full();
        let plugins = new_plugins.as_ref().unwrap_or(&present);
        let mock = Mock::compile(
            &Arc::new(environment),
            plugins,
            &self.options,
            Some(&previous),
        )?;
        if let Some(plugins) = new_plugins {
            self.plugins.store(Arc::new(plugins));
            self.templates.clear();
        }
        self.mock.store(Arc::new(mock));
        self.start_buckets(Some(&previous)).await;
        if let Some(site) = self.shared() {
            self.sockets.reload(&site);
        }
        Ok(())
    }

    /// Says what is wrong with the files that should be served by now, or that nothing is. In
    /// dev mode every answer tells.
    pub fn set_notice(&self, notice: Option<String>) {
        *self.notice.lock().unwrap_or_else(PoisonError::into_inner) = notice;
    }

    pub(crate) fn notice(&self) -> Option<String> {
        let notice = self.notice.lock().unwrap_or_else(PoisonError::into_inner);
        notice.clone()
    }

    /// Variables, buckets, counters and private state as they were at the start.
    pub async fn purge(&self) {
        for route in &self.mock().routes {
            route.counter.store(0, std::sync::atomic::Ordering::Relaxed);
        }
        self.state.clear(Space::Variable).await;
        for plugin in self.plugins().list() {
            self.state.clear(Space::Private(&plugin.name)).await;
        }
        self.purge_buckets().await;
        self.journal.clear();
    }

    /// All buckets as they were at the start.
    pub async fn purge_buckets(&self) {
        self.state.clear(Space::Bucket).await;
        self.buckets.clear();
        // Versions begin again.
        self.indexes.clear();
        self.start_buckets(None).await;
    }

    /// What is served now.
    pub(crate) fn mock(&self) -> arc_swap::Guard<Arc<Mock>> {
        self.mock.load()
    }

    /// What is served now, to keep for the length of an exchange.
    pub(crate) fn mock_kept(&self) -> Arc<Mock> {
        self.mock.load_full()
    }

    /// The environment that is served now, as the user wrote it.
    pub fn environment(&self) -> Arc<Environment> {
        self.mock.load().source.clone()
    }

    pub(crate) fn plugins(&self) -> arc_swap::Guard<Arc<Plugins>> {
        self.plugins.load()
    }

    /// The options it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Where relative paths start.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The WebSockets of the site.
    pub(crate) fn indexes(&self) -> &Indexes {
        &self.indexes
    }

    pub(crate) fn sockets(&self) -> &Sockets {
        &self.sockets
    }

    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    pub(crate) fn random_source(&self) -> &Random {
        &self.random
    }

    pub(crate) fn state_source(&self) -> &MemoryState {
        &self.state
    }

    pub(crate) fn clock_source(&self) -> &Clock {
        &self.clock
    }

    /// Who may use the admin API; nobody when it is switched off.
    pub(crate) fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }

    pub(crate) fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    pub(crate) fn tls(&self) -> Option<&TlsAcceptor> {
        self.tls.get()
    }

    /// Prepares for clients that speak TLS.
    async fn greet(self: &Arc<Self>) -> Result<TlsAcceptor, Error> {
        let environment = self.environment();
        let options = &environment.tls_options;
        let mut call = Call::without_exchange(Scope::whole(self.clone()));
        let mut texts: [String; 5] = Default::default();
        for (rendered, text) in texts.iter_mut().zip(tls::Rendered::texts(options)) {
            let result;
            (call, result) = self.render_text(&Text::new(text), call).await;
            *rendered =
                result.map_err(|error| Error::new(Kind::Tls(format!("{text}: {error}"))))?;
        }
        tls::acceptor(&tls::Rendered::new(options.kind, texts), &self.directory).await
    }

    /// What the mock's own address begins with, for callbacks to itself.
    pub(crate) fn own_address(&self) -> String {
        let base = self.options.public_base_url.clone().unwrap_or_else(|| {
            let scheme = if self.tls().is_some() {
                "https"
            } else {
                "http"
            };
            let address = self
                .address()
                .unwrap_or_else(|| ([127, 0, 0, 1], self.environment().port).into());
            // An address that means every one cannot be called.
            let host = match address.ip() {
                ip if ip.is_unspecified() => "localhost".to_owned(),
                IpAddr::V6(ip) => format!("[{ip}]"),
                ip => ip.to_string(),
            };
            format!("{scheme}://{host}:{}", address.port())
        });
        let environment = self.environment();
        let prefix = &environment.endpoint_prefix;
        if prefix.is_empty() {
            base
        } else {
            format!("{base}/{prefix}")
        }
    }

    /// Where it listens, once it does.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address.get().copied()
    }

    pub(crate) fn set_address(&self, address: SocketAddr) {
        // A second listener of the same site does not change the address in `baseUrl`.
        let _ = self.address.set(address);
    }

    /// Whether clients speak TLS to it.
    pub fn is_tls(&self) -> bool {
        self.mock.load().source.tls_options.enabled && !self.options.disable_tls
    }

    /// The address that `baseUrl` prints, with the prefix; `host` is the one asked for.
    pub(crate) fn base_url(&self, host: &str) -> String {
        let mock = self.mock.load();
        let source = &mock.source;
        let base = match &self.options.public_base_url {
            Some(url) => url.clone(),
            None => {
                let scheme = if self.is_tls() { "https" } else { "http" };
                let host = if host.is_empty() { "undefined" } else { host };
                format!("{scheme}://{host}:{}", source.port)
            }
        };
        let prefix = &source.endpoint_prefix;
        if prefix.is_empty() {
            base
        } else {
            format!("{base}/{prefix}")
        }
    }

    /// An environment variable, as templates see it.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let set = self
            .variables
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        set.get(name).cloned().or_else(|| std::env::var(name).ok())
    }

    /// Sets an environment variable for this site.
    pub(crate) fn set_variable(&self, name: String, value: String) {
        self.variables
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, value);
    }

    /// The site as a shared value. It exists while anybody can call a method.
    pub(crate) fn shared(&self) -> Option<Arc<Site>> {
        self.me.upgrade()
    }

    /// A call of a plugin about an exchange.
    pub(crate) fn call(self: &Arc<Self>, exchange: Arc<dyn Exchange>) -> Call {
        Call::new(exchange, Scope::whole(self.clone()))
    }

    /// Renders a text; a fixed one is what it says.
    pub(crate) async fn render_text(
        &self,
        text: &Text,
        call: Call,
    ) -> (Call, Result<String, TemplateError>) {
        match text {
            Text::Fixed(text) => (call, Ok(text.to_string())),
            Text::Template(template) => self.render_template(template, call).await,
        }
    }

    /// Renders a template of the file: by itself where the template is no more than look-ups
    /// (the plugin said so when it compiled it), else by the plugin.
    pub(crate) async fn render_template(
        &self,
        template: &Template,
        call: Call,
    ) -> (Call, Result<String, TemplateError>) {
        let (call, compiled) = self.compiled(template, call).await;
        let print = compiled.and_then(|compiled| compiled.print.as_ref());
        match print.and_then(|print| print.text(&*call.exchange)) {
            Some(text) => (call, Ok(text)),
            None => self.render(template.clone(), call).await,
        }
    }

    /// Renders a template of a rule: what does not render stays as it is written.
    pub(crate) async fn render_or_source(&self, template: &Template, call: Call) -> (Call, String) {
        match self.render_template(template, call).await {
            (call, Ok(text)) => (call, text),
            (call, Err(error)) => {
                tracing::debug!("a rule's template stays unrendered: {error}");
                (call, template.source.to_string())
            }
        }
    }
}

fn text_of(environment: &Environment) -> String {
    serde_json::to_string(environment).unwrap_or_default()
}
