//! Serves an environment file from another program, without plugins:
//! `cargo run -p wasmock-server --example embed -- FILE [PORT]`.

use std::error::Error;
use std::path::Path;

use wasmock_environment::{LoadOptions, load};
use wasmock_server::{Listener, Options, Site, serve};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments
        .next()
        .ok_or("the path of an environment file is missing")?;
    let path = Path::new(&file).canonicalize()?;
    let environment = load(&path, &LoadOptions::default())?.environment;
    let port = arguments
        .next()
        .map_or(Ok(environment.port), |port| port.parse())?;
    let listener = Listener::bind(&environment.hostname, port).await?;
    let directory = path.parent().unwrap_or(Path::new("."));
    let site = Site::new(environment, directory, Vec::new(), Options::default()).await?;
    serve(site, listener, std::future::pending()).await;
    Ok(())
}
