//! The WebSockets of a site: routes that are served, clients that are connected, and the way
//! from a handshake to both.
//!
//! They live as long as the site. A reload gives each route its new definition; connections and
//! streams go on where theirs is unchanged.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::upgrade::OnUpgrade;
use tokio::sync::Notify;
use tokio::time::timeout;
use wasmock_environment::RouteType;
use wasmock_exchange::{Close, Exchange, Frame, Kind, limits, unique_id};
use wasmock_javascript::Value;

use super::answers::Definition;
use super::client::Client;
use super::connection::Connection;
use super::conversation::{Conversing, Guest, Listening, removed};
use super::drive::Drive;
use super::exchange::{Conversation, Handshake};
use super::handshake::{self, NO_ROOM, NOT_FOUND, Offer, Refused};
use super::live::{Group, LiveRoute};
use super::out::Out;
use super::pulse::Pulse;
use super::session::Sitting;
use super::setup::Mode;
use super::stream::Streaming;
use super::timeline::Scripted;
use super::{frames, socket};
use crate::admin::handshake_text;
use crate::http::exchange::{target, without_port};
use crate::mock::{HeaderText, header_value};
use crate::router::is_decodable;
use crate::rules::Facts;
use crate::scheduler::Lanes;
use crate::site::Site;

/// The WebSockets of a site.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    lanes: OnceLock<Arc<Lanes>>,
    routes: Mutex<HashMap<Arc<str>, Arc<LiveRoute>>>,
    clients: Mutex<HashMap<u64, Arc<Client>>>,
    started: AtomicBool,
    stopping: AtomicBool,
    /// Rings when the last client has left.
    empty: Notify,
    /// Rings when the server stops.
    stop: Notify,
}

