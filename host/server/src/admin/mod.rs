//! The admin API at `/mockoon-admin`: state, logs and events as Mockoon has them, and beyond:
//! plugins, WebSocket clients, verification.
//!
//! Every path that begins so is guarded by the token, in any case; one that the API does not
//! know goes on to the mock's routes. What the API answers is neither delayed nor recorded.

mod access;
mod events;
mod logs;
mod state;
mod verify;
mod websockets;

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use wasmock_exchange::Exchange as _;
use wasmock_javascript::{Object, Value, json};

pub(crate) use self::access::Access;
pub(crate) use self::logs::{handshake_text, transaction_text};
use crate::http::exchange::{HttpExchange, RequestFacts};
use crate::http::{Reply, ReplyBody, pages};
use crate::router::{decode_component, is_decodable};
use crate::site::Site;

const PREFIX: &str = "/mockoon-admin";
const WELCOME: &str = "Welcome to Mockoon's admin API. Check the documentation at \
                       https://mockoon.com/docs/latest/admin-api/overview/ for more information.";

/// Whether a path is asked of the admin API before all routes.
pub(crate) fn guards(path: &str) -> bool {
    path.get(..PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// What comes of a request under the API's prefix.
pub(crate) enum Handled {
    Answered(Reply),
    /// The client may ask, but the API does not know the path: what the routes answer gets
    /// these headers, and is not recorded.
    Unknown(HeaderMap),
}

/// Answers for the API; nothing when it is switched off.
pub(crate) async fn handle(site: &Arc<Site>, facts: &Arc<RequestFacts>) -> Option<Handled> {
    let head = &facts.head;
    let path = head.uri.path();
    let access = site.access().filter(|_| guards(path))?;
    let rest = &path[PREFIX.len()..];
    if rest.starts_with('/') && !is_decodable(rest) {
        let reply = pages::undecodable(rest, HeaderMap::new());
        return Some(Handled::Answered(reply));
    }
    let asked = Asked {
        site,
        facts,
        headers: access.cors(&head.headers),
    };
    if head.method == Method::OPTIONS {
        let allowed = !asked.headers.is_empty();
        let status = if allowed {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::FORBIDDEN
        };
        return Some(Handled::Answered(Reply {
            sent: false,
            ..Reply::new(status, asked.headers, "")
        }));
    }
    if !access.admits(head) {
        let refused = asked.message(StatusCode::UNAUTHORIZED, "Unauthorized");
        return Some(Handled::Answered(refused));
    }
    let headers = asked.headers.clone();
    let answered = match parts(head.uri.path()) {
        Some(parts) => asked.answer(&parts).await,
        None => None,
    };
    Some(answered.map_or(Handled::Unknown(headers), Handled::Answered))
}

/// The decoded names of a path after the prefix.
fn parts(path: &str) -> Option<Vec<Cow<'_, str>>> {
    let rest = &path[PREFIX.len()..];
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    rest.split('/').skip(1).map(decode_component).collect()
}

/// A request to the admin API.
struct Asked<'a> {
    site: &'a Arc<Site>,
    facts: &'a Arc<RequestFacts>,
    /// The headers of the answer so far: who may see it.
    headers: HeaderMap,
}

