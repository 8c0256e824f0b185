//! Rules: conditions on an exchange, and the choice of a response by them.
//!
//! A rule is compiled at load. Where its modifier and value are fixed and its operator runs
//! here, it is decided without waiting and without allocating; templates, plugins and
//! backtracking regular expressions take the asynchronous way, which decides the same. A rule
//! that cannot be evaluated is false, inverted or not, with a log line.

mod choose;
mod operator;
mod regex;
mod target;

use std::borrow::Cow;
use std::sync::Arc;

use wasmock_environment as file;
use wasmock_exchange::roles::Predicate;
use wasmock_exchange::{Call, Exchange, RuleFacts, Usage};
use wasmock_javascript::Value;

use self::operator::Operator;
use self::target::{Modifier, Target};
use crate::Error;
use crate::mock::{Mock, Text, usage};
use crate::plugins::Plugins;
use crate::site::Site;

pub(crate) use self::regex::Pattern;
pub(crate) use choose::{Choice, choose, choose_now};

/// The rules of a response.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    list: Box<[Rule]>,
    all: bool,
    native: bool,
}

#[derive(Debug)]
struct Rule {
    target: Target,
    modifier: Modifier,
    value: Text,
    operator: Operator,
    invert: bool,
    predicate: Option<Ask>,
}

/// A plugin in the place of the operator.
#[derive(Clone)]
struct Ask {
    predicate: Arc<dyn Predicate>,
    usage: Usage,
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.usage.fmt(f)
    }
}

/// What rules look at.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) exchange: &'a dyn Exchange,
    pub(crate) site: &'a Site,
    pub(crate) mock: &'a Mock,
}

/// A rule that cannot be evaluated, and why.
#[derive(Debug)]
struct Broken(String);

impl Rules {
    pub(crate) fn new(rules: &[file::Rule], all: bool, plugins: &Plugins) -> Result<Self, Error> {
        let list = rules
            .iter()
            .map(|rule| Rule::new(rule, plugins))
            .collect::<Result<Box<[_]>, _>>()?;
        let native = list.iter().all(Rule::is_native);
        Ok(Self { list, all, native })
    }

    /// A response without rules is never chosen by them.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether [`Rules::hold_now`] can decide.
    pub(crate) fn is_native(&self) -> bool {
        self.native
    }

    /// Decides without waiting; only for native rules.
    pub(crate) fn hold_now(&self, facts: Facts<'_>) -> bool {
        let holds = |rule: &Rule| rule.verdict(rule.holds_now(facts));
        if self.all {
            self.list.iter().all(holds)
        } else {
            self.list.iter().any(holds)
        }
    }

    /// Decides, rendering and asking plugins where needed.
    pub(crate) async fn hold(&self, site: &Arc<Site>, mock: &Mock, mut call: Call) -> (Call, bool) {
        for rule in &self.list {
            let holds;
            (call, holds) = rule.holds(site, mock, call).await;
            if rule.verdict(holds) != self.all {
                return (call, !self.all);
            }
        }
        (call, self.all && !self.list.is_empty())
    }
}

impl Rule {
    fn new(rule: &file::Rule, plugins: &Plugins) -> Result<Self, Error> {
        let predicate = match &rule.wasmock.predicate {
            Some(name) => Some(Ask {
                predicate: plugins.predicate(name)?,
                usage: usage(rule.wasmock.configuration.as_ref()),
            }),
            None => None,
        };
        let value = Text::new(&rule.value);
        Ok(Self {
            target: Target::new(rule.target),
            modifier: Modifier::new(rule.target, &rule.modifier),
            operator: Operator::new(rule, &value),
            value,
            invert: rule.invert,
            predicate,
        })
    }

    fn is_native(&self) -> bool {
        self.predicate.is_none()
            && self.modifier.is_fixed()
            && self.value.is_fixed()
            && self.operator.is_native()
            && self.target.is_native()
    }

    fn verdict(&self, holds: Result<bool, Broken>) -> bool {
        match holds {
            Ok(holds) => holds != self.invert,
            Err(Broken(reason)) => {
                tracing::warn!(target = ?self.target, "a rule is false: {reason}");
                false
            }
        }
    }

