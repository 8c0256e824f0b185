//! A part of a large file as the body of an answer, read as the client takes it.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use tokio::fs::File;
use tokio::io::{AsyncRead as _, AsyncSeekExt as _, ReadBuf};

/// Bytes of one read.
const CHUNK: usize = 256 << 10;

/// The rest of a file, up to a length.
#[derive(Debug)]
pub(crate) struct FileStream {
    file: File,
    left: u64,
    buffer: BytesMut,
}

impl FileStream {
    /// Begins at `start`, for `length` bytes.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(crate) async fn open(path: &Path, start: u64, length: u64) -> io::Result<Self> {
        let mut file = File::open(path).await?;
        file.set_max_buf_size(CHUNK);
        if start > 0 {
            file.seek(io::SeekFrom::Start(start)).await?;
        }
        Ok(Self {
            file,
            left: length,
            buffer: BytesMut::new(),
        })
    }
}

impl Body for FileStream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Self { file, left, buffer } = self.get_mut();
        if *left == 0 {
            return Poll::Ready(None);
        }
        let wanted = usize::try_from(*left).unwrap_or(CHUNK).min(CHUNK);
        buffer.resize(wanted, 0);
        let mut read = ReadBuf::new(buffer);
        let result = ready!(Pin::new(file).poll_read(context, &mut read));
        let count = read.filled().len();
        Poll::Ready(match result {
            Err(error) => Some(Err(error)),
            // The file has become shorter: the answer cannot be completed.
            Ok(()) if count == 0 => Some(Err(io::ErrorKind::UnexpectedEof.into())),
            Ok(()) => {
                *left -= count as u64;
                Some(Ok(Frame::data(buffer.split_to(count).freeze())))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
