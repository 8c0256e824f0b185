//! A request over `wasi:http`, and the redirects after it.

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{Fields, IncomingResponse, OutgoingRequest, Scheme};

/// What a GET answers: status and body. Redirects are followed as a careless client would.
pub(crate) fn get(url: &str, follow: bool) -> String {
    let mut url = url.to_owned();
    for _ in 0..5 {
        match ask(&url) {
            Err(error) => return format!("error: {error}"),
            Ok((_, Some(next), _)) if follow => url = next,
            Ok((status, _, body)) => return format!("{status} {body}"),
        }
    }
    "error: round and round".into()
}

type Answer = (u16, Option<String>, String);

fn ask(url: &str) -> Result<Answer, String> {
    let (scheme, rest) = match url.split_once("://") {
        Some(("https", rest)) => (Scheme::Https, rest),
        Some((_, rest)) => (Scheme::Http, rest),
        None => return Err("no address".into()),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&scheme)).map_err(|()| "scheme")?;
    request
        .set_authority(Some(authority))
        .map_err(|()| "authority")?;
    request
        .set_path_with_query(Some(path))
        .map_err(|()| "path")?;
    let future = handle(request, None).map_err(|error| format!("{error:?}"))?;
    let response = loop {
        match future.get() {
            Some(response) => break response.map_err(|()| "taken")?,
            None => future.subscribe().block(),
        }
    };
    let response: IncomingResponse = response.map_err(|error| format!("{error:?}"))?;
    let location = response.headers().get("location");
    let location = location
        .first()
        .map(|next| String::from_utf8_lossy(next).into_owned());
    let body = response.consume().map_err(|()| "body")?;
    let stream = body.stream().map_err(|()| "stream")?;
    let mut bytes = Vec::new();
    while let Ok(more) = stream.blocking_read(1 << 16) {
        bytes.extend(more);
    }
    Ok((
        response.status(),
        location,
        String::from_utf8_lossy(&bytes).into_owned(),
    ))
}
