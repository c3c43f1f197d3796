//! The actor that owns all vaults, and the service that reaches it.

mod handle;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use actix::{Actor, Addr, AsyncContext, Context, Handler, Message};
use actix_rt::ArbiterHandle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::vault::life::now;
use crate::vault::{
    Known, Listener, Names, Room, Statistics, VaultError, VaultId, VaultLimits, VaultOptions, VaultState,
    Vaults,
};

pub use handle::Vault;

/// Async calls that are in the mailbox at one time; more wait for their turn. A call takes about a
/// microsecond, so this bounds memory, not throughput. actix' own mailbox bound does not: see [`Service`].
const MAX_CALLS: usize = 1_024;

struct VaultActor {
    vaults: Vaults,
    /// When it next looks for vaults whose time is over.
    wakes: Option<u64>,
}

impl VaultActor {
    /// Sees to it that vaults end when their time is over, even if nobody asks.
    fn schedule(&mut self, context: &mut Context<Self>) {
        let Some(due) = self.vaults.next_due() else { return };
        if self.wakes.is_some_and(|wakes| wakes <= due) {
            return;
        }
        self.wakes = Some(due);
        let after = Duration::from_nanos(due.saturating_sub(now()));
        context.run_later(after, |actor, context| {
            actor.wakes = None;
            actor.vaults.sweep(now());
            actor.schedule(context);
        });
    }
}

impl Actor for VaultActor {
    type Context = Context<Self>;
}

/// A piece of work on the vaults. It answers through a channel of its own.
struct Call {
    body: Box<dyn FnOnce(&mut Vaults) + Send>,
    /// Held until the call is done, not until its caller has lost interest.
    _permit: Option<OwnedSemaphorePermit>,
}

impl Message for Call {
    type Result = ();
}

impl Handler<Call> for VaultActor {
    type Result = ();

    fn handle(&mut self, call: Call, context: &mut Self::Context) {
        // A panic would end the actor, and with it every vault. Operations catch their own, see `guarded`;
        // what is left is the answer channel.
        if catch_unwind(AssertUnwindSafe(|| (call.body)(&mut self.vaults))).is_err() {
            tracing::error!("a vault call panicked outside its vault");
        }
        self.schedule(context);
    }
}

/// Runs an operation on one vault. If it panics, that vault is given up, since it may be half changed; the
/// others are as before.
fn guarded<R>(
    vaults: &mut Vaults,
    id: VaultId,
    operation: impl FnOnce(&mut VaultState, &Room) -> Result<R, VaultError>,
) -> Result<R, VaultError> {
    catch_unwind(AssertUnwindSafe(|| vaults.with(id, now(), operation))).unwrap_or_else(|_| {
        vaults.give_up(id);
        tracing::error!("a vault was given up after a panic");
        Err(VaultError::Lost)
    })
}

/// The one address, shared by all handles: every clone of an `Addr` would widen actix' mailbox by one.
/// Messages are sent with `do_send`, which never refuses; what bounds them is the semaphore (async calls),
/// the number of blocked threads (blocking calls), a shield's permits (claims that are answered on the actor's
/// thread) and the number of vaults (releases).
struct Service {
    address: Addr<VaultActor>,
    calls: Arc<Semaphore>,
    /// The vaults that have a name.
    names: Arc<Names>,
    /// The process whose threads run the actor. In a forked child nobody would answer.
    process: u32,
}

impl Service {
    fn send(
        &self,
        permit: Option<OwnedSemaphorePermit>,
        body: impl FnOnce(&mut Vaults) + Send + 'static,
    ) -> Result<(), VaultError> {
        if self.process != std::process::id() {
            return Err(VaultError::Closed);
        }
        // A message to a closed mailbox is dropped, its answer channel with it: the caller gets `Closed`.
        self.address.do_send(Call { body: Box::new(body), _permit: permit });
        Ok(())
    }

    async fn call<R: Send + 'static>(
        &self,
        body: impl FnOnce(&mut Vaults) -> Result<R, VaultError> + Send + 'static,
    ) -> Result<R, VaultError> {
        let permit = Arc::clone(&self.calls).acquire_owned().await.map_err(|_| VaultError::Closed)?;
        let (answer, answered) = oneshot::channel();
        self.send(Some(permit), move |vaults| drop(answer.send(body(vaults))))?;
        answered.await.unwrap_or(Err(VaultError::Closed))
    }

    fn call_blocking<R: Send + 'static>(
        &self,
        body: impl FnOnce(&mut Vaults) -> Result<R, VaultError> + Send + 'static,
    ) -> Result<R, VaultError> {
        // A std channel, because tokio's panics when it is waited for on a thread that drives futures.
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(None, move |vaults| drop(answer.send(body(vaults))))?;
        answered.recv().unwrap_or(Err(VaultError::Closed))
    }
}

