//! The commands that the README gives to paste: what it says is what is rehearsed.

use anyhow::Context;

/// The command of a shell block in a section that begins with `start`, without its comment.
pub(crate) fn command(readme: &str, section: &str, start: &str) -> anyhow::Result<String> {
    let heading = format!("\n## {section}\n");
    let from = readme.find(&heading).with_context(|| format!("README.md has no section {section:?}"))?;
    let text = readme.get(from + heading.len()..).unwrap_or_default();
    let text = text.split("\n## ").next().unwrap_or_default();
    let line = lines(text).find(|line| line.starts_with(start));
    let line = line.with_context(|| format!("README.md has no command `{start}…` in its section {section:?}"))?;
    Ok(line.split("  #").next().unwrap_or(line).trim_end().to_owned())
}

/// The lines of all shell blocks.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix("sh\n")).flat_map(str::lines)
}

#[cfg(test)]
mod tests {
    use super::command;

    const README: &str = "# x\n\n## One\n\n```sh\nrun this      # because\n```\n\n## Two\n\n```sh\nrun that\n```\n";

    #[test]
    fn a_command_is_found_in_its_section_alone_and_without_its_comment() {
        assert_eq!(command(README, "One", "run").unwrap(), "run this");
        assert_eq!(command(README, "Two", "run").unwrap(), "run that");
        assert!(command(README, "Two", "run this").is_err());
        assert!(command(README, "Three", "run").is_err());
    }
}
