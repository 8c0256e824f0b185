//! Problems that a schema cannot see: names of nothing, repetitions, values that hurt.
//!
//! Reads the environment after repair and changes nothing.

use std::collections::{HashMap, HashSet};

use crate::load::{LoadOptions, Origin, is_uuid};
use crate::model::{
    BodyType, Callback, ChildType, Close, Environment, FolderChild, Message, Method, Response,
    Route, RouteType, Rule, Step, Timeline,
};
use crate::problem::{Problem, join, nearest};

/// Names of the plugins that are built in.
pub const BUILT_IN_PLUGINS: [&str; 4] = ["templating", "data-buckets", "global-variables", "regex"];

pub(crate) fn inspect(
    environment: &Environment,
    origin: Origin,
    options: &LoadOptions,
) -> Vec<Problem> {
    let mut inspector = Inspector {
        environment,
        mockoon: matches!(origin, Origin::Mockoon { .. }),
        plugins: BUILT_IN_PLUGINS
            .into_iter()
            .chain(options.plugins.iter().map(String::as_str))
            .chain(
                environment
                    .wasmock
                    .plugins
                    .iter()
                    .map(|plugin| plugin.name.as_str()),
            )
            .collect(),
        problems: Vec::new(),
    };
    inspector.environment();
    inspector.identities();
    inspector.tree();
    for (index, route) in environment.routes.iter().enumerate() {
        inspector.route(route, &join("/routes", index));
    }
    inspector.problems
}

struct Inspector<'a> {
    environment: &'a Environment,
    /// The file is Mockoon's own.
    mockoon: bool,
    plugins: Vec<&'a str>,
    problems: Vec<Problem>,
}

impl<'a> Inspector<'a> {
    fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn environment(&mut self) {
        let environment = self.environment;
        let mut names = HashSet::new();
        for (index, plugin) in environment.wasmock.plugins.iter().enumerate() {
            let place = format!("/wasmock/plugins/{index}");
            if plugin.name.is_empty() || plugin.path.is_empty() {
                self.report(
                    Problem::error(place.clone(), "a plugin needs a name and a path")
                        .remedy("Write `name`, by which it is used, and `path`, where it is."),
                );
            }
            if !plugin.name.is_empty() && !names.insert(plugin.name.as_str()) {
                self.report(
                    Problem::error(
                        join(&place, "name"),
                        format!("there are two plugins called `{}`", plugin.name),
                    )
                    .remedy("Give each its own name."),
                );
            }
            if BUILT_IN_PLUGINS.contains(&plugin.name.as_str()) {
                self.report(
                    Problem::warning(
                        join(&place, "name"),
                        format!("`{}` is the name of a built-in plugin", plugin.name),
                    )
                    .remedy(
                        "This one is used in its place; choose another name if that is not meant.",
                    ),
                );
            }
        }
        for (index, bucket) in environment.data.iter().enumerate() {
            self.plugin(
                bucket.wasmock.plugin.as_deref(),
                &format!("/data/{index}/wasmock/plugin"),
            );
        }
        for (index, callback) in environment.callbacks.iter().enumerate() {
            self.callback(callback, &format!("/callbacks/{index}"));
        }
        if environment.proxy_mode && environment.proxy_host.is_empty() {
            self.report(
                Problem::warning(
                    "/proxyHost",
                    "proxy mode is on, but there is no server to forward to",
                )
                .expected("an address like `https://api.example.com`")
                .remedy("Without it nothing is forwarded."),
            );
        }
        let tls = &environment.tls_options;
        if tls.enabled && tls.cert_path.is_empty() != tls.key_path.is_empty() {
            self.report(
                Problem::warning(
                    "/tlsOptions",
                    "a certificate needs both `certPath` and `keyPath`",
                )
                .remedy("With one of them a self-signed certificate is used instead."),
            );
        }
    }

    fn callback(&mut self, callback: &Callback, place: &str) {
        if callback.uri.is_empty() {
            self.report(
                Problem::warning(join(place, "uri"), "the callback has no address")
                    .expected("an address, or a path of this mock beginning with `/`"),
            );
        }
        self.method(&callback.method, &join(place, "method"));
        self.bucket(callback.body_type, &callback.databucket_id, place);
    }

