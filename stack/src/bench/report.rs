//! How figures are written down: Markdown tables, the machine they were measured on, and sections
//! of a document that a later run replaces. It measures nothing.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

/// A Markdown table.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!("| {} |\n|{}\n", header.join(" | "), "---|".repeat(header.len()));
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// The day and the machine in one line: processors, memory, and the version of its kernel without the
/// distribution's suffix.
pub fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim_start_matches([':', ' ', '\t']).trim().to_owned()
    };
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let model = field(&read("/proc/cpuinfo"), "model name");
    let memory: u64 = field(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
    let release = read("/proc/sys/kernel/osrelease");
    let kernel = release.trim().split('-').next().unwrap_or_default();
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d");
    format!("{day}, {processors} × {model}, {} GB of memory, Linux {kernel}", memory.div_ceil(1_000_000))
}

/// How busy the machine was: its load average over one minute, beside its number of processors.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = text.split(' ').next().unwrap_or("?").to_owned();
    format!("load average {load}")
}

/// Puts a section into a document, in place of what an earlier run wrote there.
///
/// # Errors
/// When the document cannot be read or written, or only one of the section's marks is in it.
pub fn write(document: &Path, section: &str, body: &str) -> anyhow::Result<()> {
    let text = match fs::read_to_string(document) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("reading {}", document.display())),
    };
    let text = replaced(&text, section, body).with_context(|| format!("in {}", document.display()))?;
    fs::write(document, text).with_context(|| format!("writing {}", document.display()))
}

/// The document with the section between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` replaced,
/// or added at its end where it has neither.
fn replaced(document: &str, section: &str, body: &str) -> anyhow::Result<String> {
    let (begin, end) = (format!("<!-- bench:{section} -->"), format!("<!-- /bench:{section} -->"));
    let new = format!("{begin}\n{}\n{end}", body.trim_end());
    match (document.find(&begin), document.find(&end)) {
        (Some(from), Some(to)) if from < to => {
            let after = document.get(to + end.len()..).unwrap_or_default();
            Ok(format!("{}{new}{after}", document.get(..from).unwrap_or_default()))
        }
        (None, None) if document.trim().is_empty() => Ok(format!("{new}\n")),
        (None, None) => Ok(format!("{}\n\n{new}\n", document.trim_end())),
        _ => bail!("the marks {begin} and {end} are not both there, in this order"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_the_rest_stays() {
        let document = "# Figures\n\n<!-- bench:boot -->\nold\n<!-- /bench:boot -->\n\n## More\n";
        let new = replaced(document, "boot", "new\n").unwrap();
        assert_eq!(new, "# Figures\n\n<!-- bench:boot -->\nnew\n<!-- /bench:boot -->\n\n## More\n");
        assert_eq!(replaced(&new, "boot", "new").unwrap(), new);
    }

    #[test]
    fn a_section_that_is_not_there_is_added_and_half_a_section_is_refused() {
        let new = replaced("# Figures\n", "boot", "new").unwrap();
        assert_eq!(new, "# Figures\n\n<!-- bench:boot -->\nnew\n<!-- /bench:boot -->\n");
        assert!(replaced("<!-- bench:boot -->", "boot", "new").is_err());
        assert!(replaced("<!-- /bench:boot --> <!-- bench:boot -->", "boot", "new").is_err());
    }

    #[test]
    fn a_table_has_a_line_a_row() {
        assert_eq!(table(&["a", "b"], &[vec!["1".into(), "2".into()]]), "| a | b |\n|---|---|\n| 1 | 2 |\n");
    }

    #[test]
    fn the_machine_is_one_line() {
        let line = machine();
        assert!(line.contains(" × ") && line.contains("GB of memory") && !line.contains('\n'), "{line}");
    }
}
