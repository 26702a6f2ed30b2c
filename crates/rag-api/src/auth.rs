//! Authentication and authorisation: the signature of a handler names the rights that its caller needs; other callers are
//! refused.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
    ops::Deref,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap},
    middleware::Next,
    web,
};
use rag_engine::{Actor, Engine, accounts::digest};
use rag_repo::logins::Opened;
use rag_schema::{
    enums::{Role, Scope},
    ids::{LoginId, OrganisationId, UserId},
    models::User,
};
use tracing_actix_web::RequestId;
use uuid::Uuid;

use crate::{
    app::App,
    dropin,
    problem::{ApiError, ApiResult, Code},
    registration::{Access, Input},
};

/// Prefix of all our keys and tokens. Any other text is treated like an absent key.
const SECRET_BEGINNING: &str = "rag";

/// An authenticated caller.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Actor of the caller's transactions.
    pub(crate) actor: Actor,
    /// User; `None` for the bearer of a link.
    person: Option<Person>,
    /// Scopes of the key; `None` for all.
    scopes: Option<Vec<Scope>>,
    /// Proof of identity.
    pub(crate) proof: Proof,
}

/// A user who calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) organisation: OrganisationId,
    pub(crate) role: Role,
    /// Login whose token was presented; `None` for a key.
    pub(crate) login: Option<LoginId>,
}

/// The proof of a caller's identity; it can be checked again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The server's own key, a trusted other product, or access from this machine while there are no accounts.
    Operator,
    /// SHA-256 of a key, a token or a link's secret.
    Secret([u8; 32]),
}

/// The rights that a route needs of its caller.
pub(crate) trait Need: 'static {
    /// Scope that a key needs.
    const SCOPE: Scope;
    /// Whether only admins have access.
    const ADMIN: bool = false;
    /// Whether the bearer of a link has access.
    const LINK: bool = false;
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident { $($constant:ident: $kind:ty = $value:expr),+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $name;
        impl Need for $name { $(const $constant: $kind = $value;)+ }
    )+};
}

needs! {
    /// Reads and searches documents; the bearer of a link has access, too.
    Read { SCOPE: Scope = Scope::Read, LINK: bool = true }
    /// Reads a user's own data.
    Own { SCOPE: Scope = Scope::Read }
    /// Holds conversations.
    Ask { SCOPE: Scope = Scope::Ask }
    /// Adds and deletes documents.
    Store { SCOPE: Scope = Scope::Write }
    /// Creates and shares collections, keys and links.
    Manage { SCOPE: Scope = Scope::Manage }
    /// Manages the organisation.
    Administer { SCOPE: Scope = Scope::Manage, ADMIN: bool = true }
}

/// A caller who has the rights of `N`.
#[derive(Debug, Clone)]
pub(crate) struct May<N>(Caller, PhantomData<N>);

impl<N> Deref for May<N> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<N: Need> FromRequest for May<N> {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = req.extensions().get::<Caller>().cloned().ok_or_else(unauthenticated);
        ready(caller.and_then(|caller| caller.check::<N>().map(|()| Self(caller, PhantomData))))
    }
}

impl<N: Need> Input for May<N> {
    const ACCESS: Option<Access> = Some(Access { scope: N::SCOPE, admin: N::ADMIN, link: N::LINK });
    const PROBLEMS: &'static [Code] = &[Code::Unauthorized, Code::Forbidden, Code::LimitReached];
}

impl Caller {
    fn check<N: Need>(&self) -> ApiResult<()> {
        let forbid = |detail: String| Err(ApiError::new(Code::Forbidden, detail));
        if self.scopes.as_ref().is_some_and(|scopes| !scopes.contains(&N::SCOPE)) {
            return forbid(format!("The key lacks the scope `{}`.", N::SCOPE));
        }
        if !N::LINK {
            self.person()?;
        }
        if N::ADMIN && self.person()?.role != Role::Admin {
            return forbid("Only admins of the organisation may do this.".to_owned());
        }
        Ok(())
    }

    /// Refuses an action that needs or grants scopes that the key lacks.
    pub(crate) fn check_scopes(&self, wanted: &[Scope]) -> ApiResult<()> {
        match wanted.iter().find(|scope| self.scopes.as_ref().is_some_and(|own| !own.contains(scope))) {
            Some(scope) => Err(ApiError::new(Code::Forbidden, format!("The key lacks the scope `{scope}`."))),
            None => Ok(()),
        }
    }

