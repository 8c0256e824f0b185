//! What a plugin may do beyond computing: only what the plugin asked for *and* the user allowed.
//!
//! A plugin asks in its manifest ([`crate::Manifest`]), a user allows in the environment file or
//! with `--grant`. Where either says nothing, [`defaults`] decides. Refusals are answers that a
//! guest can handle; each is logged once, with the flag that would allow it.

mod defaults;
mod folders;

use std::collections::HashSet;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::Semaphore;
use wasmock_client::address::{Host, Pattern, Target, allows};
use wasmock_environment::{ClockGrant, RandomGrant};
use wasmock_exchange::{Access, Clock, Random, Right, Rights, limits};

use crate::PluginName;
use crate::manifest::{Manifest, WORDS};

pub(crate) use self::folders::Folder;

/// What a user allows a plugin.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    allowed: wasmock_environment::Grants,
    /// Where relative folders begin.
    folder: PathBuf,
    /// The server's own seed.
    seed: Option<u64>,
    deputy: bool,
}

impl Grants {
    /// What a file allows; its folders are relative to `folder`.
    pub fn new(allowed: wasmock_environment::Grants, folder: &Path) -> Self {
        Self {
            allowed,
            folder: folder.to_owned(),
            ..Self::default()
        }
    }

    /// The same on a server with a seed: chance can be repeated unless it is granted as real.
    #[must_use]
    pub fn with_seed(self, seed: Option<u64>) -> Self {
        Self { seed, ..self }
    }

    /// For built-in plugins: these environment variables, and nothing that the plugin on whose
    /// behalf it is asked may not do itself.
    pub fn built_in(variables: Vec<String>) -> Self {
        Self {
            allowed: wasmock_environment::Grants {
                env: variables,
                ..wasmock_environment::Grants::default()
            },
            deputy: true,
            ..Self::default()
        }
    }

    /// What makes no sense in it: where, as a JSON pointer into the grants, and a sentence.
    pub fn problems(&self) -> Vec<(String, String)> {
        let allowed = &self.allowed;
        let mut problems = Vec::new();
        for (index, text) in allowed.http.iter().enumerate() {
            if let Err(error) = text.parse::<Pattern>() {
                problems.push((
                    format!("/http/{index}"),
                    format!("the granted `http`: {error}"),
                ));
            }
        }
        for (word, granted) in [("read", &allowed.read), ("write", &allowed.write)] {
            for (index, grant) in granted.iter().enumerate() {
                if let Err(problem) = folders::granted(grant, &self.folder) {
                    problems.push((format!("/{word}/{index}"), problem));
                }
            }
        }
        if let Some(time) = &allowed.time
            && time.parse::<Timestamp>().is_err()
        {
            problems.push(("/time".to_owned(), no_time(time)));
        }
        let unknown = allowed.extra.keys();
        problems.extend(unknown.map(|word| (format!("/{word}"), no_word(word))));
        problems
    }

    /// Adds what `--grant NAME:WORD=VALUE` says.
    ///
    /// # Errors
    /// There is no such word, or the value makes no sense for it.
    pub fn add(
        allowed: &mut wasmock_environment::Grants,
        word: &str,
        value: &str,
    ) -> Result<(), String> {
        let text = value.to_owned();
        match word {
            "http" => allowed.http.push(text),
            "read" => allowed.read.push(text),
            "write" => allowed.write.push(text),
            "env" => allowed.env.push(text),
            "readVariables" => allowed.read_variables.get_or_insert_default().push(text),
            "writeVariables" => allowed.write_variables.get_or_insert_default().push(text),
            "readBuckets" => allowed.read_buckets.get_or_insert_default().push(text),
            "writeBuckets" => allowed.write_buckets.get_or_insert_default().push(text),
            "clock" => {
                allowed.clock = Some(match value {
                    "real" => ClockGrant::Real,
                    "frozen" => ClockGrant::Frozen,
                    _ => return Err(format!("a clock is real or frozen, not `{value}`")),
                });
            }
            "time" => (allowed.clock, allowed.time) = (Some(ClockGrant::Frozen), Some(text)),
            "random" => {
                allowed.random = Some(match value {
                    "real" => RandomGrant::Real,
                    "seeded" => RandomGrant::Seeded,
                    _ => return Err(format!("random is real or seeded, not `{value}`")),
                });
            }
            "seed" => {
                let seed = value.parse();
                let seed = seed.map_err(|_| format!("a seed is a whole number, not `{value}`"))?;
                (allowed.random, allowed.seed) = (Some(RandomGrant::Seeded), Some(seed));
            }
            _ => return Err(no_word(word)),
        }
        Ok(())
    }
}

fn no_word(word: &str) -> String {
    let hint = match crate::nearest::nearest(word, WORDS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", WORDS.join(", ")),
    };
    format!("`{word}` cannot be granted; {hint}")
}

