//! The lists in Redis, and the two scripts that read and change them atomically.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, ErrorKind, RedisError, Script, TlsCertificates};

use crate::aead::NONCE_BYTES;
use crate::vault::VaultError;

/// Returns the generation and the batches that the caller has not seen: KEYS[1]; generation, number of batches and
/// begin of the last batch seen, milliseconds to live. A list that has fewer or another in that place, as after a
/// replica that was behind took over, is read from its beginning.
const READ: &str = r"
local generation = redis.call('LINDEX', KEYS[1], 0)
if not generation then return {'', 0, {}} end
if ARGV[4] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
local seen = tonumber(ARGV[2])
local more = redis.call('LLEN', KEYS[1]) - 1 - seen
if generation ~= ARGV[1] or more < 0 then
  seen = 0
elseif string.sub(redis.call('LINDEX', KEYS[1], -1 - more), 1, #ARGV[3]) ~= ARGV[3] then
  seen = 0
end
return {generation, seen, redis.call('LRANGE', KEYS[1], seen + 1, -1)}
";

/// What [`READ`] answers: generation, number of batches that come before, batches.
type Answer = (Vec<u8>, usize, Vec<Vec<u8>>);

/// Changes a list that is still as the caller has seen it: KEYS[1], KEYS[2] a place beside it; generation, number
/// of batches and begin of the last batch seen, milliseconds to live, new generation ('' for none), new batch ('' for
/// none).
/// A list that replaces another is written beside it and then put into its place, so that nothing is lost
/// in between. It only ever gets shorter, and a server that is out of memory takes it: such a server refuses
/// a script's first write if it may need memory, which `DEL` does not.
const COMMIT: &str = r"
local generation = redis.call('LINDEX', KEYS[1], 0) or ''
if generation ~= ARGV[1] then return 0 end
if generation ~= '' then
  if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[2]) + 1 then return 0 end
  if string.sub(redis.call('LINDEX', KEYS[1], -1), 1, #ARGV[3]) ~= ARGV[3] then return 0 end
end
if ARGV[5] == '' then
  redis.call('DEL', KEYS[1])
  return 1
end
if ARGV[5] == generation then
  redis.call('RPUSH', KEYS[1], ARGV[6])
elseif generation == '' then
  redis.call('RPUSH', KEYS[1], ARGV[5], ARGV[6])
else
  local left = redis.call('PTTL', KEYS[1])
  redis.call('DEL', KEYS[2])
  redis.call('RPUSH', KEYS[2], ARGV[5], ARGV[6])
  if left > 0 then redis.call('PEXPIRE', KEYS[2], left) end
  redis.call('RENAME', KEYS[2], KEYS[1])
end
if ARGV[4] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return 1
";

/// How to reach a Redis server, and how its vaults are named and timed.
#[derive(Clone)]
pub struct RedisOptions {
    /// `redis://`, `rediss://` (TLS) or `redis+unix://`, with user, password and database as Redis clients take them.
    pub url: String,
    /// Certificates in PEM that a TLS server is checked against, instead of the system's.
    pub root_certificates: Option<Vec<u8>>,
    /// What the names of all lists begin with.
    pub prefix: String,
    /// How long a vault lives after it was last used; for ever if nothing.
    pub ttl: Option<Duration>,
    /// How long one operation may take, waiting for a server that comes back included.
    pub timeout: Duration,
}

impl fmt::Debug for RedisOptions {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisOptions")
            .field("ttl", &self.ttl)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Why the store could not do as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No connection, or it broke, or the server says that it will be ready later.
    #[error("the store of vaults cannot be reached")]
    Unavailable,
    /// The server refused, and would again.
    #[error("the store of vaults refused: {0}")]
    Refused(&'static str),
    /// The address is none.
    #[error("not the address of a store: {0}")]
    Address(&'static str),
}

/// What no Redis says to the scripts.
const UNEXPECTED: StoreError = StoreError::Refused("an answer that was not expected");

impl StoreError {
    pub(super) const fn into_vault(self) -> VaultError {
        match self {
            Self::Unavailable => VaultError::Unavailable,
            Self::Refused(why) | Self::Address(why) => VaultError::Refused(why),
        }
    }

    /// The server's own words are not passed on: they may quote the command, and so what is private.
    fn of(error: &RedisError) -> Self {
        match error.code() {
            Some("OOM") => Self::Refused("it is out of memory"),
            Some("NOAUTH" | "WRONGPASS") => Self::Refused("user or password is wrong"),
            Some("NOPERM") => Self::Refused("the user may not use its lists or scripts"),
            Some("READONLY") => Self::Refused("it is a read-only replica"),
            Some("NOREPLICAS") => Self::Refused("it has too few replicas to write"),
            Some("MOVED" | "ASK") => Self::Refused("another node of its cluster has the vault"),
            Some("MISCONF") => Self::Refused("it cannot write to its disk"),
            Some("WRONGTYPE") => Self::Refused("something else has the name of a vault"),
            Some("LOADING" | "BUSY" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN") => Self::Unavailable,
            _ => match error.kind() {
                ErrorKind::AuthenticationFailed => Self::Refused("user or password is wrong"),
                ErrorKind::InvalidClientConfig => Self::Refused("its address or certificates are not usable"),
                _ if error.is_io_error() || error.is_timeout() || error.is_connection_dropped() => {
                    Self::Unavailable
                }
                _ => UNEXPECTED,
            },
        }
    }
}

/// Names one state of a list's beginning: a list that was removed and made anew has another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Generation([u8; 16]);

impl Generation {
    /// That of a list that does not exist.
    pub(super) const NONE: Self = Self([0; 16]);

    pub(super) fn random() -> Result<Self, VaultError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| VaultError::Refused("no randomness from the system"))?;
        Ok(Self(bytes))
    }

    pub(super) const fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As the scripts have it: nothing for a list that does not exist.
    fn argument(&self) -> &[u8] {
        if *self == Self::NONE { &[] } else { &self.0 }
    }

    fn from_answer(bytes: &[u8]) -> Result<Self, StoreError> {
        match bytes {
            [] => Ok(Self::NONE),
            _ => bytes
                .try_into()
                .map(Self)
                .map_err(|_| StoreError::Refused("something else has the name of a vault")),
        }
    }
}

/// Names a state of a list: one that begins alike, is as long and ends alike is the same, as no two sealed batches
/// begin alike. Its length alone would not do: where its end was lost, another process may have put another there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    pub(super) generation: Generation,
    /// How many batches.
    pub(super) batches: usize,
    /// What the last one begins with.
    last: [u8; NONCE_BYTES],
}

impl Stamp {
    /// Of a list without batches.
    pub(super) fn of(generation: Generation) -> Self {
        Self { generation, ..Self::default() }
    }

    /// With one batch more.
    pub(super) fn and(self, batch: &[u8]) -> Self {
        let last = batch.first_chunk().copied().unwrap_or_default();
        Self { batches: self.batches + 1, last, ..self }
    }

    /// As the scripts have the last: nothing without any.
    fn last(&self) -> &[u8] {
        if self.batches == 0 { &[] } else { &self.last }
    }
}

/// What a handle has not seen yet of a list.
pub(super) struct Tail {
    pub(super) generation: Generation,
    /// How many batches come before; 0 if the list is another one than that seen.
    pub(super) from: usize,
    pub(super) batches: Vec<Vec<u8>>,
}

/// A change to a list, if it is as seen.
pub(super) struct Change {
    pub(super) seen: Stamp,
    /// What stays of it.
    pub(super) kept: Stamp,
    pub(super) batch: Option<Vec<u8>>,
}

impl Change {
    pub(super) fn after(&self) -> Stamp {
        self.batch.as_ref().map_or(self.kept, |batch| self.kept.and(batch))
    }

    /// Whether a list as read from its beginning holds this change. No two sealed batches are equal, so one
    /// that is there is this one.
    pub(super) fn is_in(&self, tail: &Tail) -> bool {
        let at = |position: usize| position.checked_sub(tail.from).and_then(|at| tail.batches.get(at));
        match &self.batch {
            Some(batch) => tail.generation == self.kept.generation && at(self.kept.batches) == Some(batch),
            None => tail.generation == Generation::NONE,
        }
    }
}

/// When the server was last heard of, as far as anybody listened.
struct Heard {
    since: Instant,
    /// Milliseconds after `since`.
    at: AtomicU64,
}

impl Default for Heard {
    fn default() -> Self {
        Self { since: Instant::now(), at: AtomicU64::new(0) }
    }
}

impl Heard {
    fn now(&self) {
        self.at.store(self.since.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn ago(&self) -> Duration {
        self.since.elapsed().saturating_sub(Duration::from_millis(self.at.load(Ordering::Relaxed)))
    }
}

/// A connection and the two scripts.
#[derive(Clone)]
pub(super) struct Store {
    client: Client,
    config: ConnectionManagerConfig,
    connection: Arc<ArcSwap<ConnectionManager>>,
    heard: Arc<Heard>,
    prefix: String,
    /// Milliseconds to live; 0 for ever.
    ttl: u64,
    read: Script,
    commit: Script,
}

impl Store {
    pub(super) fn new(options: &RedisOptions) -> Result<Self, StoreError> {
        // The first user of rustls installs the provider for all; it is the same one everywhere.
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        let address =
            |_| StoreError::Address("expected redis://, rediss:// or redis+unix://, and certificates in PEM");
        let client = match &options.root_certificates {
            None => Client::open(options.url.as_str()),
            Some(pem) => {
                let tls = TlsCertificates { client_tls: None, root_cert: Some(pem.clone()) };
                Client::build_with_tls(options.url.as_str(), tls)
            }
        };
        let client = client.map_err(address)?;
        // No time limit on answers: the caller's own ends the wait, and then the connection is renewed.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(options.timeout))
            .set_response_timeout(None);
        let connection =
            ConnectionManager::new_lazy_with_config(client.clone(), config.clone()).map_err(address)?;
        Ok(Self {
            client,
            config,
            connection: Arc::new(ArcSwap::from_pointee(connection)),
            heard: Arc::default(),
            prefix: options.prefix.clone(),
            ttl: options.ttl.map_or(0, |ttl| u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1)),
            read: Script::new(READ),
            commit: Script::new(COMMIT),
        })
    }

    fn connection(&self) -> ConnectionManager {
        ConnectionManager::clone(&self.connection.load())
    }

    /// Leaves a connection that gave no answer in time: its other end may be gone without a word, which TCP
    /// notices only after many minutes. The next operation connects anew.
    pub(super) fn renew(&self) {
        if let Ok(connection) =
            ConnectionManager::new_lazy_with_config(self.client.clone(), self.config.clone())
        {
            self.connection.store(Arc::new(connection));
        }
        self.heard.now();
    }

    /// How long nothing was heard of the server.
    pub(super) fn silent_for(&self) -> Duration {
        self.heard.ago()
    }

    /// The same lists, whose use does not make them live longer.
    pub(super) fn without_use(&self) -> Self {
        Self { ttl: 0, ..self.clone() }
    }

    /// The name of a session's list. The braces put it and the place beside it on one node of a cluster.
    pub(super) fn key(&self, session: &str) -> Vec<u8> {
        format!("{}:{{{session}}}", self.prefix).into_bytes()
    }

    pub(super) async fn read(&self, key: &[u8], seen: Stamp) -> Result<Tail, StoreError> {
        let mut connection = self.connection();
        let mut call = self.read.key(key);
        call.arg(seen.generation.argument()).arg(seen.batches).arg(seen.last()).arg(self.ttl);
        let answer: Result<Answer, _> = call.invoke_async(&mut connection).await;
        self.heard.now();
        let (generation, from, batches) = answer.map_err(|error| StoreError::of(&error))?;
        let generation = Generation::from_answer(&generation)?;
        // No other part of a list is asked for.
        if from != 0 && (from, generation) != (seen.batches, seen.generation) {
            return Err(UNEXPECTED);
        }
        Ok(Tail { generation, from, batches })
    }

    /// Whether the list was as seen, and the change is made.
    pub(super) async fn commit(&self, key: &[u8], change: &Change) -> Result<bool, StoreError> {
        let mut connection = self.connection();
        let beside = [key, b":new"].concat();
        let seen = &change.seen;
        let mut call = self.commit.key(key);
        call.key(beside).arg(seen.generation.argument()).arg(seen.batches).arg(seen.last()).arg(self.ttl);
        call.arg(change.kept.generation.argument()).arg(change.batch.as_deref().unwrap_or_default());
        let answer: Result<bool, _> = call.invoke_async(&mut connection).await;
        self.heard.now();
        answer.map_err(|error| StoreError::of(&error))
    }

    /// A page of the names of all lists, and where the next begins; 0 after the last.
    pub(super) async fn scan(&self, cursor: u64) -> Result<(u64, Vec<Vec<u8>>), StoreError> {
        let mut connection = self.connection();
        // What has a meaning in Redis' patterns is quoted.
        let quoted: String = self
            .prefix
            .chars()
            .flat_map(|c| if r"*?[]\^-".contains(c) { vec!['\\', c] } else { vec![c] })
            .collect();
        let mut command = redis::cmd("SCAN");
        command.arg(cursor).arg("MATCH").arg(format!("{quoted}:{{*}}")).arg("COUNT").arg(100);
        command.query_async(&mut connection).await.map_err(|error| StoreError::of(&error))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
