//! Arrays. None is changed in place, so a bucket keeps its order.

use std::cmp::Ordering;

use wasmock_javascript::{Object, Value, utf16_len};

use super::order::{self, compare_texts};
use super::{Answer, Call, Family, Helper, Param, Rows, no_function, no_property, text};
use crate::Effects;
use crate::language::RenderError;

const ROWS: Rows = Rows(Family::Arrays, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("array", "value…", "An array of its arguments.", "{{join (array 1 'a') '-'}}", |call| {
        Ok(Value::array(call.args.to_vec()))
    }),
    ROWS.row("len", "list", "How many items an array has, or units a text.", "{{len (array 1 2)}}", len),
    ROWS.row("join", "array [separator]", "The items as one text, with `, ` between them when nothing else is given.", "{{join (array 'a' 'b') '/'}}", join),
    ROWS.row("slice", "array start [end]", "A part of an array; negative places count from the end.", "{{join (slice (array 1 2 3) 1)}}", slice),
    ROWS.row("reverse", "array", "The array from back to front.", "{{join (reverse (array 1 2 3))}}", reverse),
    ROWS.row("sort", "array ['desc']", "The array sorted, by number or by alphabet as its first item is.", "{{join (sort (array 3 1 2) 'desc')}}", sort),
    ROWS.row("sortBy", "array key ['desc']", "An array of objects sorted by one member.", "{{#each (sortBy (array (object n=2) (object n=1)) 'n')}}{{n}}{{/each}}", sort_by),
    ROWS.row("filter", "array condition…", "The items that fulfil one of the conditions: a value, an object with members to compare, or an array of conditions that must all hold.", "{{join (filter (array 1 2 1) 1)}}", filter),
    ROWS.row("find", "array condition…", "The first item that fulfils one of the conditions.", "{{find (array 1 2) 2}}", find),
];

fn len(call: &mut Call<'_, '_>) -> Answer {
    Ok(Value::Number(match call.arg(0) {
        Value::String(text) => utf16_len(text) as f64,
        Value::Array(items) => items.len() as f64,
        _ => 0.0,
    }))
}

fn join(call: &mut Call<'_, '_>) -> Answer {
    let list = match call.param(0) {
        Param::Value(Value::Array(items)) => items.clone(),
        Param::Value(other) => return Ok(other.clone()),
        Param::Options => return Ok(call.options_value()),
        Param::Missing => return Ok(Value::Undefined),
    };
    let separator = call.arg(1).as_str().unwrap_or(", ");
    let mut out = String::new();
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        if !item.is_nullish() {
            let item = call.text(item);
            out.push_str(&item);
        }
    }
    text(out)
}

fn slice(call: &mut Call<'_, '_>) -> Answer {
    let Value::Array(items) = call.arg(0) else {
        return text("");
    };
    let length = items.len() as f64;
    let place = |n: f64| {
        let n = if n.is_nan() { 0.0 } else { n.trunc() };
        (if n < 0.0 {
            (length + n).max(0.0)
        } else {
            n.min(length)
        }) as usize
    };
    let start = match call.param(1) {
        Param::Value(value) => place(value.to_number()),
        Param::Options | Param::Missing => 0,
    };
    let end = match call.arg(2) {
        Value::Number(n) => place(*n),
        _ => items.len(),
    };
    Ok(Value::array(
        items
            .get(start..end.max(start))
            .unwrap_or_default()
            .to_vec(),
    ))
}

fn reverse(call: &mut Call<'_, '_>) -> Answer {
    match call.arg(0) {
        Value::Array(items) => Ok(items.iter().rev().cloned().collect()),
        _ => text(""),
    }
}

fn is_object(value: &Value) -> bool {
    !matches!(
        value,
        Value::Undefined | Value::Bool(_) | Value::Number(_) | Value::String(_)
    )
}

/// Whether an order argument says `desc`.
fn descending(order: Option<&Value>) -> Result<bool, RenderError> {
    match order {
        None => Ok(false),
        Some(Value::String(order) | Value::Safe(order)) => Ok(order.to_lowercase() == "desc"),
        Some(value) if value.is_nullish() => Err(no_property(value, "toLowerCase")),
        Some(_) => Err(no_function("(0 , utils_1.fromSafeString)(...).toLowerCase")),
    }
}

