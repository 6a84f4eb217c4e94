//! The examples in the help of commands: lines that somebody copies, and that tests take at their word.

/// What a line of an example begins with.
const MARK: &str = "Example: ";
/// What stands before several lines of examples.
const LIST: &str = "Examples:";

/// A help text without its examples, as paragraphs, and the examples.
pub(super) fn apart(help: &str) -> (Vec<String>, Vec<String>) {
    let (mut texts, mut examples) = (Vec::new(), Vec::new());
    let mut is_list = false;
    for line in help.lines().map(str::trim) {
        is_list = line == LIST || (is_list && !line.is_empty());
        match line.strip_prefix(MARK).or_else(|| listed(line).filter(|_| is_list && line != LIST)) {
            Some(example) => examples.push(example.trim_matches('`').to_owned()),
            None if line.is_empty() || is_list => texts.push(String::new()),
            None => match texts.last_mut() {
                Some(text) if !text.is_empty() => *text = format!("{text} {line}"),
                _ => texts.push(line.to_owned()),
            },
        }
    }
    texts.retain(|text| !text.is_empty());
    (texts, examples)
}

/// An example of a list; what it is for may stand behind it, apart.
fn listed(line: &str) -> Option<&str> {
    line.split("  ").next()
}

/// The words of an example that the program itself gets: up to what the shell does with its output.
#[cfg(test)]
pub(super) fn words(example: &str) -> Option<Vec<String>> {
    let all = shlex::split(example)?;
    let is_of_shell = |word: &String| matches!(word.as_str(), "|" | ">" | ">>" | "<" | "&&" | "#");
    Some(all.into_iter().take_while(|word| !is_of_shell(word)).collect())
}
