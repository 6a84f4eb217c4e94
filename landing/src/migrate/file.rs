//! The migration files: those that are built into the program, or those of a folder. Only names,
//! order and text; nothing is run here.

use std::fmt::Write;
use std::path::Path;

use service::{Exit, Failure};
use sha2::{Digest, Sha256};

/// The files of `sql/`, built in, so that the program needs no folder beside it.
const EMBEDDED: &[(&str, &str)] = &[("00_sales_raw.sql", include_str!("../../../sql/00_sales_raw.sql"))];

/// One migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, `NN_name.sql`.
    pub name: String,
    /// Its text.
    pub sql: String,
    /// SHA-256 of its text, in hex; line ends do not count.
    pub checksum: String,
}

impl File {
    fn new(name: &str, text: &str) -> Self {
        // A checkout on Windows must not look like a change.
        let sql = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let checksum = Sha256::digest(sql.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Self { name: name.to_owned(), sql, checksum }
    }
}

/// The files that are built in, in order.
///
/// # Errors
/// Never, as a test sees to it that they are well named.
pub fn embedded() -> Result<Vec<File>, Failure> {
    ordered("the built-in files", EMBEDDED.iter().map(|(name, text)| File::new(name, text)).collect())
}

/// The files of a folder, in order. Files that do not end in `.sql` are left alone.
///
/// # Errors
/// [`Exit::Invalid`] when the folder or a file cannot be read, is empty, or a name is not of the form
/// `NN_name.sql`; all mistakes at once.
pub fn folder(folder: &Path) -> Result<Vec<File>, Failure> {
    let unreadable = |path: &Path, error| {
        Failure::new(Exit::Invalid, format!("cannot read {}", path.display()))
            .because(error)
            .hint("--sql names the folder of the migrations; without it the built-in ones are run")
    };
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.extension().is_none_or(|extension| extension != "sql") {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push(File::new(&name, &text));
    }
    ordered(&folder.display().to_string(), files)
}

fn ordered(place: &str, mut files: Vec<File>) -> Result<Vec<File>, Failure> {
    let mut mistakes: Vec<String> = files
        .iter()
        .filter(|file| number(&file.name).is_none())
        .map(|file| format!("{}: the name is not NN_name.sql, such as 00_sales_raw.sql", file.name))
        .collect();
    files.sort_by(|a, b| (number(&a.name), &a.name).cmp(&(number(&b.name), &b.name)));
    for pair in files.windows(2) {
        if let [a, b] = pair
            && number(&a.name).is_some()
            && number(&a.name) == number(&b.name)
        {
            mistakes.push(format!("{} and {} have one number", a.name, b.name));
        }
    }
    if files.is_empty() {
        mistakes.push("there is no .sql file".to_owned());
    }
    if mistakes.is_empty() {
        return Ok(files);
    }
    Err(Failure::all(Exit::Invalid, &format!("the migrations of {place} cannot be run"), &mistakes))
}

fn number(name: &str) -> Option<u32> {
    let (digits, rest) = name.strip_suffix(".sql")?.split_once('_')?;
    let well_named = digits.len() >= 2
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !rest.is_empty()
        && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    well_named.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::failure::tell;

    #[test]
    fn the_built_in_files_are_those_of_the_folder() {
        let sql = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sql");
        assert_eq!(embedded().unwrap(), folder(&sql).unwrap());
    }

    #[test]
    fn files_run_in_the_order_of_their_numbers() {
        let folder_ = tempfile::tempdir().unwrap();
        for name in ["100_c.sql", "00_a.sql", "20_b.sql", "README.md"] {
            std::fs::write(folder_.path().join(name), "SELECT 1;").unwrap();
        }
        let names: Vec<String> = folder(folder_.path()).unwrap().into_iter().map(|f| f.name).collect();
        assert_eq!(names, ["00_a.sql", "20_b.sql", "100_c.sql"]);
    }

    #[test]
    fn line_ends_and_a_byte_order_mark_are_no_change() {
        assert_eq!(File::new("00_a.sql", "\u{feff}a\r\nb\r\n"), File::new("00_a.sql", "a\nb\n"));
    }

    #[test]
    fn all_mistakes_of_a_folder_are_told_at_once() {
        let files = ["1_a.sql", "V1__b.sql", "20_b.sql", "20_c.sql", "020_d.sql"].map(|n| File::new(n, ""));
        let error = ordered("sql", files.to_vec()).unwrap_err();
        insta::assert_snapshot!(tell(&error.into()), @r"
        the migrations of sql cannot be run:
          - 1_a.sql: the name is not NN_name.sql, such as 00_sales_raw.sql
          - V1__b.sql: the name is not NN_name.sql, such as 00_sales_raw.sql
          - 020_d.sql and 20_b.sql have one number
          - 20_b.sql and 20_c.sql have one number
        ");
    }
}
