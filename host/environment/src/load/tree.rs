//! Puts the route tree in order: every route and folder stands in it, exactly once.
//!
//! As Mockoon repairs it: names of nothing go, of repetitions the first stays (folders before
//! the root), what nobody names is appended to the root, folders before routes. Unlike
//! Mockoon's, a folder inside itself is not lost: the walk in the model finds it.

use std::collections::HashSet;

use crate::model::{ChildType, Environment, Extra, FolderChild};

pub(super) fn repair(environment: &mut Environment) {
    let mut known = HashSet::new();
    known.extend(
        environment
            .folders
            .iter()
            .map(|folder| (ChildType::Folder, folder.uuid.clone())),
    );
    known.extend(
        environment
            .routes
            .iter()
            .map(|route| (ChildType::Route, route.uuid.clone())),
    );
    let mut placed = HashSet::new();
    let mut keep = |child: &FolderChild| {
        let key = (child.kind, child.uuid.clone());
        known.contains(&key) && placed.insert(key)
    };
    for folder in &mut environment.folders {
        let own = folder.uuid.clone();
        folder
            .children
            .retain(|child| (child.kind != ChildType::Folder || child.uuid != own) && keep(child));
    }
    environment.root_children.retain(&mut keep);
    let folders = environment
        .folders
        .iter()
        .map(|folder| (ChildType::Folder, &folder.uuid));
    let routes = environment
        .routes
        .iter()
        .map(|route| (ChildType::Route, &route.uuid));
    for (kind, uuid) in folders.chain(routes) {
        let child = FolderChild {
            kind,
            uuid: uuid.clone(),
            extra: Extra::new(),
        };
        if keep(&child) {
            environment.root_children.push(child);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_route_stands_in_the_tree_once() {
        let mut environment: Environment = serde_json::from_value(json!({
            "routes": [{ "uuid": "1" }, { "uuid": "2" }, { "uuid": "3" }],
            "folders": [
                { "uuid": "f", "children": [
                    { "type": "folder", "uuid": "f" }, { "type": "route", "uuid": "2" } ] },
                { "uuid": "g" }
            ],
            "rootChildren": [
                { "type": "route", "uuid": "2" }, { "type": "route", "uuid": "9" },
                { "type": "route", "uuid": "3" }, { "type": "folder", "uuid": "f" },
                { "type": "route", "uuid": "3" }
            ]
        }))
        .unwrap();
        repair(&mut environment);
        let root: Vec<&str> = environment
            .root_children
            .iter()
            .map(|child| child.uuid.as_str())
            .collect();
        assert_eq!(root, ["3", "f", "g", "1"]);
        let order: Vec<&str> = environment
            .routes_in_order()
            .iter()
            .map(|route| route.uuid.as_str())
            .collect();
        assert_eq!(order, ["3", "2", "1"]);
    }
}
