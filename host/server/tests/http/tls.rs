//! TLS: the certificate of the file, both versions of HTTP, and callbacks of a mock to itself.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use wasmock_server::Options;

use crate::server::Server;

/// Asks a server whose certificate is checked; what was negotiated, and the answer.
async fn ask(
    port: u16,
    roots: &RootCertStore,
    protocols: &[&[u8]],
    path: &str,
) -> (Vec<u8>, String) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    let chosen = stream
        .get_ref()
        .1
        .alpn_protocol()
        .unwrap_or_default()
        .to_vec();
    let mut answer = Vec::new();
    if chosen != b"h2" {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let _ = stream.read_to_end(&mut answer).await;
    }
    (chosen, String::from_utf8(answer).unwrap())
}

#[tokio::test]
async fn the_files_certificate_serves_both_versions_of_http() {
    let folder = std::env::temp_dir().join(format!("wasmock-https-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let server = Server::with(
        json!({
            "tlsOptions": { "enabled": true, "type": "CERT", "certPath": "cert.pem", "keyPath": "./key.pem" },
            "data": [{ "id": "b", "name": "b", "value": "[]" }],
            "callbacks": [{ "uuid": "k", "method": "post", "uri": "/items", "body": "{\"id\":7}",
                "headers": [{ "key": "Content-Type", "value": "application/json" }] }],
            "routes": [
                { "endpoint": "start", "responses": [{ "body": "started", "callbacks": [{ "uuid": "k", "latency": 0 }] }] },
                { "type": "crud", "endpoint": "items", "responses": [{ "bodyType": "DATABUCKET", "databucketID": "b" }] }
            ]
        }),
        &folder,
        Options::default(),
    )
    .await;
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    assert!(server.site.is_tls());
    let (chosen, _) = ask(server.port, &roots, &[b"h2", b"http/1.1"], "/start").await;
    assert_eq!(chosen, b"h2");
    let (chosen, answer) = ask(server.port, &roots, &[b"http/1.1"], "/start").await;
    assert_eq!(chosen, b"http/1.1");
    assert!(answer.ends_with("started"), "{answer}");
    for attempt in 0.. {
        let (_, answer) = ask(server.port, &roots, &[], "/items").await;
        if answer.ends_with(r#"[{"id":7}]"#) {
            break;
        }
        assert!(attempt < 500, "the callback never came: {answer}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
