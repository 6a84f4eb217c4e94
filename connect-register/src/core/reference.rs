//! Config-provider references such as `${env:PGPASSWORD}`: text that the worker resolves, so that
//! templates pass it through untouched. Which provider exists is the worker's to say.

/// A reference to a value that a config provider of the worker holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The provider's name in the worker's `config.providers`.
    pub provider: String,
    /// The path, empty where the reference has none.
    pub path: String,
    /// The key inside the path.
    pub key: String,
}

/// All references in a text, as Kafka finds them: `\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}` of
/// `org.apache.kafka.common.config.ConfigTransformer`.
pub fn find(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let inside = &rest[start + 2..];
        let Some(end) = inside.find('}') else { break };
        let body = &inside[..end];
        if let Some((provider, tail)) = body.split_once(':') {
            let (path, key) = tail.split_once(':').unwrap_or(("", tail));
            found.push(Reference { provider: provider.to_owned(), path: path.to_owned(), key: key.to_owned() });
        }
        rest = &inside[end + 1..];
    }
    found
}

/// Whether a text is one reference and nothing else.
pub fn is_one(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}') && text.matches('}').count() == 1 && !find(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::{find, is_one};

    #[test]
    fn references_are_found_as_kafka_finds_them() {
        let found = find("a ${env:PGPASSWORD} ${file:/run/x.properties:key} ${nope} ${open");
        let shown: Vec<_> = found.iter().map(|r| (r.provider.as_str(), r.path.as_str(), r.key.as_str())).collect();
        assert_eq!(shown, [("env", "", "PGPASSWORD"), ("file", "/run/x.properties", "key")]);
    }

    #[test]
    fn a_reference_with_anything_beside_it_is_not_one_reference() {
        assert!(is_one("${env:PGPASSWORD}"));
        for other in ["x${env:A}", "${env:A}${env:B}", "${env}", "${env:A}}"] {
            assert!(!is_one(other), "{other}");
        }
    }
}
