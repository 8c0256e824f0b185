//! The mock: an environment compiled for serving, immutable.
//!
//! What can be known at load is done here: paths become an index, rules their evaluators, fixed
//! texts bytes, whole answers where nothing in them can change. State is not here: a mock is
//! replaced at each reload while the [`Site`](crate::Site) around it lives on.

mod bucket;
mod route;
mod text;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use wasmock_environment::{self as file, Environment, PlacedRoute, RouteType};

use crate::callbacks::{self, Callback};
use crate::plugins::Plugins;
use crate::proxy::Proxy;
use crate::router::{Index, Pattern};
use crate::{Error, Options};

pub(crate) use bucket::{Bucket, Content as BucketContent, parse as parse_bucket};
pub(crate) use route::{Content, Response, Route, RouteSource, Use, usage};
pub(crate) use text::{
    Header, HeaderText, Text, header_value, headers, plain_headers, plain_value,
};

/// An environment, compiled.
#[derive(Debug)]
pub(crate) struct Mock {
    /// What the user wrote.
    pub(crate) source: Arc<Environment>,
    /// HTTP and CRUD routes.
    pub(crate) http: Index<Endpoint>,
    pub(crate) websockets: Index<Arc<Route>>,
    /// All routes in the order in which they are tried.
    pub(crate) routes: Vec<Arc<Route>>,
    /// The headers of every answer.
    pub(crate) headers: Vec<Header>,
    pub(crate) latency: Duration,
    pub(crate) buckets: Vec<Arc<Bucket>>,
    pub(crate) callbacks: HashMap<String, Arc<Callback>>,
    pub(crate) proxy: Option<Proxy>,
}

/// What a path of the HTTP index leads to.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) route: Arc<Route>,
    /// Set for CRUD routes: which of their two paths it is.
    pub(crate) crud: Option<Crud>,
}

/// The two paths of a CRUD route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crud {
    /// The collection.
    Collection,
    /// One item; the last parameter is its id.
    Item,
}

impl Endpoint {
    /// Whether requests of this method are meant.
    pub(crate) fn takes(&self, method: &str) -> bool {
        match self.crud {
            None => self.route.source.method.matches(method),
            Some(Crud::Collection) => matches!(method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE"),
            Some(Crud::Item) => matches!(method, "GET" | "PUT" | "PATCH" | "DELETE"),
        }
    }
}

impl Mock {
    /// Compiles an environment; `previous` hands on the counters of unchanged routes.
    ///
    /// # Errors
    /// A plugin that is not there or does not have the role in which it is used. A path that
    /// does not compile only loses its route, with a log line, as in Mockoon.
    pub(crate) fn compile(
        source: &Arc<Environment>,
        plugins: &Plugins,
        options: &Options,
        previous: Option<&Mock>,
    ) -> Result<Self, Error> {
        let known: HashMap<&str, &Arc<Route>> = previous
            .map(|mock| {
                mock.routes
                    .iter()
                    .map(|route| (route.uuid(), route))
                    .collect()
            })
            .unwrap_or_default();
        let headers = text::headers(&source.headers);
        let mut mock = Self {
            http: Index::default(),
            websockets: Index::default(),
            routes: Vec::with_capacity(source.routes.len()),
            latency: Duration::from_millis(source.latency),
            buckets: source
                .data
                .iter()
                .map(|bucket| Bucket::new(bucket, plugins).map(Arc::new))
                .collect::<Result<_, _>>()?,
            headers,
            callbacks: callbacks::compile(&source.callbacks),
            proxy: Proxy::new(source),
            source: source.clone(),
        };
        let places: HashMap<*const file::Route, usize> = source
            .routes
            .iter()
            .enumerate()
            .map(|(at, route)| (std::ptr::from_ref(route), at))
            .collect();
        for placed in source.placed_routes() {
            let Some(&at) = places.get(&std::ptr::from_ref(placed.route)) else {
                continue;
            };
            if options.disables(&placed) {
                continue;
            }
            let counter = known
                .get(placed.route.uuid.as_str())
                .filter(|route| *route.source == *placed.route)
                .map_or_else(
                    || Arc::new(AtomicU64::new(0)),
                    |route| route.counter.clone(),
                );
            mock.add(
                &RouteSource::new(source.clone(), at),
                counter,
                plugins,
                options,
            )?;
        }
        Ok(mock)
    }

    fn add(
        &mut self,
        source: &RouteSource,
        counter: Arc<AtomicU64>,
        plugins: &Plugins,
        options: &Options,
    ) -> Result<(), Error> {
        let prefix = &self.source.endpoint_prefix;
        let pattern = match Pattern::new(prefix, &source.endpoint) {
            Ok(pattern) => Arc::new(pattern),
            Err(error) => {
                tracing::error!(
                    environmentName = self.source.name,
                    environmentUUID = self.source.uuid,
                    routePath = source.endpoint,
                    routeUUID = source.uuid,
                    "Invalid route path: {error}"
                );
                return Ok(());
            }
        };
        let mut route = Route::new(source.clone(), pattern.clone(), counter, plugins)?;
        // Messages are encoded when they are sent, and what a session answers nobody knows before.
        if source.kind != RouteType::Ws && route.leader.is_none() {
            for response in &mut route.responses {
                response.prepare(source, &self.headers, options);
            }
        }
        let route = Arc::new(route);
        self.routes.push(route.clone());
        match source.kind {
            RouteType::Http => self.http.insert(pattern, Endpoint { route, crud: None }),
            RouteType::Ws => self.websockets.insert(pattern, route),
            RouteType::Crud => {
                let item = Pattern::new(prefix, &format!("{}/:id", source.endpoint));
                self.http.insert(
                    pattern,
                    Endpoint {
                        route: route.clone(),
                        crud: Some(Crud::Collection),
                    },
                );
                if let Ok(item) = item {
                    self.http.insert(
                        Arc::new(item),
                        Endpoint {
                            route,
                            crud: Some(Crud::Item),
                        },
                    );
                }
            }
        }
        Ok(())
    }

    /// A bucket by its id.
    pub(crate) fn bucket(&self, id: &str) -> Option<&Arc<Bucket>> {
        self.buckets.iter().find(|bucket| *bucket.id == *id)
    }
}

impl Options {
    fn disables(&self, placed: &PlacedRoute<'_>) -> bool {
        if self.disable_routes.is_empty() {
            return false;
        }
        self.disable_routes
            .iter()
            .filter(|word| !word.is_empty())
            .any(|word| {
                word == "*"
                    || placed.route.uuid == *word
                    || placed.route.endpoint.contains(word.as_str())
                    || placed
                        .folders
                        .iter()
                        .any(|folder| folder.name.contains(word.as_str()))
            })
    }
}
