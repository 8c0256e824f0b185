//! Folders, and the order of routes that follows from them.
//!
//! The tree decides which of two matching routes answers. It names routes and folders by uuid;
//! a name that is used twice, or that names nothing, is passed over, and a route that the tree
//! forgot comes last, so that no route is ever lost.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Environment, Extra, Route};

/// A folder of routes. It orders them and gives them a name to be disabled by, no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Folder {
    /// Identity, named by the tree.
    pub uuid: String,
    /// Name of the folder.
    pub name: String,
    /// What is in it, in order.
    pub children: Vec<FolderChild>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Folder {
    fn default() -> Self {
        Self {
            uuid: String::new(),
            name: "New folder".to_owned(),
            children: Vec::new(),
            extra: Extra::default(),
        }
    }
}

/// A place in the route tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FolderChild {
    /// What the place holds.
    #[serde(rename = "type")]
    pub kind: ChildType,
    /// Which route or folder.
    pub uuid: String,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// What a place in the route tree holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChildType {
    /// A route.
    #[default]
    Route,
    /// A folder.
    Folder,
}

/// A route and the folders it stands in, outermost first.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedRoute<'a> {
    /// The route.
    pub route: &'a Route,
    /// Its folders, outermost first.
    pub folders: Vec<&'a Folder>,
}

impl Environment {
    /// The routes in the order in which they are tried.
    ///
    /// Depth first through the tree, then those that the tree does not name. Of several routes
    /// with one uuid only the first is served.
    pub fn routes_in_order(&self) -> Vec<&Route> {
        self.placed_routes()
            .into_iter()
            .map(|placed| placed.route)
            .collect()
    }

    /// As [`Environment::routes_in_order`], with the folders of each route.
    pub fn placed_routes(&self) -> Vec<PlacedRoute<'_>> {
        let mut walk = Walk {
            routes: first_by(&self.routes, |route| &route.uuid),
            folders: first_by(&self.folders, |folder| &folder.uuid),
            seen: HashSet::new(),
            placed: Vec::with_capacity(self.routes.len()),
        };
        walk.enter(&self.root_children);
        for folder in &self.folders {
            if walk.seen.insert((ChildType::Folder, &folder.uuid)) {
                walk.enter_folder(folder, &mut Vec::new());
            }
        }
        for route in &self.routes {
            // A route without a uuid cannot be named by the tree, nor be a repetition.
            if route.uuid.is_empty() || walk.seen.insert((ChildType::Route, &route.uuid)) {
                walk.placed.push(PlacedRoute {
                    route,
                    folders: Vec::new(),
                });
            }
        }
        walk.placed
    }
}

fn first_by<T>(items: &[T], key: impl Fn(&T) -> &String) -> HashMap<&str, &T> {
    let mut map = HashMap::with_capacity(items.len());
    for item in items {
        let key = key(item);
        if !key.is_empty() {
            map.entry(key.as_str()).or_insert(item);
        }
    }
    map
}

struct Walk<'a> {
    routes: HashMap<&'a str, &'a Route>,
    folders: HashMap<&'a str, &'a Folder>,
    seen: HashSet<(ChildType, &'a str)>,
    placed: Vec<PlacedRoute<'a>>,
}

impl<'a> Walk<'a> {
    fn enter(&mut self, children: &'a [FolderChild]) {
        self.enter_children(children, &mut Vec::new());
    }

    // `seen` bounds the depth by the number of folders; files come from users, and a chain of
    // folders deep enough to exhaust the stack would be refused by the parsers' own limits
    // only if folders were nested in the text, so the stack is kept explicit.
    fn enter_children(&mut self, children: &'a [FolderChild], folders: &mut Vec<&'a Folder>) {
        let mut stack = vec![children.iter()];
        let base = folders.len();
        while let Some(level) = stack.last_mut() {
            let Some(child) = level.next() else {
                stack.pop();
                if folders.len() > base {
                    folders.pop();
                }
                continue;
            };
            match child.kind {
                ChildType::Route => {
                    if let Some(&route) = self.routes.get(child.uuid.as_str())
                        && self.seen.insert((ChildType::Route, &route.uuid))
                    {
                        self.placed.push(PlacedRoute {
                            route,
                            folders: folders.clone(),
                        });
                    }
                }
                ChildType::Folder => {
                    if let Some(&folder) = self.folders.get(child.uuid.as_str())
                        && self.seen.insert((ChildType::Folder, &folder.uuid))
                    {
                        folders.push(folder);
                        stack.push(folder.children.iter());
                    }
                }
            }
        }
    }

    fn enter_folder(&mut self, folder: &'a Folder, folders: &mut Vec<&'a Folder>) {
        folders.push(folder);
        self.enter_children(&folder.children, folders);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(file: serde_json::Value) -> Vec<String> {
        let environment: Environment = serde_json::from_value(file).unwrap();
        environment
            .placed_routes()
            .iter()
            .map(|placed| {
                let mut text = String::new();
                for folder in &placed.folders {
                    text.push_str(&folder.uuid);
                    text.push('/');
                }
                text + &placed.route.endpoint
            })
            .collect()
    }

    #[test]
    fn the_tree_decides_and_loses_nothing() {
        let routes = json!([
            { "uuid": "1", "endpoint": "one" }, { "uuid": "2", "endpoint": "two" },
            { "uuid": "3", "endpoint": "three" }, { "endpoint": "nameless" },
            { "uuid": "1", "endpoint": "again" }
        ]);
        let route = |uuid: &str| json!({ "type": "route", "uuid": uuid });
        let folder = |uuid: &str| json!({ "type": "folder", "uuid": uuid });
        let cases = [
            // No tree at all.
            (
                json!([]),
                json!([]),
                vec!["one", "two", "three", "nameless"],
            ),
            // Depth first; what the tree forgot comes last.
            (
                json!([{ "uuid": "f", "children": [route("3"), folder("g")] },
                       { "uuid": "g", "children": [route("2")] }]),
                json!([folder("f"), route("1")]),
                vec!["f/three", "f/g/two", "one", "nameless"],
            ),
            // Names of nothing and repetitions are passed over; a folder in itself ends.
            (
                json!([{ "uuid": "f", "children": [route("2"), folder("f"), route("9")] }]),
                json!([route("8"), folder("f"), route("2"), folder("f"), route("1")]),
                vec!["f/two", "one", "three", "nameless"],
            ),
            // A folder that nobody names still gives its routes their place in it.
            (
                json!([{ "uuid": "f", "children": [route("2"), folder("f")] }]),
                json!([route("3")]),
                vec!["three", "f/two", "one", "nameless"],
            ),
        ];
        for (folders, root, expected) in cases {
            let file = json!({ "routes": routes, "folders": folders, "rootChildren": root });
            assert_eq!(order(file.clone()), expected, "{file}");
        }
    }
}