/// A connected client, for lists.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientInfo {
    /// Its id, as logs name it.
    pub id: String,
    /// The uuid of its route.
    pub route: String,
    /// The group of the route it belongs to.
    pub group: Option<String>,
    /// When it connected, in milliseconds since 1970.
    pub since_ms: f64,
    /// The address it came from.
    pub remote: Option<SocketAddr>,
    /// Messages it has sent.
    pub received: u64,
    /// Messages it was sent.
    pub sent: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sockets {
    fn lanes(&self) -> &Arc<Lanes> {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.lanes.get_or_init(|| Lanes::start(cores()))
    }

    /// Begins to serve: broadcasts run from here on, whether or not anybody listens.
    pub(crate) fn start(&self, site: &Arc<Site>) {
        self.started.store(true, Ordering::Release);
        self.reload(site);
    }

    /// Serves what the site's mock says now.
    pub(crate) fn reload(&self, site: &Arc<Site>) {
        if !self.started.load(Ordering::Acquire) || self.stopping.load(Ordering::Acquire) {
            return;
        }
        let mock = site.mock_kept();
        let mut routes = lock(&self.routes);
        let mut served = HashSet::new();
        for route in mock
            .routes
            .iter()
            .filter(|route| route.kind() == RouteType::Ws)
        {
            let id: Arc<str> = match route.uuid() {
                "" => route.pattern.text().into(),
                uuid => uuid.into(),
            };
            let Some(definition) = Definition::new(site, &mock, route).map(Arc::new) else {
                continue;
            };
            if !served.insert(id.clone()) {
                continue;
            }
            let live = routes.get(&id).cloned().filter(|live| {
                let compatible = live
                    .definition()
                    .is_some_and(|present| present.setup.is_compatible(&definition.setup));
                if !compatible {
                    live.end(&Close {
                        code: 1012,
                        reason: "the route has changed".to_owned(),
                    });
                }
                compatible
            });
            let live = match live {
                Some(live) => {
                    live.redefine(definition);
                    live
                }
                None => {
                    let live = LiveRoute::new(id.clone(), definition, self.lanes());
                    routes.insert(id, live.clone());
                    live
                }
            };
            live.start(site);
        }
        routes.retain(|id, live| {
            let kept = served.contains(id);
            if !kept {
                live.end(&removed());
            }
            kept
        });
    }

    /// Closes every connection with 1001 and waits until they are gone.
    pub(crate) async fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.stop.notify_waiters();
        let close = Close {
            code: 1001,
            reason: "the server is stopping".to_owned(),
        };
        for (_, live) in lock(&self.routes).drain() {
            live.end(&close);
        }
        let longest = limits::CLOSE_HANDSHAKE * 2 + limits::DRAIN.0;
        let gone = async {
            loop {
                let empty = self.empty.notified();
                if lock(&self.clients).is_empty() {
                    return;
                }
                // Clients that connected in this moment are in no audience yet.
                for client in lock(&self.clients).values() {
                    client.out.ask_close(close.clone());
                }
                let _ = timeout(Duration::from_millis(100), empty).await;
            }
        };
        let _ = timeout(longest, gone).await;
    }

    /// Waits until the server stops.
    pub(crate) async fn stopped(&self) {
        let stop = self.stop.notified();
        if !self.stopping.load(Ordering::Acquire) {
            stop.await;
        }
    }

    /// Answers an upgrade. The body of the answer is complete.
    pub(crate) async fn upgrade<B>(
        &self,
        site: &Arc<Site>,
        mut request: Request<B>,
        peer: SocketAddr,
    ) -> Response<Bytes> {
        let on_upgrade = hyper::upgrade::on(&mut request);
        let (head, _) = request.into_parts();
        match self.accept(site, &head, peer, on_upgrade).await {
            Ok(response) => response,
            Err(Denied::Refused(refused)) => {
                tracing::info!(
                    url = target(&head),
                    status = refused.status.as_u16(),
                    "WebSocket refused: {}",
                    refused.message
                );
                refused.response()
            }
            Err(Denied::Answered(response)) => *response,
        }
    }

    async fn accept(
        &self,
        site: &Arc<Site>,
        head: &http::request::Parts,
        peer: SocketAddr,
        on_upgrade: OnUpgrade,
    ) -> Result<Response<Bytes>, Denied> {
        // As it was sent: doubled slashes are collapsed over HTTP only.
        let url = target(head);
        let path = url.split_once('?').map_or(url, |(path, _)| path);
        if url.contains("EIO=") {
            tracing::warn!("a Socket.IO client connects to {path}; Socket.IO is not spoken");
        }
        let mock = site.mock_kept();
        let found = mock
            .websockets
            .find(path)
            .next()
            .filter(|_| is_decodable(path));
        let found = found.ok_or(NOT_FOUND)?;
        let params = Value::object(found.pattern.params(path, found.way));
        let key = match found.value.uuid() {
            "" => found.value.pattern.text(),
            uuid => uuid,
        };
        let offer = handshake::check(head)?;
        let live = lock(&self.routes).get(key).cloned().ok_or(NOT_FOUND)?;
        let definition = live.definition().ok_or(NOT_FOUND)?;

        let id: Arc<str> = connection_id(site).into();
        let mut facts = Handshake::new(url, &head.headers);
        facts.route = definition.route.source.endpoint.as_str().into();
        facts.params = params;
        facts.connection = id.clone();
        facts.remote = address(peer).into();
        let host = facts.header("host").unwrap_or_default();
        let hostname: Box<str> = without_port(&host).into();
        drop(host);
        facts.base_url = site.base_url(&hostname).into();
        facts.hostname = hostname;
        let guest = Guest {
            site: site.clone(),
            route: live.clone(),
            handshake: Arc::new(facts),
        };
        self.enter(guest, &definition, &offer, peer, on_upgrade)
            .await
    }

    async fn enter(
        &self,
        guest: Guest,
        definition: &Arc<Definition>,
        offer: &Offer,
        peer: SocketAddr,
        on_upgrade: OnUpgrade,
    ) -> Result<Response<Bytes>, Denied> {
        let exchange = || guest.exchange(Kind::Opened, 0);
        if let Some(response) = refusal(definition, &guest.site, exchange).await {
            return Err(Denied::Answered(Box::new(response)));
        }
        let group = match &definition.setup.group {
            None => None,
            Some(name) => {
                let call = guest.site.call(Arc::new(exchange()));
                let name = guest
                    .site
                    .render_text(name, call)
                    .await
                    .1
                    .unwrap_or_else(|error| {
                        tracing::warn!("the group of a client does not render: {error}");
                        String::new()
                    });
                Some((name.clone(), guest.route.group(&name).ok_or(NO_ROOM)?))
            }
        };
        let protocol = offer
            .choose(&definition.setup.subprotocols)
            .map(str::to_owned);
        let response = offer.accept(protocol.as_deref());
        if self.stopping.load(Ordering::Acquire) {
            return Err(NOT_FOUND.into());
        }
        tokio::spawn(async move {
            match on_upgrade.await {
                // Its own allocation: the task keeps no room for the handshake.
                Ok(upgraded) => Box::pin(serve(guest, peer, group, upgraded)).await,
                Err(error) => tracing::debug!("a WebSocket handshake was not finished: {error}"),
            }
        });
        Ok(response)
    }

    /// Sends a message to the clients of a route, or of one of its groups. How many there are;
    /// nothing when there is no such route or group.
    pub(crate) async fn send(
        &self,
        route: &str,
        group: Option<&str>,
        frame: &Frame,
    ) -> Option<usize> {
        let live = self.find(route)?;
        let audience = live.audience_of(group)?;
        audience.send([frames::message(frame)].into(), None).await;
        Some(audience.len())
    }

    /// Sends a message to one client; false when it is gone.
    pub(crate) fn send_to(&self, id: &str, frame: &Frame) -> bool {
        let client = lock(&self.clients)
            .values()
            .find(|client| *client.id == *id)
            .cloned();
        client.is_some_and(|client| {
            use super::out::Sent;
            matches!(
                client.push(&frames::message(frame)),
                Sent::Written | Sent::Queued
            )
        })
    }

    /// Closes a connection; false when there is none of that id.
    pub(crate) fn close(&self, id: &str, close: Close) -> bool {
        let client = lock(&self.clients)
            .values()
            .find(|client| *client.id == *id)
            .cloned();
        client.is_some_and(|client| client.out.ask_close(close))
    }

    /// Closes every connection of a route; how many there are.
    pub(crate) fn close_all(&self, route: &str, close: &Close) -> Option<usize> {
        let live = self.find(route)?;
        live.audience.close(close);
        Some(live.audience.len())
    }

    /// The connected clients, of one route or of all, in the order in which they came.
    pub(crate) fn list(&self, route: Option<&str>) -> Vec<ClientInfo> {
        let id = route.map(|route| self.find(route).map(|live| live.id.clone()));
        let clients = lock(&self.clients);
        let mut found: Vec<&Arc<Client>> = clients
            .values()
            .filter(|client| {
                id.as_ref()
                    .is_none_or(|id| id.as_deref() == Some(&*client.route))
            })
            .collect();
        found.sort_by_key(|client| client.number);
        found.into_iter().map(|client| client.info()).collect()
    }

    /// A route by its uuid, or by its path as the file writes it.
    fn find(&self, route: &str) -> Option<Arc<LiveRoute>> {
        let routes = lock(&self.routes);
        let path = route.trim_start_matches('/');
        let by_path = |live: &&Arc<LiveRoute>| {
            live.definition().is_some_and(|definition| {
                definition.route.source.endpoint.trim_start_matches('/') == path
            })
        };
        routes
            .get(route)
            .or_else(|| routes.values().find(by_path))
            .cloned()
    }

    fn add(&self, client: &Arc<Client>) {
        lock(&self.clients).insert(client.number, client.clone());
    }

    fn remove(&self, client: &Client) {
        let mut clients = lock(&self.clients);
        clients.remove(&client.number);
        if clients.is_empty() {
            clients.shrink_to(1024);
            self.empty.notify_waiters();
        }
    }
}

