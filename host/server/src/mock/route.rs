//! A route and its responses, compiled.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use wasmock_environment::{
    self as file, BodyType, Environment, ResponseMode, RouteType, RulesOperator,
};
use wasmock_exchange::Usage;
use wasmock_exchange::roles::Responder;

use super::text::{Header, Text, headers};
use crate::http::{Prepared, prepare};
use crate::plugins::Plugins;
use crate::router::Pattern;
use crate::rules::Rules;
use crate::ws::{Leader, Setup};
use crate::{Error, Options};

/// A route as the file has it, in the environment that holds it: a mock of thousands of routes
/// holds each once.
#[derive(Clone)]
pub(crate) struct RouteSource {
    environment: Arc<Environment>,
    at: usize,
}

impl RouteSource {
    /// The route at that place of the environment, which must be one of its places.
    pub(crate) fn new(environment: Arc<Environment>, at: usize) -> Self {
        Self { environment, at }
    }
}

impl Deref for RouteSource {
    type Target = file::Route;

    fn deref(&self) -> &file::Route {
        &self.environment.routes[self.at]
    }
}

impl std::fmt::Debug for RouteSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

/// A response as the file has it.
#[derive(Clone)]
pub(crate) struct ResponseSource {
    route: RouteSource,
    at: usize,
}

impl Deref for ResponseSource {
    type Target = file::Response;

    fn deref(&self) -> &file::Response {
        &self.route.responses[self.at]
    }
}

impl std::fmt::Debug for ResponseSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

/// A route, ready to be asked.
#[derive(Debug)]
pub(crate) struct Route {
    /// What the file says.
    pub(crate) source: RouteSource,
    pub(crate) pattern: Arc<Pattern>,
    pub(crate) responses: Vec<Response>,
    /// The response for when no rule decides.
    pub(crate) default: usize,
    /// What a WebSocket route is beyond its responses.
    pub(crate) setup: Option<Arc<Setup>>,
    /// The plugin whose session an HTTP route is: server-sent events.
    pub(crate) leader: Option<Leader>,
    /// How many requests were answered; shared with the same route of earlier versions.
    pub(crate) counter: Arc<AtomicU64>,
}

impl Route {
    pub(crate) fn new(
        source: RouteSource,
        pattern: Arc<Pattern>,
        counter: Arc<AtomicU64>,
        plugins: &Plugins,
    ) -> Result<Self, Error> {
        let responses = source
            .responses
            .iter()
            .enumerate()
            .map(|(index, response)| Response::new(index, response, &source, plugins))
            .collect::<Result<Vec<_>, _>>()?;
        let default = source
            .responses
            .iter()
            .position(|response| response.default)
            .unwrap_or(0);
        let setup = match source.kind {
            RouteType::Ws => Some(Arc::new(Setup::new(&source, plugins)?)),
            RouteType::Http | RouteType::Crud => None,
        };
        let leader = match source.kind {
            RouteType::Http => Leader::new(&source.wasmock, plugins)?,
            RouteType::Ws | RouteType::Crud => None,
        };
        Ok(Self {
            source,
            pattern,
            responses,
            default,
            counter,
            setup,
            leader,
        })
    }

    /// The route's identity: its counter, streams and connections belong to it.
    pub(crate) fn uuid(&self) -> &str {
        &self.source.uuid
    }

    pub(crate) fn kind(&self) -> RouteType {
        self.source.kind
    }

    pub(crate) fn mode(&self) -> Option<ResponseMode> {
        self.source.response_mode
    }

