//! The transport of the product: HTTP and HTTPS by `reqwest`, with time limits, without redirects, with
//! a limit on the length of an answer, and through a proxy only where one is named.

use std::error::Error;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderValue};
use reqwest::redirect;
use service::{Exit, Failure, Secret};

use super::address::Address;
use super::credentials::Credentials;
use super::tls::{self, Tls, Trust};
use super::transport::{Broken, Method, Request, Response, Transport, TransportError};

/// Long enough for any worker that is up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A thousand connectors with traces fit many times.
const LONGEST_ANSWER: usize = 64 << 20;
/// The list of a thousand connectors is not longer.
const LONGEST_PROMISE: usize = 4 << 20;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How a request travels, whichever worker it goes to.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// What it carries.
    pub credentials: Credentials,
    /// Who is trusted, and what is shown.
    pub tls: Tls,
    /// The URL of an HTTP proxy; the system's own settings of proxies are not followed.
    pub proxy: Option<Secret>,
}

impl Route {
    fn client(&self, addresses: &[Address]) -> Result<reqwest::Client, Failure> {
        // Another part of the process may have installed one: that one will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let failed =
            |error: reqwest::Error| Failure::new(Exit::Machine, "the HTTP client cannot be made").because(error);
        let mut headers = self.credentials.headers();
        headers.insert(ACCEPT, JSON);
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("connect-register/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers);
        builder = match &self.proxy {
            None => builder.no_proxy(),
            Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy.expose()).map_err(|_| {
                Failure::new(Exit::Invalid, "the address of the proxy cannot be used").hint("http://proxy:3128")
            })?),
        };
        if self.proxy.is_none() && !addresses.iter().any(Address::is_encrypted) {
            // To read the authorities that this machine trusts takes longer than a request.
            return builder.tls_certs_only([]).build().map_err(failed);
        }
        builder = match &self.tls.trust {
            Trust::System => builder,
            Trust::Own(own) => {
                let own: Result<Vec<_>, _> = own.iter().map(|own| reqwest::Certificate::from_der(own)).collect();
                builder.tls_certs_only(own.map_err(failed)?)
            }
            Trust::Unchecked => builder.tls_danger_accept_invalid_certs(true),
        };
        if let Some(identity) = &self.tls.identity {
            builder =
                builder.identity(reqwest::Identity::from_pem(identity.pem().expose().as_bytes()).map_err(failed)?);
        }
        builder.build().map_err(failed)
    }
}

/// Requests to one worker over HTTP.
#[derive(Debug)]
pub struct HttpTransport {
    address: Address,
    client: reqwest::Client,
}

impl HttpTransport {
    /// Transports to each of the workers of a cluster, by the same route.
    ///
    /// # Errors
    /// When the proxy is none, or this machine gives no HTTP client.
    pub fn to_all(addresses: Vec<Address>, route: &Route) -> Result<Vec<Self>, Failure> {
        let client = route.client(&addresses)?;
        Ok(addresses.into_iter().map(|address| Self { address, client: client.clone() }).collect())
    }
}

impl HttpTransport {
    /// What the worker's clock shows, by the header `Date` of an answer; `None` where there is none.
    pub async fn date(&self) -> Option<Timestamp> {
        let answer = self.client.get(format!("{}/", self.address)).timeout(CONNECT_TIMEOUT).send().await.ok()?;
        let text = answer.headers().get(DATE)?.to_str().ok()?;
        jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
    }
}

impl Transport for HttpTransport {
    fn address(&self) -> &str {
        self.address.as_str()
    }

    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let url = format!("{}{}", self.address, request.path);
        // The time limit is that of the whole answer: a slow drip does not prolong it.
        let mut builder = self.client.request(method, url).timeout(request.timeout);
        if let Some(body) = request.body {
            builder = builder.header(CONTENT_TYPE, JSON).body(body);
        }
        let mut response = builder.send().await.map_err(|error| broken(&error))?;
        let status = response.status().as_u16();
        // The length is a promise of others: it saves growing step by step, and nothing is taken on trust.
        let promised = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let mut body = Vec::with_capacity(promised.min(LONGEST_PROMISE));
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                let message = format!("the answer is longer than {} MiB", LONGEST_ANSWER >> 20);
                return Err(TransportError { kind: Broken::TooLong, message });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, body })
    }
}

fn broken(error: &reqwest::Error) -> TransportError {
    if let Some(tls) = tls_error(error).filter(|tls| error.is_connect() || tls::is_of_handshake(tls)) {
        return TransportError { kind: Broken::Tls, message: tls::explain(tls) };
    }
    let kind = match error {
        error if error.is_connect() => Broken::Connect,
        error if error.is_timeout() => Broken::Timeout,
        _ => Broken::Cut,
    };
    // The innermost cause says what happened; the outer ones repeat the URL.
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let message = match (kind, cause.to_string()) {
        (Broken::Timeout, _) => "no answer in time".to_owned(),
        (Broken::Cut, cause) if cause.contains("invalid HTTP") => format!("{cause}: is the address https:// ?"),
        (_, cause) => cause,
    };
    TransportError { kind, message }
}

/// The error of TLS among the causes of an error, which an I/O error may hold and not tell of.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        if let Some(held) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            return tls_error(held);
        }
        cause = error.source();
    }
    None
}
