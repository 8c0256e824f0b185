//! Who may use the admin API: whoever knows the token, from the origins that are allowed.

use data_encoding::HEXLOWER;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    AUTHORIZATION, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};

use crate::AdminOptions;
use crate::outbound::crypto;

/// The token and the origins.
pub(crate) struct Access {
    token: String,
    /// Whether the token was made up, so that somebody must be told.
    made_up: bool,
    origins: Vec<String>,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access")
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}

impl Access {
    /// The given token, or one that is made up. Nothing when the system has no entropy for
    /// that: then nobody gets in.
    pub(crate) fn new(options: &AdminOptions) -> Option<Self> {
        let given = options.token.clone().filter(|token| !token.is_empty());
        let made_up = given.is_none();
        let token = given.or_else(secret)?;
        Some(Self {
            token,
            made_up,
            origins: options.cors_origins.clone(),
        })
    }

    /// The token, if only the log can tell it.
    pub(crate) fn made_up_token(&self) -> Option<&str> {
        self.made_up.then_some(&*self.token)
    }

    /// Whether a request brings the token; for events, which browsers ask for without headers,
    /// also in the query.
    pub(super) fn admits(&self, head: &Parts) -> bool {
        let bearer = head
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| bearer(value.to_str().ok()?));
        let from_query = || {
            let path = head.uri.path().trim_end_matches('/');
            let is_events =
                head.method == Method::GET && path.eq_ignore_ascii_case("/mockoon-admin/events");
            let query = crate::body::query::query(head.uri.query().filter(|_| is_events)?);
            query
                .as_object()?
                .get("token")?
                .as_str()
                .map(|token| token.trim().to_owned())
        };
        bearer
            .map(str::to_owned)
            .or_else(from_query)
            .is_some_and(|token| self.is_token(&token))
    }

    /// Takes the same time wherever the first wrong letter is.
    fn is_token(&self, token: &str) -> bool {
        let (a, b) = (self.token.as_bytes(), token.as_bytes());
        let difference = a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b));
        a.len() == b.len() && std::hint::black_box(difference) == 0
    }

    /// The headers that let a browser at an allowed origin see the answer.
    pub(super) fn cors(&self, request: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let any = self.origins.iter().any(|origin| origin == "*");
        let origin = request
            .get(ORIGIN)
            .filter(|origin| self.origins.iter().any(|other| *origin == other.as_str()));
        let origin = if any {
            Some(HeaderValue::from_static("*"))
        } else {
            origin.cloned()
        };
        let Some(origin) = origin else { return headers };
        if !any {
            headers.insert(VARY, HeaderValue::from_static("Origin"));
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        for (name, value) in [
            (
                ACCESS_CONTROL_ALLOW_METHODS,
                "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS",
            ),
            (
                ACCESS_CONTROL_ALLOW_HEADERS,
                "Content-Type, Origin, Accept, Authorization, Content-Length, X-Requested-With",
            ),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers
    }
}

/// What nobody guesses. It comes from the provider of TLS: chance for mocks is not meant to
/// keep secrets.
fn secret() -> Option<String> {
    let mut bytes = [0; 32];
    if crypto().secure_random.fill(&mut bytes).is_err() {
        tracing::error!("The admin API is off: the system has no entropy for a token");
        return None;
    }
    Some(HEXLOWER.encode(&bytes))
}

fn bearer(value: &str) -> Option<&str> {
    let scheme = value.get(..6)?;
    let token = value[6..].trim();
    let follows = value[6..].starts_with(|c: char| c.is_ascii_whitespace());
    (scheme.eq_ignore_ascii_case("bearer") && follows && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(origins: &[&str]) -> Access {
        Access {
            token: "secret".to_owned(),
            made_up: false,
            origins: origins.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn the_token_comes_as_bearer_or_for_events_in_the_query() {
        for (uri, authorization, admitted) in [
            ("/mockoon-admin", Some("Bearer secret"), true),
            ("/mockoon-admin", Some("bearer   secret "), true),
            ("/mockoon-admin", Some("Bearer secret2"), false),
            ("/mockoon-admin", Some("Bearer secres"), false),
            ("/mockoon-admin", Some("Basic secret"), false),
            ("/mockoon-admin", Some("Bearersecret"), false),
            ("/mockoon-admin", None, false),
            ("/mockoon-admin?token=secret", None, false),
            ("/mockoon-admin/events?token=secret", None, true),
            ("/mockoon-admin/Events/?token=wrong", None, false),
        ] {
            let mut request = http::Request::builder().uri(uri);
            if let Some(authorization) = authorization {
                request = request.header(AUTHORIZATION, authorization);
            }
            let (head, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(
                access(&[]).admits(&head),
                admitted,
                "{uri} {authorization:?}"
            );
        }
    }

    #[test]
    fn made_up_tokens_differ() {
        let token = || Access::new(&AdminOptions::default()).unwrap().token;
        assert_eq!(token().len(), 64);
        assert_ne!(token(), token());
    }

    #[test]
    fn only_allowed_origins_see_answers() {
        let request = |origin: &'static str| {
            [(ORIGIN, HeaderValue::from_static(origin))]
                .into_iter()
                .collect()
        };
        let allowed = |origins: &[&str], origin| {
            access(origins)
                .cors(&request(origin))
                .get(ACCESS_CONTROL_ALLOW_ORIGIN)
                .cloned()
        };
        assert_eq!(allowed(&["http://a"], "http://a").unwrap(), "http://a");
        assert_eq!(allowed(&["*"], "http://b").unwrap(), "*");
        assert_eq!(allowed(&["http://a"], "http://b"), None);
        assert_eq!(allowed(&[], "http://a"), None);
    }
}
