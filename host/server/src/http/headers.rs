//! Headers of the file on their way into an answer.

use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use wasmock_exchange::Call;

use crate::mock::{Header, HeaderText, Response};
use crate::site::Site;

/// What a header holds whose template fails.
const FAILED: &str = "-- Header parsing error, see logs for more details --";

/// Sets headers in order: `Set-Cookie` is added, all others replace their like. A value that
/// has no place in HTTP leaves its header as it was.
pub(crate) async fn apply(
    site: &Site,
    headers: &[Header],
    answer: &mut HeaderMap,
    mut call: Call,
) -> Call {
    for Header {
        name,
        value,
        finish,
    } in headers
    {
        let value = match value {
            HeaderText::Fixed(value) => Some(value.clone()),
            HeaderText::Template(template) => {
                let result;
                (call, result) = site.render_template(template, call).await;
                let text = result.unwrap_or_else(|error| {
                    site_error!(
                        site,
                        headerKey = name.as_str(),
                        headerValue = &*template.source,
                        "Header parsing error: {error}"
                    );
                    FAILED.to_owned()
                });
                finish(name, &text)
            }
        };
        if let Some(value) = value {
            set(answer, name, value);
        }
    }
    call
}

/// [`apply`] where all are fixed.
pub(super) fn apply_fixed(headers: &[Header], answer: &mut HeaderMap) {
    for Header { name, value, .. } in headers {
        if let HeaderText::Fixed(value) = value {
            set(answer, name, value.clone());
        }
    }
}

fn set(answer: &mut HeaderMap, name: &HeaderName, value: HeaderValue) {
    if *name == SET_COOKIE {
        answer.append(name, value);
    } else {
        answer.insert(name, value);
    }
}

/// Names the route and the response that made an answer.
pub(super) fn apply_metadata(route_uuid: &str, response: &Response, answer: &mut HeaderMap) {
    let number = (response.index + 1).to_string();
    for (name, value) in [
        ("x-mockoon-route-uuid", route_uuid),
        ("x-mockoon-route-response-no", &*number),
        ("x-mockoon-route-response-uuid", &*response.source.uuid),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.insert(HeaderName::from_static(name), value);
        }
    }
}

/// Whether a response sets a Content-Type of its own.
pub(super) fn sets_content_type(response: &Response) -> bool {
    let is =
        |header: &&wasmock_environment::Header| header.key.eq_ignore_ascii_case("content-type");
    response
        .source
        .headers
        .iter()
        .find(is)
        .is_some_and(|header| !header.value.is_empty())
}

/// The Content-Type so far.
pub(super) fn content_type(headers: &HeaderMap) -> Option<std::borrow::Cow<'_, str>> {
    headers.get(CONTENT_TYPE).map(super::exchange::text)
}
