//! Why an environment cannot be served.

use std::fmt;

/// Why an environment cannot be served. `Display` names the place in the file and what to do;
/// its wording may change.
#[derive(Debug)]
pub struct Error {
    place: Option<String>,
    kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    UnknownPlugin {
        name: String,
        known: Vec<String>,
    },
    MissingRole {
        plugin: String,
        role: &'static str,
        roles: String,
    },
    AmbiguousHelper {
        helper: String,
        plugins: [String; 2],
    },
    Listen(std::io::Error),
    Tls(String),
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { place: None, kind }
    }

    /// Says where in the file.
    pub(crate) fn at(mut self, place: String) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// Whether the address cannot be listened on; the source says why.
    pub fn is_listen(&self) -> bool {
        matches!(self.kind, Kind::Listen(_))
    }

    /// Whether a plugin is missing or does not fit.
    pub fn is_plugin(&self) -> bool {
        matches!(
            self.kind,
            Kind::UnknownPlugin { .. } | Kind::MissingRole { .. } | Kind::AmbiguousHelper { .. }
        )
    }

    /// Whether the certificate is to blame.
    pub fn is_tls(&self) -> bool {
        matches!(self.kind, Kind::Tls(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        match &self.kind {
            Kind::UnknownPlugin { name, known } => {
                let known = known.join(", ");
                write!(
                    f,
                    "there is no plugin `{name}` (there are: {known}); add it under \
                     `wasmock.plugins` or with --plugin {name}=PATH"
                )
            }
            Kind::MissingRole {
                plugin,
                role,
                roles,
            } => {
                write!(f, "plugin `{plugin}` is no {role}; its roles are {roles}")
            }
            Kind::AmbiguousHelper {
                helper,
                plugins: [one, two],
            } => write!(
                f,
                "both `{one}` and `{two}` have a helper `{helper}`; write `{one}:{helper}` or \
                 `{two}:{helper}`"
            ),
            Kind::Listen(error) => error.fmt(f),
            Kind::Tls(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Listen(error) => Some(error),
            _ => None,
        }
    }
}
