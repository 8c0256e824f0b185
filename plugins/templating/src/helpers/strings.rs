//! Texts, measured and cut in UTF-16 units as JavaScript does it.

use wasmock_javascript::{Value, number, utf16_len, utf16_slice};

use super::{
    Answer, Call, Family, Helper, Param, Rows, no_function, no_property, number as number_value,
    text,
};
use crate::language::RenderError;
use crate::{Effects, MAX_OUTPUT};

const ROWS: Rows = Rows(Family::Strings, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("concat", "value…", "Joins its arguments to one text; with an array first, to one array.", "{{concat 'item-' 7}}", concat),
    ROWS.row("includes", "text part", "Whether a text contains another.", "{{includes 'foobar' 'bar'}}", includes),
    ROWS.row("substr", "text start [length]", "A part of a text; a negative start counts from the end.", "{{substr 'wasmock' 4 2}}", substr),
    ROWS.row("lowercase", "text", "The text in small letters.", "{{lowercase 'ABC'}}", |call| change_case(call, "toLowerCase", str::to_lowercase)),
    ROWS.row("uppercase", "text", "The text in capitals.", "{{uppercase 'abc'}}", |call| change_case(call, "toUpperCase", str::to_uppercase)),
    ROWS.row("split", "text [separator]", "Cuts a text into an array, at spaces when nothing else is given.", "{{#each (split 'a,b' ',')}}[{{this}}]{{/each}}", split),
    ROWS.row("replace", "text search replacement", "Replaces the first occurrence.", "{{replace 'a-b-c' '-' '+'}}", |call| replace(call, false)),
    ROWS.row("replaceAll", "text search replacement", "Replaces every occurrence.", "{{replaceAll 'a-b-c' '-' '+'}}", |call| replace(call, true)),
    ROWS.row("indexOf", "text part [from]", "Where a part first stands in a text, from 0; -1 when it does not.", "{{indexOf 'wasmock' 'mock'}}", index_of),
    ROWS.row("padStart", "value length [filler]", "Fills a text up at its beginning.", "{{padStart 7 3 '0'}}", |call| pad(call, true)),
    ROWS.row("padEnd", "value length [filler]", "Fills a text up at its end.", "{{padEnd 'a' 3 '.'}}", |call| pad(call, false)),
    ROWS.row("newline", "", "A line break.", "a{{newline}}b", |_| text("\n")),
];

fn concat(call: &mut Call<'_, '_>) -> Answer {
    if let Some(Value::Array(_)) = call.args.first() {
        let mut items = Vec::new();
        for value in call.args {
            match value {
                Value::Array(more) => items.extend(more.iter().cloned()),
                other => items.push(other.clone()),
            }
        }
        return Ok(Value::array(items));
    }
    let mut out = String::new();
    for value in call.args {
        let part = call.text(value);
        out.push_str(&part);
        if out.len() > MAX_OUTPUT {
            return Err(RenderError::new("Invalid string length"));
        }
    }
    text(out)
}

/// A text or a `SafeString` as it is, numbers and booleans as text, everything else as `''`.
fn loose_text(value: &Value) -> std::borrow::Cow<'_, str> {
    match value {
        Value::String(_) | Value::Safe(_) | Value::Number(_) | Value::Bool(_) => value.to_text(),
        _ => "".into(),
    }
}

fn includes(call: &mut Call<'_, '_>) -> Answer {
    let found = loose_text(call.arg(0)).contains(&*loose_text(call.arg(1)));
    Ok(Value::Bool(found))
}

/// The text of a parameter where objects count as `''` and a missing one is an error.
fn strict_text<'a>(param: Param<'a>) -> Result<std::borrow::Cow<'a, str>, RenderError> {
    match param {
        Param::Value(Value::Undefined) | Param::Missing => {
            Err(no_property(&Value::Undefined, "toString"))
        }
        Param::Value(value) => Ok(loose_text(value)),
        Param::Options => Ok("".into()),
    }
}

/// A number parameter; none for `undefined` and for objects.
fn optional_number(param: Param<'_>) -> Option<f64> {
    match param {
        Param::Value(
            value @ (Value::String(_) | Value::Safe(_) | Value::Number(_) | Value::Bool(_)),
        ) => {
            // Through its text, as Mockoon does: `true` is NaN.
            Some(number::from_text(&value.to_text()))
        }
        _ => None,
    }
}

fn integer(n: f64) -> f64 {
    if n.is_nan() { 0.0 } else { n.trunc() }
}

