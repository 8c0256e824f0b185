//! Every limit, its reason, and the option that changes it. Nothing else in `host/` holds a
//! bare number of this kind.

use std::time::Duration;

/// Memory of one instance. Python needs a few dozen MiB to start; 256 leaves room for data and
/// still lets a 4 GiB machine run several plugins.
pub const INSTANCE_MEMORY: usize = 256 << 20;
/// An instance that a call left above this size is retired, so a peak is not kept for ever.
pub const INSTANCE_MEMORY_KEPT: usize = 64 << 20;
/// Memory of all instances together; calls wait for a place beyond it.
pub const ALL_INSTANCES_MEMORY: usize = 2 << 30;
/// Bytes that may cross the boundary in one call and direction.
pub const BOUNDARY_BYTES: usize = 64 << 20;
/// Bytes of a session's state.
pub const SESSION_STATE: usize = 64 << 10;
/// Log lines of one plugin in a second.
pub const LOG_LINES_A_SECOND: u32 = 1000;
/// Bytes of one log line; the rest is cut.
pub const LOG_LINE: usize = 8 << 10;
/// Calls inside calls. A plugin that calls itself in a circle ends here.
pub const NESTING: u8 = 8;
/// Calls an instance serves before it is replaced, so that slow leaks do not last. A
/// garbage-collected guest is replaced sooner, see [`LARGE_COMPONENT_CALLS`].
pub const INSTANCE_CALLS: u32 = 100_000;
/// As [`INSTANCE_CALLS`], for components over [`LARGE_COMPONENT`].
pub const LARGE_COMPONENT_CALLS: u32 = 10_000;
/// A component of more bytes than this carries an interpreter and gets few instances.
pub const LARGE_COMPONENT: usize = 5 << 20;
/// Live instances of a component over [`LARGE_COMPONENT`].
pub const LARGE_COMPONENT_INSTANCES: usize = 4;
/// Live instances of other components, for each core.
pub const INSTANCES_PER_CORE: usize = 4;
/// Calls that may wait for an instance of one plugin; more are refused at once.
pub const WAITING_CALLS: usize = 10_000;
/// How long a call waits for an instance.
pub const WAIT_FOR_INSTANCE: Duration = Duration::from_secs(5);
/// WebSocket messages one call may send.
pub const FRAMES_OF_A_CALL: usize = 10_000;
/// Handles a guest may hold in one table.
pub const HANDLES: usize = 10_000;
/// Documents a guest may hold references to in one call.
pub const REFERENCES: usize = 100_000;
/// Elements of one table; JavaScript and Python components exceed the usual 20,000.
pub const TABLE_ELEMENTS: usize = 200_000;
/// Core instances, tables and memories of one component: adapters and composed components
/// have many.
pub const PARTS_OF_A_COMPONENT: usize = 128;
/// The stack of a guest.
pub const GUEST_STACK: usize = 512 << 10;

/// Running time of a predicate, a helper or a session's event.
pub const SHORT_CALL: Duration = Duration::from_millis(50);
/// Running time of a responder or of a template.
pub const LONG_CALL: Duration = Duration::from_millis(200);
/// Running time of `configure`: interpreters load modules in it.
pub const CONFIGURE: Duration = Duration::from_secs(10);
/// Time a call may take in all, waiting included: long enough for a slow server behind a plugin,
/// short enough that a plugin asleep does not hold its instances for ever.
pub const CALL_WAIT: Duration = Duration::from_secs(15);
/// Time an instance may take to start, waiting included.
pub const START_WAIT: Duration = Duration::from_secs(30);
/// Bytes of a component. Python's are 18 MB, those with models beside them larger.
pub const COMPONENT: usize = 256 << 20;
/// Time to connect to a server that a plugin calls, and time until its answer begins.
pub const OUTBOUND: Duration = Duration::from_secs(10);
/// Requests of one plugin under way at once.
pub const OUTBOUND_REQUESTS: usize = 64;
/// How long nothing is tried after an instance did not start; doubled with each further failure.
pub const BACK_OFF: Duration = Duration::from_millis(100);
/// Failed starts in a row after which a plugin is left alone until it is loaded again.
pub const FAILED_STARTS: u32 = 8;
/// A call that runs longer needs one of the permits for long calls (cores − 1, at least one),
/// so that spinning guests never hold every worker. A permit is good for as long again.
pub const PERMIT_AFTER: Duration = Duration::from_millis(5);
/// Calls past [`PERMIT_AFTER`] that do not count towards the instances of their plugin: while they
/// wait for a permit, short calls must not wait for them. More than these do count.
pub const LONG_CALLS: usize = 64;
/// How often a running guest can be interrupted.
pub const EPOCH: Duration = Duration::from_millis(1);

/// A request body, a WebSocket message or frame (Mockoon's limit; `--max-request-body-size`).
pub const BODY: usize = 100 << 20;
/// Buffered bodies of the whole process; beyond it requests are answered 503, messages 1013.
pub const ALL_BODIES: usize = 1 << 30;
/// Levels of arrays and objects in state; what is deeper could not be read back as JSON.
pub const STATE_LEVELS: usize = 256;
/// A request's head; beyond it the answer is 431.
pub const REQUEST_HEAD: usize = 64 << 10;
/// Header lines of a request; hyper's own 100 refuses real browsers' worst case.
pub const REQUEST_HEADERS: usize = 256;
/// Time for a request's head to arrive.
pub const REQUEST_HEAD_TIME: Duration = Duration::from_secs(10);
/// Time in which a request body must make progress.
pub const BODY_PROGRESS: Duration = Duration::from_secs(30);

/// Bytes of compiled components on disk; beyond it the oldest go. A JavaScript component takes
/// 35 MB.
pub const COMPILED: u64 = 2 << 30;

/// Bytes of a text that the host prints of a template by itself; a longer one is the business of
/// the plugin and its limits.
pub const PRINTED: usize = 1 << 20;

/// Fragments of one WebSocket message, as Mockoon's library counts them.
pub const WEBSOCKET_FRAGMENTS: usize = 16_384;
/// Frames a slow client may leave unread before it is closed with 1008.
pub const CLIENT_QUEUE_FRAMES: usize = 64;
/// Bytes a slow client may leave unread before it is closed with 1008.
pub const CLIENT_QUEUE_BYTES: usize = 4 << 20;
/// Time for one write to a client to finish.
pub const CLIENT_WRITE: Duration = Duration::from_secs(10);
/// Time for a client to answer a close frame.
pub const CLOSE_HANDSHAKE: Duration = Duration::from_secs(2);
/// Time and bytes for which a closed connection is still read, so that TCP is not reset.
pub const DRAIN: (Duration, usize) = (Duration::from_secs(1), 4 << 20);
/// The shortest interval of a stream.
pub const STREAM_INTERVAL: Duration = Duration::from_millis(10);
/// Groups of one broadcast route.
pub const GROUPS: usize = 10_000;
/// How long a group without members keeps its sequence.
pub const GROUP_KEPT: Duration = Duration::from_secs(30);
/// Connections waiting to be accepted; 511 loses some of a burst of 1,000.
pub const BACKLOG: u32 = 4096;
