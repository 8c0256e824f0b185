//! The plugins of an environment: who answers, who decides rules, and the table of helpers.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use wasmock_exchange::HelperInfo;
use wasmock_exchange::roles::{Helpers, Predicate, Responder, Roles, Session, Templates};

use crate::Error;
use crate::error::Kind;

/// A loaded plugin under the name by which the environment uses it.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// The name.
    pub name: String,
    /// What it can do.
    pub roles: Roles,
    /// Whether it came with wasmock: its helpers stand behind those of users' plugins.
    pub built_in: bool,
}

/// All plugins of an environment, with their helpers by name.
#[derive(Default)]
pub(crate) struct Plugins {
    list: Vec<Plugin>,
    names: HashMap<Arc<str>, HelperInfo>,
    /// Helpers by number, counted from `first`.
    helpers: Vec<(Arc<dyn Helpers>, u32)>,
    first: u32,
    templates: Option<Arc<dyn Templates>>,
}

impl std::fmt::Debug for Plugins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.list.fmt(f)
    }
}

/// Numbers of helpers are never reused in a process.
static NEXT_HELPER: AtomicU32 = AtomicU32::new(1);

impl Plugins {
    /// Numbers the helpers of all plugins. `source` is the text of the environment: a name that
    /// two users' plugins share is an error only if the environment uses it bare.
    pub(crate) fn new(mut list: Vec<Plugin>, source: impl Fn() -> String) -> Result<Self, Error> {
        list.sort_by_key(|plugin| plugin.built_in);
        let count: usize = list
            .iter()
            .filter_map(|p| p.roles.helpers.as_ref())
            .map(|h| h.list().len())
            .sum();
        let first = NEXT_HELPER.fetch_add(count as u32, Ordering::Relaxed);
        let mut plugins = Self {
            first,
            ..Self::default()
        };
        let mut owners: HashMap<String, &Plugin> = HashMap::new();
        for plugin in &list {
            let Some(helpers) = &plugin.roles.helpers else {
                continue;
            };
            for (index, helper) in helpers.list().iter().enumerate() {
                let id = first + plugins.helpers.len() as u32;
                plugins.helpers.push((helpers.clone(), index as u32));
                let info = HelperInfo {
                    id,
                    effects: helper.effects,
                    block: helper.block,
                };
                plugins
                    .names
                    .insert(format!("{}:{}", plugin.name, helper.name).into(), info);
                match owners.get(&helper.name) {
                    None => {
                        owners.insert(helper.name.clone(), plugin);
                        plugins.names.insert(helper.name.as_str().into(), info);
                    }
                    Some(owner) if !owner.built_in && plugin.built_in => {
                        let (helper, owner) = (&helper.name, &owner.name);
                        tracing::info!(
                            "helper `{helper}` of plugin `{owner}` takes the place of the built-in one"
                        );
                    }
                    Some(owner) if !plugin.built_in && uses_bare(&source(), &helper.name) => {
                        let plugins = [owner.name.clone(), plugin.name.clone()];
                        let helper = helper.name.clone();
                        return Err(Error::new(Kind::AmbiguousHelper { helper, plugins }));
                    }
                    Some(_) => {}
                }
            }
        }
        drop(owners);
        plugins.templates = list
            .iter()
            .find_map(|plugin| plugin.roles.templates.clone());
        plugins.list = list;
        Ok(plugins)
    }

    /// The plugins, users' before built-in ones.
    pub(crate) fn list(&self) -> &[Plugin] {
        &self.list
    }

    pub(crate) fn templates(&self) -> Option<&Arc<dyn Templates>> {
        self.templates.as_ref()
    }

    pub(crate) fn find_helper(&self, name: &str) -> Option<HelperInfo> {
        self.names.get(name).copied()
    }

    pub(crate) fn helper(&self, id: u32) -> Option<&(Arc<dyn Helpers>, u32)> {
        self.helpers.get(id.checked_sub(self.first)? as usize)
    }

