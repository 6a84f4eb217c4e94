//! Who the parts will run as, and whether that user may go where they lie. Root starts them as another
//! user, for PostgreSQL refuses root.

use std::path::Path;

use super::Check;
use crate::kit::Cache;
use crate::parts::Account;

/// One check that says who, or one for each place that is closed to that user.
pub(super) fn check(cache: &Cache, data: &Path, given: Option<&Path>) -> Vec<Check> {
    let account = match Account::choose() {
        Ok(account) => account,
        Err(error) => {
            let hint = "run it as an ordinary user, or make one: useradd --system postgres";
            return vec![Check::fail("user", error.to_string(), hint)];
        }
    };
    let name = match &account {
        Account::Own => return vec![Check::ok("user", "the parts run as you")],
        Account::Other { name, .. } => name,
    };
    let mut places = vec![(cache.root(), "STACK_CACHE_DIR"), (data, "STACK_DATA_DIR")];
    places.extend(given.map(|folder| (folder, "CONNECT_JDBC_PLUGIN_DIR")));
    let closed: Vec<Check> = places
        .into_iter()
        .filter_map(|(place, variable)| {
            let hint = format!("set {variable} to a folder that every user may enter, such as one below /var");
            let failure = account.can_reach(&place.join("."), &hint).err()?;
            Some(Check::fail("user", failure.to_string(), hint))
        })
        .collect();
    if closed.is_empty() {
        return vec![Check::ok("user", format!("you are root, so the parts run as the user {name}"))];
    }
    closed
}
