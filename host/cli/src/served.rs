//! What a running server says of a plugin it serves, by its admin API.

use std::error::Error;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use wasmock_client::get;

/// The answer is a list of names and roles.
const ANSWER_BYTES: usize = 1 << 20;

/// A plugin, as far as it is asked for here.
#[derive(Deserialize)]
struct Served {
    name: String,
    /// Why none of its instances is started at the moment.
    trouble: Option<String>,
}

/// The trouble that the server at `address` has with the plugin `name`, if it has any.
///
/// # Errors
/// There is no such server, its admin API is closed to us, or it serves no such plugin.
pub(crate) fn trouble(
    address: &str,
    token: Option<&str>,
    name: &str,
) -> Result<Option<String>, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let plugins = runtime.block_on(plugins(address, token))?;
    let plugins: Vec<Served> = serde_json::from_slice(&plugins)
        .map_err(|error| format!("{address} is not a wasmock server: {error}"))?;
    match plugins.iter().find(|plugin| plugin.name == name) {
        Some(plugin) => Ok(plugin.trouble.clone()),
        None => {
            let names: Vec<&str> = plugins.iter().map(|plugin| &*plugin.name).collect();
            let names = names.join(", ");
            Err(format!("{address} serves no plugin `{name}`; it serves {names}").into())
        }
    }
}

async fn plugins(address: &str, token: Option<&str>) -> Result<Bytes, Box<dyn Error>> {
    let url = format!("{}/mockoon-admin/plugins", address.trim_end_matches('/'));
    let mut headers: Vec<(HeaderName, HeaderValue)> = Vec::new();
    if let Some(token) = token {
        let bearer = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| "--admin-api-token: this cannot be sent in a header")?;
        headers.push((AUTHORIZATION, bearer));
    }
    let document = get(&url, &headers, ANSWER_BYTES).await?;
    match document.status {
        StatusCode::OK => Ok(document.body),
        StatusCode::UNAUTHORIZED => {
            Err(format!("{url} wants the server's token: give it as --admin-api-token").into())
        }
        status => Err(format!("{url} answers {status}; is its admin API enabled?").into()),
    }
}
