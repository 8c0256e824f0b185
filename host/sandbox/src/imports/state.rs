//! `variables`, `buckets`, `private-state`: one macro, because the three interfaces differ only
//! in what the names belong to.

use wasmock_exchange::{Access, Operation, Right, Space, StateError};
use wasmock_javascript::path::Path;

use crate::bindings::wasmock::host::types::{Failure, Value as Wire};
use crate::bindings::wasmock::host::{buckets, private_state, variables};
use crate::guest::Guest;

/// The kind of state an interface is about.
#[derive(Clone, Copy)]
enum About {
    Variables,
    Buckets,
    Private,
}

/// The operations that are the same for all three; `Ok(Err(_))` is the guest's to handle.
type Answer<T> = wasmtime::Result<Result<T, Failure>>;

impl Guest {
    fn allowed(&self, about: About, name: &str, access: Access) -> Result<(), Failure> {
        let named;
        let (right, kind) = match about {
            About::Variables => (Right::Variable(access, name), "variable"),
            About::Buckets => {
                let call = self.call.as_ref();
                named = call.and_then(|call| call.environment.bucket_name(name));
                let right = Right::Bucket {
                    access,
                    id: name,
                    name: named.as_deref().unwrap_or(name),
                };
                (right, "bucket")
            }
            About::Private => return Ok(()),
        };
        if self.may(right) {
            return Ok(());
        }
        let verb = match access {
            Access::Read => "reading",
            Access::Write => "writing",
        };
        Err(Failure::Denied(format!("{verb} the {kind} `{name}`")))
    }

    fn read(&mut self, about: About, name: &str, path: &str) -> Answer<Wire> {
        if let Err(failure) = self.allowed(about, name, Access::Read) {
            return Ok(Err(failure));
        }
        let plugin = self.plugin.clone();
        let Some(entry) = self
            .current()?
            .environment
            .state()
            .get(space(about, &plugin), name)
        else {
            return Ok(match about {
                About::Buckets => Err(Failure::NotFound),
                About::Variables | About::Private => Ok(Wire::Undefined),
            });
        };
        if path.is_empty() {
            return self.references.lower_document(&entry.document).map(Ok);
        }
        match Path::parse(path).get(entry.document.value()) {
            Ok(value) => self.references.lower(value).map(Ok),
            Err(error) => Ok(Err(Failure::Invalid(error.to_string()))),
        }
    }

    fn version_of(&self, about: About, name: &str) -> wasmtime::Result<u64> {
        if self.allowed(about, name, Access::Read).is_err() {
            return Ok(0);
        }
        let entry = self
            .current()?
            .environment
            .state()
            .get(space(about, &self.plugin), name);
        Ok(entry.map_or(0, |entry| entry.version))
    }

    async fn write(
        &mut self,
        about: About,
        name: &str,
        path: &str,
        operation: Operation,
    ) -> Answer<wasmock_exchange::Updated> {
        if let Err(failure) = self.allowed(about, name, Access::Write) {
            return Ok(Err(failure));
        }
        let plugin = self.plugin.clone();
        let environment = self.current()?.environment.clone();
        let updated = environment
            .state()
            .update(space(about, &plugin), name, path, operation)
            .await;
        Ok(updated.map_err(failure))
    }

    /// The exact id of a bucket, its content made if this is its first use.
    async fn filled(&mut self, name: &str) -> Answer<std::sync::Arc<str>> {
        let Some(id) = self.current()?.environment.find_bucket(name) else {
            return Ok(Err(Failure::NotFound));
        };
        if self
            .current()?
            .environment
            .state()
            .get(Space::Bucket, &id)
            .is_some()
        {
            return Ok(Ok(id));
        }
        let (mut call, behalf) = self.lend_call()?;
        // What a bucket holds is the environment's doing, whoever asks first.
        call.behalf = None;
        let environment = call.environment.clone();
        let (call, result) = environment.fill_bucket(&id, call).await;
        self.take_back(call, behalf);
        Ok(result.map(|()| id).map_err(failure))
    }
}

fn space(about: About, plugin: &str) -> Space<'_> {
    match about {
        About::Variables => Space::Variable,
        About::Buckets => Space::Bucket,
        About::Private => Space::Private(plugin),
    }
}

