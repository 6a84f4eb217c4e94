//! Writing the pinned lists anew, for whoever moves a version in the pom. The lists are read before
//! they are committed, as any change is; nothing here trusts what it fetched.

use std::fs;
use std::path::Path;

use anyhow::Context;
use tokio::task::spawn_blocking;

use super::fetch::Fetcher;
use super::piece::Piece;
use super::pins::Pins;
use super::progress::Progress;
use super::{Cache, KafkaVersion, java};

/// The jar that Confluent alone serves. Maven checks it against its repository's own checksum.
const STOCK: &str = "kafka-connect-jdbc-";

/// Writes `<piece>.sha256` for every piece into a folder, from what the pom resolves to now. The stock
/// sink's list stays as it is where Confluent's repository is not reached.
///
/// # Errors
/// When anything else cannot be fetched, or a list cannot be written.
pub async fn write_checksums(cache: &Cache, folder: &Path) -> anyhow::Result<()> {
    let java = java::find(KafkaVersion::default())?;
    let fetcher = Fetcher::new(cache, Some(&java.home));
    let stock = Piece::confluent()?.folder;
    let store = cache.open().await?;
    for piece in Piece::all()? {
        let mut progress = Progress::start(&piece.title, piece.pins.files.len(), piece.pins.bytes);
        let files = match fetcher.files(&store, &piece, &mut progress).await? {
            Ok(files) => files,
            Err(refusal) if piece.folder == stock => {
                eprintln!("{} cannot be fetched, so its list stays as it is: {refusal}", piece.title);
                continue;
            }
            Err(refusal) => return Err(refusal.failure(&piece.title).into()),
        };
        let text = spawn_blocking(move || Pins::write(&files, &[STOCK])).await??;
        let file = folder.join(format!("{}.sha256", piece.folder));
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
        progress.done();
    }
    Ok(())
}