fn no_time(time: &str) -> String {
    format!("the granted `time` is `{time}`; expected a time such as 2025-01-31T12:00:00Z")
}

/// Both sides of one kind of right.
struct Both<T> {
    asked: Vec<T>,
    allowed: Vec<T>,
}

impl<T> Both<T> {
    /// Why something is refused; nothing when it is not.
    fn refusal(&self, is: impl Fn(&T) -> bool) -> Option<Refusal> {
        let refusal = Refusal {
            not_asked: !self.asked.iter().any(&is),
            not_allowed: !self.allowed.iter().any(&is),
        };
        (refusal.not_asked || refusal.not_allowed).then_some(refusal)
    }
}

/// Who did not say yes.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    not_asked: bool,
    not_allowed: bool,
}

/// What one plugin holds.
pub(crate) struct Held {
    plugin: PluginName,
    http: Both<Pattern>,
    env: Both<String>,
    read_variables: Both<String>,
    write_variables: Both<String>,
    read_buckets: Both<String>,
    write_buckets: Both<String>,
    pub(crate) folders: Vec<Folder>,
    /// What WASI shows of the process's environment.
    pub(crate) environment: Vec<(String, String)>,
    /// A clock of its own.
    pub(crate) clock: Option<Clock>,
    /// A seed of its own.
    pub(crate) seed: Option<u64>,
    /// Chance that follows from it.
    pub(crate) random: Option<Arc<Random>>,
    /// Whether it acts for whoever asks it, within their rights.
    pub(crate) deputy: bool,
    /// Requests it may still begin.
    pub(crate) requests: Arc<Semaphore>,
    refused: Mutex<HashSet<String>>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("plugin", &self.plugin)
            .finish_non_exhaustive()
    }
}

/// What a component asks for: what its manifest says, or what its imports mean.
pub(crate) fn asked<'a>(
    manifest: Option<&Manifest>,
    imports: impl Iterator<Item = &'a str>,
) -> wasmock_environment::Grants {
    match manifest {
        Some(manifest) => manifest.asks.clone(),
        None => defaults::asked_by_imports(imports),
    }
}

