//! Three clients that behave, and what they notice.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use wasmock_tests::mock::Mock;
use wasmock_tests::websocket::Frame;

/// Longer than anything takes that is not harmed.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long every answer took.
#[derive(Debug)]
pub struct Bystanders(Vec<Duration>);

impl Bystanders {
    /// Watches what the others get while something happens; anything wrong with it panics.
    pub fn watch(mock: &Mock, happening: impl FnOnce()) -> Self {
        let over = AtomicBool::new(false);
        let times = Mutex::new(Vec::new());
        // A panic in here would leave the others waiting for ever.
        struct Over<'a>(&'a AtomicBool);
        impl Drop for Over<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        thread::scope(|scope| {
            scope.spawn(|| converse(mock, &over, &times));
            scope.spawn(|| request(mock, &over, &times));
            scope.spawn(|| listen(mock, &over));
            let _over = Over(&over);
            happening();
        });
        let mut times = times.into_inner().unwrap();
        times.sort_unstable();
        Self(times)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn percentile(&self, percent: usize) -> Duration {
        let index = (self.0.len() * percent / 100).min(self.0.len() - 1);
        self.0[index]
    }
}

fn pace() {
    thread::sleep(Duration::from_millis(4));
}

/// A conversation: every message has its answer.
fn converse(mock: &Mock, over: &AtomicBool, times: &Mutex<Vec<Duration>>) {
    let mut socket = mock.websocket("/echo");
    for number in 0u64.. {
        let asked = Instant::now();
        let text = format!("still there? {number}");
        socket.send_text(&text);
        assert_eq!(socket.receive(PATIENCE), Some(Frame::Text(text)));
        times.lock().unwrap().push(asked.elapsed());
        if over.load(Ordering::SeqCst) {
            return;
        }
        pace();
    }
}

/// HTTP, a new connection each time: the server still accepts.
fn request(mock: &Mock, over: &AtomicBool, times: &Mutex<Vec<Duration>>) {
    loop {
        let asked = Instant::now();
        assert_eq!(mock.get("/page"), "page");
        times.lock().unwrap().push(asked.elapsed());
        if over.load(Ordering::SeqCst) {
            return;
        }
        pace();
    }
}

/// A broadcast whose messages are numbered: none is missing.
fn listen(mock: &Mock, over: &AtomicBool) {
    let mut socket = mock.websocket("/count");
    let mut last = None;
    while !over.load(Ordering::SeqCst) {
        let Some(Frame::Text(text)) = socket.receive(PATIENCE) else {
            panic!("the broadcast stopped after {last:?}");
        };
        let number: u64 = text.parse().unwrap();
        assert!(
            last.is_none_or(|last: u64| number == last + 1),
            "{number} follows {last:?}"
        );
        last = Some(number);
    }
}
