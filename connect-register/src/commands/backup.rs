//! The file that offsets are kept in before they are changed. While a change is under way its name says
//! so: whoever finds such a file knows that somebody was killed over it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use service::{Exit, Failure};

use crate::core::offsets::{Backup, KIND, VERSION};
use crate::core::{ConnectorName, DesiredState};
use crate::operate::Keeper;
use crate::operate::call::Kept;
use crate::sources::whole::{self, Existing, Readers};

/// What may stand in the name of a file.
const IN_A_FILE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
const UNFINISHED: &str = ".unfinished.json";

/// Where offsets are kept before a change.
#[derive(Debug)]
pub(super) struct BackupFile {
    folder: PathBuf,
    /// Where it was asked to be, or in the folder under a name with the time.
    path: Option<PathBuf>,
    cluster: Option<String>,
    doing: String,
    /// The state that is kept, where it is not the one that the connector is found in.
    state: Option<DesiredState>,
    written: Mutex<Option<PathBuf>>,
}

impl BackupFile {
    /// Nothing is written yet.
    pub(super) fn new(path: Option<&Path>, cluster: Option<String>, doing: String) -> Self {
        let folder = match path.and_then(Path::parent) {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        Self { folder, path: path.map(Path::to_owned), cluster, doing, state: None, written: Mutex::new(None) }
    }

    /// What was begun before is gone on with, in the file that it left behind.
    pub(super) fn going_on(self, file: PathBuf, state: Option<DesiredState>) -> Self {
        Self { state, written: Mutex::new(Some(file)), ..self }
    }

    /// Files that changes left behind which never came to their end, whatever name was asked for them.
    pub(super) fn unfinished(&self, name: &ConnectorName) -> Vec<PathBuf> {
        let beginning = format!("{}.offsets.", file_name(name));
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let is_of_it = |path: &PathBuf| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            // One that cannot be read is known by its name alone.
            let is_told =
                || read(path).map_or_else(|_| file.starts_with(&beginning), |it| it.connector == name.as_str());
            file.ends_with(UNFINISHED) && is_told()
        };
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(is_of_it).collect()
    }

    /// Says by its name that the change has come to its end; where the file is then.
    pub(super) fn finish(&self) -> Result<Option<PathBuf>, Failure> {
        let written = self.written.lock().ok().and_then(|mut written| written.take());
        let Some(unfinished) = written else { return Ok(None) };
        finish(&unfinished).map(Some)
    }

    /// Where the file is.
    pub(super) fn path(&self) -> Option<PathBuf> {
        self.written.lock().ok().and_then(|written| written.clone())
    }

    fn write(&self, name: &ConnectorName, kept: &Kept) -> io::Result<PathBuf> {
        let now = Timestamp::now();
        let backup = Backup {
            schema_version: VERSION,
            kind: KIND.to_owned(),
            connector: name.as_str().to_owned(),
            cluster: self.cluster.clone(),
            taken_at: Some(now),
            state: self.state.or(kept.state),
            is_final: Some(kept.is_final),
            before: Some(self.doing.clone()),
            offsets: kept.offsets.clone(),
        };
        let text = service::output::json(&backup)? + "\n";
        let write = |path: &Path, existing| whole::write(path, text.as_bytes(), Readers::Owner, existing);
        if let Some(path) = self.path() {
            // What was kept before it was stopped gives way as a whole.
            write(&path, Existing::Replace)?;
            return Ok(path);
        }
        let path = if let Some(path) = &self.path {
            unfinished(path)
        } else {
            let time = now.strftime("%Y%m%dT%H%M%S%3fZ");
            self.folder.join(format!("{}.offsets.{time}{UNFINISHED}", file_name(name)))
        };
        write(&path, Existing::Keep)?;
        Ok(path)
    }
}

impl Keeper for BackupFile {
    fn keep(&self, name: &ConnectorName, kept: &Kept) -> Result<(), Failure> {
        let failed = |error: io::Error| {
            let place = self.path.as_ref().unwrap_or(&self.folder);
            Failure::new(Exit::Failed, format!("{}: {error}", place.display()))
        };
        let path = self.write(name, kept).map_err(failed)?;
        if let Ok(mut written) = self.written.lock() {
            *written = Some(path);
        }
        Ok(())
    }
}

/// Takes what says that a change is under way out of a file's name.
pub(super) fn finish(path: &Path) -> Result<PathBuf, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(stem) = name.strip_suffix(UNFINISHED) else { return Ok(path.to_owned()) };
    let finished = path.with_file_name(format!("{stem}.json"));
    fs::rename(path, &finished).map_err(|error| {
        Failure::new(Exit::Failed, format!("{} could not be renamed to {}", path.display(), finished.display()))
            .hint("the change itself was done; rename it by hand")
            .because(error)
    })?;
    Ok(finished)
}

fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{}{UNFINISHED}", name.strip_suffix(".json").unwrap_or(&name)))
}

fn file_name(name: &ConnectorName) -> String {
    utf8_percent_encode(name.as_str(), IN_A_FILE).to_string()
}

/// Reads a file of offsets.
pub(super) fn read(path: &Path) -> Result<Backup, Failure> {
    const LONGEST: u64 = 64 << 20;
    let invalid = |why: String| {
        Failure::new(Exit::Invalid, format!("{} cannot be used: {why}", path.display()))
            .hint("`offsets export NAME` makes one; nothing was changed")
    };
    let text = whole::text_of(path, LONGEST).map_err(|error| invalid(error.to_string()))?;
    Backup::parse(text.trim_start_matches('\u{feff}')).map_err(invalid)
}
