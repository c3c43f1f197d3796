//! One address, from the first request to the last redirect.

use std::pin::pin;

use futures_util::future::{Either, select};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, HOST, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Position, Url};

use super::network::Network;

/// Longer addresses are unreachable: servers refuse them at about this length (RFC 9110, section 4.1, asks
/// for 8,000 octets).
const MAX_URL_BYTES: usize = 8 * 1024;

/// Redirects that are followed.
const MAX_REDIRECTS: usize = 10;

/// The response's status line and headers, in bytes and in number. The body is never read.
const MAX_HEAD_BYTES: usize = 32 * 1024;
const MAX_HEADERS: usize = 100;

const AGENT: HeaderValue = HeaderValue::from_static(concat!("pyshield/", env!("CARGO_PKG_VERSION")));

/// What stands in the way of an answer about any `https` address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no trusted certificates on this system: install them, or set SSL_CERT_FILE")]
pub(super) struct NoCertificates;

/// The status that `url` answers with after its redirects; `None` if it does not answer, or must not be
/// asked.
pub(super) async fn fetch(network: &Network, url: &str) -> Result<Option<StatusCode>, NoCertificates> {
    let Some(mut url) = parse(url, None) else {
        return Ok(None);
    };
    for _ in 0..=MAX_REDIRECTS {
        let Some(response) = request(network, &url).await? else {
            return Ok(None);
        };
        let status = response.status();
        let location = response.headers().get(LOCATION);
        match (status.as_u16(), location) {
            (301 | 302 | 303 | 307 | 308, Some(location)) => {
                let next = location.to_str().ok().and_then(|location| parse(location, Some(&url)));
                let Some(next) = next else {
                    return Ok(None);
                };
                url = next;
            }
            _ => return Ok(Some(status)),
        }
    }
    Ok(None)
}

/// An address that may be asked: `http` or `https`, a host, no user name or password, not too long.
fn parse(url: &str, base: Option<&Url>) -> Option<Url> {
    if url.len() > MAX_URL_BYTES {
        return None;
    }
    let url = Url::options().base_url(base).parse(url).ok()?;
    let ordinary = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.port() != Some(0)
        && url.as_str().len() <= MAX_URL_BYTES;
    ordinary.then_some(url)
}

/// One request on a connection of its own.
async fn request(network: &Network, url: &Url) -> Result<Option<Response<()>>, NoCertificates> {
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Ok(None);
    };
    if url.scheme() == "http" {
        return Ok(match network.connect(&host, port).await {
            Some(stream) => exchange(stream, url).await,
            None => None,
        });
    }
    let connector = network.tls.connector().ok_or(NoCertificates)?;
    let Some(name) = server_name(&host) else {
        return Ok(None);
    };
    let Some(stream) = network.connect(&host, port).await else {
        return Ok(None);
    };
    Ok(match connector.connect(name, stream).await {
        Ok(stream) => exchange(stream, url).await,
        Err(_) => None,
    })
}

fn server_name(host: &Host<&str>) -> Option<ServerName<'static>> {
    match *host {
        Host::Domain(name) => ServerName::try_from(name.to_owned()).ok(),
        Host::Ipv4(v4) => Some(ServerName::IpAddress(v4.into())),
        Host::Ipv6(v6) => Some(ServerName::IpAddress(v6.into())),
    }
}

/// Sends a GET and takes the response's head. Returning closes the connection, whatever else the server had
/// to say.
async fn exchange(stream: impl AsyncRead + AsyncWrite + Unpin, url: &Url) -> Option<Response<()>> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_HEAD_BYTES).max_headers(MAX_HEADERS);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.ok()?;
    let request = Request::get(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, HeaderValue::from_static("*/*"))
        .header(CONNECTION, HeaderValue::from_static("close"))
        .body(String::new())
        .ok()?;
    // The connection has to be driven for the response to come; if it ends first, the response says why.
    let response = match select(pin!(sender.send_request(request)), pin!(connection)).await {
        Either::Left((response, _)) => response,
        Either::Right((_, response)) => response.await,
    };
    response.ok().map(|response| response.map(drop))
}
