//! TLS to PostgreSQL: a real handshake of libpq with a server certificate, in front of the test server.

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc, thread};

use rag_repo::{Actor, Db, PgConnection, PoolSettings, RepoError, RepoResult, server};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, UnixStream},
    runtime::Builder,
    sync::oneshot,
};
use tokio_rustls::TlsAcceptor;

use crate::fixture::database_url;

/// PostgreSQL behind TLS: its address, and the file of the authority that signed its certificate.
struct Secured {
    address: SocketAddr,
    authority: PathBuf,
}

impl Secured {
    /// A server whose certificate holds `name`; `None` for one that has no encryption.
    fn start(name: Option<&str>) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, key).unwrap();
        let file = std::env::temp_dir().join(format!("rag-tls-{}.pem", rag_schema::ids::JobId::new()));
        fs::write(&file, authority.pem()).unwrap();
        let acceptor = name.map(|name| {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            // With the authority's own name it would pass for self-signed.
            params.distinguished_name.push(DnType::CommonName, name);
            let certificate = params.signed_by(&key, &authority).unwrap();
            let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
            let config =
                ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                    .with_safe_default_protocol_versions()
                    .unwrap()
                    .with_no_client_auth()
                    .with_single_cert(vec![certificate.der().clone()], key)
                    .unwrap();
            TlsAcceptor::from(Arc::new(config))
        });
        let (report, bound) = oneshot::channel();
        thread::spawn(move || {
            Builder::new_current_thread().enable_all().build().unwrap().block_on(accept(acceptor, report));
        });
        Self { address: bound.blocking_recv().unwrap(), authority: file }
    }

    /// A URL that reaches it by `host`, with these parameters.
    fn url(&self, host: &str, parameters: &str) -> String {
        let (scheme, rest) =
            database_url().split_once("://").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let (user, rest) = rest.split_once('@').unwrap();
        let database = rest.trim_start_matches('/').split('?').next().unwrap();
        format!("{scheme}://{user}@{host}:{}/{database}?{parameters}", self.address.port())
    }

    fn trusting(&self, host: &str) -> String {
        self.url(host, &format!("sslmode=verify-full&sslrootcert={}", self.authority.display()))
    }
}

impl Drop for Secured {
    fn drop(&mut self) {
        fs::remove_file(&self.authority).unwrap();
    }
}

/// The socket of the test server.
fn socket() -> String {
    let url = database_url();
    let parameter = |name: &str| {
        let found = url.split(['?', '&']).find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("DATABASE_URL has no {name}")).replace("%2F", "/")
    };
    format!("{}/.s.PGSQL.{}", parameter("host"), parameter("port"))
}

async fn accept(acceptor: Option<TlsAcceptor>, report: oneshot::Sender<SocketAddr>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    report.send(listener.local_addr().unwrap()).unwrap();
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // The first message of a client that may use TLS is SSLRequest: its length and its code.
            let mut request = [0; 8];
            client.read_exact(&mut request).await?;
            assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47], "no SSLRequest");
            let mut postgres = UnixStream::connect(socket()).await?;
            let Some(acceptor) = acceptor else {
                client.write_all(b"N").await?;
                return copy_bidirectional(&mut client, &mut postgres).await;
            };
            client.write_all(b"S").await?;
            let mut secured = acceptor.accept(client).await?;
            copy_bidirectional(&mut secured, &mut postgres).await
        });
    }
}

fn refusal(url: &str) -> String {
    match server::connect(url) {
        Err(RepoError::Unavailable(text)) => text,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("connected"),
    }
}

#[test]
fn a_verified_server_is_connected_to() {
    let secured = Secured::start(Some("localhost"));
    let url = secured.trusting("localhost");
    let mut conn = server::connect(&url).unwrap();
    rag_repo::migrations::run_pending(&mut conn).unwrap();
    server::ping(&mut conn).unwrap();
    // The pool, too.
    let db = Db::new(&url, &PoolSettings::default());
    let ping = |conn: &mut PgConnection| -> RepoResult<()> { server::ping(conn) };
    db.read(Actor::System, ping).unwrap();
}

#[test]
fn a_wrong_name_and_an_unknown_authority_are_refused_with_the_cure() {
    let secured = Secured::start(Some("database.example"));
    let text = refusal(&secured.trusting("localhost"));
    assert!(
        text.contains("database.example") && text.contains("connect by a name that the certificate holds"),
        "{text}"
    );
    let stranger = Secured::start(Some("localhost"));
    let url = stranger
        .url("localhost", &format!("sslmode=verify-full&sslrootcert={}", secured.authority.display()));
    let text = refusal(&url);
    // Both authorities have one name, so the wrong one is tried.
    assert!(text.contains("signature failure") && text.contains("sslrootcert=FILE"), "{text}");
    // The system's authorities know it no better.
    for parameters in ["sslmode=verify-full", "sslrootcert=system"] {
        let text = refusal(&stranger.url("localhost", parameters));
        assert!(text.contains("certificate verify failed"), "{parameters}: {text}");
        assert!(text.contains("sslrootcert=FILE"), "{parameters}: {text}");
    }
    assert!(!text.contains("postgresql://"), "{text}");
}

#[test]
fn a_server_without_encryption_is_refused_unless_that_is_allowed() {
    let plain = Secured::start(None);
    let text = refusal(&plain.url("localhost", "sslmode=require"));
    assert!(text.contains("does not support SSL") && text.contains("ssl = on"), "{text}");
    let conn = &mut server::connect(&plain.url("localhost", "sslmode=prefer")).unwrap();
    assert!(!server::facts(conn).unwrap().is_encrypted);
}