impl Held {
    /// What is both asked for and allowed.
    ///
    /// # Errors
    /// A pattern, a time or a folder that makes no sense, all of them.
    pub(crate) fn new(
        plugin: PluginName,
        asked: wasmock_environment::Grants,
        grants: Grants,
    ) -> Result<Self, Vec<String>> {
        let problems = grants.problems();
        let mut problems: Vec<String> = problems.into_iter().map(|(_, problem)| problem).collect();
        let allowed = grants.allowed;
        let mut pattern = |text: &String| match &**text {
            "*" => Some(Pattern::everything()),
            text => {
                let pattern = text.parse();
                let complain =
                    |error: &String| problems.push(format!("its manifest's `http`: {error}"));
                pattern.inspect_err(complain).ok()
            }
        };
        let http = Both {
            asked: asked.http.iter().filter_map(&mut pattern).collect(),
            allowed: allowed.http.iter().flat_map(|text| text.parse()).collect(),
        };
        let (read, write) = (
            folders::all_granted(&allowed.read, &grants.folder),
            folders::all_granted(&allowed.write, &grants.folder),
        );
        let mut folders = Vec::new();
        for (granted, wanted, write) in [
            (&write, &asked.write, true),
            (&read, &asked.read, false),
            // Who may write may read, and who asks to write only reads where that is granted.
            (&write, &asked.read, false),
            (&read, &asked.write, false),
        ] {
            for folder in folders::folders(granted, wanted, write) {
                if !folders.iter().any(|f: &Folder| f.name == folder.name) {
                    folders.push(folder);
                }
            }
        }
        let data = |asked: Option<Vec<String>>, allowed: Option<Vec<String>>| Both {
            asked: asked.unwrap_or_default(),
            allowed: allowed.unwrap_or_else(defaults::mock_data),
        };
        let env = Both {
            asked: asked.env,
            allowed: allowed.env,
        };
        let environment = std::env::vars()
            .filter(|(name, _)| env.refusal(|granted| is_named(granted, name)).is_none())
            .collect();
        let frozen = [asked.clock, allowed.clock].contains(&Some(ClockGrant::Frozen));
        let time = allowed.time.or(asked.time);
        let clock = match time.as_deref().map(str::parse::<Timestamp>) {
            _ if !frozen => None,
            None => Some(Clock::frozen(defaults::STANDING)),
            Some(Ok(time)) => Some(Clock::frozen(time.as_millisecond())),
            Some(Err(_)) => {
                let problem = no_time(&time.unwrap_or_default());
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
                None
            }
        };
        let seeded = [asked.random, allowed.random].contains(&Some(RandomGrant::Seeded));
        let own = seeded.then(|| allowed.seed.or(asked.seed).or(grants.seed));
        let own = own.map(|seed| seed.unwrap_or(defaults::SEED));
        let servers = grants.seed.filter(|_| allowed.random.is_none());
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            plugin,
            http,
            env,
            read_variables: data(asked.read_variables, allowed.read_variables),
            write_variables: data(asked.write_variables, allowed.write_variables),
            read_buckets: data(asked.read_buckets, allowed.read_buckets),
            write_buckets: data(asked.write_buckets, allowed.write_buckets),
            folders,
            environment,
            clock,
            random: own.map(|seed| Arc::new(Random::repeatable(seed))),
            seed: own.or(servers),
            deputy: grants.deputy,
            requests: Arc::new(Semaphore::new(limits::OUTBOUND_REQUESTS)),
            refused: Mutex::default(),
        })
    }

    /// Whether a request to that host may be begun.
    pub(crate) fn may_ask(&self, target: &Target) -> bool {
        match self.http.refusal(|pattern| pattern.names(target)) {
            None => true,
            Some(refusal) => {
                let host = target.as_grant();
                self.refuse(&format!("outbound HTTP to {host}"), "http", &host, refusal);
                false
            }
        }
    }

    /// Whether a host may be reached at that address.
    pub(crate) fn may_reach(&self, target: &Target, address: IpAddr) -> bool {
        allows(&self.http.allowed, target, address)
    }

    /// Says that a host was found at an address that may not be reached.
    pub(crate) fn refuse_address(&self, target: &Target, address: IpAddr) {
        let what = format!(
            "outbound HTTP to {}, which is at the address {address}, not a public one",
            target.as_grant()
        );
        let address = target.grant_for(&Host::Address(address.to_canonical()));
        self.refuse(&what, "http", &address, ALLOW_IT);
    }

    /// Says what was refused of files.
    pub(crate) fn refuse_folder(&self, refused: Refused) {
        let (what, word) = match refused {
            Refused::Files => ("the use of files", "read"),
            Refused::Writing => ("writing in a folder", "write"),
            Refused::Escape { writes: false } => ("reading outside of its folders", "read"),
            Refused::Escape { writes: true } => ("writing outside of its folders", "write"),
        };
        self.refuse(what, word, "FOLDER", ALLOW_IT);
    }

    /// Says that there are no sockets.
    pub(crate) fn refuse_socket(&self) {
        self.once(
            "sockets",
            "the plugin was refused a socket: sockets are never granted; HTTP is, with `http`",
        );
    }

    fn refuse(&self, what: &str, word: &str, value: &str, refusal: Refusal) {
        let (plugin, mut remedies) = (&self.plugin, Vec::new());
        if refusal.not_asked {
            remedies.push(format!(
                "its manifest does not ask for it (`{word}` under `asks`)"
            ));
        }
        if refusal.not_allowed {
            remedies.push(format!(
                "it is not allowed; --grant '{plugin}:{word}={value}' allows it, or `{word}` under \
                 `grants` in the environment file"
            ));
        }
        let line = format!("the plugin was refused {what}: {}", remedies.join(", and "));
        self.once(&format!("{word} {what}"), &line);
    }

    /// Logs a refusal, the first time.
    fn once(&self, key: &str, line: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() < REMEMBERED && refused.insert(key.to_owned()) {
            tracing::warn!(plugin = &*self.plugin, "{line}");
        }
    }
}

/// What a plugin tried with files.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refused {
    /// To use any, where no folder is granted.
    Files,
    /// To change something in a folder that it may only read.
    Writing,
    /// To reach what is in none of its folders, by `..` or by a link.
    Escape { writes: bool },
}

/// Refusals remembered for each plugin: one that tries a million hosts fills no memory.
const REMEMBERED: usize = 1000;

const ALLOW_IT: Refusal = Refusal {
    not_asked: false,
    not_allowed: true,
};

impl Rights for Held {
    fn allow(&self, right: Right<'_>) -> bool {
        let (both, what, word, names) = match right {
            Right::Environment(name) => (&self.env, "the environment variable", "env", [name; 2]),
            Right::Variable(Access::Read, name) => {
                let word = "readVariables";
                (
                    &self.read_variables,
                    "reading the variable",
                    word,
                    [name; 2],
                )
            }
            Right::Variable(Access::Write, name) => {
                let word = "writeVariables";
                (
                    &self.write_variables,
                    "writing the variable",
                    word,
                    [name; 2],
                )
            }
            Right::Bucket { access, id, name } => match access {
                Access::Read => {
                    let word = "readBuckets";
                    (&self.read_buckets, "reading the bucket", word, [id, name])
                }
                Access::Write => {
                    let word = "writeBuckets";
                    (&self.write_buckets, "writing the bucket", word, [id, name])
                }
            },
        };
        let refusal = both.refusal(|granted| names.iter().any(|name| is_named(granted, name)));
        let Some(refusal) = refusal else { return true };
        let [_, name] = names;
        self.refuse(&format!("{what} `{name}`"), word, name, refusal);
        false
    }
}

