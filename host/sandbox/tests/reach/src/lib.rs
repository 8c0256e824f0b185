//! What to try is the configuration of the use: a word and its arguments. The answer is what
//! came of it, `error: …` when it was refused.

mod http;

use std::fmt::Debug;

use wasmock_plugin::{
    Arguments, Helper, Result, Value, answer, buckets, clock, configuration, helpers,
    private_state, random, variables,
};

const LIFECYCLE: wasmock_plugin::Lifecycle = wasmock_plugin::Lifecycle::new("reach", "0", "")
    .schema(r#"{ "type": "object", "properties": { "start": { "type": "string" } } }"#)
    .configure(start);

static HELPERS: &[Helper] = &[Helper::new("try", "text", "Tries something.", for_another)];

wasmock_plugin::export! {
    responder: respond,
    helpers: HELPERS,
    lifecycle: LIFECYCLE,
}

fn respond() -> Result<()> {
    // In an environment file it is a JSON text.
    answer::write_text(&attempt(configuration::usage().trim_matches('"')));
    Ok(())
}

/// The same on behalf of whoever calls the helper.
fn for_another(arguments: &Arguments) -> Result<Value> {
    Ok(Value::Text(attempt(&arguments.text(0))))
}

fn attempt(what: &str) -> String {
    let words: Vec<&str> = what.split(' ').collect();
    match *words {
        ["get", url] => http::get(url, false),
        ["follow", url] => http::get(url, true),
        ["read", path] => shown(std::fs::read_to_string(path)),
        ["write", path, text] => shown(std::fs::write(path, text)),
        ["remove", path] => shown(std::fs::remove_file(path)),
        ["rename", from, to] => shown(std::fs::rename(from, to)),
        ["make", path] => shown(std::fs::create_dir(path)),
        ["size", path] => shown(std::fs::metadata(path).map(|about| about.len())),
        ["link", to, path] => link(to, path),
        ["list", path] => shown(std::fs::read_dir(path).map(|entries| {
            let mut names: Vec<String> = entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            names.join(" ")
        })),
        ["env", name] => format!(
            "{:?} {:?}",
            std::env::var(name).ok(),
            configuration::variable(name)
        ),
        ["time"] => {
            let now = std::time::SystemTime::now();
            let since = now.duration_since(std::time::UNIX_EPOCH);
            format!("{} {}", since.map_or(0, |t| t.as_secs()), clock::now() / 1000.0)
        }
        ["chance"] => format!("{} {}", wasip2::random::random::get_random_u64(), random::bits()),
        ["socket", address] => shown(std::net::TcpStream::connect(address)),
        ["variable", name] => shown(variables::get(name, "")),
        ["variable", name, text] => shown(variables::set(name, "", &Value::Text(text.into()))),
        ["variable-version", name] => variables::version(name).to_string(),
        ["bucket", name] => shown(buckets::get(name, "")),
        ["bucket", name, text] => shown(buckets::set(name, "", &Value::Text(text.into()))),
        ["bucket-source", name] => format!("{:?}", buckets::source(name)),
        ["private", name] => shown(private_state::get(name, "")),
        ["private", name, text] => shown(private_state::set(name, "", &Value::Text(text.into()))),
        ["ask", ..] => {
            let rest = what.split_once(' ').map_or("", |(_, rest)| rest);
            match helpers::find("try") {
                Some(helper) => {
                    shown(helpers::call(helper.id, &[Value::Text(rest.into())], &[]))
                }
                None => "error: nobody is there to ask".into(),
            }
        }
        ["sleep", ms] => {
            std::thread::sleep(std::time::Duration::from_millis(ms.parse().unwrap_or(0)));
            "slept".into()
        }
        ["die"] => std::process::abort(),
        _ => format!("what is `{what}`?"),
    }
}

/// A link in the first folder, by its bare name there.
fn link(to: &str, path: &str) -> String {
    match wasip2::filesystem::preopens::get_directories().first() {
        Some((folder, _)) => shown(folder.symlink_at(to, path)),
        None => "error: no folder".into(),
    }
}

/// How an instance starts is the plugin's configuration.
fn start(configuration: &str) -> Result<()> {
    for (word, act) in [
        ("spin", (|| loop { std::hint::black_box(0); }) as fn()),
        ("sleep", || std::thread::sleep(std::time::Duration::from_secs(3600))),
        ("panic", || panic!("not today")),
        ("grow", || {
            let mut hoard = Vec::new();
            loop {
                hoard.push(Vec::<u8>::with_capacity(16 << 20));
                std::hint::black_box(&hoard);
            }
        }),
        ("file", || {
            assert!(std::fs::read("data/ready").is_ok(), "data/ready is not there");
        }),
    ] {
        if configuration.contains(&format!("\"{word}\"")) {
            act();
        }
    }
    if configuration.contains("\"refuse\"") {
        return Err("I do not like it".into());
    }
    Ok(())
}

fn shown<T: Debug, E: Debug>(result: std::result::Result<T, E>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("error: {error:?}"),
    }
}