    /// Counts a request and answers its number; the first is 1.
    pub(crate) fn count(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The number that the next request will have.
    pub(crate) fn next_number(&self) -> u64 {
        self.counter.load(Ordering::Relaxed) + 1
    }
}

/// One possible answer of a route.
#[derive(Debug)]
pub(crate) struct Response {
    /// What the file says.
    pub(crate) source: ResponseSource,
    /// Its place in the route, from 0.
    pub(crate) index: usize,
    pub(crate) latency: Duration,
    pub(crate) headers: Vec<Header>,
    pub(crate) content: Content,
    /// The inline body: the content itself, or what takes the place of a missing file.
    pub(crate) body: Text,
    pub(crate) rules: Rules,
    pub(crate) plugin: Option<Use>,
    /// The whole answer, when it is the same every time.
    pub(crate) prepared: Option<Arc<Prepared>>,
}

/// Where the body comes from.
#[derive(Debug)]
pub(crate) enum Content {
    /// From `body`; the bytes, when they are the same every time.
    Inline(Option<Bytes>),
    /// From a file; the path may be a template.
    File(Text),
    /// From the bucket with that id.
    Bucket(Arc<str>),
}

/// A plugin that answers, and its configuration.
#[derive(Clone)]
pub(crate) struct Use {
    pub(crate) name: Arc<str>,
    pub(crate) responder: Arc<dyn Responder>,
    pub(crate) usage: Usage,
}

impl std::fmt::Debug for Use {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Use")
            .field("name", &self.name)
            .field("usage", &self.usage)
            .finish()
    }
}

impl Response {
    fn new(
        index: usize,
        source: &file::Response,
        route: &RouteSource,
        plugins: &Plugins,
    ) -> Result<Self, Error> {
        let place = || {
            format!(
                "{} `{}`, response {}",
                route.kind_name(),
                route.endpoint,
                index + 1
            )
        };
        let as_written = source.disable_templating;
        let body = if as_written {
            Text::fixed(&source.body)
        } else {
            Text::new(&source.body)
        };
        let content = match source.body_type {
            BodyType::File if !source.file_path.is_empty() => {
                Content::File(Text::path(&source.file_path))
            }
            BodyType::Databucket if !source.databucket_id.is_empty() => {
                Content::Bucket(source.databucket_id.as_str().into())
            }
            _ => Content::Inline(match &body {
                Text::Fixed(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
                Text::Template(_) => None,
            }),
        };
        let plugin = match &source.wasmock.plugin {
            Some(name) => Some(Use {
                name: name.as_str().into(),
                responder: plugins.responder(name).map_err(|error| error.at(place()))?,
                usage: usage(source.wasmock.configuration.as_ref()),
            }),
            None => None,
        };
        let all = source.rules_operator == RulesOperator::And;
        let rules = Rules::new(&source.rules, all, plugins).map_err(|error| error.at(place()))?;
        Ok(Self {
            source: ResponseSource {
                route: route.clone(),
                at: index,
            },
            index,
            latency: Duration::from_millis(source.latency),
            headers: headers(&source.headers),
            content,
            body,
            rules,
            plugin,
            prepared: None,
        })
    }

    /// Makes the answer at once, when nothing in it can change.
    pub(crate) fn prepare(
        &mut self,
        route: &file::Route,
        environment: &[Header],
        options: &Options,
    ) {
        let fixed = self.plugin.is_none()
            && self.source.callbacks.is_empty()
            && environment
                .iter()
                .chain(&self.headers)
                .all(Header::is_fixed);
        if let (true, Content::Inline(Some(body))) = (fixed, &self.content) {
            let metadata = options.route_metadata_headers.then_some(route);
            self.prepared = prepare(self, environment, body, metadata).map(Arc::new);
        }
    }
}

/// The configuration of one use of a plugin.
pub(crate) fn usage(configuration: Option<&serde_json::Value>) -> Usage {
    configuration.map_or_else(Usage::default, |json| Usage::new(json.to_string()))
}

trait KindName {
    fn kind_name(&self) -> &'static str;
}

impl KindName for file::Route {
    fn kind_name(&self) -> &'static str {
        match self.kind {
            RouteType::Http => "route",
            RouteType::Crud => "CRUD route",
            RouteType::Ws => "WebSocket route",
        }
    }
}
