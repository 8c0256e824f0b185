//! Identities for what was written without one.
//!
//! Mockoon draws a random uuid. Ours follow from the definition (type, method and path of a
//! route, the name of a bucket), so that a hand-written file keeps its counters, streams and
//! connections when it is loaded again after a change elsewhere in it.

use std::collections::HashMap;

use uuid::Uuid;

use crate::model::Environment;

/// A namespace of our own for derived uuids.
const NAMESPACE: Uuid = Uuid::from_u128(0x8b5f_6a1e_3c0d_4e57_9a52_7d1f_c4b8_60e3);

/// Gives a uuid, and buckets and callbacks an id, to whatever has none.
pub(crate) fn complete(environment: &mut Environment) {
    let mut names = Names::default();
    names.fill(&mut environment.uuid, || {
        format!("environment {}", environment.name)
    });
    for folder in &mut environment.folders {
        names.fill(&mut folder.uuid, || format!("folder {}", folder.name));
    }
    for route in &mut environment.routes {
        names.fill(&mut route.uuid, || {
            format!("route {:?} {} {}", route.kind, route.method, route.endpoint)
        });
        for response in &mut route.responses {
            names.fill(&mut response.uuid, || {
                format!("response {} {}", route.uuid, response.label)
            });
        }
    }
    for bucket in &mut environment.data {
        names.fill(&mut bucket.uuid, || format!("bucket {}", bucket.name));
        if bucket.id.is_empty() {
            bucket.id.clone_from(&bucket.name);
        }
    }
    for callback in &mut environment.callbacks {
        names.fill(&mut callback.uuid, || format!("callback {}", callback.name));
        if callback.id.is_empty() {
            callback.id.clone_from(&callback.name);
        }
    }
}

#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn fill(&mut self, uuid: &mut String, name: impl FnOnce() -> String) {
        if !uuid.is_empty() {
            return;
        }
        let name = name();
        let occurrence = self.0.entry(name.clone()).or_default();
        *occurrence += 1;
        *uuid = Uuid::new_v5(&NAMESPACE, format!("{name} {occurrence}").as_bytes()).to_string();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn uuids(file: serde_json::Value) -> Vec<String> {
        let mut environment: Environment = serde_json::from_value(file).unwrap();
        complete(&mut environment);
        environment
            .routes
            .iter()
            .map(|route| route.uuid.clone())
            .collect()
    }

    #[test]
    fn identities_follow_the_definition() {
        let one = json!({ "endpoint": "one" });
        let two = json!({ "endpoint": "two", "method": "post" });
        let first = uuids(json!({ "routes": [one, two, one] }));
        let second = uuids(json!({ "name": "Other", "routes": [two, one] }));
        assert_eq!(first[1], second[0]);
        assert_eq!(first[0], second[1]);
        assert_ne!(first[0], first[2], "a repetition is a route of its own");
        assert_eq!(uuids(json!({ "routes": [{ "uuid": "mine" }] })), ["mine"]);
    }
}
