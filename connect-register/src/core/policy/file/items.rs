//! What the items of a policy's lists look like, so that one that could never fit, or that fits more
//! than it seems to, is told when the policy is read.

use super::super::jdbc::host::HostPattern;
use super::super::jdbc::url::SCHEMES;
use super::super::{Allowed, token_url};

/// Says why an item is none.
pub(super) type Check = fn(&str) -> Result<(), &'static str>;

/// Any text.
pub(super) fn any(text: &str) -> Result<(), &'static str> {
    if text.is_empty() { Err("it is empty") } else { Ok(()) }
}

/// The name of a key or a parameter, which may hold `*`.
pub(super) fn key(text: &str) -> Result<(), &'static str> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '*');
    if !text.is_empty() && text.chars().all(is_key) {
        Ok(())
    } else {
        Err("a key has letters, digits, `.`, `_` and `-`")
    }
}

/// The full name of a class, all of a package, or any class.
pub(super) fn class(text: &str) -> Result<(), &'static str> {
    let name = if text == "*" { "x" } else { text.strip_suffix(".*").unwrap_or(text) };
    let is_part =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'));
    if name.split('.').all(is_part) {
        Ok(())
    } else {
        Err("a class is written with its package, all of a package as `package.*`, any as `*`")
    }
}

/// The full name of a login module; patterns would let in those that run code.
pub(super) fn module(text: &str) -> Result<(), &'static str> {
    if text.contains('*') { Err("a login module is named in full") } else { class(text) }
}

/// `https://HOST/PATH`, where the path may hold `*`.
pub(super) fn token_url(text: &str) -> Result<(), &'static str> {
    token_url::plain(text).map(|_| ())
}

/// The kind of a database.
pub(super) fn scheme(text: &str) -> Result<(), &'static str> {
    if SCHEMES.iter().any(|(scheme, _)| *scheme == text) {
        Ok(())
    } else {
        Err("URLs of postgresql, mysql and mariadb can be checked; list others whole in `jdbc.urls`")
    }
}

/// Hosts with ports, separated by commas.
pub(super) fn hosts(text: &str) -> Result<(), &'static str> {
    text.split(',').try_for_each(|one| HostPattern::parse(one).map(|_| ()))
}

/// The patterns of a list that was checked.
pub(super) fn host_patterns(hosts: &Allowed) -> Vec<HostPattern> {
    hosts.items().filter_map(|item| HostPattern::parse(item).ok()).collect()
}

/// A folder, from the root.
pub(super) fn folder(text: &str) -> Result<(), &'static str> {
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..") && !segment.contains(['*', '\\']);
    let inside = text.strip_prefix('/').map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    match inside {
        Some(inside) if inside.split('/').all(is_segment) => Ok(()),
        _ => Err("a folder is written from the root, without `..` and `*`"),
    }
}

/// The path of a reference; `*` stays within a segment.
pub(super) fn path(text: &str) -> Result<(), &'static str> {
    if text.split('/').any(|segment| matches!(segment, "." | "..")) { Err("a path has no `..`") } else { Ok(()) }
}
