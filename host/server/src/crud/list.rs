//! A list of items: search, filters, order, pages, in this order.

use std::cmp::Ordering;
use std::convert::Infallible;
use std::sync::Arc;

use wasmock_exchange::Call;
use wasmock_javascript::{Value, number};

use super::filter::{self, Filter, compare};
use crate::site::Site;

/// What a list answers.
#[derive(Debug)]
pub(super) struct List {
    /// Items before anything was left out.
    pub(super) total: usize,
    /// Items before the page was cut.
    pub(super) filtered: usize,
    /// The items; none when they are all of them, in their order.
    pub(super) items: Option<Vec<Value>>,
}

/// Applies the parameters of a query.
///
/// # Errors
/// A filter that is no regular expression, or ran out of time.
pub(super) async fn list(
    all: &Arc<Vec<Value>>,
    query: &Value,
    site: &Site,
    mut call: Call,
) -> (Call, Result<List, String>) {
    let filters = match filter::parse(query) {
        Ok(filters) => filters,
        Err(problem) => return (call, Err(problem)),
    };
    let mut kept = select(all, query, &filters);
    if let Some(items) = &mut kept {
        for filter in &filters {
            let done;
            (call, done) = filter.retain(items, site, call).await;
            if let Err(problem) = done {
                return (call, Err(problem));
            }
        }
    }
    (call, Ok(arrange(all, kept, query)))
}

fn parameter<'a>(query: &'a Value, name: &str) -> Option<&'a str> {
    query.as_object()?.get(name)?.as_str()
}

/// The items that the search and the filters let pass; none when nothing is asked of them.
fn select(all: &[Value], query: &Value, filters: &[Filter]) -> Option<Vec<Value>> {
    let search = parameter(query, "search")
        .filter(|search| !search.is_empty())
        .map(str::to_lowercase);
    if search.is_none() && filters.is_empty() {
        return None;
    }
    let passes = |item: &&Value| {
        search.as_ref().is_none_or(|search| contains(item, search))
            && filters.iter().all(|filter| filter.passes(item))
    };
    Some(all.iter().filter(passes).cloned().collect())
}

/// Orders what was kept and cuts the page.
fn arrange(all: &[Value], mut kept: Option<Vec<Value>>, query: &Value) -> List {
    let filtered = kept.as_ref().map_or(all.len(), Vec::len);
    if let Some(by) = parameter(query, "sort") {
        let descending = parameter(query, "order") == Some("desc");
        let items = kept.as_deref().unwrap_or(all);
        kept = Some(sort(items, by, descending));
    }
    let has = |name| {
        query
            .as_object()
            .is_some_and(|query| query.contains_key(name))
    };
    if has("limit") || has("page") {
        let count = |name, default: f64| match parameter(query, name).map(number::parse_int) {
            Some(count) if count != 0.0 && !count.is_nan() => count,
            _ => default,
        };
        let (limit, page) = (count("limit", 10.0), count("page", 1.0));
        let items = kept.as_deref().unwrap_or(all);
        let range = slice(items.len(), (page - 1.0) * limit, page * limit);
        kept = Some(items[range].to_vec());
    }
    List {
        total: all.len(),
        filtered,
        items: kept,
    }
}

/// The range of `Array.prototype.slice`: negative places count from the end.
fn slice(length: usize, start: f64, end: f64) -> std::ops::Range<usize> {
    let place = |place: f64| {
        let length = length as f64;
        let place = if place < 0.0 {
            (length + place).max(0.0)
        } else {
            place.min(length)
        };
        place as usize
    };
    let (start, end) = (place(start), place(end));
    start..end.max(start)
}

/// Whether a value below an item contains a text, in any case. Booleans and `null` have none.
fn contains(value: &Value, lower: &str) -> bool {
    match value {
        Value::Object(object) => object.values().any(|value| contains(value, lower)),
        Value::Array(items) => items.iter().any(|value| contains(value, lower)),
        Value::Bool(_) | Value::Null => false,
        value => value.to_text().to_lowercase().contains(lower),
    }
}

/// A stable sort by one property.
fn sort(items: &[Value], by: &str, descending: bool) -> Vec<Value> {
    let key = |item: &Value| {
        let found = match item {
            Value::Object(_) | Value::Array(_) => item.get(by).unwrap_or_default(),
            primitive => primitive.clone(),
        };
        match found {
            Value::String(text) => Value::text(text.to_lowercase()),
            other => other,
        }
    };
    let keyed: Vec<(Value, &Value)> = items.iter().map(|item| (key(item), item)).collect();
    let mut by_key = |(a, _): &(Value, &Value), (b, _): &(Value, &Value)| {
        let order = compare(a, b).unwrap_or(Ordering::Equal);
        Ok::<_, Infallible>(if descending { order.reverse() } else { order })
    };
    match wasmock_javascript::sort(keyed, &mut by_key) {
        Ok(sorted) => sorted.into_iter().map(|(_, item)| item.clone()).collect(),
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_javascript::json;

    fn ids(query: &str) -> (usize, usize, String) {
        let all = r#"[{"id":1,"n":"b","x":[{"y":"Deep"}]},{"id":2,"n":"A"},{"id":3,"n":"c"},
            {"id":4,"n":"B"},{"id":5,"on":true}]"#;
        let Value::Array(all) = json::parse(all).unwrap() else {
            panic!("a list")
        };
        let query = json::parse(query).unwrap();
        let kept = select(&all, &query, &filter::parse(&query).unwrap());
        let List {
            total,
            filtered,
            items,
        } = arrange(&all, kept, &query);
        let items = items.unwrap_or_else(|| all.to_vec());
        let ids: Vec<_> = items
            .iter()
            .map(|item| item.get("id").unwrap().to_text().into_owned())
            .collect();
        (total, filtered, ids.join(""))
    }

    #[test]
    fn parameters_of_a_list() {
        for (query, filtered, expected) in [
            ("{}", 5, "12345"),
            (r#"{"search":"deep"}"#, 1, "1"),
            (r#"{"search":"true"}"#, 0, ""),
            (r#"{"n_eq":"A"}"#, 1, "2"),
            (r#"{"sort":"n"}"#, 5, "21435"),
            (r#"{"sort":"id","order":"desc"}"#, 5, "54321"),
            (r#"{"sort":"id","order":"DESC"}"#, 5, "12345"),
            (r#"{"limit":"2"}"#, 5, "12"),
            (r#"{"page":"2","limit":"2"}"#, 5, "34"),
            (r#"{"page":"9","limit":"2"}"#, 5, ""),
            (r#"{"limit":"-1"}"#, 5, "1234"),
            (r#"{"limit":"0"}"#, 5, "12345"),
            (r#"{"limit":"x","page":"1"}"#, 5, "12345"),
        ] {
            assert_eq!(ids(query), (5, filtered, expected.to_owned()), "{query}");
        }
    }

    #[test]
    fn sorting_what_has_no_order_ends() {
        let items: Vec<Value> = (0..200)
            .map(|n| match n % 4 {
                0 => Value::Undefined,
                1 => Value::text("x"),
                2 => Value::Number(f64::from(n)),
                _ => Value::Null,
            })
            .collect();
        assert_eq!(sort(&items, "a", false).len(), items.len());
    }
}