    fn identities(&mut self) {
        let environment = self.environment;
        let mut uuids: HashMap<&str, String> = HashMap::new();
        let lists: [(&str, Vec<&str>); 4] = [
            (
                "folders",
                environment
                    .folders
                    .iter()
                    .map(|item| item.uuid.as_str())
                    .collect(),
            ),
            (
                "routes",
                environment
                    .routes
                    .iter()
                    .map(|item| item.uuid.as_str())
                    .collect(),
            ),
            (
                "data",
                environment
                    .data
                    .iter()
                    .map(|item| item.uuid.as_str())
                    .collect(),
            ),
            (
                "callbacks",
                environment
                    .callbacks
                    .iter()
                    .map(|item| item.uuid.as_str())
                    .collect(),
            ),
        ];
        for (list, items) in lists {
            for (index, uuid) in items.into_iter().enumerate() {
                self.unique(
                    &mut uuids,
                    uuid,
                    format!("/{list}/{index}/uuid"),
                    list == "routes",
                );
            }
        }
        for (index, route) in environment.routes.iter().enumerate() {
            // Responses are found within their route: the same uuid in two routes hurts nobody.
            let mut own = HashMap::new();
            for (number, response) in route.responses.iter().enumerate() {
                let place = format!("/routes/{index}/responses/{number}/uuid");
                self.unique(&mut own, &response.uuid, place, false);
            }
        }
        let mut ids = HashMap::new();
        for (index, bucket) in environment.data.iter().enumerate() {
            self.unique(&mut ids, &bucket.id, format!("/data/{index}/id"), false);
        }
    }

