//! What a plugin may do to a mock's data and see of its machine.

/// Reading or writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// Something that a plugin may do or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right<'a> {
    /// Seeing an environment variable.
    Environment(&'a str),
    /// A global variable.
    Variable(Access, &'a str),
    /// A data bucket.
    Bucket {
        /// What is done to it.
        access: Access,
        /// Its id.
        id: &'a str,
        /// Its name.
        name: &'a str,
    },
}

/// The rights of one plugin. Asked from any thread, while a call runs; must not block.
pub trait Rights: Send + Sync {
    /// Whether the plugin may; a refusal is logged once, with what would allow it.
    fn allow(&self, right: Right<'_>) -> bool;
}
