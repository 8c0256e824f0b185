//! From a request to its answer.
//!
//! What needs no waiting is answered at once, without a future of its own: a path of the index,
//! rules that run here, an answer that is the same every time. Everything else takes the long
//! way: body, latency, headers, templates, plugins.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::header::{EXPECT, HOST, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use wasmock_environment::ResponseMode;
use wasmock_exchange::{Clock, Exchange as _, unique_id};

use super::answer::{Answering, latency_of, sleep};
use super::exchange::{HttpExchange, RequestFacts, target};
use super::flow::Flow;
use super::headers::{apply, apply_fixed};
use super::incoming;
use super::pages;
use super::reply::{Recorded, Reply, ReplyBody};
use crate::admin::{self, Handled, transaction_text};
use crate::journal::{self, Transaction};
use crate::mock::{Header, Mock, Route};
use crate::proxy::Proxy;
use crate::router::{Found, collapse_slashes, is_decodable};
use crate::rules::{Choice, Facts, choose, choose_now};
use crate::site::Site;

type Answer = Response<ReplyBody>;

/// Who answered.
#[derive(Default)]
struct Answered {
    /// The route, and the place of its response.
    route: Option<(Arc<Route>, usize)>,
    proxied: bool,
    /// The exchange's id, if somebody asked for it.
    id: Option<journal::Id>,
}

/// An answer that is there, or being made.
pub(crate) enum Handling {
    /// There; none once it is taken.
    Now(Option<Answer>),
    /// Being made.
    Later(Pin<Box<dyn Future<Output = Answer> + Send>>),
}

impl Future for Handling {
    type Output = Result<Answer, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Now(answer) => match answer.take() {
                Some(answer) => Poll::Ready(Ok(answer)),
                None => Poll::Pending,
            },
            Self::Later(answer) => answer.as_mut().poll(context).map(Ok),
        }
    }
}

/// Answers a request.
pub(crate) fn handle(site: &Arc<Site>, peer: SocketAddr, request: Request<Incoming>) -> Handling {
    let plain = request.body().is_end_stream()
        && !request.headers().contains_key(EXPECT)
        && !request.headers().contains_key(UPGRADE)
        && is_plain(&request);
    if !plain {
        return Handling::Later(Box::pin(answer(site.clone(), peer, request)));
    }
    let (head, _) = request.into_parts();
    match at_once(site, peer, head) {
        Ok(answer) => Handling::Now(Some(answer)),
        Err(facts) => {
            let arrived = Clock::instant();
            Handling::Later(Box::pin(answer_read(site.clone(), *facts, arrived)))
        }
    }
}

/// Whether the target says what it means, the method is an everyday one and HTTP/1.1 has its
/// Host.
fn is_plain<B>(request: &Request<B>) -> bool {
    const EVERYDAY: [Method; 7] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    let uri = request.uri();
    let path = uri.path_and_query().map_or("", |target| target.as_str());
    let host = request.version() != Version::HTTP_11
        || (uri.scheme().is_none() && request.headers().contains_key(HOST));
    host && EVERYDAY.contains(request.method())
        && path.starts_with('/')
        && !path.contains("//")
        && memchr::memchr(b'%', path.as_bytes()).is_none()
        && !admin::guards(path)
}

