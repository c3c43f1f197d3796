//! How long a vault lives: what its handles and its owner share.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::compiled::Compilations;

/// Nanoseconds on a clock of the process that never goes back.
pub(crate) fn now() -> u64 {
    static BEGINNING: OnceLock<Instant> = OnceLock::new();
    nanoseconds(BEGINNING.get_or_init(Instant::now).elapsed())
}

/// As many as fit.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Why a vault is no more though somebody holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was the one not used for longest when there was no room.
    Evicted,
    /// Its time to live passed without a use.
    Expired,
    /// It was removed from its store.
    Removed,
}

impl End {
    const ALL: [Self; 3] = [Self::Evicted, Self::Expired, Self::Removed];

    /// A stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Evicted => "evicted",
            Self::Expired => "expired",
            Self::Removed => "removed",
        }
    }
}

/// One vault's life.
#[derive(Debug)]
pub(crate) struct Life {
    /// When it was last used; on the clock of [`now`].
    used: AtomicU64,
    /// Nanoseconds it lives without a use.
    ttl: Option<u64>,
    /// 0 while it lives, else one more than the place in [`End::ALL`].
    end: AtomicU8,
    /// What was compiled of its entries; gone with them.
    pub(crate) compiled: Compilations,
}

impl Life {
    pub(crate) fn new(ttl: Option<Duration>, now: u64) -> Self {
        let (used, end) = (AtomicU64::new(now), AtomicU8::new(0));
        Self { used, ttl: ttl.map(nanoseconds), end, compiled: Compilations::default() }
    }

    /// Notes a use, and whether there was something to use.
    pub(crate) fn touch(&self, now: u64) -> bool {
        let over = self.end().is_some() || (self.ttl.is_some() && self.due() <= now);
        if !over {
            self.used.fetch_max(now, Ordering::Relaxed);
        }
        !over
    }

    /// When it ends if it is not used; of one without a time to live, when it was last used. The order in which
    /// vaults are to go.
    pub(crate) fn due(&self) -> u64 {
        self.used.load(Ordering::Relaxed).saturating_add(self.ttl.unwrap_or(0))
    }

    /// Whether it ends by itself.
    pub(crate) const fn expires(&self) -> bool {
        self.ttl.is_some()
    }

    /// Why it is over, if it is.
    pub(crate) fn end(&self) -> Option<End> {
        let place = self.end.load(Ordering::Acquire).checked_sub(1)?;
        End::ALL.get(usize::from(place)).copied()
    }

    /// Ends it. To be called once the entries are gone.
    pub(crate) fn finish(&self, end: End) {
        self.end.store(end as u8 + 1, Ordering::Release);
        self.compiled.clear();
    }
}
