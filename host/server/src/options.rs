//! What the command line decides about serving, beside the file.

use wasmock_exchange::limits;

/// Options of one environment; the defaults are Mockoon's.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// What `baseUrl` and callbacks to the mock itself begin with, in place of host and port.
    pub public_base_url: Option<String>,
    /// What the names of environment variables begin with that templates may read.
    pub env_vars_prefix: String,
    /// Routes that are not served: a route's uuid, a part of its path, a part of a folder's
    /// name, or `*`.
    pub disable_routes: Vec<String>,
    /// Latencies are upper bounds from which each answer draws.
    pub random_latency: bool,
    /// Answers name the route and the response that made them.
    pub route_metadata_headers: bool,
    /// Bytes of a request body; 0 for no limit.
    pub max_body_size: usize,
    /// Transactions kept for the admin API.
    pub max_transaction_logs: usize,
    /// Callbacks that may cause each other.
    pub max_callback_depth: u32,
    /// Serve plain HTTP whatever the file says.
    pub disable_tls: bool,
    /// Log lines of transactions hold the whole transaction.
    pub log_transactions: bool,
    /// The seed of fake data.
    pub faker_seed: Option<u32>,
    /// The locale of fake data.
    pub faker_locale: String,
    /// Clients are told what is wrong with plugins and with a reload.
    pub dev: bool,
    /// The admin API; none switches it off.
    pub admin: Option<AdminOptions>,
}

/// Options of the admin API.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AdminOptions {
    /// The token to authenticate with; one is made up and logged when there is none.
    pub token: Option<String>,
    /// Origins that browsers may call from; `*` for all.
    pub cors_origins: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            public_base_url: None,
            env_vars_prefix: "MOCKOON_".to_owned(),
            disable_routes: Vec::new(),
            random_latency: false,
            route_metadata_headers: false,
            max_body_size: limits::BODY,
            max_transaction_logs: 100,
            max_callback_depth: 100,
            disable_tls: false,
            log_transactions: false,
            faker_seed: None,
            faker_locale: "en".to_owned(),
            dev: false,
            admin: Some(AdminOptions::default()),
        }
    }
}