/// Answers without waiting, or gives the request back for the long way.
fn at_once(site: &Arc<Site>, peer: SocketAddr, head: Parts) -> Result<Answer, Box<RequestFacts>> {
    let mock = site.mock();
    let give_back = |head| {
        Err(Box::new(RequestFacts::new(
            site.clone(),
            head,
            Bytes::new(),
            peer,
        )))
    };
    if !mock.latency.is_zero() {
        return give_back(head);
    }
    let path = head.uri.path();
    let found = mock
        .http
        .find(path)
        .find(|found| found.value.takes(head.method.as_str()));
    let Some(Found {
        value: endpoint,
        pattern,
        way,
    }) = found
    else {
        return give_back(head);
    };
    if endpoint.crud.is_some() {
        return give_back(head);
    }
    let (route, pattern) = (&endpoint.route, pattern.clone());
    let mut head = head;
    loop {
        let count = route.counter.load(Ordering::Relaxed);
        let place = match route.choose_without_rules(site.random_source(), count + 1) {
            Choice::Response(place) => place,
            Choice::Nothing => return give_back(head),
            Choice::Ask => {
                let facts = Arc::new(RequestFacts::new(site.clone(), head, Bytes::new(), peer));
                let exchange = HttpExchange::at(
                    facts.clone(),
                    route.clone(),
                    pattern.clone(),
                    way,
                    count + 1,
                );
                let choice = choose_now(
                    route,
                    Facts {
                        exchange: &exchange,
                        site,
                        mock: &mock,
                    },
                );
                drop(exchange);
                let Some(facts) = Arc::into_inner(facts) else {
                    return Ok(lost());
                };
                match choice {
                    Choice::Response(place) if is_ready(route, place) => {
                        head = facts.head;
                        place
                    }
                    _ => return Err(Box::new(facts)),
                }
            }
        };
        let response = &route.responses[place];
        let Some(prepared) = response
            .prepared
            .as_ref()
            .filter(|_| response.latency.is_zero())
        else {
            return give_back(head);
        };
        let counted =
            route
                .counter
                .compare_exchange(count, count + 1, Ordering::Relaxed, Ordering::Relaxed);
        // Only where the number decides does it matter that nobody else has it.
        if counted.is_err() && route.mode() == Some(ResponseMode::Sequential) {
            continue;
        }
        if counted.is_err() {
            route.count();
        }
        let answer = prepared.respond(&head.method, &head.headers);
        if !keeps_transactions(site) {
            log(&mock, &head, answer.status(), false);
            return Ok(answer);
        }
        let recorded = match answer.status() == prepared.status() {
            true => Recorded::Prepared(prepared.clone()),
            false => Recorded::of(&answer),
        };
        let answered = Answered {
            route: Some((route.clone(), place)),
            proxied: false,
            id: None,
        };
        record(site, head, Bytes::new(), answered, recorded);
        return Ok(answer);
    }
}

fn is_ready(route: &Route, place: usize) -> bool {
    let response = &route.responses[place];
    response.prepared.is_some() && response.latency.is_zero()
}

/// Nobody else can hold the facts of a request that only rules have seen.
fn lost() -> Answer {
    Reply::message(
        StatusCode::INTERNAL_SERVER_ERROR,
        HeaderMap::new(),
        "The request was lost",
    )
    .finish(&Method::GET, &HeaderMap::new())
}

/// The long way, from the beginning.
async fn answer(site: Arc<Site>, peer: SocketAddr, request: Request<Incoming>) -> Answer {
    let arrived = Clock::instant();
    if crate::ws::is_upgrade(&request) {
        let mock = site.mock_kept();
        if let Some(proxy) = &mock.proxy
            && mock
                .websockets
                .find(&collapse_slashes(request.uri().path()))
                .next()
                .is_none()
        {
            return proxy.upgrade(&site, request).await.map(ReplyBody::bytes);
        }
        return site
            .sockets()
            .upgrade(&site, request, peer)
            .await
            .map(ReplyBody::bytes);
    }
    let (head, body) = request.into_parts();
    if let Some(refusal) = refusal(&head) {
        return refusal.finish(&head.method, &head.headers);
    }
    let mut facts = RequestFacts::new(site.clone(), head, Bytes::new(), peer);
    if body.is_end_stream() {
        return answer_read(site, facts, arrived).await;
    }
    let mock = site.mock_kept();
    if let Some(proxy) = passes_on(&site, &mock, &facts, &body) {
        return pass_on(&site, &mock, proxy, facts, body).await;
    }
    drop(mock);
    match incoming::read(body, site.options().max_body_size).await {
        Ok((body, _share)) => {
            facts.body = body;
            answer_read(site, facts, arrived).await
        }
        Err(reason) => {
            let RequestFacts { head, .. } = facts;
            let reply = pages::unread(reason).finish(&head.method, &head.headers);
            record(
                &site,
                head,
                Bytes::new(),
                Answered::default(),
                Recorded::of(&reply),
            );
            reply
        }
    }
}

/// The proxy, if the request is for it and nobody here needs the body.
fn passes_on<'a>(
    site: &Site,
    mock: &'a Mock,
    facts: &RequestFacts,
    body: &Incoming,
) -> Option<&'a Proxy> {
    let proxy = mock.proxy.as_ref().filter(|proxy| proxy.is_fixed())?;
    let (method, path) = (facts.head.method.as_str(), facts.path());
    let for_others = !is_decodable(path)
        || (admin::guards(path) && site.access().is_some())
        || (method == "OPTIONS" && mock.source.cors)
        || body.size_hint().lower() > body_limit(site) as u64
        || mock.http.find(path).any(|found| found.value.takes(method));
    (!for_others && mock.headers.iter().all(Header::is_fixed)).then_some(proxy)
}

