//! Numbers for texts that plugins render: the same text keeps its number while it is
//! remembered, so that instances find what they compiled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wasmock_exchange::Template;

/// Texts to remember; beyond it all are forgotten, which costs a compilation each.
const REMEMBERED: usize = 4096;
/// A longer text is not remembered: it is unlikely to come again.
const LONGEST: usize = 64 << 10;

/// Templates by their text.
#[derive(Debug, Default)]
pub(super) struct Interned {
    known: Mutex<HashMap<Arc<str>, Template>>,
}

impl Interned {
    pub(super) fn get(&self, source: &str) -> Template {
        if source.len() > LONGEST {
            return Template::new(source);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(template) = known.get(source) {
            return template.clone();
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let template = Template::new(source);
        known.insert(template.source.clone(), template.clone());
        template
    }

    pub(super) fn clear(&self) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