    pub(crate) fn responder(&self, name: &str) -> Result<Arc<dyn Responder>, Error> {
        let plugin = self.plugin(name)?;
        plugin
            .roles
            .responder
            .clone()
            .ok_or_else(|| missing(plugin, "responder"))
    }

    pub(crate) fn predicate(&self, name: &str) -> Result<Arc<dyn Predicate>, Error> {
        let plugin = self.plugin(name)?;
        plugin
            .roles
            .predicate
            .clone()
            .ok_or_else(|| missing(plugin, "predicate"))
    }

    pub(crate) fn session(&self, name: &str) -> Result<Arc<dyn Session>, Error> {
        let plugin = self.plugin(name)?;
        plugin
            .roles
            .session
            .clone()
            .ok_or_else(|| missing(plugin, "session"))
    }

    /// The roles of a plugin.
    pub(crate) fn plugin(&self, name: &str) -> Result<&Plugin, Error> {
        self.list
            .iter()
            .find(|plugin| plugin.name == name)
            .ok_or_else(|| {
                let known = self.list.iter().map(|plugin| plugin.name.clone()).collect();
                Error::new(Kind::UnknownPlugin {
                    name: name.to_owned(),
                    known,
                })
            })
    }
}

fn missing(plugin: &Plugin, role: &'static str) -> Error {
    let (plugin, roles) = (plugin.name.clone(), format!("{:?}", plugin.roles));
    Error::new(Kind::MissingRole {
        plugin,
        role,
        roles,
    })
}

/// Whether a name stands in a text as a word of its own, without `plugin:` before it.
fn uses_bare(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '-';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_exchange::roles::{HelperDescription, Outcome};
    use wasmock_exchange::{Call, Effects};
    use wasmock_javascript::Value;

    struct Named(Vec<&'static str>);

    impl Helpers for Named {
        fn list(&self) -> Arc<[HelperDescription]> {
            let describe = |name: &&str| HelperDescription {
                name: (*name).to_owned(),
                effects: Effects::default(),
                block: false,
                usage: String::new(),
                about: String::new(),
            };
            self.0.iter().map(describe).collect()
        }

        fn call(
            &self,
            _: u32,
            _: Vec<Value>,
            _: Vec<(String, Value)>,
            call: Call,
        ) -> Outcome<Value> {
            Box::pin(async move { (call, Ok(Value::Undefined)) })
        }
    }

    fn plugin(name: &str, helpers: Vec<&'static str>, built_in: bool) -> Plugin {
        let roles = Roles {
            helpers: Some(Arc::new(Named(helpers))),
            ..Roles::default()
        };
        Plugin {
            name: name.to_owned(),
            roles,
            built_in,
        }
    }

    #[test]
    fn users_helpers_stand_before_built_in_ones() {
        let list = vec![
            plugin("built", vec!["a", "b"], true),
            plugin("mine", vec!["b", "c"], false),
        ];
        let plugins = Plugins::new(list, String::new).unwrap();
        let owner = |name| {
            plugins
                .helper(plugins.find_helper(name)?.id)
                .map(|(_, index)| *index)
        };
        assert_eq!(owner("a"), Some(0));
        assert_eq!(owner("b"), Some(0));
        assert_eq!(owner("built:b"), Some(1));
        assert_eq!(owner("mine:c"), Some(1));
        assert_eq!(owner("d"), None);
        assert!(plugins.helper(0).is_none());
    }

    #[test]
    fn a_shared_name_must_be_written_in_full() {
        let list = || {
            vec![
                plugin("one", vec!["x"], false),
                plugin("two", vec!["x"], false),
            ]
        };
        assert!(Plugins::new(list(), || "{{one:x}} {{two:x}} {{xy}}".to_owned()).is_ok());
        let error = Plugins::new(list(), || "{{x 1}}".to_owned()).unwrap_err();
        assert!(error.is_plugin());
        assert!(error.to_string().contains("`one:x`"), "{error}");
    }
}
