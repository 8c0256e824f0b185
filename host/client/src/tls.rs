//! Certificates: the system's roots and Mozilla's, and the one crypto provider of the process.

use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};

/// The one crypto provider of the process.
pub fn crypto() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A client's configuration without an opinion on certificates yet.
pub fn builder() -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    let versions = [&rustls::version::TLS13, &rustls::version::TLS12];
    match ClientConfig::builder_with_provider(crypto()).with_protocol_versions(&versions) {
        Ok(config) => config,
        // The provider has both versions; rustls cannot know.
        Err(_) => ClientConfig::builder(),
    }
}

/// Trusts the system's roots and Mozilla's: a container often has none of its own.
pub fn checking() -> ClientConfig {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    for certificate in rustls_native_certs::load_native_certs().certs {
        // One that cannot be read is no reason to distrust the others.
        let _ = roots.add(certificate);
    }
    builder()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// As [`checking`], read once.
pub(crate) fn shared() -> Arc<ClientConfig> {
    static SHARED: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    SHARED.get_or_init(|| Arc::new(checking())).clone()
}
