//! The scenarios, and running one against each server.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use crate::Arguments;
use crate::environments::{FILE, FILE_BYTES, Size, environment};
use crate::imposters::imposters;
use crate::load::{self, Talk, text_frame};
use crate::process::{Server, free_port};

/// One scenario's figures for one server.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) scenario: &'static str,
    pub(crate) server: &'static str,
    pub(crate) operations_a_second: f64,
    /// Server CPU microseconds per operation.
    pub(crate) cpu: f64,
    /// Resident MiB after the load.
    pub(crate) memory: f64,
    /// Milliseconds until it accepted connections.
    pub(crate) ready: f64,
}

struct Scenario {
    name: &'static str,
    /// The bare server that does the same.
    bare: &'static str,
    size: Size,
    /// Connections, where the command line does not say.
    connections: Option<usize>,
    talk: Talk,
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n")
        .into_bytes()
}

fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

const MESSAGE: &str = r#"{"id":"42","kind":"kind-7","text":"hello there"}"#;

fn scenarios() -> Vec<Scenario> {
    let http = |name, bare, operations, expected| Scenario {
        name,
        bare,
        size: Size::default(),
        connections: None,
        talk: Talk {
            hello: Vec::new(),
            operations,
            expected,
            websocket: false,
        },
    };
    let websocket = |name, bare, path: &str, expected| Scenario {
        name,
        bare,
        size: Size::default(),
        connections: None,
        talk: Talk {
            hello: format!(
                "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
                 Connection: Upgrade\r\nContent-Type: application/json\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            .into_bytes(),
            operations: vec![text_frame(MESSAGE)],
            expected,
            websocket: true,
        },
    };
    let many = |routes: usize| -> Vec<Vec<u8>> {
        let step = (routes / 1000).max(1);
        let paths = (0..routes.min(997)).map(|n| format!("/many/{}/items/7", n * step));
        paths.map(|path| get(&path)).collect()
    };
    let among = |name, routes| Scenario {
        size: Size { routes, objects: 0 },
        ..http(name, "http-static", many(routes), "Hello")
    };
    let objects = (0..997).map(|n| get(&format!("/objects/{}", n * 50)));
    vec![
        http("http static", "http-static", vec![get("/static")], "Hello"),
        http(
            "http template",
            "http-template",
            vec![get("/template/42?q=abc")],
            r#""id":"42","q":"abc","agent":"bench""#,
        ),
        http(
            "http ten helpers",
            "http-ten",
            vec![get("/ten/42?q=abc")],
            r#""upper":"ABC","sum":6,"joined":"a42b","part":"ell","is":true,"list":[1,2,3]"#,
        ),
        http(
            "http 100 fake objects",
            "http-objects",
            vec![get("/fakes")],
            r#""name""#,
        ),
        http(
            "http 8 rules",
            "http-rules",
            vec![post("/rules", MESSAGE)],
            r#""matched":8"#,
        ),
        among("http 10 routes", 10),
        among("http 10,000 routes", 10_000),
        Scenario {
            size: Size {
                routes: 0,
                objects: 50_000,
            },
            ..http(
                "http object by id of 50,000",
                "http-crud",
                objects.collect(),
                r#""name":"Object"#,
            )
        },
        http(
            "http file of 100 KB",
            "http-file",
            vec![get("/file")],
            "aaaa",
        ),
        websocket("ws plain", "ws-plain", "/plain", "Hello"),
        websocket(
            "ws template",
            "ws-template",
            "/template",
            r#""kind":"kind-7""#,
        ),
        websocket("ws 8 rules", "ws-rules", "/rules", r#""matched":8"#),
        Scenario {
            connections: Some(500),
            ..websocket("ws plain, 500 clients", "ws-plain", "/plain", "Hello")
        },
        Scenario {
            connections: Some(5000),
            ..websocket("ws plain, 5,000 clients", "ws-plain", "/plain", "Hello")
        },
    ]
}

/// Runs every wanted scenario against every server there is.
pub(crate) async fn run_all(arguments: &Arguments) -> Result<Vec<Figures>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join(FILE), "a".repeat(FILE_BYTES))?;
    // The bare file server looks for the file beside it.
    std::env::set_current_dir(folder.path())?;
    let mut all = Vec::new();
    for scenario in scenarios() {
        if !scenario.name.contains(&arguments.only) {
            continue;
        }
        let port = free_port()?;
        let bare = vec!["bare".into(), scenario.bare.into(), port.to_string()];
        let this = std::env::current_exe()?;
        all.push(measure(arguments, &scenario, "bare", &this, &bare, port).await?);

        let port = free_port()?;
        let file = folder.path().join("bench.json");
        std::fs::write(&file, environment(port, scenario.size).to_string())?;
        let file = file.display().to_string();
        let serve = [
            "start",
            "--data",
            &file,
            "--disable-log-to-file",
            "--disable-admin-api",
        ]
        .map(String::from);
        all.push(
            measure(
                arguments,
                &scenario,
                "wasmock",
                &arguments.wasmock,
                &serve,
                port,
            )
            .await?,
        );
        if let Some(mockoon) = &arguments.mockoon {
            all.push(measure(arguments, &scenario, "mockoon", mockoon, &serve, port).await?);
        }
        if let Some(rift) = &arguments.rift
            && let Some(imposters) = imposters(port, scenario.bare, scenario.size)
        {
            let file = folder.path().join("imposters.json");
            std::fs::write(&file, imposters.to_string())?;
            let file = file.display().to_string();
            let (admin, metrics) = (free_port()?.to_string(), free_port()?.to_string());
            let serve = [
                "--configfile",
                &file,
                "--port",
                &admin,
                "--metrics-port",
                &metrics,
                "--loglevel",
                "warn",
            ]
            .map(String::from);
            all.push(measure(arguments, &scenario, "rift", rift, &serve, port).await?);
        }
    }
    Ok(all)
}

async fn measure(
    arguments: &Arguments,
    scenario: &Scenario,
    name: &'static str,
    program: &Path,
    program_arguments: &[String],
    port: u16,
) -> Result<Figures, Box<dyn Error>> {
    let server = Server::start(program, program_arguments, port).await?;
    let load = |seconds| {
        load::run(
            server.port,
            &scenario.talk,
            scenario.connections.unwrap_or(arguments.connections),
            Duration::from_secs_f64(seconds),
        )
    };
    load(arguments.seconds / 4.0).await?;
    let before = server.cpu()?;
    let operations = load(arguments.seconds).await? as f64;
    let spent = server.cpu()? - before;
    Ok(Figures {
        scenario: scenario.name,
        server: name,
        operations_a_second: operations / arguments.seconds,
        cpu: spent * 1e6 / operations,
        memory: server.memory(),
        ready: server.ready.as_secs_f64() * 1e3,
    })
}
