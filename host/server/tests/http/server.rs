//! A server in this process, and a client that shows answers as they come over the wire.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wasmock_environment::Environment;
use wasmock_exchange::roles::{Outcome, Responder, Roles, TemplateSummary, Templates};
use wasmock_exchange::{Call, Failure, FailureKind, Template, TemplateError};
use wasmock_server::{Listener, Options, Plugin, Site, serve};

/// Renders `{{method}}`, and fails on `{{fail}}`.
struct Fake;

impl Templates for Fake {
    fn compile(&self, _: Template, call: Call) -> Outcome<TemplateSummary, TemplateError> {
        Box::pin(async move { (call, Ok(TemplateSummary::default())) })
    }

    fn render(&self, template: Template, call: Call) -> Outcome<String, TemplateError> {
        Box::pin(async move {
            if template.source.contains("{{fail}}") {
                let error = TemplateError {
                    message: "failed".into(),
                    line: 1,
                    column: 1,
                };
                return (call, Err(error));
            }
            let text = template
                .source
                .replace("{{method}}", call.exchange.method());
            (call, Ok(text))
        })
    }
}

/// Answers the configuration of its use, or fails when there is none.
struct Echo;

impl Responder for Echo {
    fn respond(&self, mut call: Call) -> Outcome<()> {
        Box::pin(async move {
            if call.usage.json() == "{}" {
                let failure = Failure::new(
                    "echo",
                    "responder.respond",
                    FailureKind::Trapped,
                    "it trapped",
                );
                return (call, Err(failure));
            }
            call.answer.status = 202;
            call.answer.set_header("X-Plugin", "echo");
            let text = call.usage.json().to_owned();
            call.answer.write(text.as_bytes());
            (call, Ok(()))
        })
    }
}

pub(crate) struct Server {
    pub(crate) site: Arc<Site>,
    pub(crate) port: u16,
}

/// An answer, as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().skip(1).find(|line| {
            line.split_once(':')
                .is_some_and(|(other, _)| other.eq_ignore_ascii_case(name))
        })?;
        line.split_once(':').map(|(_, value)| value.trim())
    }
}

pub(crate) fn environment(json: Json) -> Environment {
    serde_json::from_value(json).expect("an environment")
}

impl Server {
    /// Serves routes.
    pub(crate) async fn start(routes: Json) -> Self {
        Self::with(
            json!({ "routes": routes }),
            Path::new("/"),
            Options::default(),
        )
        .await
    }

    pub(crate) async fn with(json: Json, directory: &Path, options: Options) -> Self {
        let templates: Arc<dyn Templates> = Arc::new(Fake);
        let responder: Arc<dyn Responder> = Arc::new(Echo);
        let plugins = vec![
            Plugin {
                name: "templating".into(),
                roles: Roles {
                    templates: Some(templates),
                    ..Roles::default()
                },
                built_in: true,
            },
            Plugin {
                name: "echo".into(),
                roles: Roles {
                    responder: Some(responder),
                    ..Roles::default()
                },
                built_in: false,
            },
        ];
        let site = Site::new(environment(json), directory, plugins, options)
            .await
            .expect("a site");
        let listener = Listener::bind("127.0.0.1", 0).await.expect("a listener");
        let port = listener.address().expect("an address").port();
        tokio::spawn(serve(site.clone(), listener, std::future::pending()));
        Self { site, port }
    }

    /// Sends bytes as they are and reads until the server closes.
    pub(crate) async fn raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))
            .await
            .expect("a connection");
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut bytes = Vec::new();
        // A server that closes early may reset what was not read; what came counts.
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .unwrap_or(0);
        Answer {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) async fn send(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        self.raw(&format!("{request}\r\n{body}")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &[], "").await
    }

    pub(crate) async fn json(&self, line: &str, body: &Json) -> Answer {
        self.send(
            line,
            &[("Content-Type", "application/json")],
            &body.to_string(),
        )
        .await
    }
}
