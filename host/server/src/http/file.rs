//! Bodies that come from files.
//!
//! Types that are texts are rendered and sent whole; all others are sent as they are, with
//! ranges. What cannot be read is an error text with the response's own status, or the inline
//! body with 404 where the response says so.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE,
};
use http::{HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use wasmock_exchange::Call;

use super::answer::{Answering, Draft, SERVING};
use super::exchange::{HttpExchange, text};
use super::headers::sets_content_type;
use super::reply::{Reply, ReplyBody};
use crate::files::range::{self, Ranged};
use crate::files::{FileStream, Opened, describe, mime, path as paths};
use crate::mock::{Response, Text, header_value};
use crate::site::Site;

const FILE_SERVING: &str = "Error while serving the file content";

/// Answers with the file of a response.
pub(super) async fn respond(
    answering: &Answering,
    response: &Response,
    path: &Text,
    mut draft: Draft,
    call: Call,
) -> (Call, Reply) {
    let site = &answering.site;
    let (mut call, path) = match locate(site, path, call).await {
        (call, Ok(path)) => (call, path),
        (call, Err(message)) => {
            let message = format!("{SERVING}: {message}");
            site_error!(
                site,
                routePath = answering.route.source.endpoint,
                routeUUID = answering.route.uuid(),
                "{message}"
            );
            return (call, Reply::message(draft.status, draft.headers, message));
        }
    };
    call.answer.status = draft.status.as_u16();
    let kind = mime::of(&path);
    if !sets_content_type(response)
        && let Some(value) = kind.and_then(|kind| header_value(&CONTENT_TYPE, kind))
    {
        draft.headers.insert(CONTENT_TYPE, value);
    }
    if !response.source.send_file_as_body {
        draft.headers.insert(CONTENT_DISPOSITION, attachment(&path));
    }
    let as_written = response.source.disable_templating;
    let (operation, found) = if mime::is_rendered(&path, kind) && !as_written {
        match site.files().read(&path).await {
            Ok(content) => {
                return answering
                    .rendered(content.template(), draft, call, FILE_SERVING)
                    .await;
            }
            // No fallback: such a path is wrong before anybody looks for the file.
            Err(error) if path.as_os_str().as_encoded_bytes().contains(&0) => {
                let message = format!("{SERVING}: {}", describe(&error, "open", &path));
                return (call, Reply::message(draft.status, draft.headers, message));
            }
            Err(error) => ("open", Err(error)),
        }
    } else {
        ("stat", site.files().open(&path).await)
    };
    match found {
        Ok(opened) => {
            let range = answering.exchange.request.head.headers.get(RANGE).map(text);
            (
                call,
                stream(opened, &path, kind, range.as_deref(), draft).await,
            )
        }
        Err(_) if response.source.fallback_to_404 => {
            draft.status = StatusCode::NOT_FOUND;
            call.answer.status = 404;
            answering
                .rendered(&response.body, draft, call, SERVING)
                .await
        }
        Err(error) => {
            let message = format!("{FILE_SERVING}: {}", describe(&error, operation, &path));
            site_error!(
                site,
                routePath = answering.route.source.endpoint,
                routeUUID = answering.route.uuid(),
                "{message}"
            );
            (call, Reply::message(draft.status, draft.headers, message))
        }
    }
}

/// Answers with a file that a plugin named.
pub(super) async fn send(
    site: &Site,
    mut draft: Draft,
    path: &Path,
    exchange: &HttpExchange,
) -> Reply {
    let path = paths::resolve(site.directory(), &path.to_string_lossy());
    let kind = mime::of(&path);
    if let (false, Some(value)) = (
        draft.headers.contains_key(CONTENT_TYPE),
        kind.and_then(|kind| header_value(&CONTENT_TYPE, kind)),
    ) {
        draft.headers.insert(CONTENT_TYPE, value);
    }
    let range = exchange.request.head.headers.get(RANGE).map(text);
    match site.files().open(&path).await {
        Ok(opened) => stream(opened, &path, kind, range.as_deref(), draft).await,
        Err(error) => failed(&error, "open", &path, draft),
    }
}

async fn locate(site: &Site, path: &Text, call: Call) -> (Call, Result<PathBuf, String>) {
    match path {
        Text::Fixed(path) => (call, Ok(paths::resolve(site.directory(), path))),
        Text::Template(template) => {
            let (call, result) = site.render_template(template, call).await;
            let path = result.map_err(|error| error.message).and_then(|rendered| {
                paths::resolve_rendered(site.directory(), &template.source, &rendered)
            });
            (call, path)
        }
    }
}

/// The file as it is, or the part of it that was asked for.
async fn stream(
    opened: Opened,
    path: &Path,
    kind: Option<&str>,
    range: Option<&str>,
    mut draft: Draft,
) -> Reply {
    let size = match &opened {
        Opened::Kept(content) => content.bytes.len() as u64,
        Opened::Large { size } => *size,
    };
    let (start, length) = match range.map(|range| range::parse(range, size)) {
        None => (0, size),
        Some(Ranged::Part { start, end }) => {
            let length = end - start + 1;
            draft.status = StatusCode::PARTIAL_CONTENT;
            draft
                .headers
                .insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            if let Ok(value) = HeaderValue::from_str(&format!("bytes {start}-{end}/{size}")) {
                draft.headers.insert(CONTENT_RANGE, value);
            }
            if let Some(value) = kind.and_then(|kind| header_value(&CONTENT_TYPE, kind)) {
                draft.headers.insert(CONTENT_TYPE, value);
            }
            (start, length)
        }
        Some(Ranged::Unsatisfiable) => {
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            return Reply::message(status, draft.headers, "Requested range not satisfiable");
        }
        Some(Ranged::Malformed) => {
            return Reply::message(
                StatusCode::BAD_REQUEST,
                draft.headers,
                "Malformed range header",
            );
        }
    };
    let body = match opened {
        Opened::Kept(content) => ReplyBody::bytes(slice(&content.bytes, start, length)),
        Opened::Large { .. } => match FileStream::open(path, start, length).await {
            Ok(stream) => ReplyBody::Stream(Box::pin(stream)),
            Err(error) => return failed(&error, "open", path, draft),
        },
    };
    // What the file says about the length counts less than the file.
    draft.headers.remove(CONTENT_LENGTH);
    let Draft { status, headers } = draft;
    Reply {
        status,
        headers,
        body,
        sent: false,
        failed: false,
        text: false,
    }
}

fn slice(bytes: &Bytes, start: u64, length: u64) -> Bytes {
    let at = |position: u64| {
        usize::try_from(position)
            .unwrap_or(usize::MAX)
            .min(bytes.len())
    };
    bytes.slice(at(start)..at(start + length))
}

fn failed(error: &std::io::Error, operation: &str, path: &Path, draft: Draft) -> Reply {
    let message = format!("{FILE_SERVING}: {}", describe(error, operation, path));
    tracing::error!("{message}");
    Reply::message(draft.status, draft.headers, message)
}

/// `Content-Disposition` with the name as `encodeURIComponent` writes it.
fn attachment(path: &Path) -> HeaderValue {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'!')
        .remove(b'~')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')');
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let value = format!(
        "attachment; filename=\"{}\"",
        utf8_percent_encode(&name, KEPT)
    );
    HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    #[test]
    fn attachments_are_named_in_ascii() {
        let name = |path: &str| attachment(Path::new(path)).to_str().unwrap().to_owned();
        assert_eq!(name("/a/b c.txt"), "attachment; filename=\"b%20c.txt\"");
        assert_eq!(name("é(1).png"), "attachment; filename=\"%C3%A9(1).png\"");
    }

    #[tokio::test]
    async fn a_part_of_a_file_has_its_own_headers() {
        let folder = std::env::temp_dir().join(format!("wasmock-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("ten.bin");
        std::fs::write(&path, "0123456789").unwrap();
        let files = crate::files::Files::default();
        let draft = || Draft {
            status: StatusCode::CREATED,
            headers: HeaderMap::new(),
        };
        for (range, status, body) in [
            (None, 201, "0123456789"),
            (Some("bytes=2-4"), 206, "234"),
            (Some("bytes=20-"), 416, "Requested range not satisfiable"),
            (Some("bytes"), 400, "Malformed range header"),
        ] {
            let opened = files.open(&path).await.unwrap();
            let reply = stream(opened, &path, None, range, draft()).await;
            assert_eq!(reply.status.as_u16(), status, "{range:?}");
            let ReplyBody::Bytes(Some(bytes)) = reply.body else {
                panic!("bytes")
            };
            assert_eq!(bytes, body, "{range:?}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
