//! Which response of a route answers, for HTTP and WebSocket alike.

use std::sync::Arc;

use wasmock_environment::ResponseMode;
use wasmock_exchange::{Call, Random};

use super::Facts;
use crate::mock::{Mock, Route};
use crate::site::Site;

/// A choice that could be made at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The response at this place.
    Response(usize),
    /// None: FALLBACK mode found nothing, or there is no response.
    Nothing,
    /// Rules must be evaluated, and [`choose_now`] had no facts or they need a plugin.
    Ask,
}

impl Route {
    /// The choice for the request with that number (from 1), where rules do not matter.
    pub(crate) fn choose_without_rules(&self, random: &Random, number: u64) -> Choice {
        let count = self.responses.len();
        let place = match self.mode() {
            _ if count == 0 => return Choice::Nothing,
            Some(ResponseMode::Random) => random.below(count),
            Some(ResponseMode::Sequential) => (number.saturating_sub(1) % count as u64) as usize,
            Some(ResponseMode::DisableRules) => self.default,
            None | Some(ResponseMode::Fallback) => {
                if self
                    .responses
                    .iter()
                    .any(|response| !response.rules.is_empty())
                {
                    return Choice::Ask;
                }
                return self.otherwise();
            }
        };
        Choice::Response(place)
    }

    /// What answers when no rule holds.
    fn otherwise(&self) -> Choice {
        match self.mode() {
            Some(ResponseMode::Fallback) => Choice::Nothing,
            _ if self.responses.is_empty() => Choice::Nothing,
            _ => Choice::Response(self.default),
        }
    }
}

/// Chooses without waiting; [`Choice::Ask`] when a rule before the first that holds needs a
/// template or a plugin.
pub(crate) fn choose_now(route: &Route, facts: Facts<'_>) -> Choice {
    let number = facts.exchange.sequence();
    match route.choose_without_rules(facts.site.random_source(), number) {
        Choice::Ask => {}
        choice => return choice,
    }
    for response in route
        .responses
        .iter()
        .filter(|response| !response.rules.is_empty())
    {
        if !response.rules.is_native() {
            return Choice::Ask;
        }
        if response.rules.hold_now(facts) {
            return Choice::Response(response.index);
        }
    }
    route.otherwise()
}

/// Chooses, rendering templates and asking plugins where rules need them. The exchange and its
/// number are those of the call.
pub(crate) async fn choose(
    site: &Arc<Site>,
    mock: &Mock,
    route: &Route,
    mut call: Call,
) -> (Call, Option<usize>) {
    match route.choose_without_rules(site.random_source(), call.exchange.sequence()) {
        Choice::Response(place) => return (call, Some(place)),
        Choice::Nothing => return (call, None),
        Choice::Ask => {}
    }
    for response in route
        .responses
        .iter()
        .filter(|response| !response.rules.is_empty())
    {
        let holds;
        (call, holds) = response.rules.hold(site, mock, call).await;
        if holds {
            return (call, Some(response.index));
        }
    }
    let place = match route.otherwise() {
        Choice::Response(place) => Some(place),
        Choice::Nothing | Choice::Ask => None,
    };
    (call, place)
}
