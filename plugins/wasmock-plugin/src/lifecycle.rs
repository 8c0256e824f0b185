//! What a plugin says of itself, and how it takes its configuration.

use crate::Result;

/// A plugin's description. Optional; a plugin without one has no configuration schema either.
#[derive(Clone, Copy)]
pub struct Lifecycle {
    /// The plugin's own name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// One sentence for people.
    pub about: &'static str,
    /// A JSON Schema for the configuration.
    pub schema: Option<&'static str>,
    /// Called once per instance with the configuration as JSON text.
    pub configure: fn(&str) -> Result<()>,
}

impl std::fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lifecycle")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Lifecycle {
    /// A description without a schema; every configuration is accepted.
    pub const fn new(name: &'static str, version: &'static str, about: &'static str) -> Self {
        Self {
            name,
            version,
            about,
            schema: None,
            configure: |_| Ok(()),
        }
    }

    /// With a JSON Schema for the configuration.
    pub const fn schema(mut self, schema: &'static str) -> Self {
        self.schema = Some(schema);
        self
    }

    /// With a function that takes the configuration.
    pub const fn configure(mut self, configure: fn(&str) -> Result<()>) -> Self {
        self.configure = configure;
        self
    }
}

/// A [`Lifecycle`] with the name, version and description of the crate that writes it.
#[macro_export]
macro_rules! lifecycle {
    () => {
        $crate::Lifecycle::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_DESCRIPTION"),
        )
    };
}
