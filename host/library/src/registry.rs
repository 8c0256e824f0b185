//! Components in OCI registries, in the layout of the WebAssembly working group's tools: a
//! manifest with one layer `application/wasm`, which is the component (what `wkg oci push`
//! writes).
//!
//! Reading takes two requests, so there is no library behind it: those there are bring an HTTP
//! client and a TLS stack of their own. Registries on this machine are spoken to without TLS, as
//! Docker does. Private ones get the password of Docker's configuration file, if it stands there
//! (credential helpers are not asked).

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use wasmock_client::address::Host;
use wasmock_client::{Document, get};
use wasmock_exchange::limits;

use crate::{Digest, Error};

/// A name in a registry, with a tag or the digest of its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Host, and port if there is one.
    registry: String,
    name: String,
    /// A tag or `sha256:…`.
    version: String,
}

/// Bytes of a manifest; registries themselves refuse more than 4 MiB.
const MANIFEST: usize = 4 << 20;

const MANIFEST_TYPES: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// What a layer with a component is called; the second is how it was called before.
const LAYER_TYPES: [&str; 2] = [
    "application/wasm",
    "application/vnd.wasm.content.layer.v1+wasm",
];

impl FromStr for Reference {
    type Err = Error;

    fn from_str(address: &str) -> Result<Self, Error> {
        let wrong = || {
            Error(format!(
                "{address}: expected a registry and a name, as in oci://ghcr.io/acme/prices:1.2"
            ))
        };
        let rest = address.strip_prefix("oci://").ok_or_else(wrong)?;
        let (registry, name) = rest.split_once('/').ok_or_else(wrong)?;
        let (name, version) = match name.split_once('@') {
            Some((name, digest)) => {
                let digest: Digest = digest.parse().map_err(Error)?;
                // A tag before the digest says nothing more.
                let name = name.split(':').next().unwrap_or(name);
                (name, format!("sha256:{digest}"))
            }
            None => match name.split_once(':') {
                Some((name, tag)) => (name, tag.to_owned()),
                None => (name, "latest".to_owned()),
            },
        };
        let is_name = |text: &str| {
            let usual = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
            !text.is_empty() && text.chars().all(usual) && !text.contains("..")
        };
        let is_version = is_name(version.trim_start_matches("sha256:"));
        if registry.is_empty() || !is_name(name) || !is_version {
            return Err(wrong());
        }
        Ok(Self {
            registry: registry.to_owned(),
            name: name.to_owned(),
            version,
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            registry,
            name,
            version,
        } = self;
        let mark = if version.starts_with("sha256:") {
            '@'
        } else {
            ':'
        };
        write!(f, "oci://{registry}/{name}{mark}{version}")
    }
}

/// The part of a manifest that counts here.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
}

impl Reference {
    /// The digest of the component that stands there now.
    pub(crate) async fn resolve(&self) -> Result<Digest, Error> {
        let accept = (ACCEPT, HeaderValue::from_static(MANIFEST_TYPES));
        let document = self
            .ask(&format!("manifests/{}", self.version), accept, MANIFEST)
            .await?;
        if let Some(digest) = self.version.strip_prefix("sha256:") {
            let found = Digest::of(&document.body);
            if found.as_str() != digest {
                return Err(Error(format!(
                    "{self}: the registry sends a manifest with the SHA-256 {found}"
                )));
            }
        }
        let manifest: Manifest = serde_json::from_slice(&document.body)
            .map_err(|error| Error(format!("{self}: the manifest cannot be read: {error}")))?;
        let is_component = |layer: &&Descriptor| LAYER_TYPES.contains(&layer.media_type.as_str());
        let components: Vec<_> = manifest.layers.iter().filter(is_component).collect();
        match *components {
            [layer] => layer.digest.parse().map_err(|error| {
                Error(format!(
                    "{self}: the manifest names its component wrongly: {error}"
                ))
            }),
            [] => {
                let types: Vec<&str> = manifest.layers.iter().map(|l| &*l.media_type).collect();
                Err(Error(format!(
                    "{self} holds no WebAssembly component; its layers are: {}",
                    types.join(", ")
                )))
            }
            _ => Err(Error(format!(
                "{self} holds {} components, and a plugin is one",
                components.len()
            ))),
        }
    }

    /// The component with that digest.
    pub(crate) async fn fetch(&self, digest: &Digest) -> Result<Bytes, Error> {
        let accept = (ACCEPT, HeaderValue::from_static("*/*"));
        let blob = format!("blobs/sha256:{digest}");
        Ok(self.ask(&blob, accept, limits::COMPONENT).await?.body)
    }

