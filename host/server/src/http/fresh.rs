//! Whether a client's copy is still good: the conditional requests that are answered 304.

use http::header::{CACHE_CONTROL, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderMap, Method, StatusCode};

/// Whether 304 takes the place of an answer: GET and HEAD, a 2xx, and a condition of the client
/// that the answer's ETag and Last-Modified meet. `If-None-Match: *` is met by any answer.
pub(super) fn is_fresh(
    method: &Method,
    request: &HeaderMap,
    status: StatusCode,
    answer: &HeaderMap,
) -> bool {
    let since = request.get(IF_MODIFIED_SINCE);
    let none_match = request.get(IF_NONE_MATCH);
    let asked = (since.is_some() || none_match.is_some())
        && (*method == Method::GET || *method == Method::HEAD)
        && (status.is_success() || status == StatusCode::NOT_MODIFIED);
    if !asked || has_token(request, "no-cache") {
        return false;
    }
    if let Some(tags) = none_match.and_then(|value| value.to_str().ok())
        && tags != "*"
    {
        let Some(tag) = answer.get(ETAG).and_then(|tag| tag.to_str().ok()) else {
            return false;
        };
        let strong = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
        if !tags
            .split(',')
            .any(|other| strong(other.trim_matches(' ')) == strong(tag))
        {
            return false;
        }
    }
    match since {
        None => true,
        Some(since) => {
            let date =
                |value: &http::HeaderValue| httpdate::parse_http_date(value.to_str().ok()?).ok();
            match (answer.get(LAST_MODIFIED).and_then(date), date(since)) {
                (Some(modified), Some(since)) => modified <= since,
                _ => false,
            }
        }
    }
}

fn has_token(request: &HeaderMap, token: &str) -> bool {
    let Some(value) = request
        .get(CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    value.split(',').any(|part| part.trim() == token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn conditions_decide() {
        const OLD: &str = "Tue, 01 Jan 2019 00:00:00 GMT";
        const NEW: &str = "Wed, 01 Jan 2020 00:00:00 GMT";
        let headers = |list: &[(http::HeaderName, &'static str)]| -> HeaderMap {
            list.iter()
                .map(|(n, v)| (n.clone(), HeaderValue::from_static(v)))
                .collect()
        };
        for (request, answer, fresh) in [
            (headers(&[]), headers(&[(ETAG, "\"a\"")]), false),
            (headers(&[(IF_NONE_MATCH, "*")]), headers(&[]), true),
            (
                headers(&[(IF_NONE_MATCH, "\"b\", W/\"a\"")]),
                headers(&[(ETAG, "\"a\"")]),
                true,
            ),
            (
                headers(&[(IF_NONE_MATCH, "\"a\"")]),
                headers(&[(ETAG, "W/\"a\"")]),
                true,
            ),
            (
                headers(&[(IF_NONE_MATCH, "\"b\"")]),
                headers(&[(ETAG, "\"a\"")]),
                false,
            ),
            (headers(&[(IF_NONE_MATCH, "\"a\"")]), headers(&[]), false),
            (
                headers(&[(IF_NONE_MATCH, "*"), (CACHE_CONTROL, "x, no-cache")]),
                headers(&[]),
                false,
            ),
            (
                headers(&[(IF_MODIFIED_SINCE, NEW)]),
                headers(&[(LAST_MODIFIED, OLD)]),
                true,
            ),
            (
                headers(&[(IF_MODIFIED_SINCE, OLD)]),
                headers(&[(LAST_MODIFIED, NEW)]),
                false,
            ),
            (headers(&[(IF_MODIFIED_SINCE, NEW)]), headers(&[]), false),
        ] {
            let is = |method, status| is_fresh(&method, &request, status, &answer);
            assert_eq!(is(Method::GET, StatusCode::OK), fresh, "{request:?}");
            assert!(!is(Method::POST, StatusCode::OK));
            assert!(!is(Method::GET, StatusCode::NOT_FOUND));
        }
    }
}
