//! Verification: how many of the recorded exchanges meet conditions, and which.
//!
//! Conditions are Mockoon's own rules, so whatever can choose a response can also verify a
//! test: `{"method": "post", "path": "users/:id", "rules": [{"target": "body", "modifier":
//! "name", "operator": "equals", "value": "Ann"}]}`.

use std::net::SocketAddr;
use std::sync::Arc;

use http::StatusCode;
use serde::Deserialize;
use wasmock_environment::{Method, Rule, RulesOperator};
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
    #[serde(default)]
    rules: Vec<Rule>,
    rules_operator: Option<RulesOperator>,
}

impl Asked<'_> {
    pub(super) async fn verify(self) -> Reply {
        let conditions: Conditions = match serde_json::from_slice(&self.facts.body) {
            Ok(conditions) => conditions,
            Err(error) => return self.message(StatusCode::BAD_REQUEST, error.to_string()),
        };
        let pattern = match conditions.path.as_deref().map(|path| Pattern::new("", path)).transpose() {
            Ok(pattern) => pattern.map(Arc::new),
            Err(error) => return self.message(StatusCode::BAD_REQUEST, error.to_string()),
        };
        // Unlike a response, a verification means all of its rules.
        let all = conditions.rules_operator.unwrap_or(RulesOperator::And) == RulesOperator::And;
        let rules = match Rules::new(&conditions.rules, all, &self.site.plugins()) {
            Ok(rules) => rules,
            Err(error) => return self.message(StatusCode::BAD_REQUEST, error.to_string()),
        };
        let mut matching = Vec::new();
        for transaction in self.site.journal().list() {
            if self.meets(&transaction, &conditions, pattern.as_ref(), &rules).await {
                matching.push(show(&transaction));
            }
        }
        let count = Value::Number(matching.len() as f64);
        let fields = [("count", count), ("transactions", Value::array(matching))];
        self.fields(StatusCode::OK, fields)
    }

    async fn meets(
        &self,
        transaction: &Transaction,
        conditions: &Conditions,
        pattern: Option<&Arc<Pattern>>,
        rules: &Rules,
    ) -> bool {
        let head = &transaction.request;
        let route = transaction.route.as_ref().map(|(route, _)| route);
        let fits = conditions.method.as_ref().is_none_or(|method| method.matches(head.method.as_str()))
            && conditions.status.is_none_or(|status| transaction.answer.status() == status)
            && conditions.route.as_ref().is_none_or(|uuid| route.is_some_and(|route| route.uuid() == uuid));
        if !fits {
            return false;
        }
        let anywhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let facts = RequestFacts::new(self.site.clone(), head.clone(), transaction.body.clone(), anywhere);
        let way = match pattern {
            None => None,
            Some(pattern) => match pattern.ways_that_fit(facts.path()).next() {
                None => return false,
                Some(way) => Some((pattern, way)),
            },
        };
        if rules.is_empty() {
            return true;
        }
        let facts = Arc::new(facts);
        let exchange = match (route, way) {
            (Some(route), way) => {
                let (pattern, way) = way.map_or((&route.pattern, 0), |(pattern, way)| (pattern, way));
                HttpExchange::at(facts, route.clone(), pattern.clone(), way, 0)
            }
            (None, _) => HttpExchange::nowhere(facts),
        };
        let mock = self.site.mock_kept();
        let call = self.site.call(Arc::new(exchange));
        rules.hold(self.site, &mock, call).await.1
    }
}
