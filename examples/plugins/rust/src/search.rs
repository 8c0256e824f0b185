//! The responder: searches a data bucket, a page at a time, and counts facets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use wasmock_plugin::{Error, Result, buckets, configuration, exchange};

/// The configuration of one use, in the response that names this plugin.
#[derive(Debug, Deserialize)]
struct Usage {
    bucket: String,
    /// The members that `q` looks into.
    search: Vec<String>,
    /// The members that are counted, and may be asked for in the query.
    #[serde(default)]
    facets: Vec<String>,
}

#[derive(Debug, Default, PartialEq)]
struct Query {
    text: String,
    filters: Vec<(String, String)>,
    page: usize,
    size: usize,
}

#[derive(Debug, Serialize)]
struct Page {
    total: usize,
    page: usize,
    pages: usize,
    facets: BTreeMap<String, BTreeMap<String, usize>>,
    items: Vec<Json>,
}

pub(crate) fn respond() -> Result<wasmock_plugin::Json<impl Serialize>> {
    let usage: Usage = serde_json::from_str(&configuration::usage())?;
    let items: Vec<Json> = buckets::get(&usage.bucket, "")?
        .parse()
        .map_err(|error| Error::new(format_args!("bucket `{}`: {error}", usage.bucket)))?;
    let parameter = |name: &str| exchange::query_at(name).map(|value| value.to_string());
    let number = |text: String, default| match text.as_str() {
        "" => Ok(default),
        text => text
            .parse::<usize>()
            .map_err(|_| Error::from(format!("`{text}` is no number"))),
    };
    let mut query = Query {
        text: parameter("q")?,
        filters: Vec::new(),
        page: number(parameter("page")?, 1)?.max(1),
        size: number(parameter("size")?, 10)?.clamp(1, 100),
    };
    for facet in &usage.facets {
        let wanted = parameter(facet)?;
        if !wanted.is_empty() {
            query.filters.push((facet.clone(), wanted));
        }
    }
    Ok(wasmock_plugin::Json(page(&items, &query, &usage)))
}

fn page(items: &[Json], query: &Query, usage: &Usage) -> Page {
    let text = query.text.to_lowercase();
    let found: Vec<&Json> = items
        .iter()
        .filter(|item| {
            let mut words = usage.search.iter().map(|name| shown(&item[name.as_str()]));
            text.is_empty() || words.any(|word| word.to_lowercase().contains(&text))
        })
        .filter(|item| {
            query
                .filters
                .iter()
                .all(|(name, wanted)| shown(&item[name.as_str()]) == *wanted)
        })
        .collect();
    let mut facets = BTreeMap::new();
    for name in &usage.facets {
        let counts: &mut BTreeMap<String, usize> = facets.entry(name.clone()).or_default();
        for item in &found {
            *counts.entry(shown(&item[name.as_str()])).or_default() += 1;
        }
    }
    Page {
        total: found.len(),
        page: query.page,
        pages: found.len().div_ceil(query.size),
        facets,
        items: found
            .into_iter()
            .skip((query.page - 1).saturating_mul(query.size))
            .take(query.size)
            .cloned()
            .collect(),
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_filter_and_count() {
        let items: Vec<Json> = (0..25)
            .map(|n| {
                let colour = if n % 2 == 0 { "red" } else { "blue" };
                serde_json::json!({ "name": format!("Lamp {n}"), "colour": colour })
            })
            .collect();
        let usage = Usage {
            bucket: String::new(),
            search: vec!["name".into()],
            facets: vec!["colour".into()],
        };
        let all = Query {
            text: "lamp".into(),
            page: 3,
            size: 10,
            ..Query::default()
        };
        let last = page(&items, &all, &usage);
        assert_eq!((last.total, last.pages, last.items.len()), (25, 3, 5));
        assert_eq!(last.facets["colour"]["red"], 13);
        let filters = vec![("colour".into(), "blue".into())];
        let blue = page(
            &items,
            &Query {
                filters,
                page: 1,
                size: 100,
                ..Query::default()
            },
            &usage,
        );
        assert_eq!(blue.items.len(), 12);
        let far = Query {
            page: usize::MAX,
            size: 100,
            ..Query::default()
        };
        assert!(page(&items, &far, &usage).items.is_empty());
    }
}
