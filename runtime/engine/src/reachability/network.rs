//! From a host's name to a connection: resolve once, check every address, connect to what was checked.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, select_ok};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Host;

use super::address::is_public;

/// Addresses of one host that are tried.
const MAX_ADDRESSES: usize = 8;

/// How long one address is tried alone before the next is tried beside it (RFC 8305, section 5).
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);

/// Look-ups in progress in the whole process. The system's resolver blocks a thread of tokio's pool, for
/// half a minute if a name server is silent, and cannot be interrupted: without a bound, one text of slow
/// names could take all of them.
static LOOKUPS: Semaphore = Semaphore::const_new(32);

/// How a name becomes addresses. The system's way, except in tests.
pub(super) type Resolve =
    dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync;

/// What a scanner may reach, and how.
#[derive(Clone)]
pub(super) struct Network {
    pub(super) allowed: fn(IpAddr) -> bool,
    pub(super) resolve: Arc<Resolve>,
    pub(super) tls: Tls,
}

impl Network {
    pub(super) fn new(allow_private: bool) -> Self {
        let allowed = if allow_private { |_| true } else { is_public };
        Self { allowed, resolve: Arc::new(|host, port| resolve(host, port).boxed()), tls: Tls::System }
    }

    /// Connects to `host`. `None` if it does not resolve, if one of its addresses is not allowed (a name
    /// with a public and a private address is an attack or a mistake), or if nobody answers.
    ///
    /// There is one look-up and the connection goes to its addresses, not to the name: a server that
    /// answers differently the second time (DNS rebinding) is not asked a second time.
    pub(super) async fn connect(&self, host: &Host<&str>, port: u16) -> Option<TcpStream> {
        let mut addresses = match *host {
            Host::Ipv4(v4) => vec![SocketAddr::new(v4.into(), port)],
            Host::Ipv6(v6) => vec![SocketAddr::new(v6.into(), port)],
            Host::Domain(name) => (self.resolve)(name.to_owned(), port).await.ok()?,
        };
        if addresses.is_empty() || !addresses.iter().all(|address| (self.allowed)(address.ip())) {
            return None;
        }
        addresses.truncate(MAX_ADDRESSES);
        let attempts = addresses.into_iter().zip(0_u32..).map(|(address, turn)| {
            async move {
                tokio::time::sleep(NEXT_ADDRESS_AFTER * turn).await;
                TcpStream::connect(address).await
            }
            .boxed()
        });
        select_ok(attempts).await.ok().map(|(stream, _)| stream)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}

async fn resolve(host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    let permit = LOOKUPS.acquire().await.map_err(io::Error::other)?;
    // In a task, so that the permit is held until the thread is free again, however soon the caller gives up.
    let lookup = tokio::spawn(async move {
        let _permit = permit;
        lookup_host((host, port)).await.map(Iterator::collect)
    });
    lookup.await.map_err(io::Error::other)?
}

/// Which certificates are trusted.
#[derive(Clone)]
pub(super) enum Tls {
    /// The operating system's, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`; read at first use.
    System,
    /// Others, or none.
    #[cfg(test)]
    With(Option<TlsConnector>),
}

impl Tls {
    /// `None` if the system has no usable certificates, so that no `https` address can be judged.
    pub(super) fn connector(&self) -> Option<TlsConnector> {
        static SYSTEM: OnceLock<Option<TlsConnector>> = OnceLock::new();
        match self {
            Self::System => SYSTEM
                .get_or_init(|| {
                    let mut roots = RootCertStore::empty();
                    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                    (!roots.is_empty()).then(|| connector(roots))
                })
                .clone(),
            #[cfg(test)]
            Self::With(connector) => connector.clone(),
        }
    }
}

/// A connector that trusts `roots`. No client certificate, no protocol but HTTP/1.1.
pub(super) fn connector(roots: RootCertStore) -> TlsConnector {
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}