    fn holds_now(&self, facts: Facts<'_>) -> Result<bool, Broken> {
        if self.target.is_nothing(&self.modifier) {
            return Ok(false);
        }
        let target = self.target.resolve(facts, &self.modifier, &self.operator)?;
        match self.operator.without_value(&target) {
            Some(holds) => Ok(holds),
            None => self.operator.compare(facts, &target, self.value.source()),
        }
    }

    async fn holds(
        &self,
        site: &Arc<Site>,
        mock: &Mock,
        mut call: Call,
    ) -> (Call, Result<bool, Broken>) {
        let rendered;
        let modifier = match self.modifier.template() {
            None => Cow::Borrowed(&self.modifier),
            Some(template) => {
                (call, rendered) = site.render_or_source(template, call).await;
                Cow::Owned(self.modifier.with_text(&rendered))
            }
        };
        if self.target.is_nothing(&modifier) {
            return (call, Ok(false));
        }
        if self.target.needs_buckets()
            && let Some(id) = self.target.bucket(mock, &modifier)
        {
            call = site.filled(&id, call).await;
        }
        let exchange = call.exchange.clone();
        let facts = Facts {
            exchange: &*exchange,
            site,
            mock,
        };
        let target = match self.target.resolve(facts, &modifier, &self.operator) {
            Ok(target) => target,
            Err(broken) => return (call, Err(broken)),
        };
        if self.predicate.is_none()
            && let Some(holds) = self.operator.without_value(&target)
        {
            return (call, Ok(holds));
        }
        let value: Arc<str> = match &self.value {
            Text::Fixed(text) => text.clone(),
            Text::Template(template) => {
                let rendered;
                (call, rendered) = site.render_or_source(template, call).await;
                rendered.into()
            }
        };
        if let Some(ask) = &self.predicate {
            return ask.test(target, modifier.text(), &value, call).await;
        }
        if let Some(pattern) = self.operator.backtracking(&value) {
            return match mock_regex(site) {
                Some(ask) => matches_any(&ask, &target, modifier.text(), &pattern, call).await,
                None => (call, Err(Broken("there is no `regex` plugin".to_owned()))),
            };
        }
        if let Some(id) = self.operator.schema_bucket(mock, self.value.source()) {
            call = site.filled(&id, call).await;
        }
        let exchange = call.exchange.clone();
        let facts = Facts {
            exchange: &*exchange,
            site,
            mock,
        };
        let holds = self.operator.compare(facts, &target, &value);
        (call, holds)
    }
}

impl Ask {
    async fn test(
        &self,
        target: Value,
        modifier: &str,
        value: &str,
        mut call: Call,
    ) -> (Call, Result<bool, Broken>) {
        let (modifier, value) = (modifier.to_owned(), value.to_owned());
        let rule = call.rule.replace(Arc::new(RuleFacts {
            target,
            modifier,
            value,
        }));
        let usage = std::mem::replace(&mut call.usage, self.usage.clone());
        let (mut call, holds) = self.predicate.test(call).await;
        call.rule = rule;
        call.usage = usage;
        (call, holds.map_err(|failure| Broken(failure.to_string())))
    }
}

/// The plugin for regular expressions that need backtracking.
fn mock_regex(site: &Site) -> Option<Ask> {
    let predicate = site.plugins().predicate("regex").ok()?;
    Some(Ask {
        predicate,
        usage: Usage::default(),
    })
}

/// Whether a text matches what [`Pattern::Backtracking`] holds.
///
/// # Errors
/// Why that cannot be told, such as the end of its time.
pub(crate) async fn backtrack(
    site: &Site,
    text: Value,
    pattern: &str,
    call: Call,
) -> (Call, Result<bool, String>) {
    let Some(ask) = mock_regex(site) else {
        return (call, Err("there is no `regex` plugin".to_owned()));
    };
    let (call, holds) = ask.test(text, "", pattern, call).await;
    (call, holds.map_err(|Broken(reason)| reason))
}

/// One item of an array is enough.
async fn matches_any(
    ask: &Ask,
    target: &Value,
    modifier: &str,
    pattern: &str,
    mut call: Call,
) -> (Call, Result<bool, Broken>) {
    let items = target.as_array().unwrap_or(std::slice::from_ref(target));
    for item in items {
        let text = Value::text(item.to_text());
        let holds;
        (call, holds) = ask.test(text, modifier, pattern, call).await;
        if !matches!(holds, Ok(false)) {
            return (call, holds);
        }
    }
    (call, Ok(false))
}
