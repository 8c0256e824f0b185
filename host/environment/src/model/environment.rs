//! The root of a data file: where the mock listens, and what it holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Callback, DataBucket, EnvironmentExtension, Extra, Folder, FolderChild, Route, is_default,
};

/// The layout this model describes: the number of Mockoon's latest migration.
pub const HIGHEST_MIGRATION: u32 = 33;

/// One mock: an address to listen on and the routes to answer there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Environment {
    /// Identity, for logs. Derived from the name when left out.
    pub uuid: String,
    /// Layout of the file: the last of Mockoon's migrations that it went through. A
    /// hand-written file leaves it out.
    pub last_migration: u32,
    /// What people call this mock.
    pub name: String,
    /// Port to listen on.
    pub port: u16,
    /// Address to listen on; empty means every address of the machine.
    pub hostname: String,
    /// Put before the path of every route.
    pub endpoint_prefix: String,
    /// Milliseconds that every HTTP answer waits, in addition to the response's own latency.
    pub latency: u64,
    /// Folders of the route tree.
    pub folders: Vec<Folder>,
    /// The routes. Their order of precedence comes from `rootChildren`, see
    /// [`Environment::routes_in_order`].
    pub routes: Vec<Route>,
    /// The route tree: depth first, it is the order in which routes are tried. Routes that it
    /// does not name follow in the order of `routes`.
    pub root_children: Vec<FolderChild>,
    /// Forward what no route answers to `proxyHost`.
    pub proxy_mode: bool,
    /// Address of the server behind the proxy.
    pub proxy_host: String,
    /// Take the prefix off before forwarding.
    pub proxy_remove_prefix: bool,
    /// Headers set on forwarded requests; values are templates.
    pub proxy_req_headers: Vec<Header>,
    /// Headers set on answers that come back from the proxy; values are templates.
    pub proxy_res_headers: Vec<Header>,
    /// HTTPS and WSS.
    pub tls_options: TlsOptions,
    /// Answer `OPTIONS` requests that no route matches, with CORS headers.
    pub cors: bool,
    /// Headers of every HTTP answer; values are templates.
    pub headers: Vec<Header>,
    /// Data shared by templates, rules, CRUD routes and bodies.
    pub data: Vec<DataBucket>,
    /// HTTP calls that responses can start.
    pub callbacks: Vec<Callback>,
    /// What wasmock adds: the plugins.
    #[serde(skip_serializing_if = "is_default")]
    pub wasmock: EnvironmentExtension,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            uuid: String::new(),
            last_migration: HIGHEST_MIGRATION,
            name: "New environment".to_owned(),
            port: 3000,
            hostname: String::new(),
            endpoint_prefix: String::new(),
            latency: 0,
            folders: Vec::new(),
            routes: Vec::new(),
            root_children: Vec::new(),
            proxy_mode: false,
            proxy_host: String::new(),
            proxy_remove_prefix: false,
            proxy_req_headers: Vec::new(),
            proxy_res_headers: Vec::new(),
            tls_options: TlsOptions::default(),
            cors: true,
            headers: Vec::new(),
            data: Vec::new(),
            callbacks: Vec::new(),
            wasmock: EnvironmentExtension::default(),
            extra: Extra::default(),
        }
    }
}

/// A header as written. One with an empty name or an empty value is not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Header {
    /// Name of the header.
    pub key: String,
    /// Its value, a template.
    pub value: String,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Header {
    /// A header of this name and value.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            extra: Extra::default(),
        }
    }
}

/// Whether and how the mock speaks TLS. Paths are templates and relative to the data file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TlsOptions {
    /// Listen with TLS. Without a certificate of its own the mock uses a self-signed one.
    pub enabled: bool,
    /// Which of the paths below count.
    #[serde(rename = "type")]
    pub kind: TlsKind,
    /// Path of a PKCS #12 file (certificate and key in one).
    pub pfx_path: String,
    /// Path of the certificate, PEM.
    pub cert_path: String,
    /// Path of its key, PEM.
    pub key_path: String,
    /// Path of the authority's certificate, PEM.
    pub ca_path: String,
    /// Opens the key or the PKCS #12 file.
    pub passphrase: String,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// Form of a certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TlsKind {
    /// Certificate and key as PEM files.
    #[default]
    Cert,
    /// One PKCS #12 file.
    Pfx,
}