fn failure(error: StateError) -> Failure {
    match error {
        StateError::NotFound => Failure::NotFound,
        StateError::Conflict(version) => Failure::Conflict(version),
        StateError::Invalid(message) => Failure::Invalid(message),
    }
}

/// The writes, which all three interfaces have. `$name` turns the name a guest gives into the
/// one state knows, and may answer the guest instead.
macro_rules! writes {
    ($about:expr, |$guest:ident, $given:ident| $name:expr) => {
        async fn set(&mut self, $given: String, path: String, value: Wire) -> Answer<u64> {
            let $guest = self;
            let name = $name;
            let value = $guest.references.lift(value);
            let updated = $guest
                .write($about, &name, &path, Operation::Set(value))
                .await?;
            Ok(updated.map(|updated| updated.version))
        }

        async fn delete(&mut self, $given: String, path: String) -> Answer<u64> {
            let $guest = self;
            let name = $name;
            let updated = $guest
                .write($about, &name, &path, Operation::Delete)
                .await?;
            Ok(updated.map(|updated| updated.version))
        }

        async fn increment(&mut self, $given: String, path: String, by: f64) -> Answer<f64> {
            let $guest = self;
            let name = $name;
            let updated = $guest
                .write($about, &name, &path, Operation::Increment(by))
                .await?;
            Ok(updated.map(|updated| updated.value.to_number()))
        }

        async fn append(&mut self, $given: String, path: String, value: Wire) -> Answer<u64> {
            let $guest = self;
            let name = $name;
            let value = $guest.references.lift(value);
            let updated = $guest
                .write($about, &name, &path, Operation::Append(value))
                .await?;
            Ok(updated.map(|updated| updated.version))
        }

        async fn merge(&mut self, $given: String, path: String, value: Wire) -> Answer<u64> {
            let $guest = self;
            let name = $name;
            let value = $guest.references.lift(value);
            let updated = $guest
                .write($about, &name, &path, Operation::Merge(value))
                .await?;
            Ok(updated.map(|updated| updated.version))
        }

        async fn compare_and_set(
            &mut self,
            $given: String,
            path: String,
            version: u64,
            value: Wire,
        ) -> Answer<u64> {
            let $guest = self;
            let name = $name;
            let value = $guest.references.lift(value);
            let operation = Operation::CompareAndSet(version, value);
            let updated = $guest.write($about, &name, &path, operation).await?;
            Ok(updated.map(|updated| updated.version))
        }
    };
}

impl variables::Host for Guest {
    fn get(&mut self, name: String, path: String) -> Answer<Wire> {
        self.read(About::Variables, &name, &path)
    }

    fn version(&mut self, name: String) -> wasmtime::Result<u64> {
        self.version_of(About::Variables, &name)
    }

    writes!(About::Variables, |guest, name| name);
}

impl private_state::Host for Guest {
    fn get(&mut self, name: String, path: String) -> Answer<Wire> {
        self.read(About::Private, &name, &path)
    }

    fn version(&mut self, name: String) -> wasmtime::Result<u64> {
        self.version_of(About::Private, &name)
    }

    writes!(About::Private, |guest, name| name);
}

impl buckets::Host for Guest {
    fn find(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        Ok(self
            .current()?
            .environment
            .find_bucket(&name)
            .map(|id| id.to_string()))
    }

    fn source(&mut self, id: String) -> wasmtime::Result<Option<String>> {
        if self.allowed(About::Buckets, &id, Access::Read).is_err() {
            return Ok(None);
        }
        Ok(self
            .current()?
            .environment
            .bucket_source(&id)
            .map(|source| source.to_string()))
    }

    async fn get(&mut self, name: String, path: String) -> Answer<Wire> {
        match self.filled(&name).await? {
            Ok(id) => self.read(About::Buckets, &id, &path),
            Err(failure) => Ok(Err(failure)),
        }
    }

    async fn version(&mut self, name: String) -> wasmtime::Result<u64> {
        match self.filled(&name).await? {
            Ok(id) => self.version_of(About::Buckets, &id),
            Err(_) => Ok(0),
        }
    }

    writes!(
        About::Buckets,
        |guest, name| match guest.filled(&name).await? {
            Ok(id) => id,
            Err(failure) => return Ok(Err(failure)),
        }
    );
}