/// Sends a request on as it arrives.
async fn pass_on(
    site: &Arc<Site>,
    mock: &Mock,
    proxy: &Proxy,
    facts: RequestFacts,
    body: Incoming,
) -> Answer {
    sleep(latency_of(site, mock.latency)).await;
    let mut headers = HeaderMap::new();
    apply_fixed(&mock.headers, &mut headers);
    let facts = Arc::new(facts);
    let call = site.call(Arc::new(HttpExchange::nowhere(facts.clone())));
    let copied = if site.journal().is_idle() {
        0
    } else {
        journal::BODY
    };
    let flow = Flow::of_client(body, body_limit(site), copied);
    let notes = flow.notes();
    let reply = proxy
        .forward(site, &facts, ReplyBody::Flow(Box::new(flow)), headers, call)
        .await;
    let reply = match notes.broken() {
        Some(reason) if reply.failed => pages::unread(reason),
        _ => reply,
    };
    let head = facts.head.clone();
    let answer = reply.finish(&head.method, &head.headers);
    let body = notes.copy().cloned().unwrap_or_default();
    record(
        site,
        head,
        body,
        Answered {
            route: None,
            proxied: true,
            id: None,
        },
        Recorded::of(&answer),
    );
    answer
}

/// Bytes of a request body.
fn body_limit(site: &Site) -> usize {
    match site.options().max_body_size {
        0 => usize::MAX,
        limit => limit,
    }
}

/// The methods that Node knows.
const METHODS: [&str; 34] = [
    "ACL",
    "BIND",
    "CHECKOUT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LINK",
    "LOCK",
    "M-SEARCH",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "NOTIFY",
    "OPTIONS",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "SOURCE",
    "SUBSCRIBE",
    "TRACE",
    "UNBIND",
    "UNLINK",
    "UNLOCK",
    "UNSUBSCRIBE",
];

/// What Node refuses before anybody sees the request.
fn refusal(head: &Parts) -> Option<Reply> {
    let expects = head.headers.get(EXPECT).is_some_and(|value| {
        let continues = |value: &str| value.to_ascii_lowercase().contains("100-continue");
        !value.to_str().is_ok_and(continues)
    });
    if expects {
        return Some(pages::closing(StatusCode::EXPECTATION_FAILED, ""));
    }
    let has_host = head.version != Version::HTTP_11 || head.headers.contains_key(HOST);
    let is_method = METHODS.contains(&head.method.as_str());
    (!has_host || !is_method).then(|| pages::closing(StatusCode::BAD_REQUEST, ""))
}

/// The long way of a request whose body is here.
async fn answer_read(site: Arc<Site>, facts: RequestFacts, arrived: Instant) -> Answer {
    let mock = site.mock_kept();
    let facts = Arc::new(facts);
    let mut for_admin = None;
    if admin::guards(facts.head.uri.path()) {
        // Futures that few requests need are boxed: all others would carry their size.
        match Box::pin(admin::handle(&site, &facts)).await {
            Some(Handled::Answered(reply)) => {
                return reply.finish(&facts.head.method, &facts.head.headers);
            }
            Some(Handled::Unknown(headers)) => for_admin = Some(headers),
            None => {}
        }
    }
    parse_apart(&facts).await;
    sleep(latency_of(&site, mock.latency)).await;
    let (reply, mut answered) = route(&site, &mock, &facts, arrived).await;
    answered.id = facts.id_given();
    drop(mock);
    let mut answer = reply.finish(&facts.head.method, &facts.head.headers);
    if let Some(headers) = for_admin {
        answer.headers_mut().extend(headers);
        return answer;
    }
    if !keeps_transactions(&site) {
        log(&site.mock(), &facts.head, answer.status(), answered.proxied);
        return answer;
    }
    let recorded = Recorded::of(&answer);
    match Arc::try_unwrap(facts) {
        Ok(facts) => record(&site, facts.head, facts.body, answered, recorded),
        // A callback still reads the request.
        Err(facts) => record(
            &site,
            facts.head.clone(),
            facts.body.clone(),
            answered,
            recorded,
        ),
    }
    answer
}

/// A larger body is parsed on a thread of its own, so that other connections need not wait.
const APART: usize = 256 << 10;

/// Parses a large body now, off the threads that serve connections.
async fn parse_apart(facts: &Arc<RequestFacts>) {
    if facts.body.len() > APART {
        let exchange = HttpExchange::nowhere(facts.clone());
        // The result stays with the facts; whoever needs it finds it, or parses by itself.
        let _ = tokio::task::spawn_blocking(move || exchange.parsed_body()).await;
    }
}

