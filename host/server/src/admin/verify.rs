//! Verification: how many of the recorded exchanges meet conditions, and which.
//!
//! Conditions are Mockoon's own rules, so whatever can choose a response can also verify a
//! test; the everyday ones have a short form: `{"method": "post", "path": "users/:id", "body":
//! {"$.name": "Ann"}, "count": 1}`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use http::StatusCode;
use serde::Deserialize;
use wasmock_environment::{Method, Operator, Rule, RulesOperator, Target};
use wasmock_javascript::Value;

use super::Asked;
use super::logs::show;
use crate::http::Reply;
use crate::http::exchange::{HttpExchange, RequestFacts};
use crate::journal::Transaction;
use crate::router::Pattern;
use crate::rules::Rules;

/// What exchanges must be like; what is left out does not matter.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Conditions {
    method: Option<Method>,
    /// A path in the syntax of routes, with the prefix.
    path: Option<String>,
    /// The uuid of the route that answered.
    route: Option<String>,
    status: Option<u16>,
    /// Headers that equal a text; null for a header that is not there.
    #[serde(default)]
    headers: BTreeMap<String, serde_json::Value>,
    /// Parameters of the query, by name or path, that equal a value.
    #[serde(default)]
    query: BTreeMap<String, serde_json::Value>,
    /// Places in the body, by path, that equal a value.
    #[serde(default)]
    body: BTreeMap<String, serde_json::Value>,
    /// A part of the body's text.
    body_contains: Option<String>,
    #[serde(default)]
    rules: Vec<Rule>,
    rules_operator: Option<RulesOperator>,
    /// Transactions before this time (milliseconds since 1970) do not count.
    since: Option<f64>,
    /// How many there must be.
    count: Option<usize>,
    at_least: Option<usize>,
    at_most: Option<usize>,
}

impl Conditions {
    /// The short forms as rules.
    fn everyday(&self) -> Vec<Rule> {
        let equals = |target, modifier: &str, value: &serde_json::Value| Rule {
            target,
            modifier: modifier.to_owned(),
            operator: if value.is_null() {
                Operator::Null
            } else {
                Operator::Equals
            },
            value: value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
            ..Rule::default()
        };
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| equals(Target::Header, name, value));
        let query = self
            .query
            .iter()
            .map(|(path, value)| equals(Target::Query, path, value));
        let body = self
            .body
            .iter()
            .map(|(path, value)| equals(Target::Body, path, value));
        let contains = self.body_contains.iter().map(|part| Rule {
            target: Target::Body,
            operator: Operator::Regex,
            value: regex::escape(part),
            ..Rule::default()
        });
        headers.chain(query).chain(body).chain(contains).collect()
    }

    /// Whether there are as many as expected; nothing when nothing is expected.
    fn verdict(&self, found: usize) -> Option<bool> {
        if self.count.is_none() && self.at_least.is_none() && self.at_most.is_none() {
            return None;
        }
        let exact = self.count.is_none_or(|count| found == count);
        let enough = self.at_least.is_none_or(|least| found >= least);
        Some(exact && enough && self.at_most.is_none_or(|most| found <= most))
    }
}

