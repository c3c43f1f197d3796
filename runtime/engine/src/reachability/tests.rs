use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use pyshield_core::Span;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::network::{Tls, connector};
use super::*;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A server on loopback that answers each path in its own way.
struct Server {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn start() -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST).await
    }

    async fn start_on(address: Ipv4Addr) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(answer(stream));
            }
        });
        Self { port, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn answer(mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let redirect = |to: &str| format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\n\r\n");
    let response = match path.split_once('?').map_or(path.as_str(), |(path, _)| path) {
        "/ok" => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned(),
        "/accepted" => "HTTP/1.1 202 Accepted\r\n\r\n".to_owned(),
        "/slow" => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            return;
        }
        "/pause" => {
            tokio::time::sleep(Duration::from_millis(200)).await;
            "HTTP/1.1 200 OK\r\n\r\n".to_owned()
        }
        "/hop" => redirect("/ok?after"),
        "/loop" => redirect("/loop"),
        "/to" => redirect(path.split_once('?').unwrap().1),
        "/bare-redirect" => "HTTP/1.1 301 Moved Permanently\r\n\r\n".to_owned(),
        "/endless-body" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
            return;
        }
        "/endless-head" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
            while stream.write_all(b"x-header: value\r\n").await.is_ok() {}
            return;
        }
        "/garbage" => "220 smtp ready\r\n".to_owned(),
        "/plain-request" => {
            let lower = head.to_lowercase();
            let forbidden = ["cookie", "authorization", "proxy", "#"];
            assert!(forbidden.iter().all(|word| !lower.contains(word)), "{head}");
            assert!(head.starts_with("GET /plain-request?a=b HTTP/1.1\r\n"), "{head}");
            "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\n\r\n".to_owned()
        }
        _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
    };
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn spec() -> UrlReachabilitySpec {
    UrlReachabilitySpec { success_status_codes: vec![200, 201, 202], timeout: 20.0, allow_private: false }
}

/// A scanner for which 127.0.0.1, and nothing else, is the public internet.
fn scanner() -> UrlReachability {
    let mut scanner = UrlReachability::new(spec()).unwrap();
    scanner.network.allowed = |ip| ip == HOME;
    scanner
}

async fn verdict(scanner: &UrlReachability, text: &str) -> Verdict {
    scanner.scan(&Text::from(text), None).await.unwrap()
}

#[tokio::test]
async fn statuses_decide_and_findings_cover_each_occurrence() {
    let server = Server::start().await;
    let scanner = scanner();
    let pass = verdict(&scanner, &format!("see {}, {}.", server.url("/ok"), server.url("/accepted"))).await;
    assert_eq!((pass.valid, pass.risk, pass.findings.len()), (true, -1.0, 0));

    let gone = server.url("/gone");
    let text = format!("{gone} and ({}) or {gone}!", server.url("/ok"));
    let before = server.requests();
    let fail = verdict(&scanner, &text).await;
    assert_eq!((fail.valid, fail.risk), (false, 1.0));
    let last = text.rfind(&gone).unwrap();
    let spans: Vec<Span> = fail.findings.iter().map(|finding| finding.span).collect();
    assert_eq!(spans, [Span::new(0, gone.len()), Span::new(last, last + gone.len())]);
    assert!(fail.findings.iter().all(|finding| finding.label == "UNREACHABLE_URL"));
    assert_eq!(server.requests() - before, 2, "each address is asked once");

    let nothing = verdict(&scanner, "no address").await;
    assert_eq!((nothing.valid, nothing.risk), (true, -1.0));
}

#[tokio::test]
async fn other_statuses_can_count_as_success() {
    let server = Server::start().await;
    let mut scanner = scanner();
    assert!(!scanner.is_reachable(&server.url("/gone")).await.unwrap());
    assert!(!scanner.is_reachable(&server.url("/bare-redirect")).await.unwrap());
    scanner.success_status_codes = vec![301, 404];
    assert!(scanner.is_reachable(&server.url("/gone")).await.unwrap());
    assert!(scanner.is_reachable(&server.url("/bare-redirect")).await.unwrap());
    assert!(!scanner.is_reachable(&server.url("/ok")).await.unwrap());
}