/// Whether a granted name means this one; a trailing `*` stands for any rest.
fn is_named(granted: &str, name: &str) -> bool {
    match granted.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => granted == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(json: &str) -> wasmock_environment::Grants {
        serde_json::from_str(json).unwrap()
    }

    fn held(asked: &str, allowed: &str) -> Held {
        let allowed = Grants::new(grants(allowed), Path::new("/"));
        Held::new("p".into(), grants(asked), allowed).unwrap()
    }

    fn may_ask(held: &Held, host: &str) -> bool {
        held.may_ask(&Target::new(host.parse().unwrap(), None, true))
    }

    #[test]
    fn both_have_to_say_yes() {
        let all = r#"{ "http": ["*"], "env": ["*"], "readVariables": ["*"] }"#;
        let some = r#"{ "http": ["a.b"], "env": ["A", "B_*"], "readVariables": ["v"] }"#;
        for held in [held(all, some), held(some, all)] {
            assert!(may_ask(&held, "a.b") && !may_ask(&held, "c.d"));
            for (name, may) in [("A", true), ("B_1", true), ("AB", false), ("C", false)] {
                assert_eq!(held.allow(Right::Environment(name)), may, "{name}");
            }
            assert!(held.allow(Right::Variable(Access::Read, "v")));
            assert!(!held.allow(Right::Variable(Access::Read, "w")));
        }
        let nothing = held("{}", all);
        assert!(!may_ask(&nothing, "a.b") && !nothing.allow(Right::Environment("A")));
        let nothing = held(all, "{}");
        assert!(!may_ask(&nothing, "a.b") && !nothing.allow(Right::Environment("A")));
    }

    #[test]
    fn a_mocks_own_data_is_allowed_unless_the_user_says_which() {
        let asked = r#"{ "readBuckets": ["*"], "writeBuckets": ["*"] }"#;
        let bucket = |access, id, name| Right::Bucket { access, id, name };
        let silent = held(asked, "{}");
        assert!(silent.allow(bucket(Access::Write, "1", "users")));
        let strict = held(asked, r#"{ "readBuckets": ["users"], "writeBuckets": [] }"#);
        assert!(strict.allow(bucket(Access::Read, "1", "users")));
        assert!(!strict.allow(bucket(Access::Read, "2", "secrets")));
        assert!(!strict.allow(bucket(Access::Write, "1", "users")));
        assert!(!held("{}", "{}").allow(bucket(Access::Read, "1", "users")));
    }

    #[test]
    fn time_and_chance_stand_still_when_either_side_says_so() {
        let now = |held: &Held| held.clock.as_ref().map(Clock::now_ms);
        assert_eq!(now(&held("{}", "{}")), None);
        let standing = Some(defaults::STANDING as f64);
        assert_eq!(now(&held(r#"{ "clock": "frozen" }"#, "{}")), standing);
        let at = r#"{ "clock": "frozen", "time": "1970-01-01T00:00:01Z" }"#;
        assert_eq!(now(&held("{}", at)), Some(1000.0));
        assert_eq!(held("{}", "{}").seed, None);
        assert_eq!(
            held("{}", r#"{ "random": "seeded", "seed": 7 }"#).seed,
            Some(7)
        );
        let seeded = Grants::default().with_seed(Some(5));
        let held = Held::new("p".into(), grants("{}"), seeded).unwrap();
        assert_eq!((held.seed, held.random.is_some()), (Some(5), false));
    }

    #[test]
    fn what_makes_no_sense_is_said_at_once() {
        let allowed =
            r#"{ "http": ["http://a"], "clock": "frozen", "time": "noon", "read": ["no/such"] }"#;
        let allowed = Grants::new(grants(allowed), Path::new("/"));
        let problems =
            Held::new("p".into(), grants(r#"{ "http": ["a b"] }"#), allowed).unwrap_err();
        assert_eq!(problems.len(), 4, "{problems:#?}");
    }

    #[test]
    fn the_command_lines_words_are_the_files() {
        let mut allowed = grants("{}");
        for word in WORDS {
            let value = match word {
                "clock" => "frozen",
                "random" => "seeded",
                "seed" => "7",
                value => value,
            };
            Grants::add(&mut allowed, word, value).unwrap();
        }
        let written = serde_json::to_value(&allowed).unwrap();
        for word in WORDS {
            assert!(written.get(word).is_some(), "{word}: {written}");
        }
        let error = Grants::add(&mut allowed, "htp", "x").unwrap_err();
        assert!(error.contains("did you mean `http`?"), "{error}");
    }
}
