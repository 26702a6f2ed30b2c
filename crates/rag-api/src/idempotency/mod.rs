//! Header `Idempotency-Key`: the same request sent again with the same key gets the stored answer, and its work is done once.

mod body;

use std::{mem, time::Duration};

use actix_multipart::MultipartError;
use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BodySize, BoxBody, MessageBody, to_bytes_limited},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    rt, web,
};
use bytes::Bytes;
use futures_util::TryStreamExt;
use rag_engine::{HeldKey, KeyState};
use rag_repo::idempotency::StoredAnswer;
use tokio::time::{interval, timeout};
use tracing::Instrument;

use self::body::HashedBody;
use crate::{
    app::App,
    auth::Caller,
    problem::{ApiError, ApiResult, Code},
    receive::Patience,
    registration::Access,
};

/// Name of the header. Operations that have it as a parameter in the OpenAPI document take it.
pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// Header of a stored answer.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Maximum length of a key, in characters.
const MAX_KEY_CHARS: usize = 255;
/// Maximum size of an answer that is stored, in bytes. A larger one is not stored, and its request can run again.
const MAX_ANSWER_BYTES: usize = 128 << 10;
/// Interval at which the key of a request in progress is renewed.
const RENEWAL: Duration = Duration::from_secs(20);

/// Handles a request to an operation that takes the header. The work goes on when its client disconnects, so that the answer is stored
/// for the client's next attempt.
pub(crate) async fn run_once(
    access: Option<Access>,
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(value) = req.headers().get(IDEMPOTENCY_KEY).cloned() else { return next.call(req).await };
    let app = req.app_data::<web::Data<App>>().cloned();
    let caller = req.extensions().get::<Caller>().cloned();
    let (Some(app), Some(caller)) = (app, caller) else { return next.call(req).await };
    match begin(&app, &caller, access, &value).await {
        Err(error) => Ok(req.error_response(error)),
        Ok(KeyState::Answered(answer)) => Ok(replay(&app, req, answer).await),
        Ok(KeyState::Held(held)) => {
            let work = work(app, req, next, held).instrument(tracing::Span::current());
            rt::spawn(work).await.map_err(|error| Error::from(crate::problem::bug(&error)))?
        }
    }
}

async fn begin(
    app: &App,
    caller: &Caller,
    access: Option<Access>,
    value: &HeaderValue,
) -> ApiResult<KeyState> {
    // A stored answer is for those alone who may do this themselves.
    let person = caller.person()?;
    caller.check_scopes(&access.map(|access| access.scope).into_iter().collect::<Vec<_>>())?;
    let key = value.to_str().ok().map(str::trim).filter(|key| !key.is_empty() && key.len() <= MAX_KEY_CHARS);
    let key = key.map(str::to_owned).ok_or_else(|| {
        let detail = format!("{IDEMPOTENCY_KEY} must be 1 to {MAX_KEY_CHARS} visible ASCII characters.");
        ApiError::new(Code::Malformed, detail)
    })?;
    let actor = caller.actor;
    let begun = app.blocking(move |engine| Ok(engine.begin_key(actor, person.id, key)?)).await;
    begun.map_err(|error| match error.code {
        Code::Conflict => ApiError { retry_after_s: Some("1".to_owned()), ..error },
        _ => error,
    })
}

/// Does the work of a new request, and stores its answer if it succeeds.
async fn work(
    app: web::Data<App>,
    mut req: ServiceRequest,
    next: Next<BoxBody>,
    held: HeldKey,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let body = HashedBody::of_request(&mut req);
    req.set_payload(body.payload());
    let mut answering = std::pin::pin!(next.call(req));
    let mut renewal = interval(RENEWAL);
    renewal.tick().await;
    let mut has_failed = false;
    let answered = loop {
        tokio::select! {
            answered = &mut answering => break answered,
            _ = renewal.tick() => {
                let held = held.clone();
                let renewed = app.blocking(move |engine| Ok(engine.renew_key(&held)?)).await;
                if let Err(error) = renewed
                    && !mem::replace(&mut has_failed, true)
                {
                    tracing::warn!(%error, "cannot renew an idempotency key: it is free when its lease ends, while its request goes on");
                }
            }
        }
    };
    match answered {
        Ok(response) => Ok(keep_answer(&app, held, response, body).await),
        Err(error) => {
            release(&app, held).await;
            Err(error)
        }
    }
}

