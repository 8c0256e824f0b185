//! Plugins from addresses and registries, over real sockets; the registry is Docker's own, where
//! it can be had.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    unreachable_pub
)]

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use support::{BUCKETS, REGEX, Running, environment, files, http, ok, run, sha256, wasmock};

/// Docker's registry on a port of its own, over a folder.
struct Registry {
    _running: Running,
    port: u16,
}

impl Registry {
    /// None where the program is not installed.
    fn start(folder: &Path, port: Option<u16>) -> Option<Self> {
        let program = ["/usr/bin/docker-registry", "/usr/local/bin/docker-registry"];
        let program = program.into_iter().find(|path| Path::new(path).exists());
        let required = std::env::var_os("WASMOCK_TEST_REGISTRY").is_some();
        let Some(program) = program else {
            assert!(!required, "docker-registry is not installed");
            eprintln!(
                "left out: docker-registry is not installed (apt-get install docker-registry)"
            );
            return None;
        };
        let port = port.unwrap_or_else(|| {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        });
        let configuration = format!(
            "version: 0.1\nlog: {{ level: info }}\nstorage: {{ filesystem: {{ rootdirectory: {} }} }}\n\
             http: {{ addr: \"127.0.0.1:{port}\" }}\n",
            folder.join("blobs").display()
        );
        let file = folder.join("registry.yml");
        std::fs::write(&file, configuration).unwrap();
        let mut running = Running::start(Command::new(program).arg("serve").arg(&file));
        running.wait_for("listening on");
        Some(Self {
            _running: running,
            port,
        })
    }

    fn blob(&self, name: &str, bytes: &[u8]) -> String {
        let digest = format!("sha256:{}", sha256(bytes));
        let (status, answer) = http(
            self.port,
            "POST",
            &format!("/v2/{name}/blobs/uploads/"),
            "",
            b"",
        );
        assert_eq!(status, 202, "{answer}");
        let location = answer
            .lines()
            .find_map(|line| line.strip_prefix("Location: "))
            .unwrap();
        let path = &location[location.find("/v2/").unwrap()..];
        let path = format!("{path}&digest={digest}");
        let kind = "Content-Type: application/octet-stream\r\n";
        let (status, answer) = http(self.port, "PUT", &path, kind, bytes);
        assert_eq!(status, 201, "{answer}");
        digest
    }

    /// Pushes as `wkg oci push` does.
    fn push(&self, name: &str, tag: &str, kind: &str, component: &[u8]) -> String {
        let layer = self.blob(name, component);
        let config = format!(
            r#"{{"created":"2025-01-01T00:00:00Z","architecture":"wasm","os":"wasip2","layerDigests":["{layer}"],"component":{{"exports":[],"imports":[]}}}}"#
        );
        let config_digest = self.blob(name, config.as_bytes());
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.wasm.config.v0+json","digest":"{config_digest}","size":{}}},"layers":[{{"mediaType":"{kind}","digest":"{layer}","size":{}}}]}}"#,
            config.len(),
            component.len()
        );
        let path = format!("/v2/{name}/manifests/{tag}");
        let kind = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";
        let (status, answer) = http(self.port, "PUT", &path, kind, manifest.as_bytes());
        assert_eq!(status, 201, "{answer}");
        format!("sha256:{}", sha256(manifest.as_bytes()))
    }
}