    fn unique<'b>(
        &mut self,
        seen: &mut HashMap<&'b str, String>,
        text: &'b str,
        place: String,
        served_once: bool,
    ) {
        if text.is_empty() {
            return;
        }
        if let Some(first) = seen.get(text) {
            let remedy = if served_once {
                "Of routes with one uuid only the first is served: give this one a uuid of its own."
            } else {
                "Only the first is found by it: give this one its own."
            };
            self.report(
                Problem::error(place, format!("`{text}` stands at {first} already")).remedy(remedy),
            );
        } else {
            seen.insert(text, place);
        }
    }

    fn tree(&mut self) {
        let environment = self.environment;
        let folders: HashSet<&str> = environment
            .folders
            .iter()
            .map(|folder| folder.uuid.as_str())
            .collect();
        let routes: HashSet<&str> = environment
            .routes
            .iter()
            .map(|route| route.uuid.as_str())
            .collect();
        let mut named: HashMap<(ChildType, &str), String> = HashMap::new();
        let mut lists: Vec<(String, &'a [FolderChild])> = environment
            .folders
            .iter()
            .enumerate()
            .map(|(index, folder)| {
                (
                    format!("/folders/{index}/children"),
                    folder.children.as_slice(),
                )
            })
            .collect();
        lists.push(("/rootChildren".to_owned(), &environment.root_children));
        for (list, children) in lists {
            for (index, child) in children.iter().enumerate() {
                let place = join(&list, index);
                let (kind, known) = match child.kind {
                    ChildType::Folder => ("folder", &folders),
                    ChildType::Route => ("route", &routes),
                };
                if !known.contains(child.uuid.as_str()) {
                    self.report(
                        Problem::warning(
                            place,
                            format!("there is no {kind} with the uuid `{}`", child.uuid),
                        )
                        .remedy("The entry is ignored: correct or remove it."),
                    );
                } else if let Some(first) = named.get(&(child.kind, child.uuid.as_str())) {
                    self.report(
                        Problem::warning(place, format!("this {kind} stands at {first} already"))
                            .remedy("Only one place counts: remove the other."),
                    );
                } else if self.mockoon && !is_uuid(&child.uuid) {
                    self.report(
                        Problem::warning(
                            join(&place, "uuid"),
                            format!(
                                "`{}` is not a uuid, so Mockoon loses this place of the tree",
                                child.uuid
                            ),
                        )
                        .expected("a uuid like `550e8400-e29b-41d4-a716-446655440000`")
                        .remedy(format!(
                            "The {kind} comes last, as in Mockoon: give it a uuid."
                        )),
                    );
                    named.insert((child.kind, &child.uuid), place);
                } else {
                    named.insert((child.kind, &child.uuid), place);
                }
            }
        }
        // A file without any tree is in the order of its routes, and that is fine.
        if !environment.root_children.is_empty() {
            for (index, route) in environment.routes.iter().enumerate() {
                if !named.contains_key(&(ChildType::Route, route.uuid.as_str())) {
                    self.report(
                        Problem::warning(
                            join("/routes", index),
                            "this route stands nowhere in the tree",
                        )
                        .remedy("It comes last: add its uuid to `rootChildren` or to a folder."),
                    );
                }
            }
        }
    }

    fn route(&mut self, route: &'a Route, place: &str) {
        self.path(route, place);
        if route.kind == RouteType::Http {
            self.method(&route.method, &join(place, "method"));
        }
        if route.responses.is_empty() && route.wasmock.session.is_none() {
            let doing = match route.kind {
                RouteType::Ws => route.wasmock.timeline.is_none(),
                RouteType::Http | RouteType::Crud => true,
            };
            if doing {
                self.report(
                    Problem::warning(join(place, "responses"), "the route has no response")
                        .remedy("It is not served: add a response."),
                );
            }
        }
        if route.kind == RouteType::Ws {
            self.websocket(route, place);
        }
        self.plugin(
            route.wasmock.session.as_deref(),
            &format!("{place}/wasmock/session"),
        );
        for (index, response) in route.responses.iter().enumerate() {
            self.response(route, response, &format!("{place}/responses/{index}"));
        }
    }

    fn path(&mut self, route: &Route, place: &str) {
        let endpoint = &route.endpoint;
        let place = join(place, "endpoint");
        if endpoint.is_empty()
            && route.kind == RouteType::Http
            && self.environment.endpoint_prefix.is_empty()
        {
            self.report(
                Problem::warning(place, "the path is empty: the route answers `/` only")
                    .remedy("Write the path, for example `users/:id`."),
            );
            return;
        }
        if let Some(reason) = broken_path(endpoint) {
            self.report(
                Problem::error(
                    place,
                    format!("the path `{endpoint}` cannot be used: {reason}"),
                )
                .expected("a path like `users/:id`, `files/*` or `/a/:b?`"),
            );
        }
    }

    fn method(&mut self, method: &Method, place: &str) {
        if method.is_known() {
            return;
        }
        let near = nearest(method.as_str(), Method::KNOWN);
        let problem = if method.is_possible() {
            Problem::warning(
                place,
                format!("Mockoon does not know the method `{method}`"),
            )
        } else {
            Problem::error(place, format!("`{method}` cannot be a method"))
                .expected("letters, as in `get` or `purge`")
        };
        self.report(problem.remedy(match near {
            Some(near) => format!("Did you mean `{near}`? Otherwise it is matched as written."),
            None => "It is matched as written.".to_owned(),
        }));
    }

    fn websocket(&mut self, route: &'a Route, place: &str) {
        let wasmock = &route.wasmock;
        if route.streaming_mode.is_some()
            && wasmock.interval.is_none()
            && route.streaming_interval < 10
        {
            self.report(
                Problem::warning(
                    join(place, "streamingInterval"),
                    format!(
                        "an interval of {} ms is too short",
                        route.streaming_interval
                    ),
                )
                .expected("10 or more")
                .remedy("10 ms are used."),
            );
        }
        let extension = join(place, "wasmock");
        if let Some(interval) = &wasmock.interval
            && (interval.min > interval.max || interval.max < 10)
        {
            self.report(
                Problem::error(
                    join(&extension, "interval"),
                    "this is not a range of intervals",
                )
                .expected("`min` at most `max`, and `max` 10 ms or more"),
            );
        }
        if let Some(Message::Base64(text)) = &wasmock.on_connect {
            self.base64(text, &join(&extension, "onConnect"));
        }
        for (index, refusal) in wasmock.refuse.iter().enumerate() {
            let place = format!("{extension}/refuse/{index}");
            self.rules(&refusal.rules, &place);
        }
        if let Some(Timeline::Steps(steps)) = &wasmock.timeline {
            for (index, step) in steps.iter().enumerate() {
                let place = format!("{extension}/timeline/{index}");
                match step {
                    Step::Expect(expect) => self.rules(&expect.rules, &join(&place, "expect")),
                    Step::Close(close) => self.close(close, &join(&place, "close")),
                    Step::Base64(text) => self.base64(text, &place),
                    _ => {}
                }
                if matches!(step, Step::Loop(_) | Step::Close(_)) && index + 1 < steps.len() {
                    self.report(
                        Problem::warning(place, "steps after this one may never run")
                            .remedy("Put `loop` and `close` last."),
                    );
                }
            }
        }
    }

    fn base64(&mut self, text: &str, place: &str) {
        let digits: Vec<u8> = text
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=')
            .collect();
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
        if !digits.iter().all(allowed) || digits.len() % 4 == 1 {
            self.report(
                Problem::error(join(place, "base64"), "this is not base64")
                    .expected("letters, digits, `+` and `/`")
                    .remedy("It is sent as it is written."),
            );
        }
    }

    fn close(&mut self, close: &Close, place: &str) {
        if !matches!(close.code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
            self.report(
                Problem::error(
                    join(place, "code"),
                    format!("{} cannot be sent as a close code", close.code),
                )
                .expected("1000 to 1014 without 1004, 1005 and 1006, or 3000 to 4999"),
            );
        }
        if close.reason.len() > 123 && !close.reason.contains("{{") {
            self.report(
                Problem::error(join(place, "reason"), "the reason is too long")
                    .expected("at most 123 bytes"),
            );
        }
    }

    fn response(&mut self, route: &Route, response: &'a Response, place: &str) {
        if route.kind != RouteType::Ws && (100..=103).contains(&response.status_code) {
            self.report(
                Problem::warning(
                    join(place, "statusCode"),
                    format!(
                        "the status {} announces a further answer, for which clients wait",
                        response.status_code
                    ),
                )
                .expected("200 to 599")
                .remedy("Choose a final status."),
            );
        }
        self.bucket(response.body_type, &response.databucket_id, place);
        if response.body_type == BodyType::File && response.file_path.is_empty() {
            self.report(
                Problem::warning(
                    join(place, "filePath"),
                    "the body is a file, but no file is named",
                )
                .remedy(
                    "The inline body is sent: write `filePath`, or set `bodyType` to `INLINE`.",
                ),
            );
        }
        for (index, invocation) in response.callbacks.iter().enumerate() {
            let known = self
                .environment
                .callbacks
                .iter()
                .any(|callback| callback.uuid == invocation.uuid);
            if !known {
                self.report(
                    Problem::warning(
                        format!("{place}/callbacks/{index}/uuid"),
                        format!("there is no callback with the uuid `{}`", invocation.uuid),
                    )
                    .remedy("Nothing is called: correct or remove the entry."),
                );
            }
        }
        self.rules(&response.rules, place);
        let extension = join(place, "wasmock");
        self.plugin(
            response.wasmock.plugin.as_deref(),
            &join(&extension, "plugin"),
        );
        if let Some(close) = &response.wasmock.close {
            self.close(close, &join(&extension, "close"));
        }
        if let Some(delay) = &response.wasmock.delay
            && delay.min > delay.max
        {
            self.report(
                Problem::error(join(&extension, "delay"), "this is not a range")
                    .expected("`min` at most `max`"),
            );
        }
    }

    fn rules(&mut self, rules: &'a [Rule], place: &str) {
        for (index, rule) in rules.iter().enumerate() {
            let place = format!("{place}/rules/{index}/wasmock/predicate");
            self.plugin(rule.wasmock.predicate.as_deref(), &place);
        }
    }

    fn bucket(&mut self, kind: BodyType, id: &str, place: &str) {
        if kind != BodyType::Databucket {
            return;
        }
        let buckets = &self.environment.data;
        // A bucket written without an id is found by its name, see `identity`.
        let ids = || {
            buckets.iter().map(|bucket| {
                if bucket.id.is_empty() {
                    &bucket.name
                } else {
                    &bucket.id
                }
            })
        };
        if ids().any(|known| known == id) {
            return;
        }
        let by_name = buckets
            .iter()
            .find(|bucket| bucket.name == id)
            .map(|bucket| bucket.id.as_str());
        let remedy = match by_name.or_else(|| nearest(id, ids().map(String::as_str))) {
            Some(near) => format!("Did you mean `{near}`? Otherwise the inline body is sent."),
            None => "The inline body is sent.".to_owned(),
        };
        self.report(
            Problem::warning(
                join(place, "databucketID"),
                format!("there is no data bucket with the id `{id}`"),
            )
            .remedy(remedy),
        );
    }

    fn plugin(&mut self, name: Option<&str>, place: &str) {
        let Some(name) = name else { return };
        if self.plugins.contains(&name) {
            return;
        }
        let remedy = match nearest(name, self.plugins.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => "Add it to `wasmock.plugins` of the environment, or start with `--plugin NAME=PATH`.".to_owned(),
        };
        self.report(
            Problem::error(place, format!("there is no plugin called `{name}`")).remedy(remedy),
        );
    }
}

/// Why a path cannot be compiled, for the mistakes that are sure. Whether the rest of its
/// syntax is understood is the router's to say.
fn broken_path(path: &str) -> Option<&'static str> {
    let mut open = 0i32;
    let mut characters = path.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '(' => open += 1,
            ')' => {
                open -= 1;
                if open < 0 {
                    return Some("a `)` closes nothing");
                }
            }
            ':' if !characters
                .peek()
                .is_some_and(|next| next.is_alphanumeric() || *next == '_') =>
            {
                return Some("a `:` needs the name of a parameter after it");
            }
            character if character.is_control() => return Some("it holds a control character"),
            _ => {}
        }
    }
    (open > 0).then_some("a `(` is not closed")
}
