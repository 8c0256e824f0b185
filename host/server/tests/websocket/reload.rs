//! What a reload and a stop do to connections and streams.

use serde_json::{Value as Json, json};

use crate::fixture::*;

fn stream(endpoint: &str, mode: &str, body: &str) -> Json {
    let mut route = ws(endpoint, json!([{ "body": body }]));
    route["streamingMode"] = json!(mode);
    route["streamingInterval"] = json!(15);
    route
}

fn number(text: &str) -> u64 {
    text.split(' ').next_back().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_go_on_with_new_rules() {
    let server = Server::start(json!([ws("c", json!([{ "body": "old {{number}}" }]))])).await;
    let mut client = server.connect("/c").await;
    assert_eq!(client.ask("x").await, "old 1");
    server
        .reload(json!([ws("c", json!([{ "body": "new {{number}}" }]))]))
        .await;
    assert_eq!(client.ask("x").await, "new 2");
    server.reload(json!([])).await;
    assert_eq!(client.closed().await.0, 1001, "the route was removed");
    assert_eq!(server.connect_with("/c", &[]).await.err().unwrap().0, 404);
    server.reload(json!([echo()])).await;
    assert_eq!(
        server.connect("/echo").await.ask("x").await,
        "x",
        "a route can come later"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unchanged_streams_go_on_and_changed_ones_restart() {
    let same = [
        stream("b1", "BROADCAST", "{{number}}"),
        stream("u1", "UNICAST", "{{number}}"),
    ];
    let with = |body: &str| {
        json!([
            same[0],
            same[1],
            stream("b2", "BROADCAST", body),
            stream("u2", "UNICAST", body)
        ])
    };
    let server = Server::start(with("old {{number}}")).await;
    let mut clients = Vec::new();
    for path in ["/b1", "/u1", "/b2", "/u2"] {
        clients.push(server.connect(path).await);
    }
    let mut last = Vec::new();
    for client in &mut clients {
        for _ in 0..39 {
            client.text().await;
        }
        last.push(number(&client.text().await));
    }
    server.reload(with("new {{number}}")).await;
    // A broadcast's number comes from the clock, so a busy machine may skip one.
    assert!(number(&clients[0].text().await) > last[0]);
    assert_eq!(number(&clients[1].text().await), last[1] + 1);
    let mut restarted = Vec::new();
    for client in clients.iter_mut().skip(2) {
        loop {
            let text = client.text().await;
            if text.starts_with("new") {
                restarted.push(number(&text));
                break;
            }
        }
    }
    assert!(
        restarted[0] < last[2],
        "the clock of the broadcast began anew"
    );
    assert_eq!(restarted[1], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_of_another_kind_closes_its_clients() {
    let server = Server::start(json!([ws("c", json!([{ "body": "x" }]))])).await;
    let mut client = server.connect("/c").await;
    client.ask("x").await;
    server
        .reload(json!([stream("c", "BROADCAST", "{{number}}")]))
        .await;
    assert_eq!(client.closed().await.0, 1012);
    server.connect("/c").await.text().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_says_so() {
    let mut server = Server::start(json!([
        echo(),
        stream("b", "BROADCAST", "x"),
        stream("u", "UNICAST", "x")
    ]))
    .await;
    let mut clients = Vec::new();
    for path in ["/echo", "/b", "/u"] {
        clients.push(server.connect(path).await);
    }
    server.clients(3).await;
    let closed = async {
        for client in &mut clients {
            assert_eq!(client.closed().await.0, 1001);
        }
    };
    tokio::join!(server.stop(), closed);
}
