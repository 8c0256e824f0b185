//! Data buckets as the file defines them, and when each gets its content.

use std::sync::{Arc, LazyLock};

use regex::Regex;
use wasmock_environment as file;
use wasmock_exchange::{Template, Usage};
use wasmock_javascript::{Value, json};

use super::route::{Use, usage};
use crate::Error;
use crate::plugins::Plugins;

/// A bucket of the file.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) id: Arc<str>,
    pub(crate) uuid: Arc<str>,
    pub(crate) name: Arc<str>,
    name_in_lower_case: String,
    /// What the file says.
    pub(crate) source: Arc<str>,
    pub(crate) content: Content,
}

/// How a bucket gets its first content.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// It is known from the file, and whether it is JSON.
    Fixed(Value, bool),
    /// A plugin makes it, at the start or with the first request that needs it.
    Made { by: Use, deferred: bool },
    /// Nobody can make it: there is no `data-buckets` plugin. The text stays.
    Raw,
}

impl Bucket {
    pub(crate) fn new(source: &file::DataBucket, plugins: &Plugins) -> Result<Self, Error> {
        let id: Arc<str> = source.id.as_str().into();
        let own = source.wasmock.plugin.as_deref();
        let templated = Template::is_needed(&source.value);
        let content = match own {
            None if !templated => {
                let (value, is_json) = parse(&source.value);
                Content::Fixed(value, is_json)
            }
            None => match plugins.responder(BUCKETS) {
                Ok(responder) => Content::Made {
                    by: Use {
                        name: BUCKETS.into(),
                        responder,
                        usage: bucket_usage(&id),
                    },
                    deferred: needs_request(&source.value),
                },
                Err(_) => Content::Raw,
            },
            Some(name) => {
                let at = |error: Error| error.at(format!("data bucket `{}`", source.name));
                let responder = plugins.responder(name).map_err(at)?;
                let usage = match &source.wasmock.configuration {
                    None => bucket_usage(&id),
                    configuration => usage(configuration.as_ref()),
                };
                let by = Use {
                    name: name.into(),
                    responder,
                    usage,
                };
                Content::Made {
                    by,
                    deferred: needs_request(&source.value),
                }
            }
        };
        Ok(Self {
            id,
            uuid: source.uuid.as_str().into(),
            name: source.name.as_str().into(),
            name_in_lower_case: source.name.to_lowercase(),
            source: source.value.as_str().into(),
            content,
        })
    }

    /// Whether a helper means this bucket by a part of its name.
    pub(crate) fn is_named(&self, part_in_lower_case: &str) -> bool {
        self.name_in_lower_case.contains(part_in_lower_case)
    }

    pub(crate) fn is_deferred(&self) -> bool {
        matches!(self.content, Content::Made { deferred: true, .. })
    }
}

/// The built-in plugin that makes buckets.
const BUCKETS: &str = "data-buckets";

fn bucket_usage(id: &str) -> Usage {
    let mut text = String::from(r#"{"bucket":"#);
    json::write_string(&mut text, id);
    text.push('}');
    Usage::new(text)
}

/// The JSON in a text, or the text itself; and which of them.
pub(crate) fn parse(text: &str) -> (Value, bool) {
    json::parse(text).map_or_else(|_| (Value::text(text), false), |value| (value, true))
}

/// Whether a bucket waits for a request: a request helper stands first in a mustache, or right
/// behind names and parentheses. Mockoon looks at the text only, so a helper behind a quoted
/// argument is not seen, and a word that ends in a helper's name is.
fn needs_request(source: &str) -> bool {
    static REQUEST_HELPER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let names = "body|method|ip|urlParam|urlParams|queryParam|queryParamRaw|queryParams|\
                     header|headers|cookie|baseUrl|hostname";
        let before = r"\{{2,3}[#(~\s\w]*";
        let whole_word = r"\{{2,3}(?:[#(~\s\w]*[#(~\s])?bodyRaw";
        Regex::new(&format!(r"(?:{before}(?:{names})|{whole_word})[)}} ~]")).ok()
    });
    REQUEST_HELPER
        .as_ref()
        .is_some_and(|helper| helper.is_match(source))
}

#[cfg(test)]
mod tests {
    use super::needs_request;

    #[test]
    fn the_text_decides_which_bucket_waits() {
        for (source, waits) in [
            ("{{body 'a'}}", true),
            ("{{{bodyRaw}}}", true),
            ("{{#if (queryParam 'x')}}1{{/if}}", true),
            ("{{somebody }}", true),
            ("{{xbodyRaw }}", false),
            ("{{concat 'x' (body 'a')}}", false),
            ("{{! body }}", false),
            ("{{faker 'number.int'}}", false),
            ("body", false),
            ("{{body\n}}", false),
            ("{{ urlParam 'id' }}", true),
        ] {
            assert_eq!(needs_request(source), waits, "{source}");
        }
    }
}