#[test]
fn a_registrys_plugin_is_pulled_locked_and_started_without_network() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    let Some(registry) = Registry::start(folder, None) else {
        return;
    };
    let port = registry.port;
    let manifest = registry.push("acme/tools/rx", "1.2", "application/wasm", REGEX);
    registry.push(
        "acme/image",
        "1",
        "application/vnd.oci.image.layer.v1.tar",
        b"no",
    );
    let address = format!("oci://localhost:{port}/acme/tools/rx:1.2");
    let plugin = format!(r#"{{ "name": "shared", "path": "{address}" }}"#);
    environment(folder, &plugin);

    // Unlocked it is looked up, with a warning.
    {
        let mut server = Running::start(wasmock(folder, &folder.join("cache-0")).args([
            "serve",
            "mock.json",
            "--port",
            "0",
        ]));
        let port = server.port();
        assert!(http(port, "GET", "/a", "", b"").1.contains("alive"));
        assert!(
            server.output().contains("is not locked"),
            "{}",
            server.output()
        );
        assert!(
            server.output().contains("Plugin `shared` loaded"),
            "{}",
            server.output()
        );
    }

    let (code, text) = run(wasmock(folder, &cache).args(["plugin", "pull", "mock.json"]));
    let digest = sha256(REGEX);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains(&digest) && text.contains("wasmock.lock"),
        "{text}"
    );
    let lock = std::fs::read_to_string(folder.join("wasmock.lock")).unwrap();
    assert!(lock.contains(&digest) && lock.contains(&address), "{lock}");

    // By the digest of its manifest, and without an environment.
    let by_digest = format!("oci://127.0.0.1:{port}/acme/tools/rx@{manifest}");
    let (code, text) = run(wasmock(folder, &cache).args(["plugin", "pull", &by_digest]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&format!("#sha256={digest}")), "{text}");
    let (code, text) = run(wasmock(folder, &cache).args(["plugin", "check", &by_digest]));
    assert_eq!(code, 0, "{text}");

    // What is not there, and what is something else.
    for (what, words) in [
        ("acme/tools/rx:9", "is not in the registry"),
        ("acme/nothing:1", "is not in the registry"),
        (
            "acme/image:1",
            "holds no WebAssembly component; its layers are: application/vnd.oci",
        ),
    ] {
        let address = format!("oci://localhost:{port}/{what}");
        let (code, text) = run(wasmock(folder, &cache).args(["plugin", "pull", &address]));
        assert_eq!(code, 1, "{text}");
        assert!(text.contains(words), "{text}");
    }

    // The tag moves: what is locked stays, until it is brought up to date.
    registry.push("acme/tools/rx", "1.2", "application/wasm", BUCKETS);
    let (code, text) = run(wasmock(folder, &cache).args(["plugin", "pull", "mock.json"]));
    assert_eq!((code, text.contains(&digest)), (0, true), "{text}");
    let (code, text) =
        run(wasmock(folder, &cache).args(["plugin", "pull", "--update", "mock.json"]));
    assert_eq!((code, text.contains(&sha256(BUCKETS))), (0, true), "{text}");
    std::fs::write(folder.join("wasmock.lock"), &lock).unwrap();

    // Without network: what is locked and was fetched starts, nothing else does.
    drop(registry);
    {
        let mut server =
            Running::start(wasmock(folder, &cache).args(["serve", "mock.json", "--port", "0"]));
        let port = server.port();
        assert!(http(port, "GET", "/a", "", b"").1.contains("alive"));
    }
    let (code, text) =
        run(wasmock(folder, &folder.join("empty")).args(["serve", "mock.json", "--port", "0"]));
    assert_eq!(code, 2, "{text}");
    let place = format!("plugin `shared`: cannot connect to localhost:{port}");
    assert!(text.contains(&place), "{text}");

    // A damaged copy is not used.
    let copy = cache.join(format!("components/sha256-{digest}.wasm"));
    std::fs::write(&copy, "damaged").unwrap();
    let (code, text) = run(wasmock(folder, &cache).args(["serve", "mock.json", "--port", "0"]));
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("is damaged and is fetched anew"), "{text}");
}