/// Finds the route, the response, and what they answer.
async fn route(
    site: &Arc<Site>,
    mock: &Arc<Mock>,
    facts: &Arc<RequestFacts>,
    arrived: Instant,
) -> (Reply, Answered) {
    let mut headers = HeaderMap::new();
    let nowhere = || site.call(Arc::new(HttpExchange::nowhere(facts.clone())));
    // One call goes through everything that is asked; it is made when somebody asks.
    let mut call = None;
    if mock.headers.iter().all(Header::is_fixed) {
        apply_fixed(&mock.headers, &mut headers);
    } else {
        call = Some(apply(site, &mock.headers, &mut headers, nowhere()).await);
    }
    let (method, path) = (facts.head.method.as_str(), facts.path());
    if !is_decodable(path) {
        return (pages::undecodable(path, headers), Answered::default());
    }
    for Found {
        value: endpoint,
        pattern,
        way,
    } in mock.http.find(path)
    {
        if !endpoint.takes(method) {
            continue;
        }
        let route = &endpoint.route;
        let exchange =
            |number| HttpExchange::at(facts.clone(), route.clone(), pattern.clone(), way, number);
        let number = route.next_number();
        let mut arriving = Arc::new(exchange(number));
        let choice = choose_now(
            route,
            Facts {
                exchange: &*arriving,
                site,
                mock,
            },
        );
        let mut place = match choice {
            Choice::Nothing => continue,
            Choice::Response(place) => place,
            Choice::Ask => {
                let mut asked = call.take().unwrap_or_else(|| site.call(arriving.clone()));
                asked.exchange = arriving.clone();
                let (asked, place) = Box::pin(choose(site, mock, route, asked)).await;
                call = Some(asked);
                let Some(place) = place else { continue };
                place
            }
        };
        let counted = route.count();
        if counted != number {
            arriving = Arc::new(exchange(counted));
            if let (Some(ResponseMode::Sequential), Choice::Response(next)) = (
                route.mode(),
                route.choose_without_rules(site.random_source(), counted),
            ) {
                place = next;
            }
        }
        let mut call = call.unwrap_or_else(|| site.call(arriving.clone()));
        call.exchange = arriving.clone();
        let answering = Answering {
            site: site.clone(),
            mock: mock.clone(),
            exchange: arriving,
            route: route.clone(),
            crud: endpoint.crud,
            arrived,
        };
        let (reply, place) = answering
            .respond(&route.responses[place], headers, call)
            .await;
        return (
            reply,
            Answered {
                route: Some((route.clone(), place)),
                proxied: false,
                id: None,
            },
        );
    }
    if method == "OPTIONS" && mock.source.cors && path.starts_with('/') {
        return (pages::preflight(headers), Answered::default());
    }
    if let Some(proxy) = &mock.proxy {
        let call = nowhere();
        let body = ReplyBody::bytes(facts.body.clone());
        let reply = Box::pin(proxy.forward(site, facts, body, headers, call)).await;
        return (
            reply,
            Answered {
                route: None,
                proxied: true,
                id: None,
            },
        );
    }
    let sent = target(&facts.head);
    let shown = sent.split_once('?').map_or(sent, |(path, _)| path);
    (
        pages::not_found(method, shown, headers),
        Answered::default(),
    )
}

/// Whether somebody may ask for more of a transaction than its line in the log.
fn keeps_transactions(site: &Site) -> bool {
    !site.journal().is_idle() || site.options().log_transactions
}

/// The line of a transaction in the log; `$whole` are fields beside the usual ones.
macro_rules! log_line {
    ($mock:expr, $head:expr, $status:expr, $proxied:expr $(, $($whole:tt)+)?) => {
        tracing::info!(
            target: "wasmock::transaction",
            environmentName = $mock.source.name,
            environmentUUID = $mock.source.uuid,
            requestMethod = $head.method.as_str(),
            requestPath = $head.uri.path(),
            responseStatus = $status.as_u16(),
            requestProxied = $proxied,
            $($($whole)+,)?
            "Transaction recorded"
        )
    };
}

fn log(mock: &Mock, head: &Parts, status: StatusCode, proxied: bool) {
    log_line!(mock, head, status, proxied);
}

/// Notes a transaction, in the log and in the journal.
fn record(site: &Site, head: Parts, body: Bytes, answered: Answered, answer: Recorded) {
    let Answered { route, proxied, id } = answered;
    let mock = site.mock();
    let in_whole = site.options().log_transactions;
    if !in_whole {
        log(&mock, &head, answer.status(), proxied);
        if site.journal().is_idle() {
            return;
        }
    }
    let (order, time) = (unique_id(), site.clock_source().now_ms());
    let transaction = Transaction {
        id: id.unwrap_or_else(|| journal::Id::new(order, time)),
        order,
        time,
        request: head,
        body,
        route,
        answer,
        proxied,
    };
    if in_whole {
        let text = transaction_text(&transaction);
        let status = transaction.answer.status();
        log_line!(
            mock,
            transaction.request,
            status,
            proxied,
            transaction = text
        );
    }
    site.journal().record(transaction);
}
