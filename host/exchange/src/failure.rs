//! Why a call of a plugin gave no result.

use std::fmt;

/// A failed call: which plugin, which function, and why. `Display` is one line for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The plugin's name.
    pub plugin: String,
    /// The function that was called, e.g. `responder.respond`.
    pub function: String,
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What happened, in words.
    pub message: String,
}

/// What kind of failure a call ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The plugin answered an error of its own.
    Answered,
    /// The plugin trapped: a panic, an uncaught exception, out of memory.
    Trapped,
    /// The plugin ran longer than it may.
    Deadline,
    /// All instances were busy for too long, or calls were nested too deep.
    Busy,
    /// There is no such plugin, or it does not have this role.
    Missing,
}

impl Failure {
    /// A failure of that kind.
    pub fn new(
        plugin: &str,
        function: &str,
        kind: FailureKind,
        message: impl Into<String>,
    ) -> Self {
        Self {
            plugin: plugin.to_owned(),
            function: function.to_owned(),
            kind,
            message: message.into(),
        }
    }

    /// What a client is told in a text: everything in dev mode, else what the plugin says of its
    /// own accord, and the exchange under which the log has the rest.
    pub fn for_client(&self, exchange: &str, dev: bool) -> String {
        let told = match self.kind {
            _ if dev => self.to_string(),
            FailureKind::Answered => self.message.clone(),
            _ => "a plugin failed".to_owned(),
        };
        match exchange {
            "" => told,
            id => format!("{told} (exchange {id})"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            plugin,
            function,
            message,
            ..
        } = self;
        match self.kind {
            FailureKind::Answered => write!(f, "{message} (plugin `{plugin}`, {function})"),
            _ => write!(f, "plugin `{plugin}` failed in {function}: {message}"),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dev_mode_tells_clients_of_plugins() {
        let told = |kind, dev| Failure::new("p", "f", kind, "why").for_client("7", dev);
        assert_eq!(
            told(FailureKind::Trapped, false),
            "a plugin failed (exchange 7)"
        );
        assert_eq!(told(FailureKind::Answered, false), "why (exchange 7)");
        assert_eq!(
            told(FailureKind::Trapped, true),
            "plugin `p` failed in f: why (exchange 7)"
        );
    }
}
