//! What entries of caches and vaults really cost, against what they are charged for: the limits are limits on
//! memory only as far as the two agree.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use pyshield_engine::actors::vault::VaultService;
use pyshield_engine::cache::{self, CacheConfig, CacheKey, ResultCache};
use pyshield_engine::private::VaultHandle;
use pyshield_engine::shield::Side;
use pyshield_engine::vault::{self, VaultEntry, VaultOptions};
use serde_json::json;

/// The system allocator, with a sum of the bytes asked for and not given back.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on unchanged to the system allocator, whose guarantees these are.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise about `layout` is the one `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: `at` came from `System.alloc` above with the same layout.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ENTRIES: usize = 50_000;

/// Bytes per entry held by what `fill` returns.
fn per_entry<T>(fill: impl FnOnce() -> T) -> (usize, T) {
    let before = HELD.load(Ordering::Relaxed);
    let filled = fill();
    (HELD.load(Ordering::Relaxed).saturating_sub(before) / ENTRIES, filled)
}

// One test: a second one on another thread would be counted as well.
#[test]
fn entries_are_charged_for_what_they_cost() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let config = CacheConfig { max_bytes: 1 << 30, max_entries: None, ttl: None };
    let (cost, cache) = per_entry(|| {
        let cache = ResultCache::new(config, |_: &u64| 8);
        runtime.block_on(async {
            for n in 0..ENTRIES {
                cache.insert(CacheKey::of_prompt(n as u64, ""), n as u64).await;
            }
        });
        cache
    });
    assert!((0..ENTRIES as u64).all(|n| cache.get(CacheKey::of_prompt(n, "")) == Some(n)));
    let charged = cache::ENTRY_OVERHEAD as usize;
    assert!(cost <= charged && cost * 2 > charged, "cache entry: {cost} bytes, charged {charged}");

    let arbiter = {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let system = actix_rt::System::new();
            system.block_on(async { sender.send(actix_rt::Arbiter::current()).unwrap() });
            system.run().unwrap();
        });
        receiver.recv().unwrap()
    };
    let service = VaultService::start(&arbiter);
    let wide = VaultOptions { max_bytes: Some(64 << 20), ..VaultOptions::default() };
    let vault = VaultHandle::memory(service.create_with(wide).unwrap());
    let shield = common::blind_shield(&json!({"type": "placeholder"}), &vault);
    // What a shield makes for its first text is none of the vault's.
    assert_eq!(common::scan(&shield, Side::Prompt, "none"), "none");
    let texts = "[000000]".len() + "a000000@example.org".len();
    let (cost, ()) = per_entry(|| {
        for chunk in 0..ENTRIES / 1_000 {
            let entry = |n| VaultEntry::new(format!("[{n:06}]"), format!("a{n:06}@example.org"));
            let entries = (chunk * 1_000..(chunk + 1) * 1_000).map(entry);
            vault.as_memory().unwrap().extend_blocking(entries.collect()).unwrap();
        }
        // What finds the values in texts is made for the first text.
        assert_eq!(common::scan(&shield, Side::Prompt, "a000007@example.org"), "[000007]");
    });
    let charged = vault::ENTRY_OVERHEAD + texts;
    assert!(cost <= charged && cost * 2 > charged, "vault entry: {cost} bytes, charged {charged}");
    // What puts values back is beside that, as docs/vaults.md says: for placeholders as they are, then in every dress.
    for (written, most) in [("[000007]", 150), ("\\[000007\\]", 450)] {
        let (cost, ()) = per_entry(|| {
            assert_eq!(common::scan(&shield, Side::Output, written), "a000007@example.org");
        });
        assert!(cost <= most, "restoring {written}: {cost} bytes for each entry");
    }
}