impl Asked<'_> {
    /// Finds who answers. `parts` are the names after the prefix; only the API's own are read
    /// without regard to case.
    async fn answer(self, parts: &[Cow<'_, str>]) -> Option<Reply> {
        let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
        let method = match self.facts.head.method.as_str() {
            "HEAD" => "GET",
            method => method,
        }
        .to_owned();
        let lower: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        Some(match (method.as_str(), &*lower) {
            ("GET", []) => self.fields(StatusCode::OK, [("response", Value::text(WELCOME))]),
            ("GET", ["events"]) => self.events(),
            ("PURGE", ["state"]) | ("POST", ["state", "purge"]) => self.purge_state().await,
            ("GET", ["logs"]) => self.logs(),
            ("PURGE", ["logs"]) | ("POST", ["logs", "purge"]) => self.purge_logs(),
            ("GET", ["env-vars", _]) => self.env_var(parts[1]),
            ("POST" | "PUT" | "PATCH", ["env-vars"]) => self.set_env_var(),
            ("GET", ["global-vars", _]) => self.variable(parts[1]),
            ("POST" | "PUT" | "PATCH", ["global-vars"]) => self.set_variable().await,
            ("PURGE", ["global-vars"]) | ("POST", ["global-vars", "purge"]) => {
                self.purge_variables().await
            }
            ("GET", ["data-buckets"]) => self.buckets(),
            ("GET", ["data-buckets", _]) => self.bucket(parts[1]),
            ("PURGE", ["data-buckets"]) | ("POST", ["data-buckets", "purge"]) => {
                self.purge_buckets().await
            }
            ("PUT", ["environment"]) => self.update().await,
            ("GET", ["plugins"]) => self.plugins(),
            ("POST", ["verify"]) => self.verify().await,
            ("GET", ["websockets"]) => self.websockets(),
            ("POST", ["websockets", "connections", id, "messages"]) => self.send_to(id),
            ("DELETE", ["websockets", "connections", id]) => self.close(id),
            ("POST", ["websockets", .., "messages"]) => {
                self.send(&parts[1..parts.len() - 1].join("/")).await
            }
            ("DELETE", ["websockets", .., "connections"]) => {
                self.close_all(&parts[1..parts.len() - 1].join("/"))
            }
            _ => return None,
        })
    }

    /// The plugins of the environment, with their roles and helpers.
    fn plugins(self) -> Reply {
        let site = self.site.plugins();
        let list = site.list().iter().map(|plugin| {
            let roles = &plugin.roles;
            let has = [
                ("responder", roles.responder.is_some()),
                ("predicate", roles.predicate.is_some()),
                ("helpers", roles.helpers.is_some()),
                ("session", roles.session.is_some()),
                ("templates", roles.templates.is_some()),
            ];
            let named = has
                .iter()
                .filter(|(_, has)| *has)
                .map(|(name, _)| Value::text(*name));
            let helpers = roles.helpers.as_ref().map(|helpers| helpers.list());
            let helpers = helpers.iter().flat_map(|list| list.iter());
            object([
                ("name", Value::text(plugin.name.as_str())),
                ("builtIn", Value::Bool(plugin.built_in)),
                ("roles", named.collect()),
                (
                    "trouble",
                    roles
                        .health
                        .as_ref()
                        .and_then(|health| health.trouble())
                        .map_or(Value::Null, Value::text),
                ),
                (
                    "helpers",
                    helpers
                        .map(|helper| Value::text(helper.name.as_str()))
                        .collect(),
                ),
            ])
        });
        let list = list.collect();
        self.json(StatusCode::OK, &list)
    }

    /// A parameter of the query, where it is one text.
    fn query(&self, name: &str) -> Option<String> {
        let query = crate::body::query::query(self.facts.head.uri.query()?);
        query.as_object()?.get(name)?.as_str().map(str::to_owned)
    }

    /// The body as an object, parsed by its Content-Type.
    fn body(&self) -> Option<Object> {
        HttpExchange::nowhere(self.facts.clone())
            .parsed_body()
            .as_object()
            .cloned()
    }

    fn json(self, status: StatusCode, value: &Value) -> Reply {
        const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
        let mut headers = self.headers;
        headers.insert(CONTENT_TYPE, JSON);
        let text = json::to_text(value).unwrap_or_default();
        Reply {
            sent: false,
            ..Reply::new(status, headers, text)
        }
    }

    fn fields<const N: usize>(self, status: StatusCode, fields: [(&str, Value); N]) -> Reply {
        self.json(status, &object(fields))
    }

    fn message(self, status: StatusCode, message: impl Into<String>) -> Reply {
        self.fields(status, [("message", Value::text(message.into()))])
    }

    fn invalid(self) -> Reply {
        self.message(StatusCode::BAD_REQUEST, "Invalid request")
    }

    /// Server-sent events.
    fn stream(self, body: ReplyBody) -> Reply {
        let mut headers = self.headers;
        for (name, value) in [
            (CONTENT_TYPE, "text/event-stream"),
            (CACHE_CONTROL, "no-cache"),
            // Proxies in between must not collect events.
            (HeaderName::from_static("x-accel-buffering"), "no"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Reply {
            status: StatusCode::OK,
            headers,
            body,
            sent: false,
            failed: false,
            text: false,
        }
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::object(fields.into_iter().collect())
}
