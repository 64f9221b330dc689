//! Requests above the HTTP library: whether one is in flight, and whether its body was read to its end.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::error::PayloadError;
use actix_http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};
use actix_http::{BoxedPayloadStream, HttpMessage as _, Payload, Request, Response, StatusCode};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, apply_fn_factory};
use actix_web::Error;
use actix_web::dev::ServiceResponse;
use actix_web::web::Bytes;
use futures_core::Stream;

use super::Progress;

/// An application whose requests are noticed.
///
/// The library drains a chunked body that nobody reads any more, for as long as it takes. It does not
/// when somebody still holds the body at the end of the answer: then it says `Connection: close`, waits
/// for [`super::progress::LINGER`] and closes. So the answer holds the body of its request.
pub(super) fn counted<I, S, B>(
    app: I,
) -> impl ServiceFactory<
    Request,
    Config = (),
    Response = Response<Held>,
    Error = Error,
    InitError = (),
    Future: 'static,
    Service: Service<Request, Response = Response<Held>, Error = Error, Future: 'static>,
>
where
    I: IntoServiceFactory<S, Request> + 'static,
    S: ServiceFactory<
            Request,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    apply_fn_factory(app, |mut request: Request, app| {
        detach(&mut request);
        let in_flight = InFlight::of(&mut request);
        let answer = app.call(request);
        async move {
            let answer: Response<BoxBody> = match answer.await {
                Ok(answer) => answer.map_into_boxed_body().into(),
                Err(error) => error.into(),
            };
            Ok::<_, Error>(answer.map_body(|_, body| Held { body, _in_flight: in_flight }))
        }
    })
}

/// Gives headers memory of their own, and no more than they need. The library reads them out of the
/// connection's buffer, and keeps the last two hundred heads for reuse as they are: each would hold up to
/// 128 KiB of what somebody once sent, and a table of 32 places of 200 octets.
fn detach(request: &mut Request) {
    let headers = request.head_mut().headers_mut();
    let shared = std::mem::replace(headers, HeaderMap::new());
    headers.reserve(shared.len());
    for (name, value) in &shared {
        // A value that came as one always is one.
        if let Ok(own) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.append(name.clone(), own);
        }
    }
}

/// A request between its head and the end of its answer.
struct InFlight {
    progress: Option<Rc<Progress>>,
    body: Option<SharedBody>,
}

impl InFlight {
    fn of(request: &mut Request) -> Self {
        let progress = request.conn_data::<Rc<Progress>>().cloned();
        if let Some(progress) = &progress {
            progress.begin();
        }
        let body = match request.take_payload() {
            Payload::None => None,
            payload => {
                let payload = Rc::new(RefCell::new(payload));
                Some(SharedBody { payload, progress: progress.clone() })
            }
        };
        if let (None, Some(progress)) = (&body, &progress) {
            progress.arrived();
        }
        if let Some(body) = body.clone() {
            let payload: BoxedPayloadStream = Box::pin(body);
            *request.payload() = payload.into();
        }
        Self { progress, body }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let read = self.body.as_mut().is_none_or(SharedBody::is_at_its_end);
        if let Some(progress) = &self.progress {
            progress.finish(read);
        }
    }
}

/// An answer's body, which holds its request's.
pub(super) struct Held {
    body: BoxBody,
    _in_flight: InFlight,
}

impl MessageBody for Held {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_pin_mut().poll_next(cx)
    }
}

/// A request's body, for its handler and for its answer.
#[derive(Clone)]
struct SharedBody {
    payload: Rc<RefCell<Payload>>,
    progress: Option<Rc<Progress>>,
}

impl SharedBody {
    /// Whether all of it has come, read or not; asked when nobody reads it any more.
    fn is_at_its_end(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            match Pin::new(&mut *self).poll_next(&mut cx) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(None) => return true,
                Poll::Ready(Some(Err(_))) | Poll::Pending => return false,
            }
        }
    }
}

impl Stream for SharedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut *self.payload.borrow_mut()).poll_next(cx);
        if let (Poll::Ready(None), Some(progress)) = (&next, &self.progress) {
            progress.arrived();
        }
        next
    }
}

/// Answers `Expect: 100-continue` [RFC 9110 §10.1.1]: a body that will be refused, because it has more
/// than `most` octets, is not asked for.
pub(super) fn expected(mut request: Request, most: usize) -> Result<Request, Response<BoxBody>> {
    detach(&mut request);
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    // What is no number was refused with the head.
    let announced = announced.and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|octets| octets > most) {
        return Err(Response::new(StatusCode::PAYLOAD_TOO_LARGE));
    }
    Ok(request)
}