fn substr(call: &mut Call<'_, '_>) -> Answer {
    let data = strict_text(call.param(0))?;
    let length = utf16_len(&data) as f64;
    let start = integer(optional_number(call.param(1)).unwrap_or(0.0));
    let start = if start < 0.0 {
        (length + start).max(0.0)
    } else {
        start.min(length)
    };
    let count = integer(optional_number(call.param(2)).unwrap_or(f64::INFINITY));
    let end = (start + count.max(0.0)).min(length);
    text(utf16_slice(&data, start as usize, end as usize))
}

fn change_case(call: &mut Call<'_, '_>, method: &str, change: fn(&str) -> String) -> Answer {
    match call.args.first() {
        None => text(""),
        Some(Value::String(data) | Value::Safe(data)) => text(change(data)),
        Some(value) if value.is_nullish() => Err(no_property(value, method)),
        Some(_) => Err(no_function(&format!("text.{method}"))),
    }
}

fn split(call: &mut Call<'_, '_>) -> Answer {
    let Some(data) = call
        .args
        .first()
        .and_then(Value::as_any_str)
        .filter(|s| !s.is_empty())
    else {
        return text("");
    };
    let separator = call
        .arg(1)
        .as_str()
        .filter(|s| !s.is_empty())
        .unwrap_or(" ");
    Ok(data.split(separator).map(Value::from).collect())
}

fn replace(call: &mut Call<'_, '_>, all: bool) -> Answer {
    let [input, search, replacement, ..] = call.args else {
        return text("");
    };
    let (Some(input), Some(search), Some(replacement)) = (
        input.as_any_str(),
        search.as_any_str(),
        replacement.as_any_str(),
    ) else {
        return text("");
    };
    if search.is_empty() {
        return text(input);
    }
    let mut out = String::new();
    let mut done = 0;
    for (at, found) in input.match_indices(search) {
        out.push_str(&input[done..at]);
        substitute(&mut out, replacement, input, at, found);
        done = at + found.len();
        if out.len() > MAX_OUTPUT {
            return Err(RenderError::new("Invalid string length"));
        }
        if !all {
            break;
        }
    }
    out.push_str(&input[done..]);
    text(out)
}

/// Appends a replacement, in which `$&` and its kind have a meaning.
fn substitute(out: &mut String, replacement: &str, input: &str, at: usize, found: &str) {
    let mut rest = replacement;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        let insert = match rest.as_bytes().get(dollar + 1) {
            Some(b'$') => "$",
            Some(b'&') => found,
            Some(b'`') => &input[..at],
            Some(b'\'') => &input[at + found.len()..],
            _ => {
                out.push('$');
                rest = &rest[dollar + 1..];
                continue;
            }
        };
        out.push_str(insert);
        rest = &rest[dollar + 2..];
    }
    out.push_str(rest);
}

fn index_of(call: &mut Call<'_, '_>) -> Answer {
    let data = strict_text(call.param(0))?;
    let search = loose_text(call.arg(1));
    let from = integer(optional_number(call.param(2)).unwrap_or(0.0)).max(0.0);
    let length = utf16_len(&data) as f64;
    if search.is_empty() {
        return number_value(from.min(length));
    }
    if from >= length {
        return number_value(-1.0);
    }
    let skipped = utf16_slice(&data, 0, from as usize).len().min(data.len());
    let start = (skipped..data.len())
        .find(|at| data.is_char_boundary(*at))
        .unwrap_or(data.len());
    number_value(match data[start..].find(&*search) {
        Some(at) => utf16_len(&data[..start + at]) as f64,
        None => -1.0,
    })
}

fn pad(call: &mut Call<'_, '_>, start: bool) -> Answer {
    let Some(value) = call.args.first() else {
        return text("");
    };
    let value = call.text(value);
    let wanted = integer(call.args.get(1).map_or(0.0, Value::to_number));
    let filler = match call.args {
        [_, _, filler] => call.text(filler),
        _ => " ".into(),
    };
    let present = utf16_len(&value) as f64;
    if wanted <= present || filler.is_empty() {
        return text(&*value);
    }
    if wanted > MAX_OUTPUT as f64 {
        return Err(RenderError::new("Invalid string length"));
    }
    let missing = (wanted - present) as usize;
    let unit = utf16_len(&filler);
    let mut padding = filler.repeat(missing / unit);
    padding.push_str(&utf16_slice(&filler, 0, missing % unit));
    text(match start {
        true => padding + &value,
        false => format!("{value}{padding}"),
    })
}
