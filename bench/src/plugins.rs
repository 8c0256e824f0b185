//! What plugins cost, language by language: CPU per call beside an empty call, memory, and the
//! time from a file to its first answer.
//!
//! The calls go through the sandbox as the server's do, without HTTP around them, one after the
//! other on one thread, whose CPU time counts. The plugins are those of `bench/plugins`.

#![expect(clippy::print_stdout, reason = "this is the program's output")]

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Args;
use wasmock_environment::Environment as File;
use wasmock_exchange::roles::{Roles, SessionEvent};
use wasmock_exchange::{Call, Environment, Exchange, Kind, RuleFacts, SessionState};
use wasmock_javascript::{Value, json};
use wasmock_sandbox::{Conditions, Grants, Meter, Sandbox, Source};
use wasmock_server::{Options, Site};

/// Measures plugins; `cargo xtask bench plugins` builds them first.
#[derive(Debug, Args)]
pub(crate) struct Plugins {
    /// The folder with the components.
    #[arg(long, default_value = "bench/plugins/dist")]
    folder: PathBuf,
    /// Seconds for each figure.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Also write the page.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

const LANGUAGES: [(&str, &str); 3] = [
    ("Rust", "rust"),
    ("JavaScript", "javascript"),
    ("Python", "python"),
];
const BODY: &str = r#"{"id":"42","kind":"kind-7","text":"hello there"}"#;

/// A language's figures.
struct Figures {
    language: &'static str,
    size: usize,
    /// CPU microseconds of each kind of call, in the order of [`CALLS`].
    calls: Vec<f64>,
    memory: usize,
    cold: Duration,
    cached: Duration,
}

const CALLS: [&str; 6] = [
    "empty call (a helper that answers nothing)",
    "helper: a text in capitals",
    "predicate: one header, one field of the body",
    "responder: 1 KB of JSON, a text with a value put in",
    "responder: 1 KB of JSON, made of objects",
    "session tick: state read and written, one message",
];

/// Measures all languages whose component is there, and prints the page.
pub(crate) async fn run(arguments: &Plugins) -> Result<(), Box<dyn Error>> {
    let mut all = Vec::new();
    for (language, name) in LANGUAGES {
        let file = arguments.folder.join(format!("{name}.wasm"));
        let wasm: Bytes = std::fs::read(&file)
            .map_err(|error| format!("{}: {error}", file.display()))?
            .into();
        all.push(measure(language, &wasm, arguments.seconds).await?);
    }
    let page = page(&all);
    print!("{page}");
    if let Some(path) = &arguments.write {
        std::fs::write(path, page).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

async fn measure(
    language: &'static str,
    wasm: &Bytes,
    seconds: f64,
) -> Result<Figures, Box<dyn Error>> {
    let cache = tempfile::tempdir()?;
    let environment = Site::new(
        File::default(),
        Path::new(""),
        Vec::new(),
        Options::default(),
    )
    .await?
    .scope();
    let first = |conditions| first_answer(cache.path(), wasm, &environment, conditions);
    let (_, cold) = first(Conditions::default()).await?;
    let (_, cached) = first(Conditions::default()).await?;
    let meter = Arc::new(Meter::default());
    let metered = Conditions {
        meter: Some(meter.clone()),
        ..Conditions::default()
    };
    first(metered).await?;
    let (roles, _) = first(Conditions::default()).await?;
    let state = Arc::new(SessionState::new("bench"));
    let mut calls = Vec::new();
    for kind in 0..CALLS.len() {
        calls.push(each(&roles, kind, &environment, &state, seconds).await?);
    }
    Ok(Figures {
        language,
        size: wasm.len(),
        calls,
        memory: meter.cost().memory,
        cold,
        cached,
    })
}

/// Loads a component in a sandbox of its own, and has it answer once.
async fn first_answer(
    cache: &Path,
    wasm: &Bytes,
    environment: &Arc<dyn Environment>,
    conditions: Conditions,
) -> Result<(Roles, Duration), Box<dyn Error>> {
    let sandbox = Sandbox::new(Some(cache.to_owned())).map_err(|error| error.to_string())?;
    let began = Instant::now();
    let source = Source {
        name: "bench",
        wasm: wasm.clone(),
        digest: None,
        configuration: "{}".into(),
        grants: Grants::default(),
    };
    let roles = sandbox.load_under(source, conditions).await?.roles();
    let state = Arc::new(SessionState::new("bench"));
    one(&roles, 3, environment, &state).await?;
    Ok((roles, began.elapsed()))
}

/// CPU microseconds of one call, the median of several runs.
async fn each(
    roles: &Roles,
    kind: usize,
    environment: &Arc<dyn Environment>,
    state: &Arc<SessionState>,
    seconds: f64,
) -> Result<f64, Box<dyn Error>> {
    const RUNS: usize = 5;
    let mut runs = Vec::new();
    for _ in 0..=RUNS {
        let (began, before) = (Instant::now(), cpu()?);
        let mut calls = 0u32;
        while began.elapsed().as_secs_f64() < seconds / RUNS as f64 {
            for _ in 0..100 {
                one(roles, kind, environment, state).await?;
            }
            calls += 100;
        }
        runs.push((cpu()? - before) * 1e6 / f64::from(calls));
    }
    // The first run warms up.
    runs.remove(0);
    runs.sort_by(f64::total_cmp);
    Ok(runs[RUNS / 2])
}

/// Makes one call, and checks what comes of it.
async fn one(
    roles: &Roles,
    kind: usize,
    environment: &Arc<dyn Environment>,
    state: &Arc<SessionState>,
) -> Result<(), Box<dyn Error>> {
    let request = Request {
        kind: if kind == 3 { "text" } else { "order" },
        parsed: std::sync::OnceLock::new(),
    };
    let mut call = Call::new(Arc::new(request), environment.clone());
    let lacks = || format!("the component lacks a role for: {}", CALLS[kind]);
    let good = match kind {
        0 | 1 => {
            let helpers = roles.helpers.as_ref().ok_or_else(lacks)?;
            let arguments = match kind {
                0 => Vec::new(),
                _ => vec![Value::text("hello")],
            };
            let (_, value) = helpers.call(kind as u32, arguments, Vec::new(), call).await;
            value? == [Value::Undefined, Value::text("HELLO")][kind]
        }
        2 => {
            call.rule = Some(Arc::new(RuleFacts {
                target: Value::Undefined,
                modifier: String::new(),
                value: String::new(),
            }));
            let predicate = roles.predicate.as_ref().ok_or_else(lacks)?;
            predicate.test(call).await.1?
        }
        3 | 4 => {
            let responder = roles.responder.as_ref().ok_or_else(lacks)?;
            let (call, result) = responder.respond(call).await;
            result?;
            call.answer.bytes().len() > 900
        }
        _ => {
            call.session = Some(state.clone());
            let session = roles.session.as_ref().ok_or_else(lacks)?;
            let (call, next) = session.event(SessionEvent::Tick, call).await;
            next? == Some(1000) && call.answer.frames.len() == 1
        }
    };
    match good {
        true => Ok(()),
        false => Err(format!("a wrong result of: {}", CALLS[kind]).into()),
    }
}

/// CPU seconds of this thread so far.
fn cpu() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let spent = text.split(' ').next().unwrap_or_default();
    Ok(spent.parse::<f64>()? / 1e9)
}

/// A POST with a header and a small body.
struct Request {
    kind: &'static str,
    parsed: std::sync::OnceLock<Value>,
}

impl Exchange for Request {
    fn kind(&self) -> Kind {
        Kind::Http
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        name.eq_ignore_ascii_case("x-kind")
            .then_some(Cow::Borrowed(self.kind))
    }

    fn parsed_body(&self) -> Value {
        let parse = || json::parse(BODY).unwrap_or_default();
        self.parsed.get_or_init(parse).clone()
    }
}

fn page(all: &[Figures]) -> String {
    let mut page = String::from(
        "# What plugins cost\n\n\
         Written by `cargo xtask bench plugins --write docs/plugins/cost.md`; the plugins are \
         those of `bench/plugins`. CPU microseconds of a call into a warm instance, nothing of \
         HTTP included; in brackets what is left without the empty call.\n\n",
    );
    let _ = writeln!(
        page,
        "| |{}\n|---|{}",
        all.iter()
            .map(|f| format!(" {} |", f.language))
            .collect::<String>(),
        "---:|".repeat(all.len())
    );
    for (kind, name) in CALLS.iter().enumerate() {
        let _ = write!(page, "| {name} |");
        for figures in all {
            let (cost, empty) = (figures.calls[kind], figures.calls[0]);
            let _ = match kind {
                0 => write!(page, " {cost:.2} |"),
                _ => write!(page, " {cost:.2} ({:.2}) |", cost - empty),
            };
        }
        page.push('\n');
    }
    let mut row = |name: &str, figure: fn(&Figures) -> String| {
        let cells: String = all.iter().map(|f| format!(" {} |", figure(f))).collect();
        let _ = writeln!(page, "| {name} |{cells}");
    };
    row("the component, MiB", |f| format!("{:.2}", in_mib(f.size)));
    row("memory of a warm instance, MiB", |f| {
        format!("{:.2}", in_mib(f.memory))
    });
    row("from the file to the first answer, ms", |f| in_ms(f.cold));
    row("the same, compiled before, ms", |f| in_ms(f.cached));
    page
}

fn in_mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn in_ms(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}
