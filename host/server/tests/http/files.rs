//! Bodies from files.

use std::path::PathBuf;

use serde_json::json;
use wasmock_server::Options;

use crate::server::Server;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Self {
        let folder = std::env::temp_dir().join(format!("wasmock-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, content) in files {
            std::fs::write(folder.join(name), content).unwrap();
        }
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn route(endpoint: &str, path: &str, more: &serde_json::Value) -> serde_json::Value {
    let mut response =
        json!({ "bodyType": "FILE", "filePath": path, "sendFileAsBody": true, "body": "inline" });
    response
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({ "endpoint": endpoint, "responses": [response] })
}

#[tokio::test]
async fn files_are_rendered_streamed_or_missed() {
    let folder = Folder::new(
        "files",
        &[("a.txt", b"{{method}} file"), ("b.bin", b"0123456789")],
    );
    let large = vec![b'x'; 3 << 20];
    std::fs::write(folder.0.join("large.bin"), &large).unwrap();
    let routes = json!([
        route("text", "a.txt", &json!({})),
        route(
            "raw",
            "a.txt",
            &json!({ "disableTemplating": true, "sendFileAsBody": false })
        ),
        route("bin", "b.bin", &json!({})),
        route("large", "large.bin", &json!({})),
        route("missing", "none.txt", &json!({ "statusCode": 201 })),
        route("else", "none.txt", &json!({ "fallbackTo404": true })),
        route("folder", ".", &json!({})),
        route("out", "{{method}}/../../etc/passwd", &json!({}))
    ]);
    let server = Server::with(json!({ "routes": routes }), &folder.0, Options::default()).await;
    let answer = server.get("/text").await;
    assert_eq!(
        (&*answer.body, answer.header("content-type")),
        ("GET file", Some("text/plain; charset=utf-8"))
    );
    let answer = server.get("/raw").await;
    assert_eq!(
        (&*answer.body, answer.header("content-disposition")),
        ("{{method}} file", Some("attachment; filename=\"a.txt\""))
    );
    let answer = server.send("GET /bin", &[("Range", "bytes=2-4")], "").await;
    assert_eq!(
        (answer.status, &*answer.body, answer.header("content-range")),
        (206, "234", Some("bytes 2-4/10"))
    );
    let answer = server.get("/large").await;
    assert_eq!(
        (answer.body.len(), answer.header("content-length")),
        (large.len(), Some("3145728"))
    );
    let answer = server
        .send("GET /large", &[("Range", "bytes=-5")], "")
        .await;
    assert_eq!((answer.status, &*answer.body), (206, "xxxxx"));
    let answer = server.get("/missing").await;
    assert_eq!(answer.status, 201);
    assert!(answer.body.starts_with(
        "Error while serving the file content: ENOENT: no such file or directory, open '"
    ));
    let answer = server.get("/else").await;
    assert_eq!((answer.status, &*answer.body), (404, "inline"));
    assert_eq!(
        server.get("/folder").await.body,
        "Error while serving the file content: EISDIR: illegal operation on a directory, read"
    );
    let answer = server.get("/out").await;
    assert!(
        answer
            .body
            .contains("Access to relative path outside of the allowed base directory"),
        "{}",
        answer.body
    );
    // A changed file shows at once.
    std::fs::write(folder.0.join("a.txt"), "changed, {{method}}").unwrap();
    assert_eq!(server.get("/text").await.body, "changed, GET");
}
