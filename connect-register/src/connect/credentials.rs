//! What a request carries to be let in: a user and a password or a token, and further headers. All of
//! it is secret, and nothing of it is read from anywhere here.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use service::Secret;

/// Headers that the client makes itself.
const OURS: [&str; 9] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "accept", "expect", "te", "upgrade"];

/// As whom a worker is asked.
#[derive(Clone, Debug)]
pub enum Login {
    /// HTTP basic authentication.
    Basic {
        /// The user's name.
        username: String,
        /// The user's password.
        password: Secret,
    },
    /// A bearer token.
    Bearer(Secret),
}

impl Login {
    /// What stands in the header `Authorization`.
    fn header(&self) -> Secret {
        Secret::new(match self {
            Self::Basic { username, password } => {
                format!("Basic {}", BASE64_STANDARD.encode(format!("{username}:{}", password.expose())))
            }
            Self::Bearer(token) => format!("Bearer {}", token.expose()),
        })
    }

    fn secrets(&self) -> [Secret; 2] {
        let header = self.header();
        let coded = Secret::new(header.expose().split_once(' ').map_or("", |(_, coded)| coded));
        match self {
            Self::Basic { password, .. } => [password.clone(), coded],
            Self::Bearer(token) => [token.clone(), coded],
        }
    }
}

/// What every request carries.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    login: Option<Login>,
    extra: Vec<(String, Secret)>,
}

impl Credentials {
    /// A login, and further headers as text: one `Name: value` a line.
    ///
    /// # Errors
    /// All that is wrong, without any value.
    pub fn new(login: Option<Login>, headers: Option<&Secret>) -> Result<Self, Vec<String>> {
        let (mut extra, mut mistakes) = (Vec::new(), Vec::new());
        for (at, line) in headers.map_or("", Secret::expose).lines().enumerate() {
            match header(line, login.is_some()) {
                Ok(None) => {}
                Ok(Some(header)) => extra.push(header),
                Err(why) => mistakes.push(format!("line {}: {why}", at + 1)),
            }
        }
        let credentials = Self { login, extra };
        if credentials.login.as_ref().is_some_and(|login| HeaderValue::from_str(login.header().expose()).is_err()) {
            mistakes.push("the token holds a line break or another character that no header may have".to_owned());
        }
        if mistakes.is_empty() { Ok(credentials) } else { Err(mistakes) }
    }

    /// Whether a request carries anything.
    pub fn is_empty(&self) -> bool {
        self.login.is_none() && self.extra.is_empty()
    }

    /// All that may not be told.
    pub fn secrets(&self) -> impl Iterator<Item = Secret> {
        let of_login = self.login.iter().flat_map(Login::secrets);
        of_login.chain(self.extra.iter().map(|(_, value)| value.clone()))
    }

    /// The headers, marked as not to be logged.
    pub(super) fn headers(&self) -> HeaderMap {
        let login = self.login.as_ref().map(|login| (AUTHORIZATION, login.header()));
        let extra = self
            .extra
            .iter()
            .filter_map(|(name, value)| Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value.clone())));
        let mut headers = HeaderMap::new();
        for (name, value) in login.into_iter().chain(extra) {
            // Each was tried before.
            let Ok(mut value) = HeaderValue::from_str(value.expose()) else { continue };
            value.set_sensitive(true);
            headers.append(name, value);
        }
        headers
    }
}

/// A header of a line; none where the line is empty.
fn header(line: &str, has_login: bool) -> Result<Option<(String, Secret)>, String> {
    if line.trim().is_empty() {
        return Ok(None);
    }
    let (name, value) = line.split_once(':').ok_or("this is no `Name: value`")?;
    let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| "what stands before `:` is no name")?;
    if OURS.contains(&name.as_str()) {
        return Err(format!("the header {name} is made by this program"));
    }
    if name == AUTHORIZATION && has_login {
        return Err("there is a user or a token already, which goes into the header authorization".to_owned());
    }
    let value = value.trim();
    HeaderValue::from_str(value)
        .map_err(|_| format!("the value of {name} holds a character that no header may have"))?;
    Ok(Some((name.as_str().to_owned(), Secret::new(value))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(credentials: &Credentials) -> String {
        let header = |(name, value): (&HeaderName, &HeaderValue)| format!("{name}: {}\n", value.to_str().unwrap());
        credentials.headers().iter().map(header).collect()
    }

    #[test]
    fn a_login_and_further_headers_go_with_every_request_and_print_nothing() {
        let extra = Secret::new("X-Api-Key: canary; a=b\r\n\nCookie: s=canary; t=x\n");
        let login = Login::Basic { username: "u".to_owned(), password: Secret::new("p:canary") };
        let credentials = Credentials::new(Some(login), Some(&extra)).unwrap();
        insta::assert_snapshot!(shown(&credentials), @r"
        authorization: Basic dTpwOmNhbmFyeQ==
        x-api-key: canary; a=b
        cookie: s=canary; t=x
        ");
        let told = format!("{credentials:?} {:?}", credentials.headers());
        assert!(!told.contains("canary") && !told.contains("dTpwOmNhbmFyeQ"), "{told}");
        assert!(credentials.secrets().any(|secret| secret.expose() == "dTpwOmNhbmFyeQ=="));
        assert_eq!(credentials.secrets().count(), 4);

        let token = Credentials::new(Some(Login::Bearer(Secret::new("abc"))), None).unwrap();
        assert_eq!(shown(&token), "authorization: Bearer abc\n");
        let own = Credentials::new(None, Some(&Secret::new("Authorization: ApiKey x"))).unwrap();
        assert_eq!(shown(&own), "authorization: ApiKey x\n");
        assert!(Credentials::default().is_empty() && !own.is_empty());
    }

    #[test]
    fn all_wrong_headers_are_told_at_once_without_their_values() {
        let extra = Secret::new("canary\nHost: canary\nAuthorization: canary\nX Y: canary\nX-A: can\u{7}ary\nX-B: ok");
        let login = Login::Bearer(Secret::new("canary\ncanary"));
        let mistakes = Credentials::new(Some(login), Some(&extra)).unwrap_err();
        insta::assert_snapshot!(mistakes.join("\n"), @r"
        line 1: this is no `Name: value`
        line 2: the header host is made by this program
        line 3: there is a user or a token already, which goes into the header authorization
        line 4: what stands before `:` is no name
        line 5: the value of x-a holds a character that no header may have
        the token holds a line break or another character that no header may have
        ");
    }
}
