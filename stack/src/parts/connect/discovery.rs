//! How the worker finds its plug-ins: by service manifests, which is quick, or by scanning every
//! class, where a plug-in has none.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The manifest of a plug-in jar that brings sink connectors (KIP-898).
const MANIFEST: &str = "META-INF/services/org.apache.kafka.connect.sink.SinkConnector";

/// The value of `plugin.discovery` that fits a folder of plug-ins.
pub(super) fn of(plugins: &Path) -> anyhow::Result<&'static str> {
    for plugin in entries(plugins)?.iter().filter(|entry| entry.is_dir() || is_jar(entry)) {
        if !has_manifest(plugin)? {
            return Ok("hybrid_warn");
        }
    }
    Ok("service_load")
}

fn is_jar(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jar")
}

fn has_manifest(plugin: &Path) -> anyhow::Result<bool> {
    let mut folders = vec![plugin.to_owned()];
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(entries(&path)?);
        } else if is_jar(&path) {
            let file = File::open(&path).with_context(|| format!("reading {}", path.display()))?;
            let jar = zip::ZipArchive::new(file).with_context(|| format!("{} is not a jar", path.display()))?;
            if jar.index_for_name(MANIFEST).is_some() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(path: &Path, entry: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut jar = zip::ZipWriter::new(File::create(path).unwrap());
        jar.start_file(entry, zip::write::SimpleFileOptions::default()).unwrap();
        jar.finish().unwrap();
    }

    #[test]
    fn one_plug_in_without_a_manifest_asks_for_a_scan() {
        let plugins = tempfile::tempdir().unwrap();
        jar(&plugins.path().join("new/lib/a.jar"), MANIFEST);
        fs::write(plugins.path().join("stamp.json"), "{}").unwrap();
        assert_eq!(of(plugins.path()).unwrap(), "service_load");
        jar(&plugins.path().join("old/b.jar"), "A.class");
        assert_eq!(of(plugins.path()).unwrap(), "hybrid_warn");
    }
}
