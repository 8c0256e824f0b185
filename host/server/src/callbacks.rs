//! Callbacks: HTTP calls that a response starts.
//!
//! They run after the answer is made, each in a task of its own, and see the request and the
//! answer. What goes wrong with one is a log line and touches nothing else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body_util::BodyExt as _;
use wasmock_environment::{self as file, BodyType};
use wasmock_exchange::{Answer, Body, Call};
use wasmock_javascript::number;

use crate::files::{describe, mime, path as paths};
use crate::http::{Answering, apply_headers, document_bytes};
use crate::mock::{Header, Response, Text, plain_headers};
use crate::redirect::Errand;
use crate::site::Site;

/// How deep callbacks are that cause each other.
const DEPTH: HeaderName = HeaderName::from_static("x-mockoon-callback-depth");

/// A callback of the file, compiled.
#[derive(Debug)]
pub(crate) struct Callback {
    name: String,
    method: Method,
    uri: Text,
    headers: Vec<Header>,
    content: Content,
    /// The inline body as a template, and as it is written.
    body: Text,
    body_as_written: Text,
}

#[derive(Debug)]
enum Content {
    Inline,
    Bucket(Arc<str>),
    File { path: Text, as_body: bool },
}

/// The callbacks of an environment, by uuid; of doubled ones the first.
pub(crate) fn compile(callbacks: &[file::Callback]) -> HashMap<String, Arc<Callback>> {
    let mut compiled = HashMap::new();
    for callback in callbacks {
        let method = callback.method.as_str().to_ascii_uppercase();
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST);
        compiled.entry(callback.uuid.clone()).or_insert_with(|| {
            Arc::new(Callback {
                name: callback.name.clone(),
                method,
                uri: Text::new(&callback.uri),
                headers: plain_headers(&callback.headers),
                content: match callback.body_type {
                    BodyType::Databucket if !callback.databucket_id.is_empty() => {
                        Content::Bucket(callback.databucket_id.as_str().into())
                    }
                    BodyType::File if !callback.file_path.is_empty() => Content::File {
                        path: Text::path(&callback.file_path),
                        as_body: callback.send_file_as_body,
                    },
                    _ => Content::Inline,
                },
                body: Text::new(&callback.body),
                body_as_written: Text::fixed(&callback.body),
            })
        });
    }
    compiled
}

/// Starts the callbacks of a response; `status` and `body` are what was answered.
pub(crate) fn start(answering: &Answering, response: &Response, status: u16, body: &Bytes) {
    if response.source.callbacks.is_empty() {
        return;
    }
    let site = &answering.site;
    let depth = depth(&answering.exchange.request.head.headers);
    let deepest = site.options().max_callback_depth;
    if depth >= deepest {
        site_error!(
            site,
            "Error while executing callback: Max callback depth reached ({deepest}). Stopping callback \
             execution to prevent infinite loops."
        );
        return;
    }
    for invocation in &response.source.callbacks {
        let Some(callback) = answering.mock.callbacks.get(&invocation.uuid).cloned() else {
            continue;
        };
        let site = site.clone();
        let mut call = site.call(Arc::new(answering.exchange.for_callback()));
        call.answer = Answer {
            status,
            body: Body::Static(body.clone()),
            ..Answer::default()
        };
        let as_written = response.source.disable_templating;
        let latency = Duration::from_millis(invocation.latency);
        tokio::spawn(async move {
            if let Err(message) = callback
                .run(&site, call, as_written, latency, depth + 1)
                .await
            {
                site_error!(
                    site,
                    callbackName = callback.name,
                    "Error while executing callback: {message}"
                );
            }
        });
    }
}

/// The depth of the request that causes callbacks.
fn depth(headers: &HeaderMap) -> u32 {
    let written = headers
        .get(DEPTH)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("0");
    let depth = number::parse_int(written);
    // A cast from a float saturates; NaN is 0.
    depth.max(0.0) as u32
}

/// The body of a callback.
struct Made {
    body: Bytes,
    /// What its file is, said whatever the method.
    file_type: Option<String>,
    /// What the body is, said only with it.
    body_type: Option<String>,
}

impl Made {
    fn text(body: Bytes) -> Self {
        Self {
            body,
            file_type: None,
            body_type: Some("text/plain;charset=UTF-8".to_owned()),
        }
    }
}

