//! Greets whoever asks, and counts the visits.

use serde::{Deserialize, Serialize};
use wasmock_plugin::{Json, Result, configuration, exchange, log, private_state};

/// What the response in the environment file says beside the plugin's name.
#[derive(Deserialize)]
struct Usage {
    #[serde(default = "hello")]
    greeting: String,
}

fn hello() -> String {
    "Hello".to_owned()
}

#[derive(Serialize)]
struct Greeting {
    text: String,
    visits: f64,
}

fn respond() -> Result<Json<Greeting>> {
    let usage: Usage = serde_json::from_str(&configuration::usage())?;
    let name = exchange::query_at("name")?;
    let name = name.as_text().unwrap_or("world");
    // State belongs to the host: any instance may serve the next request.
    let visits = private_state::increment("visits", "", 1.0)?;
    log::write(log::Level::Info, &format!("greeted {name}"));
    Ok(Json(Greeting {
        text: format!("{}, {name}!", usage.greeting),
        visits,
    }))
}

wasmock_plugin::export! { responder: respond }