impl Asked<'_> {
    pub(super) async fn verify(self) -> Reply {
        let conditions: Conditions = match serde_json::from_slice(&self.facts.body) {
            Ok(conditions) => conditions,
            Err(error) => return self.message(StatusCode::BAD_REQUEST, error.to_string()),
        };
        let pattern = match conditions
            .path
            .as_deref()
            .map(|path| Pattern::new("", path))
            .transpose()
        {
            Ok(pattern) => pattern.map(Arc::new),
            Err(error) => return self.message(StatusCode::BAD_REQUEST, error.to_string()),
        };
        // Unlike a response, a verification means all of its rules.
        let all = conditions.rules_operator.unwrap_or(RulesOperator::And) == RulesOperator::And;
        let rules = [(&conditions.everyday(), true), (&conditions.rules, all)]
            .map(|(rules, all)| Rules::new(rules, all, &self.site.plugins()));
        let rules = match rules {
            [Ok(everyday), Ok(rules)] => [everyday, rules],
            [Err(error), _] | [_, Err(error)] => {
                return self.message(StatusCode::BAD_REQUEST, error.to_string());
            }
        };
        let mut matching = Vec::new();
        for transaction in self.site.journal().list() {
            if self
                .meets(&transaction, &conditions, pattern.as_ref(), &rules)
                .await
            {
                matching.push(show(&transaction));
            }
        }
        let fields = [
            ("count", Value::Number(matching.len() as f64)),
            (
                "verified",
                conditions
                    .verdict(matching.len())
                    .map_or(Value::Undefined, Value::Bool),
            ),
            ("transactions", Value::array(matching)),
        ];
        self.fields(StatusCode::OK, fields)
    }

    async fn meets(
        &self,
        transaction: &Transaction,
        conditions: &Conditions,
        pattern: Option<&Arc<Pattern>>,
        rules: &[Rules; 2],
    ) -> bool {
        let head = &transaction.request;
        let route = transaction.route.as_ref().map(|(route, _)| route);
        let fits = conditions
            .method
            .as_ref()
            .is_none_or(|method| method.matches(head.method.as_str()))
            && conditions
                .since
                .is_none_or(|since| transaction.time >= since)
            && conditions
                .status
                .is_none_or(|status| transaction.answer.status() == status)
            && conditions
                .route
                .as_ref()
                .is_none_or(|uuid| route.is_some_and(|route| route.uuid() == uuid));
        if !fits {
            return false;
        }
        let anywhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let facts = RequestFacts::new(
            self.site.clone(),
            head.clone(),
            transaction.body.clone(),
            anywhere,
        );
        let way = match pattern {
            None => None,
            Some(pattern) => match pattern.ways_that_fit(facts.path()).next() {
                None => return false,
                Some(way) => Some((pattern, way)),
            },
        };
        if rules.iter().all(Rules::is_empty) {
            return true;
        }
        let facts = Arc::new(facts);
        let exchange = match (route, way) {
            (Some(route), way) => {
                let (pattern, way) =
                    way.map_or((&route.pattern, 0), |(pattern, way)| (pattern, way));
                HttpExchange::at(facts, route.clone(), pattern.clone(), way, 0)
            }
            (None, _) => HttpExchange::nowhere(facts),
        };
        let mock = self.site.mock_kept();
        let mut call = self.site.call(Arc::new(exchange));
        for rules in rules.iter().filter(|rules| !rules.is_empty()) {
            let holds;
            (call, holds) = rules.hold(self.site, &mock, call).await;
            if !holds {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(json: &str) -> Conditions {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn short_forms_are_rules() {
        let json = r#"{"headers": {"X-A": "1"}, "query": {"q": 2}, "body": {"$.a": null}, "bodyContains": "a.b"}"#;
        let rules: Vec<_> = conditions(json)
            .everyday()
            .into_iter()
            .map(|rule| (rule.target, rule.modifier, rule.operator, rule.value))
            .collect();
        let rule = |target, modifier: &str, operator, value: &str| {
            (target, modifier.to_owned(), operator, value.to_owned())
        };
        assert_eq!(
            rules,
            [
                rule(Target::Header, "X-A", Operator::Equals, "1"),
                rule(Target::Query, "q", Operator::Equals, "2"),
                rule(Target::Body, "$.a", Operator::Null, "null"),
                rule(Target::Body, "", Operator::Regex, r"a\.b"),
            ]
        );
    }

    #[test]
    fn expectations_bound_the_number() {
        for (json, found, verdict) in [
            ("{}", 1, None),
            (r#"{"count": 2}"#, 2, Some(true)),
            (r#"{"count": 2}"#, 3, Some(false)),
            (r#"{"atLeast": 1}"#, 0, Some(false)),
            (r#"{"atLeast": 1, "atMost": 2}"#, 2, Some(true)),
            (r#"{"atMost": 2}"#, 3, Some(false)),
        ] {
            assert_eq!(conditions(json).verdict(found), verdict, "{json} {found}");
        }
    }

    #[test]
    fn misspelt_conditions_are_refused() {
        assert!(serde_json::from_str::<Conditions>(r#"{"methd": "get"}"#).is_err());
    }
}
