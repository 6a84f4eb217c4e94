//! A stock sink that the user already has: the plug-in that `CONNECT_JDBC_PLUGIN_DIR` points at. It
//! stays where it is; Connect is shown it through a link, for it wants a folder of plug-in folders.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::Context;
use service::{Env, Exit, Failure};

use super::piece::CONFLUENT_FOLDER;
use super::pins::{name_of, version_in};
use super::{Cache, Sink};

/// The variable that names the plug-in's folder.
pub(super) const VARIABLE: &str = "CONNECT_JDBC_PLUGIN_DIR";

const SINK: &str = "kafka-connect-jdbc-";
const DRIVER: &str = "postgresql-";

/// A plug-in folder with the stock sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stock {
    /// The folder that holds the sink's jar and PostgreSQL's driver.
    pub(crate) folder: PathBuf,
    /// The sink's version.
    pub(crate) version: String,
}

impl Stock {
    /// The sink it is.
    pub(crate) fn sink(&self) -> Sink {
        Sink::Confluent { version: self.version.clone() }
    }
}

/// The stock sink that the environment points at; `None` where it points at none.
pub(super) fn given(env: &Env) -> Result<Option<Stock>, Failure> {
    env.text(VARIABLE).map(|folder| look(Path::new(&folder))).transpose()
}

/// Looks for the sink in a plug-in folder, its `lib`, or a folder of plug-in folders.
fn look(folder: &Path) -> Result<Stock, Failure> {
    let wrong = |what: String| {
        Failure::new(Exit::Invalid, format!("{VARIABLE}={} {what}", folder.display())).hint(format!(
            "point it at the plug-in's folder, such as …/{CONFLUENT_FOLDER} with kafka-connect-jdbc-10.9.7.jar and \
             postgresql-42.7.14.jar in it or in its lib, or unset it to have the sink fetched"
        ))
    };
    let folder = &folder.canonicalize().map_err(|error| wrong(format!("cannot be opened: {error}")))?;
    let mut places = vec![folder.clone(), folder.join("lib")];
    for inner in folders_in(folder).map_err(|error| wrong(format!("cannot be read: {error}")))? {
        places.extend([inner.join("lib"), inner]);
    }
    let mut found: Vec<Stock> = Vec::new();
    for place in places {
        let jars = jars_in(&place);
        if let Some(version) = jars.iter().find_map(|jar| version_in(jar, SINK)) {
            if !jars.iter().any(|jar| version_in(jar, DRIVER).is_some()) {
                return Err(wrong(format!("holds the sink {version} without PostgreSQL's driver beside it")));
            }
            found.push(Stock { folder: place, version: version.to_owned() });
        }
    }
    match found.len() {
        0 => Err(wrong("holds no kafka-connect-jdbc-<version>.jar".to_owned())),
        1 => found.pop().ok_or_else(|| wrong(String::new())),
        n => Err(wrong(format!("holds {n} stock sinks, and Connect would choose one of them"))),
    }
}

/// A folder of plug-in folders that shows Connect this one.
pub(super) async fn show(cache: &Cache, stock: &Stock) -> anyhow::Result<PathBuf> {
    // One folder for each plug-in folder: stacks with different ones run side by side.
    let name: String = stock.folder.to_string_lossy().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let place = cache.root().join("sink-given").join(name.trim_matches('-'));
    let link = place.join(CONFLUENT_FOLDER);
    if fs::read_link(&link).is_ok_and(|target| target == stock.folder) {
        return Ok(place);
    }
    let store = cache.open().await?;
    let finished = store.unfinished("sink-given")?;
    symlink(&stock.folder, finished.join(CONFLUENT_FOLDER))
        .with_context(|| format!("linking to {}", stock.folder.display()))?;
    store.place(&finished, &place)?;
    Ok(place)
}

fn folders_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir() && path.file_name().is_none_or(|name| name != "lib"));
    folders.sort();
    Ok(folders)
}

fn jars_in(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| name_of(&entry.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JARS: [&str; 2] = ["kafka-connect-jdbc-10.9.7.jar", "postgresql-42.7.14.jar"];

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        folder
    }

    fn within(inner: &str) -> tempfile::TempDir {
        folder(&JARS.map(|jar| format!("{inner}{jar}")).each_ref().map(String::as_str))
    }

    #[test]
    fn the_sink_is_found_in_the_folder_its_lib_or_a_folder_of_plug_ins() {
        for inner in ["", "lib/", "confluentinc-kafka-connect-jdbc/", "confluentinc-kafka-connect-jdbc/lib/"] {
            let folder = within(inner);
            let stock = look(folder.path()).unwrap();
            assert_eq!(stock.version, "10.9.7");
            assert_eq!(stock.folder, folder.path().canonicalize().unwrap().join(inner));
        }
    }

    #[test]
    fn a_folder_without_it_is_refused_with_what_was_expected() {
        let cases = [
            (folder(&["a.jar"]), "holds no kafka-connect-jdbc-<version>.jar"),
            (folder(&["kafka-connect-jdbc-10.9.7.jar"]), "holds the sink 10.9.7 without PostgreSQL's driver beside it"),
            (
                folder(&[
                    "a/kafka-connect-jdbc-1.jar",
                    "a/postgresql-1.jar",
                    "b/kafka-connect-jdbc-2.jar",
                    "b/postgresql-1.jar",
                ]),
                "holds 2 stock sinks",
            ),
        ];
        for (folder, message) in cases {
            let error = look(folder.path()).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
            assert_eq!(error.exit(), Exit::Invalid);
        }
        assert!(look(Path::new("/nowhere")).unwrap_err().to_string().contains("/nowhere cannot be opened"));
    }

    #[tokio::test]
    async fn connect_is_shown_the_folder_through_a_link_that_is_made_once() {
        let (plugin, root) = (within(""), tempfile::tempdir().unwrap());
        let cache = Cache::at(root.path());
        let stock = look(plugin.path()).unwrap();
        let place = show(&cache, &stock).await.unwrap();
        let names: Vec<String> = fs::read_dir(&place).unwrap().map(|entry| name_of(&entry.unwrap().path())).collect();
        assert_eq!(names, [CONFLUENT_FOLDER]);
        assert!(place.join(CONFLUENT_FOLDER).join(JARS[0]).is_file());
        assert_eq!(show(&cache, &stock).await.unwrap(), place);
    }
}