#[test]
fn an_address_of_the_web_is_loaded_by_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    let moved = b"HTTP/1.1 302 Found\r\nLocation: /rx.wasm\r\nContent-Length: 0\r\n\r\n".to_vec();
    let circle = b"HTTP/1.1 302 Found\r\nLocation: /circle\r\nContent-Length: 0\r\n\r\n".to_vec();
    let broken = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf".to_vec();
    let port = files(vec![
        ("/rx.wasm", ok(REGEX)),
        ("/moved.wasm", moved),
        ("/circle", circle),
        ("/broken", broken),
        ("/endless", Vec::new()),
    ]);
    let digest = sha256(REGEX);
    let base = format!("http://127.0.0.1:{port}");
    let path = |path: &str| format!(r#"{{ "name": "shared", "path": "{path}" }}"#);
    let beside =
        format!(r#"{{ "name": "shared", "path": "{base}/rx.wasm", "sha256": "{digest}" }}"#);
    let wrong = "0".repeat(64);
    for (plugin, words) in [
        (path(&format!("{base}/rx.wasm#sha256={digest}")), ""),
        (path(&format!("{base}/moved.wasm#sha256={digest}")), ""),
        (beside, ""),
        (
            path(&format!("{base}/rx.wasm#sha256={wrong}")),
            "was expected; if the change is meant",
        ),
        (
            path(&format!("{base}/rx.wasm")),
            "needs a digest, because what is there may change",
        ),
        (
            path(&format!("{base}/none.wasm#sha256={wrong}")),
            "there is nothing at",
        ),
        (
            path(&format!("{base}/circle#sha256={wrong}")),
            "leads on more than 10 times",
        ),
        (path(&format!("{base}/broken#sha256={wrong}")), "broke off"),
        (
            path(&format!("{base}/endless#sha256={wrong}")),
            "sends more than 256 MiB",
        ),
        (
            path(&format!("{base}/rx.wasm#sha256=12")),
            "64 hexadecimal digits",
        ),
        (
            path(&format!("https://127.0.0.1:1/x#sha256={wrong}")),
            "cannot connect to 127.0.0.1:1",
        ),
        (
            path(&format!("https://no.such.invalid/x#sha256={wrong}")),
            "was not found",
        ),
        (
            path(&format!("ftp://127.0.0.1/x#sha256={wrong}")),
            "cannot be fetched; places are",
        ),
    ] {
        environment(folder, &plugin);
        if words.is_empty() {
            let cache = tempfile::tempdir().unwrap();
            let mut server = Running::start(wasmock(folder, cache.path()).args([
                "serve",
                "mock.json",
                "--port",
                "0",
            ]));
            let port = server.port();
            assert!(http(port, "GET", "/a", "", b"").1.contains("alive"));
            continue;
        }
        let (code, text) = run(wasmock(folder, &cache).args(["serve", "mock.json", "--port", "0"]));
        assert_eq!(code, 2, "{plugin}: {text}");
        assert!(text.contains(words), "{plugin}: {text}");
        assert!(text.contains("plugin `shared`"), "{plugin}: {text}");
    }

    // Pulled once, it needs no digest of its own any more.
    environment(folder, &path(&format!("{base}/rx.wasm")));
    let (code, text) = run(wasmock(folder, &cache).args(["plugin", "pull", "mock.json"]));
    assert_eq!(code, 0, "{text}");
    let mut server =
        Running::start(wasmock(folder, &cache).args(["serve", "mock.json", "--port", "0"]));
    server.port();
    drop(server);

    // A lock that is none.
    std::fs::write(folder.join("wasmock.lock"), "{").unwrap();
    let (code, text) = run(wasmock(folder, &cache).args(["serve", "mock.json", "--port", "0"]));
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("wasmock.lock cannot be read"), "{text}");
}