#[tokio::test]
async fn what_is_slow_is_unreachable_within_the_timeout() {
    let server = Server::start().await;
    let mut scanner = scanner();
    scanner.timeout = Duration::from_millis(300);
    let began = Instant::now();
    let text = format!("{} {}", server.url("/slow"), server.url("/slow?again"));
    let slow = verdict(&scanner, &text).await;
    assert_eq!((slow.valid, slow.findings.len()), (false, 2));
    assert!(began.elapsed() >= scanner.timeout && began.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn an_earlier_deadline_is_an_interruption_not_a_verdict() {
    let server = Server::start().await;
    let deadline = Instant::now() + Duration::from_millis(100);
    let result = scanner().scan(&Text::from(server.url("/slow")), Some(deadline)).await;
    assert_eq!(result, Err(ScannerError::Interrupted(Interrupted::Deadline)));
}

#[tokio::test]
async fn many_addresses_are_asked_at_once_but_not_all() {
    let server = Server::start().await;
    let text: String = (0..MAX_URLS).map(|n| server.url(&format!("/pause?{n} "))).collect();
    let began = Instant::now();
    assert!(verdict(&scanner(), &text).await.valid);
    let rounds = MAX_URLS.div_ceil(CONCURRENCY) as u32;
    let pause = Duration::from_millis(200);
    assert!(began.elapsed() >= pause * rounds, "{:?}", began.elapsed());
    assert!(began.elapsed() < pause * (MAX_URLS as u32) / 2, "{:?}", began.elapsed());
    assert_eq!(server.requests(), MAX_URLS);

    let more = Text::from(text + &server.url("/one-more"));
    let error = scanner().scan(&more, None).await.unwrap_err();
    assert!(matches!(error, ScannerError::Limit { limit: MAX_URLS, .. }));
    assert_eq!(server.requests(), MAX_URLS, "nothing was asked");
}

#[tokio::test]
async fn redirects_are_followed_to_a_limit() {
    let server = Server::start().await;
    let scanner = scanner();
    assert!(scanner.is_reachable(&server.url("/hop")).await.unwrap());
    assert_eq!(server.requests(), 2);
    assert!(!scanner.is_reachable(&server.url("/loop")).await.unwrap());
    assert_eq!(server.requests(), 2 + 11);
}

#[tokio::test]
async fn a_redirect_leads_nowhere_an_address_may_not() {
    let server = Server::start().await;
    // Would answer, if asked: on loopback, but not the one address that is "public" here.
    let private = Server::start_on(Ipv4Addr::new(127, 0, 0, 2)).await;
    let scanner = scanner();
    let there = format!("http://127.0.0.2:{}/ok", private.port);
    let with_password = server.url("/ok").replace("http://", "http://user:pass@");
    for target in
        [&there, "http://[::1]/", "ftp://127.0.0.1/", "file:///etc/passwd", &with_password, "http://"]
    {
        let url = server.url(&format!("/to?{target}"));
        assert!(!scanner.is_reachable(&url).await.unwrap(), "{target}");
    }
    assert_eq!((server.requests(), private.requests()), (6, 0));
    let allowed = server.url(&format!("/to?{}", server.url("/ok")));
    assert!(scanner.is_reachable(&allowed).await.unwrap());
}

#[tokio::test]
async fn private_addresses_are_refused_unless_allowed() {
    let server = Server::start().await;
    let port = server.port;
    let public_only = UrlReachability::new(spec()).unwrap();
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0"] {
        let url = format!("http://{host}:{port}/ok");
        assert!(!public_only.is_reachable(&url).await.unwrap(), "{url}");
    }
    assert_eq!(server.requests(), 0, "refused without a connection");
    let anywhere = UrlReachability::new(UrlReachabilitySpec { allow_private: true, ..spec() }).unwrap();
    assert!(anywhere.is_reachable(&server.url("/ok")).await.unwrap());
}

/// A resolver that gives each look-up of any name the next of `answers`.
fn resolving(answers: Vec<Vec<IpAddr>>) -> (UrlReachability, Arc<AtomicUsize>) {
    let lookups = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lookups);
    let mut scanner = scanner();
    scanner.network.resolve = Arc::new(move |_, port| {
        let turn = count.fetch_add(1, Ordering::SeqCst);
        let answer =
            answers[turn.min(answers.len() - 1)].iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        async { Ok(answer) }.boxed()
    });
    (scanner, lookups)
}

#[tokio::test]
async fn a_name_is_resolved_once_for_each_request() {
    let server = Server::start().await;
    let inside = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    let url = format!("http://rebind.example:{}", server.port);
    let (scanner, lookups) = resolving(vec![vec![HOME], vec![inside]]);
    assert!(scanner.is_reachable(&format!("{url}/ok")).await.unwrap());
    assert_eq!(lookups.load(Ordering::SeqCst), 1);
    // The redirect back to the same name is a second request; now the name points inside.
    let (scanner, lookups) = resolving(vec![vec![HOME], vec![inside]]);
    assert!(!scanner.is_reachable(&format!("{url}/hop")).await.unwrap());
    assert_eq!((lookups.load(Ordering::SeqCst), server.requests()), (2, 2));
}

