//! What `wasmock plugin new` writes: each language and role is generated, built, tested and
//! served. A language whose tools are not on the machine is said so and left out; with
//! `WASMOCK_TEST_LANGUAGES=rust,js` those languages have to be there.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]
// Tests measure real time.
#![allow(clippy::disallowed_methods)]

use std::hash::{Hash, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ROLES: [&str; 4] = ["responder", "predicate", "helpers", "session"];

fn wasmock(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_wasmock"))
        .args(arguments)
        .current_dir(folder)
        // Projects of one language share what cargo compiled.
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugin-projects"),
        )
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn has_tools(language: &str) -> bool {
    let (code, text) = wasmock(Path::new("."), &["plugin", "doctor", "--lang", language]);
    let required = std::env::var("WASMOCK_TEST_LANGUAGES").unwrap_or_default();
    assert!(
        code == 0 || !required.split(',').any(|name| name == language),
        "{text}"
    );
    if code != 0 {
        eprintln!("left out: {text}");
    }
    code == 0
}

/// A folder of one language's tools, kept between runs: installing the same packages for every
/// project and every run proves nothing more. Other packages are another folder.
fn tools_of(language: &str, project: &Path) -> PathBuf {
    let read = |name| std::fs::read_to_string(project.join(name)).unwrap_or_default();
    let package = read("package.json");
    let wanted = package.find("devDependencies").unwrap_or(package.len());
    let mut hasher = std::hash::DefaultHasher::new();
    (&package[wanted..], read("requirements.txt")).hash(&mut hasher);
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("plugin-tools")
        .join(format!("{language}-{:016x}", hasher.finish()))
}

/// The virtual environment of a project, made where it stays: the place is written into its
/// scripts.
fn venv(tools: &Path, project: &Path) -> PathBuf {
    let venv = tools.join("venv");
    let done = tools.join("installed");
    if !done.exists() {
        std::fs::create_dir_all(tools).unwrap();
        let install =
            "python3 -m venv \"$0\" && \"$0\"/bin/pip install --quiet -r requirements.txt";
        let status = Command::new("sh")
            .args(["-c", install])
            .arg(&venv)
            .current_dir(project)
            .status()
            .unwrap();
        assert!(status.success(), "{install}");
        std::fs::write(done, "").unwrap();
    }
    venv
}

/// The page about a language.
fn page(language: &str) -> String {
    let name = match language {
        "js" => "javascript",
        "ts" => "typescript",
        other => other,
    };
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plugins");
    std::fs::read_to_string(docs.join(name).with_extension("md")).unwrap()
}

fn projects(language: &str) {
    if !has_tools(language) {
        return;
    }
    let parent = tempfile::tempdir().unwrap();
    let page = page(language);
    for role in ROLES {
        let name = match role {
            "predicate" => "card-check",
            "helpers" => "texts",
            "session" => "countdown",
            _ => "hello",
        };
        // What the language's page tells its readers to type is what is typed here.
        let typed = format!(
            "wasmock plugin new {name} --lang {language} --role {role}\ncd {name}\n\
             wasmock plugin build\nwasmock plugin test\nwasmock serve mock.json\n"
        );
        assert!(role == "responder" || page.contains(&typed), "{typed}");
        let folder = parent.path().join(name);
        let (code, text) = wasmock(
            parent.path(),
            &["plugin", "new", name, "--lang", language, "--role", role],
        );
        assert_eq!(code, 0, "{language} {role}: {text}");
        let tools = tools_of(language, &folder);
        let modules = tools.join("node_modules");
        match language {
            "js" | "ts" if modules.exists() => {
                symlink(&modules, folder.join("node_modules")).unwrap();
            }
            "python" | "c" => {
                symlink(venv(&tools, &folder), folder.join(".venv")).unwrap();
            }
            _ => {}
        }
        let manifest = r#"{ "about": "Carried along.", "asks": { "readVariables": ["*"] } }"#;
        std::fs::write(folder.join("wasmock.json"), manifest).unwrap();
        let (code, text) = wasmock(&folder, &["plugin", "build"]);
        assert_eq!(code, 0, "{language} {role}: {text}");
        assert!(
            text.starts_with("$ "),
            "the command line comes first: {text}"
        );
        if matches!(language, "js" | "ts") && !modules.exists() {
            std::fs::create_dir_all(&tools).unwrap();
            std::fs::rename(folder.join("node_modules"), &modules).unwrap();
        }
        let component = format!("dist/{name}.wasm");
        let (code, text) = wasmock(&folder, &["plugin", "manifest", &component]);
        assert!(code == 0 && text.contains("Carried along."), "{text}");
        let (code, text) = wasmock(&folder, &["plugin", "check", &component]);
        assert_eq!(code, 0, "{language} {role}: {text}");
        assert!(text.contains(role), "{text}");
        let (code, text) = wasmock(&folder, &["plugin", "test"]);
        assert_eq!(code, 0, "{language} {role}: {text}");
        assert!(text.contains(" 0 failed"), "{text}");
        served(&folder, role);
        if role == "helpers" {
            chance_repeats(language, &folder);
        }
    }
}

/// Numbers, ids and times of the language's own library are the same for the same seed and others
/// for another. (What the contract's `random` draws, the project's own table of tests compares.)
fn chance_repeats(language: &str, folder: &Path) {
    let quickjs = format!("plugin.{language}");
    let (file, drawn, own, head) = match language {
        "rust" => (
            "lib.rs",
            "random::draw()",
            "{ use std::hash::{BuildHasher, Hasher, RandomState};
               let id = RandomState::new().build_hasher().finish() >> 33;
               id as u32 ^ std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos() }",
            "",
        ),
        "python" => (
            "plugin.py",
            "random.draw()",
            "uuid.uuid4().int + time.time_ns()",
            "import time\nimport uuid\n",
        ),
        "c" => (
            "plugin.c",
            "wasmock_host_random_draw()",
            "(getentropy(&drawn, sizeof drawn), drawn + (uint32_t)time(NULL))",
            "#include <time.h>\n#include <unistd.h>\nstatic uint32_t drawn;\n",
        ),
        _ => (
            quickjs.as_str(),
            "(random.draw() >>> 0)",
            "Math.trunc(Math.random() * 1e9 + Date.now())",
            "",
        ),
    };
    let source = folder.join("src").join(file);
    let text = std::fs::read_to_string(&source).unwrap();
    assert!(text.contains(drawn), "{text}");
    std::fs::write(&source, head.to_owned() + &text.replace(drawn, own)).unwrap();
    let (code, text) = wasmock(folder, &["plugin", "build"]);
    assert_eq!(code, 0, "{language}: {text}");
    let dice = |how: [&str; 2]| {
        let run = ["plugin", "run", "dist/texts.wasm", how[0], how[1]];
        let helper = ["--format", "json", "--helper", "dice", "sides=1000000007"];
        let (code, text) = wasmock(folder, &[&run[..], &helper].concat());
        assert_eq!(code, 0, "{language}: {text}");
        let result: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(result["value"].is_number(), "{text}");
        result["value"].clone()
    };
    let first = dice(["--seed", "1"]);
    assert_eq!(first, dice(["--seed", "1"]), "{language}");
    // QuickJS takes its seed from the clock.
    let other = match language {
        "js" | "ts" => ["--at", "2026-01-31T12:00:00Z"],
        _ => ["--seed", "2"],
    };
    assert_ne!(first, dice(other), "{language}");
}