    async fn ask(
        &self,
        what: &str,
        accept: (HeaderName, HeaderValue),
        limit: usize,
    ) -> Result<Document, Error> {
        let address = format!("{}/v2/{}/{what}", self.base(), self.name);
        let mut headers = vec![accept];
        let mut document = get(&address, &headers, limit).await?;
        if document.status == StatusCode::UNAUTHORIZED
            && let Some(admission) = self.admission(&document).await?
        {
            headers.push((AUTHORIZATION, admission));
            document = get(&address, &headers, limit).await?;
        }
        match document.status {
            StatusCode::OK => Ok(document),
            StatusCode::NOT_FOUND => Err(Error(format!(
                "{self} is not in the registry: there is no such name, tag or content"
            ))),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Error(format!(
                "{self}: the registry does not let you; `docker login {}` with a password in \
                 Docker's configuration file may help",
                self.registry
            ))),
            status => Err(Error(format!("{self}: the registry answers {status}"))),
        }
    }

    fn base(&self) -> String {
        let host = match self.registry.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
            _ => &self.registry,
        };
        let is_here = match host.parse() {
            Ok(Host::Name(name)) => name == "localhost",
            Ok(Host::Address(address)) => address.is_loopback(),
            Err(_) => false,
        };
        match (is_here, self.registry.as_str()) {
            (true, registry) => format!("http://{registry}"),
            // The name that people know answers elsewhere.
            (false, "docker.io") => "https://registry-1.docker.io".to_owned(),
            (false, registry) => format!("https://{registry}"),
        }
    }

    /// What to show the registry, after it asked: a password, or a token for it.
    async fn admission(&self, refused: &Document) -> Result<Option<HeaderValue>, Error> {
        let password = self.password();
        let asked = refused.headers.get(WWW_AUTHENTICATE);
        let asked = asked
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let Some(fields) = asked.strip_prefix("Bearer ") else {
            return Ok(password);
        };
        let field = |name: &str| {
            let start = fields.find(&format!("{name}=\""))? + name.len() + 2;
            fields.get(start..)?.split('"').next()
        };
        let Some(mut realm) = field("realm").and_then(|realm| url::Url::parse(realm).ok()) else {
            return Ok(None);
        };
        for name in ["service", "scope"] {
            if let Some(value) = field(name) {
                realm.query_pairs_mut().append_pair(name, value);
            }
        }
        let headers: Vec<_> = password
            .map(|value| (AUTHORIZATION, value))
            .into_iter()
            .collect();
        let document = get(realm.as_str(), &headers, MANIFEST).await?;
        let answer: serde_json::Value = serde_json::from_slice(&document.body).unwrap_or_default();
        let token = answer.get("token").or(answer.get("access_token"));
        let token = token.and_then(|token| Some(format!("Bearer {}", token.as_str()?)));
        Ok(token.and_then(|token| HeaderValue::from_str(&token).ok()))
    }

    /// The registry's password in Docker's configuration file.
    fn password(&self) -> Option<HeaderValue> {
        let folder = std::env::var_os("DOCKER_CONFIG")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".docker")))?;
        let text = std::fs::read(folder.join("config.json")).ok()?;
        let file: serde_json::Value = serde_json::from_slice(&text).ok()?;
        let auth = file
            .get("auths")?
            .get(&self.registry)?
            .get("auth")?
            .as_str()?;
        let mut value = HeaderValue::from_str(&format!("Basic {auth}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_written() {
        for (text, shown, base) in [
            ("oci://ghcr.io/acme/prices:1.2", "", "https://ghcr.io"),
            (
                "oci://localhost:5000/p",
                "oci://localhost:5000/p:latest",
                "http://localhost:5000",
            ),
            ("oci://127.0.0.1:5000/p:1", "", "http://127.0.0.1:5000"),
            (
                "oci://docker.io/acme/p:1",
                "",
                "https://registry-1.docker.io",
            ),
        ] {
            let reference: Reference = text.parse().unwrap();
            let shown = if shown.is_empty() { text } else { shown };
            assert_eq!(
                (reference.to_string().as_str(), reference.base().as_str()),
                (shown, base)
            );
        }
        let digest = Digest::of(b"");
        let by_digest: Reference = format!("oci://r.io/n:1@sha256:{digest}").parse().unwrap();
        assert_eq!(
            by_digest.to_string(),
            format!("oci://r.io/n@sha256:{digest}")
        );
        for text in [
            "oci://",
            "oci://r",
            "oci:///n",
            "oci://r/n:",
            "oci://r/n?x",
            "oci://r/../n",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }
}