/// Where vaults are made. Cloning shares it.
#[derive(Clone)]
pub struct VaultService {
    service: Arc<Service>,
}

impl VaultService {
    /// Starts the actor on `arbiter`, with the default limits. The vaults live as long as the arbiter.
    pub fn start(arbiter: &ArbiterHandle) -> Self {
        Self::start_with(arbiter, VaultLimits::default())
    }

    /// [`Self::start`] with other limits.
    pub fn start_with(arbiter: &ArbiterHandle, limits: VaultLimits) -> Self {
        Self::own(arbiter, Vaults::new(limits))
    }

    /// A store of vaults by name. Those not used for longest make room for others; a vault that had to go says so
    /// to whoever still holds it, and `listener` is told.
    pub fn sessions(
        arbiter: &ArbiterHandle,
        limits: VaultLimits,
        options: VaultOptions,
        listener: Option<Listener>,
    ) -> Self {
        Self::own(arbiter, Vaults::of_sessions(limits, options).told_to(listener))
    }

    fn own(arbiter: &ArbiterHandle, vaults: Vaults) -> Self {
        let names = vaults.names();
        let address = VaultActor::start_in_arbiter(arbiter, move |_| VaultActor { vaults, wakes: None });
        let calls = Arc::new(Semaphore::new(MAX_CALLS));
        Self { service: Arc::new(Service { address, calls, names, process: std::process::id() }) }
    }

    /// Makes an empty vault, from a thread that may block.
    pub fn create(&self) -> Result<Vault, VaultError> {
        self.create_with(VaultOptions::default())
    }

    /// [`Self::create`] with limits of its own.
    pub fn create_with(&self, options: VaultOptions) -> Result<Vault, VaultError> {
        let service = Arc::clone(&self.service);
        self.service.call_blocking(move |vaults| make(vaults, service, options))
    }

    /// The vault of a name, made if there is none, from a thread that may block: one that is there is found
    /// without asking the actor. It stays when the handle is dropped.
    pub fn named(&self, name: &str) -> Result<Vault, VaultError> {
        let service = Arc::clone(&self.service);
        if service.process == std::process::id()
            && let Some(Known { id, version, life }) = service.names.used(name, now())
        {
            return Ok(Vault { id, service, version, life, owned: false });
        }
        let name = name.to_owned();
        self.service.call_blocking(move |vaults| {
            let id = vaults.named(&name, now())?;
            handle(vaults, service, id, false)
        })
    }

    /// Removes the vault of a name, and whether there was one.
    pub fn remove(&self, name: &str) -> Result<bool, VaultError> {
        let name = name.to_owned();
        self.service.call_blocking(move |vaults| Ok(vaults.remove(&name, now())))
    }

    /// Removes every vault with a name.
    pub fn remove_all(&self) -> Result<(), VaultError> {
        self.service.call_blocking(|vaults| {
            vaults.remove_all();
            Ok(())
        })
    }

    /// Whether there is a vault of a name.
    pub fn contains(&self, name: &str) -> Result<bool, VaultError> {
        let name = name.to_owned();
        self.service.call_blocking(move |vaults| Ok(vaults.contains(&name, now())))
    }

    /// What the store holds and has done.
    pub fn statistics(&self) -> Result<Statistics, VaultError> {
        self.service.call_blocking(|vaults| Ok(vaults.statistics(now())))
    }

    /// Makes an empty vault.
    pub async fn create_async(&self) -> Result<Vault, VaultError> {
        let service = Arc::clone(&self.service);
        // The handle is made by the actor, so that a caller who goes away while waiting drops it with the
        // answer, and the vault is released.
        self.service.call(move |vaults| make(vaults, service, VaultOptions::default())).await
    }

    /// How many vaults there are, from a thread that may block.
    pub fn vaults(&self) -> Result<usize, VaultError> {
        self.service.call_blocking(|vaults| Ok(vaults.len()))
    }
}

fn make(vaults: &mut Vaults, service: Arc<Service>, options: VaultOptions) -> Result<Vault, VaultError> {
    let id = vaults.create(options, now())?;
    handle(vaults, service, id, true)
}

fn handle(vaults: &mut Vaults, service: Arc<Service>, id: VaultId, owned: bool) -> Result<Vault, VaultError> {
    let version = vaults.with(id, now(), |state, _| Ok(state.version()))?;
    let life = vaults.life(id).ok_or(VaultError::Lost)?;
    Ok(Vault { id, service, version, life, owned })
}

impl fmt::Debug for VaultService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultService").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