#[test]
#[ignore = "builds four plugins; `cargo xtask test` runs it"]
fn rust_projects_build_pass_and_serve() {
    projects("rust");
}

#[test]
#[ignore = "installs packages from npm; `cargo xtask test` runs it"]
fn js_projects_build_pass_and_serve() {
    projects("js");
}

#[test]
#[ignore = "installs packages from npm; `cargo xtask test` runs it"]
fn ts_projects_build_pass_and_serve() {
    projects("ts");
}

#[test]
#[ignore = "installs packages from PyPI; `cargo xtask test` runs it"]
fn python_projects_build_pass_and_serve() {
    projects("python");
}

#[test]
#[ignore = "installs packages from PyPI; `cargo xtask test` runs it"]
fn c_projects_build_pass_and_serve() {
    projects("c");
    if has_tools("c") {
        changes_are_live();
    }
}

/// `wasmock dev`: a changed source is built and swapped in, a broken one is said, and the old
/// version serves on. C, because it builds fastest; the rest is the same for all languages.
fn changes_are_live() {
    let parent = tempfile::tempdir().unwrap();
    let new = [
        "plugin",
        "new",
        "live",
        "--lang",
        "c",
        "--role",
        "responder",
    ];
    let (code, text) = wasmock(parent.path(), &new);
    assert_eq!(code, 0, "{text}");
    let folder = parent.path().join("live");
    let tools = tools_of("c", &folder);
    symlink(venv(&tools, &folder), folder.join(".venv")).unwrap();
    let source = folder.join("src/plugin.c");
    let written = std::fs::read_to_string(&source).unwrap();
    let server = Server::run(&folder, &["dev", "."]);
    let ask = |until: &str| {
        let began = std::time::Instant::now();
        loop {
            let request = "GET /hello HTTP/1.1\nHost: a\nConnection: close\n\n";
            let text = server.exchange(request, b"", "}");
            if text.contains(until) {
                return text;
            }
            let waited = began.elapsed();
            assert!(waited < Duration::from_secs(60), "{until} is not in {text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    // The visits are the plugin's state and outlive the swap.
    assert!(ask("Hello, world!").contains("\"visits\":1"));
    std::fs::write(&source, written.replace("\"Hello\"", "\"Salut\"")).unwrap();
    // The usage in mock.json says `Hello`; without it the source's word counts.
    let mock = folder.join("mock.json");
    let plain = std::fs::read_to_string(&mock).unwrap();
    std::fs::write(&mock, plain.replace("\"greeting\"", "\"other\"")).unwrap();
    let answer = ask("Salut, world!");
    assert!(!answer.contains("\"visits\":1}"), "{answer}");
    std::fs::write(&source, "no C at all").unwrap();
    let answer = ask("the plugin does not build");
    assert!(answer.contains("Salut, world!"), "{answer}");
    std::fs::write(&source, written.replace("\"Hello\"", "\"Hola\"")).unwrap();
    let answer = ask("Hola, world!");
    assert!(
        !answer.to_lowercase().contains("wasmock-problem"),
        "{answer}"
    );
}

/// A server that ends with the test.
struct Server(Child, u16);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    fn start(folder: &Path) -> Self {
        Self::run(folder, &["serve", "mock.json"])
    }

    fn run(folder: &Path, command: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wasmock"))
            .args(command)
            .args(["--port", "0", "--log-format", "json", "--disable-admin-api"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("started on port ")?;
            rest.split(|c: char| !c.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        });
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, port.expect("the server says its port"))
    }

    /// Sends bytes and reads until the text is there.
    fn exchange(&self, request: &str, more: &[u8], until: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.1)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        stream
            .write_all(request.replace('\n', "\r\n").as_bytes())
            .unwrap();
        stream.write_all(more).unwrap();
        let (mut text, mut buffer) = (String::new(), [0; 4096]);
        while !text.contains(until) {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => text.push_str(&String::from_utf8_lossy(&buffer[..count])),
            }
        }
        assert!(text.contains(until), "expected {until} in {text}");
        text
    }
}

fn served(folder: &Path, role: &str) {
    let server = Server::start(folder);
    match role {
        "responder" => {
            let request = "GET /hello?name=Ada HTTP/1.1\nHost: a\nConnection: close\n\n";
            server.exchange(request, b"", "Hello, Ada!");
        }
        "predicate" => {
            let pay = |card: &str, answer: &str| {
                let body = format!("{{\"card\":\"{card}\"}}");
                let head = format!(
                    "POST /pay HTTP/1.1\nHost: a\nContent-Type: application/json\nContent-Length: {}\nConnection: close\n\n",
                    body.len()
                );
                server.exchange(&head, body.as_bytes(), answer);
            };
            pay("4000123456789017", "paid");
            pay("4000123456789018", "no card number");
        }
        "helpers" => {
            let request =
                "GET /article?title=Hello%20World HTTP/1.1\nHost: a\nConnection: close\n\n";
            server.exchange(request, b"", "\"slug\": \"hello-world\"");
        }
        _ => {
            let request = "GET /countdown HTTP/1.1\nHost: a\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n";
            // A masked text frame with `1`, the mask all zero.
            server.exchange(request, &[0x81, 0x81, 0, 0, 0, 0, b'1'], "go");
        }
    }
}
