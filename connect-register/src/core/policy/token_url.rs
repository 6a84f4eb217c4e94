//! URLs from which OAuth tokens and their keys are fetched: the client opens whatever stands there,
//! files included. Only URLs that are allowed, in their plain form.

use url::Url;

use super::finding::Findings;
use super::jdbc::host;
use super::{Allowed, Rule, allowed};

/// Checks the value of a URL.
pub(super) fn check(urls: &Allowed, findings: &mut Findings<'_>) {
    if findings.is_unresolved("the URL") {
        return;
    }
    let text = findings.value();
    match plain(text) {
        Err(why) => findings.refuse(Rule::TokenUrl, why, "write it in its plain form: https://HOST/PATH"),
        Ok(url) if urls.items().any(|item| covers(item, &url)) => {}
        Ok(_) => {
            let shown = findings.shown(text);
            let next = urls.line_for(&findings.item(text));
            findings.refuse(Rule::TokenUrl, &format!("tokens may not be fetched from {shown}"), next);
        }
    }
}

/// A URL that every parser reads alike.
pub(super) fn plain(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "this is no URL")?;
    let is_as_written = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
    if !matches!(url.scheme(), "http" | "https") {
        return Err("its scheme is not https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user or a password");
    }
    if url.fragment().is_some() || text.contains(['\\', '%']) || !is_as_written {
        return Err("it can be read in more than one way");
    }
    host::parse(url.host_str().unwrap_or_default())?;
    Ok(url)
}

/// Whether an item, which may end in `*`, covers a URL: the same origin, and a path that begins so.
fn covers(item: &str, url: &Url) -> bool {
    let Ok(allowed) = Url::parse(item) else { return false };
    let path = |url: &Url| format!("{}?{}", url.path(), url.query().unwrap_or_default());
    allowed.origin() == url.origin() && allowed::matches(&path(&allowed), &path(url), &['?'])
}
