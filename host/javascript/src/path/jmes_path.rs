//! JMESPath, stub.
/// A compiled JMESPath.
#[derive(Clone, Debug)]
pub struct JmesPath;
