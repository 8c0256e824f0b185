//! A server in this process, clients for it, and plugins that need no WebAssembly.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use wasmock_environment::Environment;
use wasmock_exchange::roles::{Outcome, Roles, TemplateSummary, Templates};
use wasmock_exchange::{Call, Effects, Template, TemplateError};
use wasmock_server::{Listener, Options, Plugin, Site, serve};

/// Longer than anything here takes; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Server {
    pub site: Arc<Site>,
    pub port: u16,
    rendered: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves these WebSocket routes.
    pub async fn start(routes: Json) -> Self {
        Self::with_plugins(json!({ "routes": routes }), vec![]).await
    }

    /// Serves an environment with more plugins than the templates.
    pub async fn with_plugins(environment: Json, mut plugins: Vec<Plugin>) -> Self {
        let rendered = Arc::new(AtomicU64::new(0));
        let templates: Arc<dyn Templates> = Arc::new(Fake(rendered.clone()));
        let roles = Roles {
            templates: Some(templates),
            ..Roles::default()
        };
        plugins.push(Plugin {
            name: "templating".into(),
            roles,
            built_in: true,
        });
        let site = Site::new(
            parse(environment),
            std::env::temp_dir(),
            plugins,
            Options::default(),
        );
        let site = site.await.unwrap();
        let listener = Listener::bind("127.0.0.1", 0).await.unwrap();
        let port = listener.address().unwrap().port();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(site.clone(), listener, async move {
            let _ = stopped.await;
        }));
        Self {
            site,
            port,
            rendered,
            stop: Some(stop),
            task: Some(task),
        }
    }

    pub async fn reload(&self, routes: Json) {
        self.site
            .reload(parse(json!({ "routes": routes })), None)
            .await
            .unwrap();
    }

    pub async fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        timeout(PATIENCE, self.task.take().unwrap())
            .await
            .unwrap()
            .unwrap();
    }

    pub async fn tcp(&self) -> TcpStream {
        // The listener exists before anybody can be here, so this never has to wait.
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    pub async fn connect(&self, path: &str) -> Client {
        self.connect_with(path, &[]).await.unwrap()
    }

    pub async fn connect_with(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Client, (u16, String)> {
        let url = format!("ws://localhost:{}{path}", self.port);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        match tokio_tungstenite::client_async(request, self.tcp().await).await {
            Ok((stream, response)) => {
                let protocol = response.headers().get("sec-websocket-protocol");
                let protocol = protocol.map(|value| value.to_str().unwrap().to_owned());
                Ok(Client { stream, protocol })
            }
            Err(Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                Err((response.status().as_u16(), String::from_utf8(body).unwrap()))
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// A socket after the handshake, for bytes.
    pub async fn raw(&self, path: &str) -> TcpStream {
        let mut stream = self.tcp().await;
        stream.write_all(handshake(path).as_bytes()).await.unwrap();
        let head = read_head(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        stream
    }

    /// How many templates have been rendered.
    pub fn rendered(&self) -> u64 {
        self.rendered.load(Ordering::SeqCst)
    }

    /// Waits until so many clients are connected.
    pub async fn clients(&self, count: usize) {
        let all = async {
            while self.site.websockets(None).len() != count {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, all).await.expect("clients come and go");
    }
}

fn parse(environment: Json) -> Environment {
    serde_json::from_value(environment).unwrap()
}

pub fn handshake(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
}

/// A head and nothing of what follows it.
pub async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap());
    }
    String::from_utf8(head).unwrap()
}

pub struct Client {
    pub stream: WebSocketStream<TcpStream>,
    pub protocol: Option<String>,
}

impl Client {
    pub async fn send(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub async fn next(&mut self) -> Message {
        loop {
            let message = timeout(PATIENCE, self.stream.next())
                .await
                .expect("a message comes");
            match message.expect("the connection is open").unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    pub async fn text(&mut self) -> String {
        match self.next().await {
            Message::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        }
    }

    pub async fn ask(&mut self, text: &str) -> String {
        self.send(text).await;
        self.text().await
    }

    /// The code and reason with which the server closes, after whatever else it sends.
    pub async fn closed(&mut self) -> (u16, String) {
        soon(async {
            loop {
                match self.next().await {
                    Message::Close(Some(CloseFrame { code, reason })) => {
                        return (code.into(), reason.to_string());
                    }
                    Message::Close(None) => return (1005, String::new()),
                    _ => {}
                }
            }
        })
        .await
    }

    /// Reads until that message comes.
    pub async fn until(&mut self, text: &str) {
        soon(async { while self.text().await != text {} }).await;
    }
}

/// What must come to its end.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.expect("it takes too long")
}

/// A masked frame with that first byte.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x11, 0x22, 0x33, 0x44];
    let mut frame = vec![first];
    match payload.len() {
        n @ 0..=125 => frame.push(0x80 | n as u8),
        n @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend((n as u16).to_be_bytes());
        }
        n => {
            frame.push(0x80 | 127);
            frame.extend((n as u64).to_be_bytes());
        }
    }
    frame.extend(mask);
    frame.extend(
        payload
            .iter()
            .enumerate()
            .map(|(i, byte)| byte ^ mask[i % 4]),
    );
    frame
}

/// The next frame of a server: its first byte and its payload; nothing at the end.
pub async fn read_frame(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let read = async {
        let first = stream.read_u8().await.ok()?;
        let length = match stream.read_u8().await.ok()? {
            126 => usize::from(stream.read_u16().await.ok()?),
            127 => stream.read_u64().await.ok()? as usize,
            length => usize::from(length),
        };
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.ok()?;
        Some((first, payload))
    };
    timeout(PATIENCE, read)
        .await
        .expect("a frame or the end comes")
}

/// The rest of a socket: `Ok` for an orderly end, the error of a reset otherwise.
pub async fn read_end(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut rest = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut rest))
        .await
        .expect("it ends")?;
    Ok(rest)
}

pub fn ws(endpoint: &str, responses: Json) -> Json {
    json!({ "uuid": endpoint, "type": "ws", "endpoint": endpoint, "responses": responses })
}

pub fn echo() -> Json {
    ws("echo", json!([{ "body": "{{body}}" }]))
}

/// A template engine of a few words: enough to see what a template would see. It counts what it
/// renders.
struct Fake(Arc<AtomicU64>);

impl Templates for Fake {
    fn compile(&self, template: Template, call: Call) -> Outcome<TemplateSummary, TemplateError> {
        let effects = Effects {
            draws_random: template.source.contains("random"),
            ..Effects::default()
        };
        Box::pin(async move {
            (
                call,
                Ok(TemplateSummary {
                    effects,
                    ..TemplateSummary::default()
                }),
            )
        })
    }

    fn render(&self, template: Template, call: Call) -> Outcome<String, TemplateError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            let text = fill(&template.source, &call).await;
            (call, text)
        })
    }
}

