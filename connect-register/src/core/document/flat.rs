//! The form of Connect's standalone mode: a flat configuration with the name inside. Nothing can stand
//! beside it, so that it declares neither a state nor ignored keys.

use super::node::Item;
use super::{Document, Findings};
use crate::core::{Mistake, Place};

const SHAPE: &str = "a flat configuration has its name inside, beside `connector.class`";

pub(super) fn read(place: Place, items: Vec<Item>, findings: &mut Findings) -> Document {
    let mut document = Document::new(place.clone());
    document.config_place = Some(place.clone());
    let has_name = items.iter().any(|item| item.key == "name");
    for item in items {
        if item.key == "name" {
            document.take_name(item, SHAPE, findings);
        } else {
            document.take_config(item, findings);
        }
    }
    if !has_name {
        findings.mistake(Mistake::new(place, "`name` is missing").hint(SHAPE));
    }
    document
}
