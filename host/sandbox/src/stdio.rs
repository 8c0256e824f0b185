//! What a guest prints: lines go to the log, and the last of them explain a trap.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Bytes kept of one call's output; a guest that prints more loses the beginning.
const KEPT: usize = 8 << 10;

/// The output of an instance; both streams go here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Takes what was printed since the last call.
    pub(crate) fn take(&self) -> Option<String> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        bytes.clear();
        Some(text)
    }

    fn append(&self, more: &[u8]) {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let more = &more[more.len().saturating_sub(KEPT)..];
        let excess = (bytes.len() + more.len()).saturating_sub(KEPT);
        bytes.drain(..excess);
        bytes.extend_from_slice(more);
    }
}

impl IsTerminal for Captured {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Captured {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }
}

#[async_trait::async_trait]
impl Pollable for Captured {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for Captured {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.append(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(KEPT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_flood_is_kept() {
        let output = Captured::default();
        output.append(&[b'a'; 10_000]);
        output.append(b"end\n");
        let text = output.take().unwrap();
        assert!(
            text.len() < KEPT && text.ends_with("aend"),
            "{}",
            text.len()
        );
        assert_eq!(output.take(), None);
    }
}
