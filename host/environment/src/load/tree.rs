//! Puts the route tree in order: every route and folder stands in it, exactly once.
//!
//! As Mockoon repairs it: names of nothing go, of repetitions the first stays (folders before
//! the root), what nobody names is appended to the root, folders before routes. Unlike
//! Mockoon's, a folder inside itself is not lost: the walk in the model finds it.
//!
//! In Mockoon's own files a place whose uuid is no uuid does not count: Mockoon gives such a
//! route a new uuid, so that the tree has lost it, and appends it. Identities stay as written
//! here; only the order follows Mockoon. Hand-written files may use any names.

use std::collections::HashSet;

use super::Origin;
use crate::model::{ChildType, Environment, Extra, FolderChild};

pub(super) fn repair(environment: &mut Environment, origin: Origin) {
    let mockoon = matches!(origin, Origin::Mockoon { .. });
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
    let named = |child: &FolderChild| !mockoon || is_uuid(&child.uuid);
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
    environment
        .root_children
        .retain(|child| named(child) && keep(child));
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
            extra: Extra::default(),
        };
        if keep(&child) {
            environment.root_children.push(child);
        }
    }
}

/// What Mockoon takes for a uuid: 32 hexadecimal digits, in groups or not, of any version.
pub(crate) fn is_uuid(text: &str) -> bool {
    let inner = match (text.chars().next(), text.chars().last()) {
        (Some('{'), Some('}')) | (Some('['), Some(']')) | (Some('('), Some(')')) => {
            &text[1..text.len() - 1]
        }
        _ => text,
    };
    let separated = |separator: char| {
        let groups: Vec<&str> = inner.split(separator).collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        lengths == [8, 4, 4, 4, 12] || lengths == [32]
    };
    (separated('-') || separated(':'))
        && inner
            .chars()
            .all(|character| character.is_ascii_hexdigit() || matches!(character, '-' | ':'))
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
        repair(&mut environment, Origin::HandWritten);
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

    #[test]
    fn what_is_no_uuid_comes_last_in_mockoons_files() {
        let good = "550e8400-e29b-41d4-a716-446655440000";
        let file = json!({
            "routes": [{ "uuid": "chat" }, { "uuid": good }],
            "rootChildren": [{ "uuid": "chat" }, { "uuid": good }]
        });
        for (origin, expected) in [
            (Origin::HandWritten, ["chat", good]),
            (Origin::Mockoon { layout: 33 }, [good, "chat"]),
        ] {
            let mut environment: Environment = serde_json::from_value(file.clone()).unwrap();
            repair(&mut environment, origin);
            let order: Vec<&str> = environment
                .routes_in_order()
                .iter()
                .map(|route| route.uuid.as_str())
                .collect();
            assert_eq!(order, expected);
        }
    }

    #[test]
    fn uuids() {
        for (text, expected) in [
            ("550e8400-e29b-41d4-a716-446655440000", true),
            ("550E8400E29B41D4A716446655440000", true),
            ("{550e8400-e29b-91d4-c716-446655440000}", true),
            ("550e8400:e29b:41d4:a716:446655440000", true),
            ("00000000-0000-0000-0000-000000000000", true),
            ("550e8400-e29b-41d4-a716-44665544000g", false),
            ("550e8400-e29b-41d4-a716", false),
            ("route-1", false),
            ("{", false),
            ("", false),
        ] {
            assert_eq!(is_uuid(text), expected, "{text}");
        }
    }
}