#[test]
fn a_files_address_and_digest_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    std::fs::write(folder.join("a b.wasm"), REGEX).unwrap();
    let digest = sha256(REGEX);
    let url = format!("file://{}/a%20b.wasm", folder.display());
    for (path, sha256, code) in [
        ("a b.wasm", digest.as_str(), 0),
        ("a b.wasm", &"0".repeat(64), 2),
        (&url, &digest, 0),
        (&format!("{url}#sha256={digest}"), &digest, 0),
        (&format!("{url}#sha256={}", "0".repeat(64)), &digest, 2),
    ] {
        let plugin = format!(r#"{{ "name": "shared", "path": "{path}", "sha256": "{sha256}" }}"#);
        environment(folder, &plugin);
        let (found, text) = run(wasmock(folder, &cache).args([
            "plugin",
            "inspect",
            "shared",
            "--data",
            "mock.json",
        ]));
        assert_eq!(found, code, "{path} {sha256}: {text}");
    }
}

#[test]
fn a_secure_address_is_checked_against_the_systems_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args([
            "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .current_dir(folder)
        .output();
    if !made.is_ok_and(|output| output.status.success()) {
        eprintln!("left out: openssl is not installed");
        return;
    }
    std::fs::write(folder.join("rx.wasm"), REGEX).unwrap();
    let mock = r#"{
        "tlsOptions": { "enabled": true, "type": "CERT", "certPath": "./cert.pem", "keyPath": "./key.pem" },
        "routes": [{ "type": "http", "method": "get", "endpoint": "rx.wasm",
            "responses": [{ "bodyType": "FILE", "filePath": "./rx.wasm" }] }]
    }"#;
    std::fs::write(folder.join("server.json"), mock).unwrap();
    let mut server =
        Running::start(wasmock(folder, &cache).args(["serve", "server.json", "--port", "0"]));
    let address = format!("https://localhost:{}/rx.wasm", server.port());
    let mut pull = wasmock(folder, &cache);
    pull.args(["plugin", "pull", &address]);
    let (code, text) = run(&mut pull);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("no secure connection to localhost"), "{text}");
    let (code, text) = run(pull.env("SSL_CERT_FILE", folder.join("cert.pem")));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&sha256(REGEX)), "{text}");
}

#[test]
fn a_registry_that_asks_for_a_token_gets_one() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let digest = sha256(REGEX);
    let manifest = format!(
        r#"{{"layers":[{{"mediaType":"application/wasm","digest":"sha256:{digest}","size":1}}]}}"#
    );
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let (mut request, mut part) = (String::new(), [0; 4096]);
            while !request.contains("\r\n\r\n") {
                let length = stream.read(&mut part).unwrap();
                request.push_str(&String::from_utf8_lossy(&part[..length]));
            }
            let has = |words: &str| request.to_lowercase().contains(&words.to_lowercase());
            let answer = if has("GET /token?service=here&scope=repository%3Ap%3Apull") {
                match has("authorization: Basic dXNlcjpwYXNz") {
                    true => ok(br#"{"token":"secret","access_token":"secret"}"#),
                    false => ok(b"{}"),
                }
            } else if !has("authorization: Bearer secret") {
                format!(
                    "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: Bearer \
                     realm=\"http://127.0.0.1:{port}/token\",service=\"here\",scope=\"repository:p:pull\"\r\n\r\n"
                )
                .into_bytes()
            } else if has("/manifests/") {
                ok(manifest.as_bytes())
            } else {
                ok(REGEX)
            };
            let _ = stream.write_all(&answer);
        }
    });
    let address = format!("oci://127.0.0.1:{port}/p:1");
    let (code, text) = run(wasmock(folder, &cache)
        .env("DOCKER_CONFIG", folder)
        .args(["plugin", "pull", &address]));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("the registry does not let you"), "{text}");
    let passwords = format!(r#"{{"auths":{{"127.0.0.1:{port}":{{"auth":"dXNlcjpwYXNz"}}}}}}"#);
    std::fs::write(folder.join("config.json"), passwords).unwrap();
    let (code, text) = run(wasmock(folder, &cache)
        .env("DOCKER_CONFIG", folder)
        .args(["plugin", "pull", &address]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&sha256(REGEX)), "{text}");
}
