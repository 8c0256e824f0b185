//! Reading: which bucket, which path, and what stands for nothing.

use wasmock_plugin::{Arguments, Error, Failure, Result, Value, buckets};

/// The exact id of the bucket that an argument names: by id, else by a part of a name in any
/// case. None when there is no such bucket.
pub(crate) fn bucket(argument: &Value) -> Result<Option<String>> {
    if let Some(name) = argument.as_text() {
        return Ok(buckets::find(name));
    }
    // The empty text is a part of every name. Without any bucket nothing is compared, so the
    // argument's type is no error either.
    if buckets::find("").is_none() {
        return Ok(None);
    }
    Err(Error::from(complaint(argument)))
}

/// JavaScript's words for a name that is no text.
fn complaint(argument: &Value) -> String {
    match argument {
        Value::Undefined => "Cannot read properties of undefined (reading 'toLowerCase')".into(),
        Value::Null => "Cannot read properties of null (reading 'toLowerCase')".into(),
        _ => "dataBucketName.toLowerCase is not a function".into(),
    }
}

/// What `data` and `dataRaw` show; none when no bucket is named or found. What is missing
/// inside a bucket is the empty text, a bucket without content is `undefined`.
pub(crate) fn value(arguments: &Arguments) -> Result<Option<Value>> {
    if arguments.is_empty() {
        return Ok(None);
    }
    let Some(id) = bucket(arguments.get(0))? else {
        return Ok(None);
    };
    let path = arguments.get(1).as_text().unwrap_or("");
    let value = match buckets::get(&id, path) {
        Ok(value) => value,
        Err(Failure::NotFound) => return Ok(None),
        Err(failure) => return Err(failure.into()),
    };
    if !value.is_undefined() || path.is_empty() {
        return Ok(Some(value));
    }
    Ok(Some(match buckets::get(&id, "")? {
        Value::Undefined => Value::Undefined,
        _ => Value::text(""),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_text_is_javascripts_error() {
        for (argument, words) in [
            (
                Value::Undefined,
                "Cannot read properties of undefined (reading 'toLowerCase')",
            ),
            (
                Value::Null,
                "Cannot read properties of null (reading 'toLowerCase')",
            ),
            (
                Value::from(1),
                "dataBucketName.toLowerCase is not a function",
            ),
        ] {
            assert_eq!(complaint(&argument), words);
        }
    }
}