    /// Returns the user. Refuses the bearer of a link, who is not a user.
    pub(crate) fn person(&self) -> ApiResult<Person> {
        self.person
            .ok_or_else(|| ApiError::new(Code::Forbidden, "A link only lets its bearer read the collection."))
    }

    /// Returns the id to which rate limits apply: the user's or the link's.
    fn limit_key(&self) -> Uuid {
        match self.actor {
            Actor::User { id, .. } => id.uuid(),
            Actor::Link(id) => id.uuid(),
            Actor::Authentication { .. } | Actor::System => Uuid::nil(),
        }
    }

    /// Returns the id of the request, for the audit log.
    pub(crate) fn request(&self) -> Option<Uuid> {
        match self.actor {
            Actor::User { request, .. } | Actor::Authentication { request } => request,
            Actor::Link(_) | Actor::System => None,
        }
    }

    pub(crate) fn operator(engine: &Engine, request: Option<Uuid>) -> Self {
        Self::of_user(engine.local_user(), request)
    }

    /// Creates the caller for a user of another product, which has authenticated them: they can read and store documents only.
    pub(crate) fn guest(user: &User, request: Option<Uuid>) -> Self {
        Self { scopes: Some(vec![Scope::Read, Scope::Write]), ..Self::of_user(user, request) }
    }

    fn of_user(user: &User, request: Option<Uuid>) -> Self {
        Self {
            actor: Actor::User { id: user.id, may_write: true, key: None, request },
            person: Some(Person {
                id: user.id,
                organisation: user.organisation_id,
                role: user.role,
                login: None,
            }),
            scopes: None,
            proof: Proof::Operator,
        }
    }

    fn from_opened(opened: Opened, sha256: [u8; 32], request: Option<Uuid>) -> Option<Self> {
        let scopes = opened.scopes;
        let may_write = scopes.as_ref().is_none_or(|scopes| scopes.contains(&Scope::Write));
        let proof = Proof::Secret(sha256);
        if let Some(link) = opened.link_id {
            return Some(Self {
                actor: Actor::Link(link),
                person: None,
                scopes: Some(vec![Scope::Read]),
                proof,
            });
        }
        let person = Person {
            id: opened.user_id?,
            organisation: opened.organisation_id?,
            role: opened.role?,
            login: opened.login_id,
        };
        let actor = Actor::User { id: person.id, may_write, key: opened.key_id, request };
        Some(Self { actor, person: Some(person), scopes, proof })
    }
}

impl App {
    /// Returns whether a proof is still valid: a key may be revoked or a user suspended while a stream is open.
    pub(crate) async fn holds(&self, proof: Proof) -> bool {
        let Proof::Secret(sha256) = proof else { return true };
        // While the database does not answer, nothing new can be read either; the next check decides.
        self.blocking(move |engine| Ok(engine.open(&sha256)?)).await.map_or(true, |opened| opened.is_some())
    }

    async fn caller(
        &self,
        bearer: Option<&str>,
        headers: &HeaderMap,
        request: Option<Uuid>,
    ) -> ApiResult<Caller> {
        let Some(secret) = bearer else {
            self.check_anonymous(headers).await?;
            return Ok(Caller::operator(&self.engine, request));
        };
        let sha256 = digest(secret);
        if self.settings.bearer_key.as_ref().is_some_and(|key| digest(key) == sha256) {
            return Ok(Caller::operator(&self.engine, request));
        }
        let opened = self.blocking(move |engine| Ok(engine.open(&sha256)?)).await?;
        match opened.and_then(|opened| Caller::from_opened(opened, sha256, request)) {
            Some(caller) => Ok(caller),
            None if secret.starts_with(SECRET_BEGINNING) => Err(unauthenticated()),
            // Many clients cannot omit the key and send an arbitrary text.
            None => {
                self.check_anonymous(headers).await?;
                Ok(Caller::operator(&self.engine, request))
            }
        }
    }

