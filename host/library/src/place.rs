//! Where a component is, as users write it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::registry::Reference;
use crate::{Digest, Error};

/// A place, and the digest that stands with it.
#[derive(Clone, Debug)]
pub struct Place {
    text: String,
    at: Where,
    digest: Option<Digest>,
}

/// The kinds of places.
#[derive(Clone, Debug)]
pub enum Where {
    /// A file.
    File(PathBuf),
    /// An address of the web.
    Web(String),
    /// A registry.
    Registry(Reference),
}

impl Place {
    /// Reads a place: a path (relative to `base`), `https://…`, `http://…`, `file://…` or
    /// `oci://…`, the addresses with `#sha256=…` after them or `sha256` beside them.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str, base: &Path, sha256: Option<&str>) -> Result<Self, Error> {
        let beside = sha256
            .map(str::parse::<Digest>)
            .transpose()
            .map_err(Error)?;
        let Some((scheme, _)) = text.split_once("://") else {
            return Ok(Self {
                text: text.to_owned(),
                at: Where::File(base.join(text)),
                digest: beside,
            });
        };
        let (address, fragment) = match text.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (text, None),
        };
        let within = match fragment.map(|fragment| fragment.strip_prefix("sha256=")) {
            None => None,
            Some(Some(digest)) => Some(digest.parse::<Digest>().map_err(Error)?),
            Some(None) => {
                return Err(Error(format!(
                    "{text}: after the `#` belongs `sha256=` and 64 hexadecimal digits"
                )));
            }
        };
        if let (Some(within), Some(beside)) = (&within, &beside)
            && within != beside
        {
            return Err(Error(format!(
                "{address}: the digest after the `#` and the one beside it are not the same"
            )));
        }
        let wrong = || Error(format!("`{address}` is no address"));
        let at = match scheme {
            "https" | "http" => {
                url::Url::parse(address).map_err(|_| wrong())?;
                Where::Web(address.to_owned())
            }
            "file" => {
                let url = url::Url::parse(address).map_err(|_| wrong())?;
                Where::File(url.to_file_path().map_err(|()| wrong())?)
            }
            "oci" => Where::Registry(address.parse()?),
            _ => {
                return Err(Error(format!(
                    "{address} cannot be fetched; places are paths, https://, http://, file:// \
                     and oci://"
                )));
            }
        };
        Ok(Self {
            text: address.to_owned(),
            at,
            digest: within.or(beside),
        })
    }

    /// Where it is.
    pub fn at(&self) -> &Where {
        &self.at
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.at {
            Where::File(path) => Some(path),
            _ => None,
        }
    }

    /// The digest that stands with it.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The address without the digest: its name in the lock file.
    pub fn address(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Where::File(path) => path.display().fmt(f),
            _ => f.write_str(&self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn places_are_read() {
        let parse = |text: &str| Place::parse(text, Path::new("/base"), None);
        let file = |text: &str| parse(text).unwrap().file().map(Path::to_owned);
        assert_eq!(file("a/b.wasm"), Some("/base/a/b.wasm".into()));
        assert_eq!(file("/a b.wasm"), Some("/a b.wasm".into()));
        assert_eq!(file("file:///a%20b.wasm"), Some("/a b.wasm".into()));
        assert_eq!(file("https://a.b/c.wasm"), None);
        let with = parse(&format!(
            "https://a.b/c.wasm#sha256={}",
            DIGEST.to_uppercase()
        ))
        .unwrap();
        assert_eq!(with.address(), "https://a.b/c.wasm");
        assert_eq!(with.digest().map(Digest::as_str), Some(DIGEST));
        let beside = Place::parse("oci://r/n:1", Path::new(""), Some(DIGEST)).unwrap();
        assert_eq!(beside.digest().map(Digest::as_str), Some(DIGEST));
        for (text, words) in [
            ("https://a.b/c#sha256=12", "64 hexadecimal digits"),
            ("https://a.b/c#md5=12", "belongs `sha256=`"),
            ("https://", "is no address"),
            ("file://host/x", "is no address"),
            ("ftp://a.b/c", "cannot be fetched"),
            ("oci://registry", "registry and a name"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
        let other = DIGEST.replace('e', "0");
        let both = format!("https://a.b/c#sha256={DIGEST}");
        let error = Place::parse(&both, Path::new(""), Some(&other)).unwrap_err();
        assert!(error.to_string().contains("not the same"), "{error}");
    }
}
