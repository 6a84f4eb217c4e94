//! Resources of Kubernetes. Those of Strimzi that declare a connector are read, lists of them too;
//! others in the same file are skipped with a note, for manifests keep them side by side.

use super::node::{Item, Kind, take};
use super::{Document, Findings, strimzi};
use crate::core::{Mistake, Place};

/// The group of Strimzi's resources.
const GROUP: &str = "kafka.strimzi.io/";
/// The kind that declares a connector.
const KIND: &str = "KafkaConnector";

/// Whether a map is a resource.
pub(super) fn is_one(items: &[Item]) -> bool {
    let has = |key: &str| items.iter().any(|item| item.key == key);
    has("apiVersion") || has("kind") && (has("spec") || has("metadata"))
}

/// The connectors of a resource.
pub(super) fn read(place: Place, mut items: Vec<Item>, documents: &mut Vec<Document>, findings: &mut Findings) {
    let version = text_of(&mut items, "apiVersion", &place, findings);
    let kind = text_of(&mut items, "kind", &place, findings);
    let (Some(version), Some(kind)) = (version, kind) else { return };
    let is_list = kind.ends_with("List") && items.iter().any(|item| item.key == "items");
    if is_list {
        list(items, documents, findings);
    } else if version.starts_with(GROUP) && kind == KIND {
        documents.push(strimzi::read(place, items, findings));
    } else {
        let name = metadata_name(&items);
        let message = format!(
            "{kind}{} is not of {GROUP}…, kind {KIND}: it is left out",
            name.map(|name| format!(" {name}")).unwrap_or_default()
        );
        findings.note(Mistake::new(place, message));
    }
}

fn text_of(items: &mut Vec<Item>, key: &str, place: &Place, findings: &mut Findings) -> Option<String> {
    let Some(item) = take(items, key) else {
        findings.mistake(Mistake::new(place.clone(), format!("`{key}` is missing")).hint(strimzi::SHAPE));
        return None;
    };
    match item.value.kind {
        Kind::Text(text) | Kind::Plain(text) => Some(text),
        other => {
            findings.mistake(Mistake::new(item.place, format!("`{key}` is {}", other.word())).hint(strimzi::SHAPE));
            None
        }
    }
}

fn list(mut items: Vec<Item>, documents: &mut Vec<Document>, findings: &mut Findings) {
    let Some(item) = take(&mut items, "items") else { return };
    let Kind::List(list) = item.value.kind else {
        findings
            .mistake(Mistake::new(item.place, format!("`items` is {}, and a list is wanted", item.value.kind.word())));
        return;
    };
    for node in list {
        match node.kind {
            Kind::Map(items) => {
                // A list in a list would be one that no tool writes.
                let is_list = items.iter().any(|item| item.key == "items");
                if is_list {
                    findings.mistake(Mistake::new(node.place, "this is a list inside of a list"));
                } else {
                    read(node.place, items, documents, findings);
                }
            }
            other => findings
                .mistake(Mistake::new(node.place, format!("this is {}, and a resource is wanted", other.word()))),
        }
    }
}

fn metadata_name(items: &[Item]) -> Option<&str> {
    let Kind::Map(metadata) = &items.iter().find(|item| item.key == "metadata")?.value.kind else { return None };
    metadata.iter().find(|item| item.key == "name")?.value.kind.text()
}
