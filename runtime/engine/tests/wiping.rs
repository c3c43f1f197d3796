//! What a vault held is gone from memory when the vault lets go of it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use pyshield_engine::actors::vault::VaultService;
use pyshield_engine::vault::{End, VaultEntry, VaultError, VaultLimits, VaultOptions};

/// Occurs in no text but the vault's.
const MARK: &[u8] = b"4929-wipe-this-value-0716";

/// The system allocator, with a look at every block that is given back.
struct Inspecting;

/// Blocks given back with [`MARK`] in them.
static LEFT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system allocator with the same layout.
unsafe impl GlobalAlloc for Inspecting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for `System.alloc`; zeroed, so that `dealloc` reads no uninitialised byte.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the block is `layout.size()` bytes, initialised at `alloc`, and nobody else's any more.
        let block = unsafe { std::slice::from_raw_parts(at, layout.size()) };
        if block.windows(MARK.len()).any(|window| window == MARK) {
            LEFT.fetch_add(1, Ordering::SeqCst);
        }
        // SAFETY: `at` came from `System.alloc_zeroed` with the same layout.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Inspecting = Inspecting;

fn marked() -> String {
    String::from_utf8(MARK.to_vec()).unwrap()
}

#[test]
fn nothing_is_left_of_an_entry() {
    drop(marked());
    assert_eq!(LEFT.swap(0, Ordering::SeqCst), 1, "the inspection finds what is not wiped");

    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let system = actix_rt::System::new();
        system.block_on(async { sender.send(actix_rt::Arbiter::current()).unwrap() });
        system.run().unwrap();
    });
    let arbiter = receiver.recv().unwrap();
    let service = VaultService::start(&arbiter);
    let entry = || VaultEntry::new(marked(), marked());
    let vault = service.create().unwrap();
    vault.extend_blocking(vec![entry(), entry(), entry(), entry()]).unwrap();
    vault.remove_blocking(entry()).unwrap();
    assert_eq!(vault.get_blocking().unwrap().len(), 3);
    assert!(vault.placeholder_exists_blocking(marked()).unwrap());
    vault.clear_blocking().unwrap();
    assert_eq!(vault.remove_blocking(entry()), Err(VaultError::NotFound));
    vault.append_blocking(entry()).unwrap();
    drop(vault);
    // Answered after the release: one mailbox, in order.
    assert_eq!(service.vaults(), Ok(0));
    assert_eq!(LEFT.load(Ordering::SeqCst), 0);

    // Of a session that has to go while somebody holds it.
    let limits = VaultLimits { max_vaults: 1, ..VaultLimits::default() };
    let sessions = VaultService::sessions(&arbiter, limits, VaultOptions::default(), None);
    let held = sessions.named("one").unwrap();
    held.extend_blocking(vec![entry(), entry()]).unwrap();
    sessions.named("two").unwrap();
    assert_eq!(held.len_blocking(), Err(VaultError::Gone(End::Evicted)));
    assert_eq!(LEFT.load(Ordering::SeqCst), 0);
}
