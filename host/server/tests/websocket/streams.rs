//! One-to-one streams, broadcasts and their groups.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;
use wasmock_exchange::Clock;

use crate::fixture::*;

fn stream(endpoint: &str, mode: &str, interval: u64, responses: Json) -> Json {
    let mut route = ws(endpoint, responses);
    route["streamingMode"] = json!(mode);
    route["streamingInterval"] = json!(interval);
    route
}

fn numbers() -> Json {
    json!([{ "body": "{{number}}" }])
}

#[tokio::test(flavor = "multi_thread")]
async fn each_client_has_its_own_sequence_and_rules_see_each_message() {
    let responses = json!([
        { "body": "{{number}} {{queryParam 'q'}} {{body}}", "default": true },
        { "body": "three", "rules": [{ "target": "request_number", "operator": "equals", "value": "3" }] },
        { "body": "", "rules": [{ "target": "request_number", "operator": "equals", "value": "4" }] },
        { "body": "{{oops}}", "rules": [{ "target": "request_number", "operator": "equals", "value": "5" }] },
    ]);
    let server = Server::start(json!([stream("s", "UNICAST", 20, responses)])).await;
    for q in ["a", "b"] {
        let start = Clock::instant();
        let mut client = server.connect(&format!("/s?q={q}")).await;
        client.send("ignored").await;
        for expected in ["1 a ", "2 a ", "three", "6 a ", "7 a "] {
            assert_eq!(client.text().await, expected.replace('a', q));
        }
        assert!(
            Clock::instant() - start >= Duration::from_millis(140),
            "seven intervals"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shortest_interval_is_ten_milliseconds_and_bursts_and_jitter_are_kept() {
    let mut burst = stream("burst", "UNICAST", 300, numbers());
    burst["wasmock"] = json!({ "burst": 6 });
    let mut jitter = stream("jitter", "UNICAST", 20, numbers());
    jitter["wasmock"] = json!({ "jitter": 1000 });
    let mut random = stream("random", "UNICAST", 10, numbers());
    random["wasmock"] = json!({ "interval": { "min": 30, "max": 50 } });
    let routes = json!([
        stream("fast", "UNICAST", 0, numbers()),
        burst,
        jitter,
        random
    ]);
    let server = Server::start(routes).await;
    for (path, least) in [
        ("/fast", 120),
        ("/burst", 600),
        // Never early, and all twelve on time would be a wonder.
        ("/jitter", 260),
        ("/random", 360),
    ] {
        let start = Clock::instant();
        let mut client = server.connect(path).await;
        for n in 1..=12 {
            assert_eq!(client.text().await, n.to_string(), "{path}");
        }
        let took = Clock::instant() - start;
        assert!(took >= Duration::from_millis(least), "{path} {took:?}");
        // One by one, the twelve of the bursts would take six times as long.
        assert!(took < Duration::from_millis(3000), "{path} {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_messages_can_be_seen_as_the_latest() {
    let mut route = stream("s", "UNICAST", 10, json!([{ "body": "[{{body}}]" }]));
    route["wasmock"] = json!({ "clientMessages": "latest" });
    let server = Server::start(json!([route])).await;
    let mut client = server.connect("/s").await;
    assert_eq!(client.text().await, "[]");
    client.send("x").await;
    client.until("[x]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_runs_without_listeners_and_is_the_same_for_all() {
    let responses = json!([{ "body": "{{number}} {{queryParam 'q'}}", "default": true },
        { "body": "never", "rules": [{ "target": "query", "modifier": "q", "operator": "equals", "value": "1" }] }]);
    let server = Server::start(json!([
        stream("b", "BROADCAST", 20, responses.clone()),
        stream(
            "random",
            "BROADCAST",
            20,
            json!([{ "body": "{{number}} {{random}}" }])
        ),
        stream("file", "BROADCAST", 20, json!([{ "body": "static" }])),
    ]))
    .await;
    sleep(Duration::from_millis(300)).await;
    let mut late = server.connect("/b?q=1").await;
    let first: u64 = late.text().await.trim().parse().unwrap();
    assert!(first >= 10, "it has gone on: {first}");
    let mut later = server.connect("/b").await;
    let joined: u64 = later.text().await.trim().parse().unwrap();
    let mut number = first;
    while number < joined {
        let next: u64 = late.text().await.trim().parse().unwrap();
        assert!(next > number);
        number = next;
    }
    for _ in 0..10 {
        // A busy machine merges ticks, for both alike.
        let (a, b) = (late.text().await, later.text().await);
        assert_eq!(a, b, "none is skipped for one of them");
        let next: u64 = a.trim().parse().unwrap();
        assert!(next > number);
        number = next;
    }
    let (mut a, mut b) = (
        server.connect("/random").await,
        server.connect("/random").await,
    );
    let heard = b.text().await;
    a.until(&heard).await;
    for _ in 0..5 {
        assert_eq!(a.text().await, b.text().await);
    }
    assert_eq!(server.connect("/file").await.text().await, "static");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_makes_one_message_for_all_and_none_for_nobody() {
    let number = |text: String| text.parse::<u64>().unwrap();
    let server = Server::start(json!([
        stream("b", "BROADCAST", 20, numbers()),
        stream("clock", "UNICAST", 20, json!([{ "body": "tick" }])),
    ]))
    .await;
    let mut clock = server.connect("/clock").await;
    for _ in 0..10 {
        clock.text().await;
    }
    assert_eq!(server.rendered(), 0, "nobody listens");
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(server.connect("/b").await);
    }
    let first = number(clients[0].text().await);
    assert!(first >= 10, "its number comes from the clock: {first}");
    for _ in 0..10 {
        for client in &mut clients {
            client.text().await;
        }
    }
    let rendered = server.rendered();
    // Nothing that was made before this client came has a higher number.
    let last = number(server.connect("/b").await.text().await);
    assert!(
        rendered <= last - first + 2,
        "{rendered} messages from {first} to {last}"
    );
    // What draws at random would give others other values if it rested.
    let random = json!([{ "body": "{{random}}" }]);
    let server = Server::start(json!([stream("r", "BROADCAST", 10, random)])).await;
    let made = async {
        while server.rendered() < 3 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    soon(made).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_have_their_own_sequence() {
    let mut route = stream("g/:name", "BROADCAST", 25, numbers());
    route["wasmock"] = json!({ "group": "{{urlParam 'name'}}" });
    let server = Server::start(json!([route])).await;
    let number = |text: String| text.parse::<u64>().unwrap();
    // By the clock: on a busy machine the first message may be a late one.
    let mut a = server.connect("/g/a").await;
    while number(a.text().await) < 40 {}
    let mut b = server.connect("/g/b").await;
    assert!(
        number(b.text().await) < 40,
        "it begins with its first member"
    );
    let mut again = server.connect("/g/a").await;
    assert!(
        number(again.text().await) > 40,
        "one sequence for all members"
    );
    drop((a, again));
    server.clients(1).await;
    let mut back = server.connect("/g/a").await;
    assert!(number(back.text().await) > 40, "kept for a while");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_environments_do_not_share_a_broadcast() {
    let route = |body: &str| json!([stream("b", "BROADCAST", 10, json!([{ "body": body }]))]);
    let (one, two) = (
        Server::start(route("one")).await,
        Server::start(route("two")).await,
    );
    assert_eq!(one.connect("/b").await.text().await, "one");
    assert_eq!(two.connect("/b").await.text().await, "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_closed_and_delays_nobody() {
    let body = "x".repeat(200_000);
    let server = Server::start(json!([stream(
        "b",
        "BROADCAST",
        10,
        json!([{ "body": format!("{{{{number}}}} {body}") }])
    ),]))
    .await;
    // The deaf one reads nothing; its socket takes a few megabytes, its queue four.
    let mut deaf = server.raw("/b").await;
    let (mut good, mut other) = (server.connect("/b").await, server.connect("/b").await);
    server.clients(3).await;
    let heard = other.text().await;
    good.until(&heard).await;
    soon(async {
        while server.site.websockets(None).len() == 3 {
            assert!(
                good.text().await == other.text().await,
                "a message was skipped"
            );
        }
    })
    .await;
    // Whatever it was sent before ends with the reason, if it got that far.
    let mut frames = 0;
    while let Some((first, payload)) = read_frame(&mut deaf).await {
        frames += 1;
        if first == 0x88 {
            assert_eq!(&payload[..2], &1008u16.to_be_bytes());
        }
    }
    assert!(frames > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_much_a_client_may_leave_unread_can_be_set() {
    let route = |endpoint: &str, messages: usize, bytes: usize| {
        let body = format!("{{{{number}}}} {}", "x".repeat(100_000));
        let mut route = stream(endpoint, "BROADCAST", 10, json!([{ "body": body }]));
        route["wasmock"] = json!({ "queue": { "messages": messages, "bytes": bytes } });
        route
    };
    let server = Server::start(json!([
        route("short", 1, 1 << 30),
        route("small", 100_000, 100_000),
        route("long", 100_000, 1 << 30)
    ]))
    .await;
    let mut full = [server.raw("/short").await, server.raw("/small").await];
    let _long = server.raw("/long").await;
    server.clients(3).await;
    // None of them reads; those whose queues are full with one message go first.
    server.clients(1).await;
    assert_eq!(server.site.websockets(None)[0].route, "long");
    for client in &mut full {
        while let Some((first, payload)) = read_frame(client).await {
            assert!(first != 0x88 || payload[..2] == 1008u16.to_be_bytes());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_clients_are_pinged_and_closed_where_the_route_says_so() {
    let with = |endpoint: &str, key: &str, ms: u64| {
        let mut route = ws(endpoint, json!([{ "body": "{{body}}" }]));
        route["wasmock"] = json!({ key: ms });
        route
    };
    let server = Server::start(json!([
        with("ping", "ping", 100),
        with("idle", "idleTimeout", 400)
    ]))
    .await;
    // Answered pings go on for as long as they are answered, the first unanswered one is the last.
    let mut stream = server.raw("/ping").await;
    let began = Clock::instant();
    for _ in 0..5 {
        assert_eq!(read_frame(&mut stream).await, Some((0x89, vec![])));
        tokio::io::AsyncWriteExt::write_all(&mut stream, &frame(0x8a, b""))
            .await
            .unwrap();
    }
    assert!(Clock::instant() - began >= Duration::from_millis(500));
    assert_eq!(read_frame(&mut stream).await, Some((0x89, vec![])));
    let (first, payload) = read_frame(&mut stream).await.unwrap();
    assert_eq!(
        (first, &payload[..2]),
        (0x88, &1001u16.to_be_bytes()[..]),
        "a ping was not answered"
    );
    // Every message counts as a sign of life.
    let mut client = server.connect("/idle").await;
    let began = Clock::instant();
    for _ in 0..4 {
        sleep(Duration::from_millis(200)).await;
        assert_eq!(client.ask("x").await, "x");
    }
    assert_eq!(client.closed().await.0, 1001);
    let took = Clock::instant() - began;
    assert!(took >= Duration::from_millis(1150), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_to_one_stream_waits_for_its_client() {
    let body = "x".repeat(300_000);
    let server = Server::start(json!([stream(
        "s",
        "UNICAST",
        10,
        json!([{ "body": format!("{{{{number}}}} {body}") }])
    ),]))
    .await;
    let mut client = server.connect("/s").await;
    // While nothing is read, the stream stops at one unfinished message.
    let mut sent = 0;
    loop {
        sleep(Duration::from_millis(300)).await;
        let now = server.site.websockets(None)[0].sent;
        if now == sent && now > 0 {
            break;
        }
        sent = now;
    }
    for n in 1..=sent + 3 {
        let text = client.text().await;
        assert_eq!(
            text.split(' ').next().unwrap(),
            n.to_string(),
            "its number goes on by one"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_streams_of_different_intervals_keep_their_time() {
    let routes: Vec<Json> = (0..50)
        .map(|n| stream(&format!("s{n}"), "UNICAST", 50 + n, numbers()))
        .collect();
    let server = Server::start(json!(routes)).await;
    let clients = (0..50u32).flat_map(|n| std::iter::repeat_n(n, 4)).map(|n| {
        let path = format!("/s{n}");
        let connect = server.tcp();
        async move {
            let request = format!("ws://localhost{path}");
            let connection = connect.await;
            // Before the stream can have begun.
            let start = Clock::instant();
            let (mut stream, _) = tokio_tungstenite::client_async(request, connection)
                .await
                .unwrap();
            use futures_util::StreamExt;
            let mut last = Message::text("");
            for _ in 0..20 {
                last = stream.next().await.unwrap().unwrap();
            }
            (n, last, Clock::instant() - start)
        }
    });
    for (n, last, took) in futures_util::future::join_all(clients).await {
        let ideal = Duration::from_millis(u64::from(50 + n) * 20);
        let number: u32 = last.to_text().unwrap().parse().unwrap();
        // A busy machine merges ticks; it never sends them early.
        assert!(number == 20 && took >= ideal, "{n}: {number} in {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_with_too_many_groups_has_no_place_for_more() {
    let mut route = ws("g/:name", json!([{ "body": "{{urlParam 'name'}}" }]));
    route["wasmock"] = json!({ "group": "{{urlParam 'name'}}" });
    let server = Server::start(json!([route])).await;
    // Groups outlive their members for a while, so nobody has to stay.
    let lanes = (0..10u32).map(|lane| {
        let server = &server;
        async move {
            for number in 0..1000 {
                drop(server.raw(&format!("/g/{}", lane * 1000 + number)).await);
            }
        }
    });
    futures_util::future::join_all(lanes).await;
    let refused = server.connect_with("/g/another", &[]).await.err().unwrap();
    assert_eq!(refused.0, 503, "{}", refused.1);
    let mut client = server.connect("/g/17").await;
    assert_eq!(client.ask("x").await, "17", "one that is there takes more");
}
