//! TLS: the certificate that the file names, or one made at the start.
//!
//! Certificates come as PEM (certificate and key apart, the key possibly encrypted) or as one
//! PKCS #12 file. Both versions of HTTP are offered. There is one crypto provider: ring.

use std::path::Path;
use std::sync::Arc;

use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;
use wasmock_environment::{TlsKind, TlsOptions};

use crate::error::{Error, Kind};
use crate::files::path as paths;
use crate::outbound::crypto;

/// The options with their paths and passphrase rendered.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) kind: TlsKind,
    pub(crate) pfx: String,
    pub(crate) certificate: String,
    pub(crate) key: String,
    pub(crate) authority: String,
    pub(crate) passphrase: String,
}

impl Rendered {
    /// The texts of the file, in the order of the fields; each is rendered by the caller.
    pub(crate) fn texts(options: &TlsOptions) -> [&str; 5] {
        [
            &options.pfx_path,
            &options.cert_path,
            &options.key_path,
            &options.ca_path,
            &options.passphrase,
        ]
    }

    pub(crate) fn new(kind: TlsKind, texts: [String; 5]) -> Self {
        let [pfx, certificate, key, authority, passphrase] = texts;
        Self {
            kind,
            pfx,
            certificate,
            key,
            authority,
            passphrase,
        }
    }
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Reads the certificate and prepares to greet clients with it.
///
/// # Errors
/// A file that is missing or does not hold what it should.
pub(crate) async fn acceptor(options: &Rendered, directory: &Path) -> Result<TlsAcceptor, Error> {
    let error = |message: String| Error::new(Kind::Tls(message));
    let (chain, key) = identity(options, directory).await.map_err(error)?;
    let config = ServerConfig::builder_with_provider(crypto())
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
    let mut config =
        config.map_err(|problem| error(format!("the certificate cannot be used: {problem}")))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn identity(options: &Rendered, directory: &Path) -> Result<Identity, String> {
    let named = |path: &String| !path.is_empty();
    match options.kind {
        TlsKind::Pfx if named(&options.pfx) => {
            let data = read(directory, &options.pfx).await?;
            from_pkcs12(&data, &options.passphrase)
                .map_err(|problem| format!("{}: {problem}", options.pfx))
        }
        TlsKind::Cert if named(&options.certificate) && named(&options.key) => {
            let mut chain = certificates(directory, &options.certificate).await?;
            if named(&options.authority) {
                for certificate in certificates(directory, &options.authority).await? {
                    if !chain.contains(&certificate) {
                        chain.push(certificate);
                    }
                }
            }
            let pem = read(directory, &options.key).await?;
            let key = private_key(&pem, &options.passphrase)
                .map_err(|problem| format!("{}: {problem}", options.key))?;
            Ok((chain, key))
        }
        TlsKind::Pfx | TlsKind::Cert => self_signed(),
    }
}

async fn read(directory: &Path, path: &str) -> Result<Vec<u8>, String> {
    let resolved = paths::resolve(directory, path);
    tokio::fs::read(&resolved)
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!("Certificate file not found: {}", resolved.display())
            }
            _ => format!("{}: {error}", resolved.display()),
        })
}

async fn certificates(
    directory: &Path,
    path: &str,
) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = read(directory, path).await?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) => Err(format!(
            "{path}: there is no certificate in it (PEM is expected)"
        )),
        Err(problem) => Err(format!("{path}: {problem}")),
    }
}

fn private_key(pem: &[u8], passphrase: &str) -> Result<PrivateKeyDer<'static>, String> {
    if let Ok(key) = PrivateKeyDer::from_pem_slice(pem)
        && !is_old_encrypted(pem)
    {
        return Ok(key);
    }
    if is_old_encrypted(pem) {
        return Err(
            "this form of encryption is not read; convert the key with `openssl pkcs8 -topk8`"
                .to_owned(),
        );
    }
    let text = std::str::from_utf8(pem).map_err(|_| "it is no PEM file".to_owned())?;
    let start = text
        .find("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        .ok_or("there is no private key in it (PEM is expected)")?;
    let (_, document) = pkcs8::SecretDocument::from_pem(text[start..].trim_end())
        .map_err(|problem| problem.to_string())?;
    let encrypted = pkcs8::EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
        .map_err(|problem| problem.to_string())?;
    let key = encrypted
        .decrypt(passphrase)
        .map_err(|_| "the key cannot be decrypted; is the passphrase right?".to_owned())?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
}

/// OpenSSL's own encryption, from before PKCS #8.
fn is_old_encrypted(pem: &[u8]) -> bool {
    memchr::memmem::find(pem, b"Proc-Type: 4,ENCRYPTED").is_some()
}

fn from_pkcs12(data: &[u8], passphrase: &str) -> Result<Identity, String> {
    let store = KeyStore::from_pkcs12(data, passphrase, Pkcs12ImportPolicy::Relaxed)
        .map_err(|problem| format!("it cannot be opened ({problem}); is the passphrase right?"))?;
    let (_, chain) = store
        .private_key_chain()
        .ok_or("there is no private key in it")?;
    let certificates = chain
        .certs()
        .iter()
        .map(|certificate| CertificateDer::from(certificate.as_der().to_vec()))
        .collect();
    let key = PrivatePkcs8KeyDer::from(chain.key().as_der().to_vec());
    Ok((certificates, key.into()))
}

fn self_signed() -> Result<Identity, String> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let made = rcgen::generate_simple_self_signed(names)
        .map_err(|problem| format!("a certificate could not be made: {problem}"))?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    Ok((vec![made.cert.der().clone()], key.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(kind: TlsKind, certificate: &str, key: &str) -> Rendered {
        let text = |text: &str| text.to_owned();
        Rendered::new(
            kind,
            [
                text(""),
                text(certificate),
                text(key),
                text(""),
                text("secret"),
            ],
        )
    }

    #[tokio::test]
    async fn without_files_a_certificate_is_made() {
        for options in [
            options(TlsKind::Cert, "", ""),
            options(TlsKind::Pfx, "", ""),
            options(TlsKind::Cert, "a.pem", ""),
        ] {
            assert!(
                acceptor(&options, Path::new("/")).await.is_ok(),
                "{options:?}"
            );
        }
    }

    #[tokio::test]
    async fn certificate_and_key_are_read_from_their_files() {
        let folder = std::env::temp_dir().join(format!("wasmock-tls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let read = |certificate, key| options(TlsKind::Cert, certificate, key);
        assert!(
            acceptor(&read("cert.pem", "key.pem"), &folder)
                .await
                .is_ok()
        );
        let missing = acceptor(&read("cert.pem", "none.pem"), &folder)
            .await
            .err()
            .unwrap();
        assert!(
            missing.is_tls()
                && missing
                    .to_string()
                    .starts_with("Certificate file not found")
        );
        let wrong = acceptor(&read("key.pem", "key.pem"), &folder)
            .await
            .err()
            .unwrap();
        assert!(
            wrong.to_string().contains("no certificate in it"),
            "{wrong}"
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