async fn fill(mut source: &str, call: &Call) -> Result<String, TemplateError> {
    let exchange = &*call.exchange;
    let mut text = String::new();
    while let Some((before, rest)) = source.split_once("{{") {
        let (name, after) = rest.split_once("}}").unwrap();
        text.push_str(before);
        let mut words = name.split(' ');
        let helper = words.next().unwrap();
        let argument = words.next().unwrap_or_default().trim_matches('\'');
        let member = |value: wasmock_javascript::Value| {
            value
                .get(argument)
                .map(|value| value.to_text().into_owned())
                .unwrap_or_default()
        };
        text.push_str(&match helper {
            "body" if argument.is_empty() => exchange.body_text().into_owned(),
            "body" => member(exchange.parsed_body()),
            "queryParam" => member(exchange.query()),
            "urlParam" => member(exchange.params()),
            "cookie" => member(exchange.cookies()),
            "header" => exchange.header(argument).unwrap_or_default().into_owned(),
            "number" => exchange.sequence().to_string(),
            "hostname" => exchange.hostname().into_owned(),
            "baseUrl" => exchange.base_url(),
            "random" => call.environment.random().bits().to_string(),
            "slow" => {
                sleep(Duration::from_millis(argument.parse().unwrap())).await;
                String::new()
            }
            _ => {
                let message = format!("broken {helper}");
                return Err(TemplateError {
                    message,
                    line: 1,
                    column: 1,
                });
            }
        });
        source = after;
    }
    text.push_str(source);
    Ok(text)
}
