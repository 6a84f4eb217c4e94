//! The formats of files: told by their names, or guessed from what stands in them. What a guess gets
//! wrong is a mistake of syntax, never another meaning.

use std::path::Path;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML 1.2, one document or several.
    Yaml,
    /// Java's properties, as Connect's standalone mode reads them.
    Properties,
}

impl Format {
    /// The format that a file's name tells.
    pub fn of_name(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "properties" => Some(Self::Properties),
            _ => None,
        }
    }

    /// The format that a text seems to have.
    pub fn guess(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
        let Some(line) = lines.next() else { return Self::Yaml };
        if line.starts_with(['{', '[']) {
            return Self::Json;
        }
        if line.starts_with("---") || line.starts_with("- ") || line.starts_with(['%', '"', '\'']) {
            return Self::Yaml;
        }
        // Whichever stands first ends the key; YAML's colon has a space or nothing behind it.
        match line.find(['=', ':']).map(|at| line.split_at(at)) {
            Some((_, rest)) if rest.starts_with('=') => Self::Properties,
            Some((_, rest)) if rest.len() > 1 && !rest.starts_with(": ") => Self::Properties,
            _ => Self::Yaml,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Format;
    use std::path::Path;

    #[test]
    fn a_format_is_told_by_the_name_or_guessed_from_the_first_line_that_says_something() {
        for (text, format) in [
            ("\u{feff}\n {\"name\": 1}", Format::Json),
            ("[]", Format::Json),
            ("# a = b\n\nname: a=b", Format::Yaml),
            ("---\na=b", Format::Yaml),
            ("- name: a", Format::Yaml),
            ("apiVersion: kafka.strimzi.io/v1", Format::Yaml),
            ("config:\n", Format::Yaml),
            ("\"quoted=key\": 1", Format::Yaml),
            ("", Format::Yaml),
            ("! comment: 1\nname=a: b", Format::Properties),
            ("name = a", Format::Properties),
            ("name:a", Format::Properties),
        ] {
            assert_eq!(Format::guess(text), format, "{text}");
        }
        let of = |name: &str| Format::of_name(Path::new(name));
        assert_eq!(
            [of("a.json"), of("b/c.YML"), of("d.yaml")],
            [Some(Format::Json), Some(Format::Yaml), Some(Format::Yaml)]
        );
        assert_eq!([of("a.properties"), of("/dev/fd/63"), of("json")], [Some(Format::Properties), None, None]);
    }
}
