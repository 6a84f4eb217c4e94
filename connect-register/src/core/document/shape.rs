//! Which form a part of a file has: a list of connectors, `{name, config}`, a flat configuration, or a
//! resource of Kubernetes.

use super::node::{Item, Kind, Node};
use super::{Document, Findings, Format, envelope, flat, resource};
use crate::core::Mistake;

/// The connectors of one tree.
pub(super) fn read(root: Node, format: Format, documents: &mut Vec<Document>, findings: &mut Findings) {
    match root.kind {
        Kind::List(list) => list.into_iter().for_each(|node| one(node, format, documents, findings)),
        _ => one(root, format, documents, findings),
    }
}

fn one(node: Node, format: Format, documents: &mut Vec<Document>, findings: &mut Findings) {
    let Node { place, kind } = node;
    match kind {
        Kind::Map(items) if format == Format::Properties || is_flat(&items) => {
            documents.push(flat::read(place, items, findings));
        }
        Kind::Map(items) if resource::is_one(&items) => resource::read(place, items, documents, findings),
        Kind::Map(items) => documents.push(envelope::read(&place, items, findings)),
        other => {
            let mistake = Mistake::new(place, format!("this is {}, and a connector is wanted", other.word()));
            findings.mistake(mistake.hint(envelope::SHAPE));
        }
    }
}

/// Only keys of a configuration have dots; members of the other forms have none.
fn is_flat(items: &[Item]) -> bool {
    let has = |key: &str| items.iter().any(|item| item.key == key);
    !has("config") && !has("spec") && items.iter().any(|item| item.key.contains('.'))
}