    /// Refuses a request without a key, unless it may act as the local user: there is and was no account, no key is set, only
    /// this machine can reach the server, and no page of another site sent the request.
    async fn check_anonymous(&self, headers: &HeaderMap) -> ApiResult<()> {
        if self.settings.bearer_key.is_some()
            || !self.settings.bind.ip().to_canonical().is_loopback()
            || !is_from_this_machine(headers, &self.settings.cors_origins)
        {
            return Err(unauthenticated());
        }
        if self.blocking(|engine| Ok(engine.had_accounts()?)).await? {
            return Err(ApiError::new(
                Code::Unauthorized,
                "This server has or had accounts, so it needs a key or the access token of a login, as \"Authorization: \
                 Bearer <key>\". If nobody can sign in any more, `rag user add ADDRESS --admin` invites an admin.",
            ));
        }
        Ok(())
    }
}

/// Returns whether the request names this machine as its host and was not sent by a foreign page. Returns false for a name that
/// was pointed here (DNS rebinding), a form of another site, and a request through a proxy.
fn is_from_this_machine(headers: &HeaderMap, allowed: &[String]) -> bool {
    const FORWARDED: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
    if FORWARDED.iter().any(|name| headers.contains_key(*name)) {
        return false;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    text(header::HOST).is_some_and(is_local) && is_from_allowed_page(headers, allowed)
}

/// Returns whether the request was sent by no page, or by one of this machine or of an allowed origin.
pub(crate) fn is_from_allowed_page(headers: &HeaderMap, allowed: &[String]) -> bool {
    let from_here = |origin: &str| {
        origin.strip_prefix("http://").is_some_and(is_local) || allowed.iter().any(|known| known == origin)
    };
    // An origin that is not valid text is not an allowed one.
    headers.get_all(header::ORIGIN).all(|value| from_here(value.to_str().unwrap_or_default()))
}

/// Returns whether a host, with or without a port, is one of this machine's own names.
fn is_local(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// Identifies the caller by the key, token or secret of the request, and refuses a request without a valid one.
pub(crate) async fn authenticate(
    app: web::Data<App>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let bearer =
        req.headers().get(header::AUTHORIZATION).map(|value| value.to_str().ok().and_then(parse_bearer));
    let request = request_id(&req);
    let found = match bearer {
        token if dropin::is_of_librechat(req.path()) => {
            dropin::find_librechat_caller(&app, token.flatten(), request).await
        }
        // The caller presented credentials of an unsupported scheme.
        Some(None) => Err(unauthenticated()),
        Some(secret) => app.caller(secret, req.headers(), request).await,
        None => app.caller(None, req.headers(), request).await,
    };
    let admitted = match found {
        Ok(caller) => app.limits.admit(caller.limit_key()).await.map(|()| caller),
        Err(error) if error.code == Code::Unauthorized => app.attempt(req.request()).await.and(Err(error)),
        Err(error) => Err(error),
    };
    match admitted {
        Ok(caller) => {
            if let Some(person) = caller.person {
                tracing::Span::current().record("tenant", tracing::field::display(person.organisation));
            }
            req.extensions_mut().insert(caller);
            Ok(next.call(req).await?.map_into_boxed_body())
        }
        Err(error) => Ok(req.error_response(error)),
    }
}

/// Returns the id of the request, for the audit log.
pub(crate) fn request_id(req: &impl HttpMessage) -> Option<Uuid> {
    req.extensions().get::<RequestId>().map(|id| Uuid::from(*id))
}

fn parse_bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

fn unauthenticated() -> ApiError {
    ApiError::new(
        Code::Unauthorized,
        "Send a key, or the access token of a login, as \"Authorization: Bearer <key>\".",
    )
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderValue, ORIGIN};

    use super::*;

    fn comes_from_here(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        is_from_this_machine(&headers, &["https://app.example".to_owned()])
    }

    #[test]
    fn only_this_machine_needs_no_proof() {
        assert!(comes_from_here("127.0.0.1:8420", None));
        assert!(comes_from_here("localhost", Some("http://localhost:8420")));
        assert!(comes_from_here("[::1]:8420", None));
        assert!(comes_from_here("localhost:1", Some("https://app.example")));
        assert!(!comes_from_here("evil.example:8420", None));
        assert!(!comes_from_here("localhost.evil.example", None));
        assert!(!comes_from_here("localhost:8420", Some("https://evil.example")));
        assert!(!comes_from_here("localhost:8420", Some("http://localhost.evil.example")));
        assert!(!comes_from_here("localhost:8420", Some("null")));
    }
}