/// Why an upgrade is not accepted.
enum Denied {
    Refused(Refused),
    Answered(Box<Response<Bytes>>),
}

impl From<Refused> for Denied {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// The answer of the first refusal whose rules hold.
async fn refusal(
    definition: &Definition,
    site: &Arc<Site>,
    exchange: impl Fn() -> Conversation,
) -> Option<Response<Bytes>> {
    for refusal in &definition.setup.refuse {
        let exchange: Arc<dyn Exchange> = Arc::new(exchange());
        let mut call = site.call(exchange.clone());
        let holds = if refusal.rules.is_empty() {
            true
        } else if refusal.rules.is_native() {
            let facts = Facts {
                exchange: &*exchange,
                site,
                mock: &definition.mock,
            };
            refusal.rules.hold_now(facts)
        } else {
            let holds;
            (call, holds) = refusal.rules.hold(site, &definition.mock, call).await;
            holds
        };
        if !holds {
            continue;
        }
        let (mut call, body) = site.render_text(&refusal.body, call).await;
        let body = body.unwrap_or_else(|error| error.to_string());
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = refusal.status;
        for header in &refusal.headers {
            let value = match &header.value {
                HeaderText::Fixed(value) => Some(value.clone()),
                HeaderText::Template(template) => {
                    let text;
                    (call, text) = site.render_template(template, call).await;
                    text.ok().and_then(|text| header_value(&header.name, &text))
                }
            };
            if let Some(value) = value {
                response.headers_mut().append(header.name.clone(), value);
            }
        }
        return Some(response);
    }
    None
}

/// A connection from the moment the socket is ours.
async fn serve(
    guest: Guest,
    peer: SocketAddr,
    group: Option<(String, Arc<Group>)>,
    upgraded: hyper::upgrade::Upgraded,
) {
    let (reader, writer, early) = socket::split(upgraded);
    let site = guest.site.clone();
    let route = guest.route.clone();
    let (name, group) = group.map_or((None, None), |(name, group)| {
        (Some(name.into()), Some(group))
    });
    let definition = route.definition();
    let setup = definition.as_ref().map(|definition| &definition.setup);
    let client = Arc::new(Client {
        number: unique_id(),
        id: guest.handshake.connection.clone(),
        route: route.id.clone(),
        group: name,
        since_ms: site.clock_source().now_ms(),
        remote: Some(peer),
        transaction: site
            .options()
            .log_transactions
            .then(|| handshake_text(&guest.handshake, &route.id).into()),
        out: Out::new(writer, setup.map(|setup| setup.room).unwrap_or_default()),
        received: AtomicU64::new(0),
    });
    // A macro, so that no connection keeps an environment that a reload has replaced.
    macro_rules! log {
        ($message:literal, $($field:tt)+) => {{
            let environment = site.environment();
            tracing::info!(
                environmentName = environment.name, environmentUUID = environment.uuid,
                websocketUuid = %client.id, routeUUID = %client.route, $($field)+,
                inflightRequest = client.transaction.as_deref(),
                $message
            );
        }};
    }
    log!("New WebSocket connection", url = guest.handshake.path());
    let sockets = site.sockets();
    sockets.add(&client);
    let pulse = setup.and_then(|setup| Pulse::new(setup.ping, setup.idle));
    let connection = Connection::new(client.clone(), reader, early, pulse);
    let code = match definition {
        None => {
            connection.close(removed()).await;
            1001
        }
        Some(definition) => {
            let place = route.join(&site, &client, group);
            lead(definition, guest, connection, place).await
        }
    };
    sockets.remove(&client);
    log!("WebSocket closed", code);
}

/// Each kind of leader in an allocation of its own, so that no connection is as large as the
/// largest of them.
async fn lead(
    definition: Arc<Definition>,
    guest: Guest,
    connection: Connection,
    place: Arc<super::live::Place>,
) -> u16 {
    let setup = &definition.setup;
    match setup.mode {
        Mode::Broadcast => Box::pin(Drive::run(connection, place, Listening::new(guest))).await,
        _ if setup.session.is_some() => {
            Box::pin(Drive::run(connection, place, Sitting::new(guest))).await
        }
        _ if let Some(steps) = definition.timeline.clone() => {
            Box::pin(Drive::run(connection, place, Scripted::new(guest, steps))).await
        }
        Mode::OneToOne => {
            let streaming = Streaming::new(guest, definition);
            Box::pin(Drive::run(connection, place, streaming)).await
        }
        Mode::Conversation => {
            drop(definition);
            Box::pin(Drive::run(connection, place, Conversing::new(guest))).await
        }
    }
}

/// An id in the form of a random UUID.
fn connection_id(site: &Site) -> String {
    let random = site.random_source();
    let bits = (u128::from(random.bits()) << 64) | u128::from(random.bits());
    uuid::Builder::from_random_bytes(bits.to_be_bytes())
        .into_uuid()
        .to_string()
}

/// An address as Node prints it on a socket for both versions.
fn address(peer: SocketAddr) -> String {
    match peer {
        SocketAddr::V4(peer) => peer.ip().to_string(),
        SocketAddr::V6(peer) => match peer.ip().to_ipv4_mapped() {
            Some(v4) => format!("::ffff:{v4}"),
            None => peer.ip().to_string(),
        },
    }
}
