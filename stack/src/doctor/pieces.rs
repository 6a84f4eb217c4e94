//! Whether the pieces lie in the cache and are what was fetched, and what is needed to fetch the rest.

use indicatif::HumanBytes;
use tokio::task::spawn_blocking;

use super::{Check, Depth};
use crate::kit::Cache;
use crate::kit::inventory::Item;
use crate::kit::program;

/// A check of the cache as a whole, one for each damaged piece, and one of Maven where it is needed.
pub(super) async fn check(cache: &Cache, items: Result<&[Item], String>, depth: Depth) -> Vec<Check> {
    let root = cache.root().display();
    let items = match items {
        Ok(items) => items,
        Err(error) => return vec![Check::fail("cache", one_line(&error), "mend that first")],
    };
    let (here, missing): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.is_whole());
    let mut checks = Vec::new();
    if depth == Depth::Full {
        for item in &here {
            checks.extend(damage((*item).clone()).await);
        }
    }
    if missing.is_empty() {
        if checks.is_empty() {
            let hashed = if depth == Depth::Full { ", every file verified" } else { "" };
            checks.push(Check::ok("cache", format!("{} in {root}{hashed}: {}", size(&here), titles(&here))));
        }
        return checks;
    }
    checks.push(Check::ok("cache", format!("to be fetched into {root} ({}): {}", size(&missing), titles(&missing))));
    if program::find("mvn").is_none() {
        let hint = "run stack/setup.sh";
        checks.push(Check::fail("maven", "mvn, which fetches what the cache lacks, is not installed", hint));
    }
    checks
}

async fn damage(item: Item) -> Option<Check> {
    let (title, folder) = (item.title.clone(), item.folder.clone());
    let hint = format!("remove {}; the next start fetches it again", folder.display());
    let damage = match spawn_blocking(move || item.damage()).await {
        Ok(Ok(damage)) => damage,
        Ok(Err(error)) => vec![format!("it cannot be read: {error}")],
        Err(error) => vec![format!("it was not examined: {error}")],
    };
    let first = damage.first()?;
    let more = if damage.len() > 1 { format!(" and {} more", damage.len() - 1) } else { String::new() };
    Some(Check::fail("cache", format!("{title} is damaged: {first}{more}"), hint))
}

fn size(items: &[&Item]) -> HumanBytes {
    HumanBytes(items.iter().map(|item| item.bytes).sum())
}

fn titles(items: &[&Item]) -> String {
    items.iter().map(|item| item.title.as_str()).collect::<Vec<_>>().join(", ")
}

fn one_line(error: &str) -> String {
    error.split('\n').map(str::trim).collect::<Vec<_>>().join("; ")
}