fn sort(call: &mut Call<'_, '_>) -> Answer {
    let Some(Value::Array(items)) = call.args.first() else {
        return text("");
    };
    let Some(first) = items.first().filter(|first| !is_object(first)) else {
        return Ok(Value::Array(items.clone()));
    };
    let descending = descending(call.args.get(1))?;
    let texts = matches!(first, Value::String(_));
    let mut sorted = order::sort(items, &mut |a, b| match texts {
        true => locale_compare(a, b, "a"),
        false => Ok(numeric(a, b)),
    })?;
    if descending {
        sorted.reverse();
    }
    Ok(Value::array(sorted))
}

fn sort_by(call: &mut Call<'_, '_>) -> Answer {
    let Some(Value::Array(items)) = call.args.first() else {
        return text("");
    };
    let unchanged = || Ok(Value::Array(items.clone()));
    let Some(first) = items.first().filter(|first| is_object(first)) else {
        return unchanged();
    };
    let key = match call.arg(1) {
        key if !key.is_truthy() => return unchanged(),
        key => call.text(key).into_owned(),
    };
    let member = |item: &Value| match item {
        item if item.is_nullish() => Err(no_property(item, &key)),
        item => Ok(item.get(&key).unwrap_or_default()),
    };
    let sample = member(first)?;
    if !sample.is_truthy() {
        return unchanged();
    }
    let descending = descending(call.args.get(2))?;
    let texts = matches!(sample, Value::String(_));
    let mut sorted = order::sort(items, &mut |a, b| {
        let (a, b) = (member(a)?, member(b)?);
        match texts {
            true => locale_compare(&a, &b, "a[sort_key]"),
            false => Ok(numeric(&a, &b)),
        }
    })?;
    if descending {
        sorted.reverse();
    }
    Ok(Value::array(sorted))
}

fn numeric(a: &Value, b: &Value) -> Ordering {
    (a.to_number() - b.to_number())
        .partial_cmp(&0.0)
        .unwrap_or(Ordering::Equal)
}

fn locale_compare(a: &Value, b: &Value, name: &str) -> Result<Ordering, RenderError> {
    match a {
        Value::String(a) => Ok(compare_texts(a, &b.to_text())),
        a if a.is_nullish() => Err(no_property(a, "localeCompare")),
        _ => Err(no_function(&format!("{name}.localeCompare"))),
    }
}

fn filter(call: &mut Call<'_, '_>) -> Answer {
    let Some((Value::Array(items), conditions)) = call.args.split_first() else {
        return text("");
    };
    if conditions.is_empty() {
        return Ok(Value::Array(items.clone()));
    }
    let mut kept = Vec::new();
    for item in items.iter() {
        if any_holds(item, conditions, 0)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::array(kept))
}

fn find(call: &mut Call<'_, '_>) -> Answer {
    let Some((Value::Array(items), conditions)) = call.args.split_first() else {
        return text("");
    };
    for item in items.iter() {
        if any_holds(item, conditions, 0)? {
            return Ok(item.clone());
        }
    }
    Ok(Value::Undefined)
}

const TOO_DEEP: &str = "Maximum call stack size exceeded";

fn any_holds(item: &Value, conditions: &[Value], depth: u32) -> Result<bool, RenderError> {
    for condition in conditions {
        let holds = match condition {
            Value::Array(_) if depth > 500 => return Err(RenderError::new(TOO_DEEP)),
            Value::Array(all) => all_hold(item, all, depth + 1)?,
            other => matches(item, other, depth)?,
        };
        if holds {
            return Ok(true);
        }
    }
    Ok(false)
}

fn all_hold(item: &Value, conditions: &[Value], depth: u32) -> Result<bool, RenderError> {
    for condition in conditions {
        let holds = match condition {
            Value::Array(any) => any_holds(item, any, depth + 1)?,
            other => matches(item, other, depth)?,
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

fn matches(item: &Value, condition: &Value, depth: u32) -> Result<bool, RenderError> {
    if depth > 500 {
        return Err(RenderError::new(TOO_DEEP));
    }
    let single;
    let members: &Object = match condition {
        Value::Object(object) => object,
        Value::Safe(inner) => {
            single = [("string", Value::String(inner.clone()))]
                .into_iter()
                .collect();
            &single
        }
        Value::Date(_) => return Ok(is_object(item)),
        other => return Ok(item.strict_eq(other)),
    };
    if !is_object(item) {
        return Ok(false);
    }
    for (key, wanted) in members.iter() {
        if item.is_nullish() {
            return Err(no_property(item, key));
        }
        let present = item.get(key).unwrap_or_default();
        let holds = match wanted {
            Value::Safe(text) => present.as_str() == Some(text),
            Value::Array(_) => present.strict_eq(wanted),
            other => matches(&present, other, depth + 1)?,
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}