/// Stores the answer of a request that succeeded; otherwise frees its key.
async fn keep_answer(
    app: &App,
    held: HeldKey,
    response: ServiceResponse<BoxBody>,
    body: HashedBody,
) -> ServiceResponse<BoxBody> {
    let is_short =
        matches!(response.response().body().size(), BodySize::Sized(bytes) if bytes <= max_answer());
    let request =
        if response.status().is_success() && is_short { read_rest(app, body).await.ok() } else { None };
    let Some(request_sha256) = request else {
        release(app, held).await;
        return response;
    };
    let (req, response) = response.into_parts();
    let (response, content) = response.into_parts();
    let content = match to_bytes_limited(content, MAX_ANSWER_BYTES).await {
        Ok(Ok(content)) => content,
        // The size was known and the bytes are in memory.
        Ok(Err(_)) | Err(_) => Bytes::new(),
    };
    let answer = StoredAnswer {
        request_sha256,
        status: i16::try_from(response.status().as_u16()).unwrap_or(200),
        location: text_of(response.headers(), &header::LOCATION),
        body: content.to_vec(),
    };
    let stored = app.blocking(move |engine| Ok(engine.answer_key(&held, &answer)?)).await;
    if let Err(error) = stored {
        tracing::warn!(%error, "cannot store the answer of a request with an idempotency key");
    }
    ServiceResponse::new(req, response.set_body(BoxBody::new(content)))
}

fn max_answer() -> u64 {
    u64::try_from(MAX_ANSWER_BYTES).unwrap_or(u64::MAX)
}

/// Reads the part of the body that the handler left, such as the end of a form, and returns the hash of the request.
async fn read_rest(app: &App, body: HashedBody) -> ApiResult<Vec<u8>> {
    let limit = app.settings.max_upload_bytes;
    let mut patience = Patience::new(app);
    let mut rest = body.stream().map_err(MultipartError::from);
    while let Some(part) = patience.next(&mut rest).await? {
        patience.received += u64::try_from(part.len()).unwrap_or(u64::MAX);
        if patience.received > limit.saturating_add(max_answer()) {
            return Err(ApiError::too_large(limit));
        }
    }
    Ok(body.finish())
}

async fn release(app: &App, held: HeldKey) {
    // Otherwise it is free when its lease ends.
    if let Err(error) = app.blocking(move |engine| Ok(engine.release_key(&held)?)).await {
        tracing::warn!(%error, "cannot free an idempotency key");
    }
}

/// Responds with a stored answer, if the request is the one that it answers.
async fn replay(app: &App, mut req: ServiceRequest, answer: StoredAnswer) -> ServiceResponse<BoxBody> {
    let body = HashedBody::of_request(&mut req);
    let wait = Duration::from_millis(app.settings.request_timeout_ms.max(1));
    let read = timeout(wait, read_rest(app, body)).await;
    match read.unwrap_or_else(|_late| Err(crate::extract::slow())) {
        Err(error) => req.error_response(error),
        Ok(sha256) if sha256 != answer.request_sha256 => req.error_response(ApiError::new(
            Code::Invalid,
            "This idempotency key belongs to another request. Send each new request with a new key.",
        )),
        Ok(_) => req.into_response(stored_response(answer)),
    }
}

fn stored_response(answer: StoredAnswer) -> HttpResponse {
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = HttpResponse::build(status.unwrap_or(StatusCode::OK));
    response.insert_header((REPLAYED, "true"));
    if let Some(location) = answer.location {
        response.insert_header((header::LOCATION, location));
    }
    if answer.body.is_empty() {
        return response.finish();
    }
    response.content_type("application/json").body(answer.body)
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
