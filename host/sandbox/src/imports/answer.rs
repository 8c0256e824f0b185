//! `answer`: what the client will get.

use std::path::PathBuf;
use std::time::Duration;

use wasmock_exchange::{Body, Close, Frame, limits};

use crate::bindings::wasmock::host::answer::Host;
use crate::bindings::wasmock::host::types::{self, Failure, Value as Wire};
use crate::guest::Guest;

/// A close frame has room for this much text.
const REASON: usize = 123;

impl Host for Guest {
    fn status(&mut self) -> wasmtime::Result<u16> {
        Ok(self.current()?.answer.status)
    }

    fn set_status(&mut self, status: u16) -> wasmtime::Result<()> {
        if (100..=999).contains(&status) {
            self.current_mut()?.answer.status = status;
        }
        Ok(())
    }

    fn headers(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        Ok(self.current()?.answer.headers.clone())
    }

    fn set_header(&mut self, name: String, value: String) -> wasmtime::Result<()> {
        self.current_mut()?.answer.set_header(&name, value);
        Ok(())
    }

    fn add_header(&mut self, name: String, value: String) -> wasmtime::Result<()> {
        self.current_mut()?.answer.headers.push((name, value));
        Ok(())
    }

    fn remove_header(&mut self, name: String) -> wasmtime::Result<()> {
        self.current_mut()?.answer.remove_header(&name);
        Ok(())
    }

    fn write_text(&mut self, text: String) -> wasmtime::Result<()> {
        self.write_body(text.as_bytes())
    }

    fn write_bytes(&mut self, bytes: Vec<u8>) -> wasmtime::Result<()> {
        self.write_body(&bytes)
    }

    fn write_value(&mut self, value: Wire) -> wasmtime::Result<()> {
        match value {
            Wire::Undefined => Ok(()),
            Wire::Text(text) | Wire::SafeText(text) | Wire::Json(text) => {
                self.write_body(text.as_bytes())
            }
            Wire::Reference(reference) => {
                let Some(document) = self.document(reference).cloned() else {
                    return Ok(());
                };
                self.write_body(document.text().as_bytes())
            }
            scalar => {
                let value = self.references.lift(scalar);
                self.write_body(value.to_text().as_bytes())
            }
        }
    }

    fn body_text(&mut self) -> wasmtime::Result<String> {
        Ok(String::from_utf8_lossy(self.current()?.answer.bytes()).into_owned())
    }

    fn use_file(&mut self, path: String) -> wasmtime::Result<Result<(), Failure>> {
        let inside = std::path::Path::new(&path).components().all(|part| {
            matches!(
                part,
                std::path::Component::Normal(_) | std::path::Component::CurDir
            )
        });
        if !inside {
            return Ok(Err(Failure::Denied(format!(
                "`{path}` leads out of the environment's folder; only paths inside it are allowed"
            ))));
        }
        self.current_mut()?.answer.body = Body::File(PathBuf::from(path));
        Ok(Ok(()))
    }

    fn delay(&mut self, ms: u32) -> wasmtime::Result<()> {
        self.current_mut()?.answer.delay = Duration::from_millis(ms.into());
        Ok(())
    }

    fn send(&mut self, frame: types::Frame) -> wasmtime::Result<()> {
        let frame = match frame {
            types::Frame::Text(text) => Frame::text(text),
            types::Frame::Binary(bytes) => Frame::Binary(bytes.into()),
        };
        let frames = &mut self.current_mut()?.answer.frames;
        if frames.len() >= limits::FRAMES_OF_A_CALL {
            return Err(wasmtime::Error::msg(format!(
                "more than {} messages sent in one call",
                limits::FRAMES_OF_A_CALL
            )));
        }
        frames.push(frame);
        Ok(())
    }

    fn close(&mut self, code: u16, mut reason: String) -> wasmtime::Result<()> {
        reason.truncate(reason.floor_char_boundary(REASON));
        self.current_mut()?.answer.close = Some(Close { code, reason });
        Ok(())
    }
}

impl Guest {
    fn write_body(&mut self, bytes: &[u8]) -> wasmtime::Result<()> {
        let answer = &mut self.current_mut()?.answer;
        if answer.bytes().len() + bytes.len() > limits::BOUNDARY_BYTES {
            return Err(wasmtime::Error::msg(format!(
                "the answer is larger than {} MiB",
                limits::BOUNDARY_BYTES >> 20
            )));
        }
        answer.write(bytes);
        Ok(())
    }
}
