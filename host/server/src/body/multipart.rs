//! Bodies of type `multipart/form-data`.
//!
//! The parts become the members of one object, first the fields, then the files, of which
//! only name, type and size are kept. A body that breaks off keeps its complete parts. Part
//! names are UTF-8, where Mockoon reads Latin-1 and shows `Ã©` for `é`.

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::stream;
use multer::{Field, Multipart};
use wasmock_javascript::{Object, Value};

use super::ParseFailure;
use super::form::Form;

/// A longer field is left out.
const MAX_FIELD: usize = 1 << 20;

/// What of an upload counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileLimits {
    /// Further files are left out.
    pub(crate) files: usize,
    /// A longer file counts as one of this size.
    pub(crate) bytes: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self {
            files: 10,
            bytes: 10 << 20,
        }
    }
}

/// Everything is in memory, so no future here ever waits.
pub(super) fn parse(
    content_type: &str,
    body: &Bytes,
    limits: FileLimits,
) -> Result<Value, ParseFailure> {
    let boundary =
        multer::parse_boundary(content_type).map_err(|e| ParseFailure::new(e.to_string()))?;
    let whole = stream::iter([Ok::<_, std::io::Error>(body.clone())]);
    let mut multipart = Multipart::new(whole, boundary);
    let mut form = Form::default();
    let mut files = Vec::new();
    while let Some(Ok(Some(field))) = multipart.next_field().now_or_never() {
        let Some(part) = Part::of(&field) else {
            continue;
        };
        let Some(Ok(data)) = field.bytes().now_or_never() else {
            break;
        };
        match part.file {
            Some(file) if files.len() < limits.files => {
                files.push((part.name, file.value(data.len().min(limits.bytes))));
            }
            Some(_) => {}
            None => {
                form.touch();
                if data.len() < MAX_FIELD {
                    form.append(&part.name, decode(&data, part.charset.as_deref()));
                }
            }
        }
    }
    for (name, file) in files {
        form.touch();
        form.append(&name, file);
    }
    Ok(form.finish())
}

struct Part {
    name: String,
    charset: Option<String>,
    file: Option<File>,
}

struct File {
    name: Option<String>,
    media_type: String,
}

impl Part {
    /// What the headers of a part say; `None` for one that is no form data.
    fn of(field: &Field<'_>) -> Option<Self> {
        let header = field.headers().get("content-disposition")?.as_bytes();
        let header = String::from_utf8_lossy(header);
        let (kind, parameters) = header.split_once(';').unwrap_or((&*header, ""));
        if !kind.trim().eq_ignore_ascii_case("form-data") {
            return None;
        }
        let mut parameters = Parameters(parameters).collect::<Vec<_>>();
        let mut parameter = |wanted: &str| {
            let at = parameters.iter().position(|(name, _)| name == wanted)?;
            Some(parameters.swap_remove(at).1)
        };
        let name = parameter("name").unwrap_or_default();
        let extended = parameter("filename*").and_then(|value| decode_extended(&value));
        let file_name = extended
            .or_else(|| parameter("filename"))
            .filter(|name| !name.is_empty());
        let file_name = file_name.as_deref().map(base_name);
        let media_type = field
            .content_type()
            .map_or("text/plain", |mime| mime.essence_str());
        let is_file = file_name.is_some() || media_type == "application/octet-stream";
        Some(Self {
            name,
            charset: field
                .content_type()
                .and_then(|mime| mime.get_param("charset"))
                .map(|charset| charset.as_str().to_owned()),
            file: is_file.then(|| File {
                name: file_name,
                media_type: media_type.to_owned(),
            }),
        })
    }
}

impl File {
    fn value(self, size: usize) -> Value {
        let mut file = Object::with_capacity(3);
        if let Some(name) = self.name {
            file.insert("filename", name.into());
        }
        file.insert("mimetype", self.media_type.into());
        file.insert("size", Value::Number(size as f64));
        Value::object(file)
    }
}

/// The parameters behind `form-data;`, their names in lower case.
struct Parameters<'h>(&'h str);

impl Iterator for Parameters<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start_matches([';', ' ', '\t']);
        let (name, rest) = rest.split_once('=')?;
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let end = rest.find(';').unwrap_or(rest.len());
                (rest[..end].trim_end().to_owned(), &rest[end..])
            }
        };
        self.0 = rest;
        Some((name.trim().to_ascii_lowercase(), value))
    }
}