#[tokio::test]
async fn one_private_address_spoils_a_name_and_a_dead_one_does_not() {
    let server = Server::start().await;
    let url = format!("http://name.example:{}/ok", server.port);
    let inside = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    assert!(!resolving(vec![vec![HOME, inside]]).0.is_reachable(&url).await.unwrap());
    assert!(!resolving(vec![vec![]]).0.is_reachable(&url).await.unwrap());
    let (mut scanner, _) = resolving(vec![vec![inside, HOME]]);
    scanner.network.allowed = |ip| ip.is_loopback();
    assert!(scanner.is_reachable(&url).await.unwrap(), "127.0.0.2 refuses, 127.0.0.1 answers");
}

#[tokio::test]
async fn hostile_servers_cost_no_more_than_a_head() {
    let server = Server::start().await;
    let scanner = scanner();
    let began = Instant::now();
    assert!(scanner.is_reachable(&server.url("/endless-body")).await.unwrap());
    assert!(!scanner.is_reachable(&server.url("/endless-head")).await.unwrap());
    assert!(!scanner.is_reachable(&server.url("/garbage")).await.unwrap());
    assert!(began.elapsed() < scanner.timeout, "decided by limits, not by the timeout");
}

#[tokio::test]
async fn requests_carry_nothing_but_the_question() {
    let server = Server::start().await;
    let scanner = scanner();
    for _ in 0..2 {
        assert!(scanner.is_reachable(&server.url("/plain-request?a=b#fragment")).await.unwrap());
    }
    let with_user = server.url("/ok").replace("http://", "http://user@");
    let before = server.requests();
    for url in
        [with_user.as_str(), "ftp://127.0.0.1/", "http://", "nonsense", &server.url(&"/long".repeat(2_000))]
    {
        assert!(!scanner.is_reachable(url).await.unwrap());
    }
    assert_eq!(server.requests(), before);
}

#[tokio::test]
async fn certificates_are_checked() {
    let key = rcgen::generate_simple_self_signed(["secure.example".to_owned()]).unwrap();
    let certificate = key.cert.der().clone();
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()));
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.clone()], secret);
    let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    answer(stream).await;
                }
            });
        }
    });
    let (mut scanner, _) = resolving(vec![vec![HOME]]);
    let mut roots = RootCertStore::empty();
    scanner.network.tls = Tls::With(Some(connector(roots.clone())));
    assert!(!scanner.is_reachable(&format!("https://secure.example:{port}/ok")).await.unwrap());
    roots.add(certificate).unwrap();
    let trusted = roots.clone();
    scanner.network.tls = Tls::With(Some(connector(roots)));
    assert!(scanner.is_reachable(&format!("https://secure.example:{port}/ok")).await.unwrap());
    assert!(!scanner.is_reachable(&format!("https://other.example:{port}/ok")).await.unwrap());
    // Without any certificate to trust there is no verdict, rather than a wrong one.
    scanner.network.tls = Tls::With(None);
    let text = Text::from(format!("https://secure.example:{port}/ok"));
    assert!(matches!(scanner.scan(&text, None).await, Err(ScannerError::Failed(_))));
    scanner.network.tls = Tls::With(Some(connector(trusted)));
    // A server that never shakes hands is slow, like any other.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    scanner.timeout = Duration::from_millis(200);
    let url = format!("https://secure.example:{}/", silent.local_addr().unwrap().port());
    assert!(!scanner.is_reachable(&url).await.unwrap());
}

#[tokio::test]
async fn going_away_closes_the_connections() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let scanner = scanner();
    let scan = tokio::spawn(async move { scanner.is_reachable(&format!("http://127.0.0.1:{port}/")).await });
    let (mut stream, _): (TcpStream, _) = listener.accept().await.unwrap();
    scan.abort();
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the connection is closed, or reset");
}

#[test]
fn declarations_are_checked() {
    let field = |spec| UrlReachability::new(spec).unwrap_err().field;
    assert_eq!(field(UrlReachabilitySpec { success_status_codes: vec![], ..spec() }), "success_status_codes");
    let bad = UrlReachabilitySpec { success_status_codes: vec![200, 99], ..spec() };
    assert_eq!(field(bad), "success_status_codes[1]");
    for timeout in [0.0, -1.0, f64::NAN, f64::INFINITY, 601.0] {
        assert_eq!(field(UrlReachabilitySpec { timeout, ..spec() }), "timeout");
    }
    let json = r#"{"success_status_codes": [200], "timeout": 5, "allow_private": false}"#;
    assert_eq!(
        serde_json::from_str::<UrlReachabilitySpec>(json).unwrap().timeout.to_bits(),
        5.0_f64.to_bits()
    );
}

#[test]
fn scans_may_be_awaited_on_any_thread() {
    fn assert_send(_: impl Send) {}
    let (scanner, text) = (scanner(), Text::from("text"));
    assert_send(scanner.scan(&text, None));
    assert_send(scanner.is_reachable(""));
}
