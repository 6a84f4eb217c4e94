//! The transport of the product: HTTP and HTTPS by `reqwest`, with time limits, without redirects,
//! and with a limit on the length of an answer.

use std::error::Error;
use std::time::Duration;

use reqwest::redirect;
use service::{Exit, Failure, Secret};
use url::Url;

use super::transport::{Broken, Method, Request, Response, Transport, TransportError};

/// Long enough for any worker that is up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A thousand connectors with traces fit many times.
const LONGEST_ANSWER: usize = 64 << 20;

/// The list of a thousand connectors is not longer.
const LONGEST_PROMISE: usize = 4 << 20;

/// HTTP basic authentication.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: Secret,
}

/// Requests to one worker over HTTP.
#[derive(Debug)]
pub struct HttpTransport {
    address: String,
    client: reqwest::Client,
    credentials: Option<Credentials>,
}

impl HttpTransport {
    /// A transport to the worker at `url`, such as `http://localhost:8083`.
    ///
    /// # Errors
    /// When this is no URL of a worker.
    pub fn new(url: &str, credentials: Option<Credentials>) -> Result<Self, Failure> {
        let address = parse(url)?;
        // Another part of the process may have installed one: that one will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("connect-register/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::new(Exit::Machine, "the HTTP client cannot be made").because(error))?;
        Ok(Self { address, client, credentials })
    }
}

/// The address of a worker without its last slash.
fn parse(text: &str) -> Result<String, Failure> {
    let wrong = |why: &str| {
        Failure::new(Exit::Invalid, format!("the address of the Connect worker cannot be used: {why}"))
            .hint("KAFKA_CONNECT_URL=http://localhost:8083")
    };
    if text.contains(',') {
        return Err(wrong("there are several of them; give one"));
    }
    let url = Url::parse(text).map_err(|error| wrong(&format!("{error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("it starts with http:// or https://, then a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it holds a user or a password").hint(
            "set KAFKA_CONNECT_BASIC_AUTH_USERNAME and KAFKA_CONNECT_BASIC_AUTH_PASSWORD (or …_PASSWORD_FILE) instead",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a query or a fragment"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

impl Transport for HttpTransport {
    fn address(&self) -> &str {
        &self.address
    }

    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self
            .client
            .request(method, format!("{}{}", self.address, request.path))
            .timeout(request.timeout)
            .header(reqwest::header::ACCEPT, "application/json");
        if let Some(Credentials { username, password }) = &self.credentials {
            builder = builder.basic_auth(username, Some(password.expose()));
        }
        if let Some(body) = request.body {
            builder = builder.header(reqwest::header::CONTENT_TYPE, "application/json").body(body);
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
    let message = match kind {
        Broken::Timeout => "no answer in time".to_owned(),
        _ => cause.to_string(),
    };
    TransportError { kind, message }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_address_is_one_http_url_without_credentials() {
        assert_eq!(parse("http://localhost:8083/").unwrap(), "http://localhost:8083");
        assert_eq!(parse("https://proxy/connect/").unwrap(), "https://proxy/connect");
        for bad in ["localhost:8083", "ftp://x", "http://a:1,http://b:1", "http://u:canary@x", "http://x?y=1", ""] {
            let error = parse(bad).unwrap_err().to_string();
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