/// A quoted text up to its end, and what follows. A backslash counts only before a quote or
/// a backslash: Windows paths have single ones.
fn unquote(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push(c),
            },
            _ => value.push(c),
        }
    }
    (value, "")
}

/// `UTF-8''%e2%82%ac.txt`
fn decode_extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, escaped) = rest.split_once('\'')?;
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(escaped).collect();
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes())?;
    Some(encoding.decode_without_bom_handling(&bytes).0.into_owned())
}

fn base_name(path: &str) -> String {
    match path.rsplit(['/', '\\']).next().unwrap_or(path) {
        "." | ".." => String::new(),
        name => name.to_owned(),
    }
}

fn decode(data: &[u8], charset: Option<&str>) -> Value {
    let encoding = charset.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    match encoding {
        Some(encoding) if encoding != encoding_rs::UTF_8 => {
            Value::text(encoding.decode_without_bom_handling(data).0)
        }
        _ => Value::text(String::from_utf8_lossy(data)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_javascript::json;

    const TYPE: &str = "multipart/form-data; boundary=X";

    fn part(headers: &str, data: &str) -> String {
        format!("--X\r\nContent-Disposition: form-data; {headers}\r\n\r\n{data}\r\n")
    }

    fn text(body: &str) -> String {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let value = parse(TYPE, &body, FileLimits::default()).unwrap();
        json::to_text(&value).unwrap_or_else(|| "undefined".into())
    }

    #[test]
    fn parts_become_members() {
        let a = part("name=\"a\"", "1");
        let file = part(
            "name=\"f\"; filename=\"C:\\\\x\\\\y.txt\"\r\nContent-Type: Text/CSV; header=x",
            "1,2",
        );
        for (body, expected) in [
            (format!("{a}--X--\r\n"), r#"{"a":"1"}"#),
            (format!("{a}{a}--X--"), r#"{"a":["1","1"]}"#),
            (
                format!("{file}{a}--X--"),
                r#"{"a":"1","f":{"filename":"y.txt","mimetype":"text/csv","size":3}}"#,
            ),
            (format!("{a}{}", &a[..a.len() - 4]), r#"{"a":"1"}"#),
            (format!("{}--X--", part("name=\"é\"", "é")), r#"{"é":"é"}"#),
            (format!("{}--X--", part("name=\"\"", "1")), "{}"),
            ("--X--\r\n".into(), "undefined"),
            (String::new(), "undefined"),
            ("rubbish".into(), "undefined"),
            (
                format!(
                    "{}--X--",
                    part(
                        "name=\"f\"; filename=\"\"\r\nContent-Type: application/octet-stream",
                        ""
                    )
                ),
                r#"{"f":{"mimetype":"application/octet-stream","size":0}}"#,
            ),
        ] {
            assert_eq!(text(&body), expected, "{body}");
        }
    }

    #[test]
    fn headers_are_read_in_every_spelling() {
        for (headers, expected) in [
            ("NAME=\"a\"", r#"{"a":"1"}"#),
            ("name=a", r#"{"a":"1"}"#),
            (r#"name="a;b \"c\"""#, r#"{"a;b \"c\"":"1"}"#),
            (
                "filename*=UTF-8''%e2%82%ac.txt; filename=\"x\"; name=\"f\"",
                r#"{"f":{"filename":"€.txt","mimetype":"text/plain","size":1}}"#,
            ),
            (
                "name=\"f\"; filename=\"..\"",
                r#"{"f":{"filename":"","mimetype":"text/plain","size":1}}"#,
            ),
            ("", "{}"),
        ] {
            assert_eq!(
                text(&format!("{}--X--", part(headers, "1"))),
                expected,
                "{headers}"
            );
        }
    }

    #[test]
    fn limits_leave_parts_out() {
        let long = part("name=\"long\"", &"x".repeat(MAX_FIELD));
        let many: String = (0..12)
            .map(|n| part(&format!("name=\"f{n}\"; filename=\"n\""), "x"))
            .collect();
        let value = text(&format!("{long}{many}--X--"));
        assert!(
            !value.contains("long") && value.contains("f9") && !value.contains("f10"),
            "{value}"
        );
    }

    #[test]
    fn a_missing_boundary_is_a_failure() {
        assert!(parse("multipart/form-data", &Bytes::new(), FileLimits::default()).is_err());
    }
}