impl Callback {
    async fn run(
        &self,
        site: &Arc<Site>,
        call: Call,
        as_written: bool,
        latency: Duration,
        depth: u32,
    ) -> Result<(), String> {
        let (call, uri) = site.render_text(&self.uri, call).await;
        let mut uri = uri.map_err(|error| error.message)?;
        let is_own = uri.starts_with('/');
        if is_own {
            uri = format!("{}{uri}", site.own_address());
        }
        let mut sent = HeaderMap::new();
        let call = apply_headers(site, &self.headers, &mut sent, call).await;
        let made = self.make(site, call, as_written).await?;
        let has_body = [Method::POST, Method::PUT, Method::PATCH].contains(&self.method);
        let kind = made.file_type.or(made.body_type.filter(|_| has_body));
        if let Some(kind) = kind
            && !sent.contains_key(CONTENT_TYPE)
            && let Ok(kind) = HeaderValue::from_str(&kind)
        {
            sent.insert(CONTENT_TYPE, kind);
        }
        sent.insert(DEPTH, HeaderValue::from(depth));
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let body = if has_body { made.body } else { Bytes::new() };
        let mut errand = Errand::new(self.method.clone(), &uri, sent, body)?;
        let own = is_own.then(|| errand.url().origin());
        let status = loop {
            let request = errand.request()?;
            // Nobody need prove to the mock that it is itself.
            let answer = match own.as_ref() == Some(&errand.url().origin()) {
                true => site.outbound().send_trusting(request).await?,
                false => site.outbound().send(request).await?,
            };
            let (head, body) = answer.into_parts();
            // Read to its end, so that the connection can be used again.
            let _ = body.collect().await;
            let location = head.headers.get(LOCATION).and_then(|l| l.to_str().ok());
            if !errand.redirected(head.status, location)? {
                break head.status.as_u16();
            }
        };
        let environment = site.environment();
        tracing::info!(
            environmentName = environment.name,
            environmentUUID = environment.uuid,
            callbackName = self.name,
            callbackMethod = self.method.as_str().to_ascii_lowercase(),
            callbackUrl = uri,
            callbackStatus = status,
            "Callback invoked"
        );
        Ok(())
    }

    async fn make(&self, site: &Site, call: Call, as_written: bool) -> Result<Made, String> {
        match &self.content {
            Content::Inline => self.inline(site, call, as_written).await,
            Content::Bucket(id) => {
                if site.mock().bucket(id).is_none() {
                    return self.inline(site, call, true).await;
                }
                site.filled(id, call).await;
                let document = site.bucket_document(id).unwrap_or_default();
                Ok(Made::text(document_bytes(&document)))
            }
            Content::File { path, as_body } => {
                let (call, path) = match path {
                    Text::Fixed(path) => (call, paths::resolve(site.directory(), path)),
                    Text::Template(template) => {
                        let (call, rendered) = site.render_template(template, call).await;
                        let rendered = rendered.map_err(|error| error.message)?;
                        (
                            call,
                            paths::resolve_rendered(site.directory(), &template.source, &rendered)?,
                        )
                    }
                };
                let content = site.files().read(&path).await;
                let content = content.map_err(|error| describe(&error, "open", &path))?;
                if !as_body {
                    return Ok(upload(site, &content.bytes));
                }
                let kind = mime::of(&path);
                let rendered = mime::is_rendered(&path, kind) && kind.is_some() && !as_written;
                let body = if rendered {
                    let (_, body) = site.render_text(content.template(), call).await;
                    Bytes::from(body.map_err(|error| error.message)?)
                } else {
                    // Mockoon reads every file as a text.
                    Bytes::from(String::from_utf8_lossy(&content.bytes).into_owned())
                };
                Ok(Made {
                    file_type: kind.map(str::to_owned),
                    ..Made::text(body)
                })
            }
        }
    }

    async fn inline(&self, site: &Site, call: Call, as_written: bool) -> Result<Made, String> {
        let body = if as_written {
            &self.body_as_written
        } else {
            &self.body
        };
        let (_, body) = site.render_text(body, call).await;
        let body = body.map_err(|error| error.message)?;
        Ok(Made::text(body.into()))
    }
}

/// A file as an upload: one part of a form.
fn upload(site: &Site, content: &[u8]) -> Made {
    let boundary = format!("----formdata-wasmock-{:016x}", site.random_source().bits());
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"blob\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    Made {
        body: body.into(),
        file_type: None,
        body_type: Some(format!("multipart/form-data; boundary={boundary}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_is_read_as_an_integer() {
        for (written, expected) in [
            ("2", 2),
            ("3x", 3),
            ("-1", 0),
            ("x", 0),
            ("", 0),
            ("1e9", 1),
        ] {
            let headers = [(DEPTH, HeaderValue::from_static(written))]
                .into_iter()
                .collect();
            assert_eq!(depth(&headers), expected, "{written}");
        }
        assert_eq!(depth(&HeaderMap::new()), 0);
    }
}
