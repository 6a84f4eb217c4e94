//! Fetching against a scripted Maven: a shell script that puts two jars into the repository it is
//! told of, and counts how often it was run.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use service::failure::{exit_of, tell};

use super::super::pins::Pins;
use super::*;

/// The two jars, a line each: name and content.
const JARS: [(&str, &str); 2] = [("toy-1.0.jar", "toy"), ("driver-2.0.jar", "driver")];

struct Lab {
    root: tempfile::TempDir,
    cache: Cache,
    piece: Piece,
}

impl Lab {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let files = JARS.map(|(name, text)| {
            let file = root.path().join(name);
            fs::write(&file, text).unwrap();
            file
        });
        let pins = Pins::parse(&Pins::write(&files, &[]).unwrap()).unwrap();
        let source = Source::Jars { profiles: "toy".into(), inside: Some("plugin") };
        let piece = Piece { folder: "toy".into(), title: "Toy 1.0".into(), pins, source };
        let cache = Cache::at(root.path().join("cache"));
        Self { root, cache, piece }
    }

    /// A Maven that runs `script`, a piece of shell that knows `$repo` and `$out`.
    fn maven(&self, script: &str) -> Maven {
        let program = self.root.path().join("mvn");
        let runs = self.root.path().join("runs");
        let head = format!(
            "#!/bin/sh\nset -e\necho run >>'{}'\nfor a in \"$@\"; do case $a in\n  -Dmaven.repo.local=*) repo=${{a#*=}} ;;\n  \
             -Dmdep.outputFile=*) out=${{a#*=}} ;;\nesac; done\nmkdir -p \"$repo\"\n",
            runs.display()
        );
        fs::write(&program, head + script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Maven::at(program)
    }

    /// A Maven that fetches what is not in its repository, as the real one does.
    fn honest_maven(&self) -> Maven {
        let fetch = JARS.map(|(name, text)| format!("[ -e \"$repo/{name}\" ] || printf %s {text} >\"$repo/{name}\"\n"));
        self.maven(&format!("{}printf %s \"$repo/{}|$repo/{}\" >\"$out\"\n", fetch.concat(), JARS[0].0, JARS[1].0))
    }

    fn runs(&self) -> usize {
        fs::read_to_string(self.root.path().join("runs")).map_or(0, |text| text.lines().count())
    }

    fn jar(&self, index: usize) -> PathBuf {
        self.cache.folder(&self.piece).join("plugin").join(JARS[index].0)
    }
}

#[tokio::test]
async fn a_piece_is_fetched_once_and_then_needs_no_maven() {
    let lab = Lab::new();
    let place = Fetcher::with(&lab.cache, lab.honest_maven()).ensure(&lab.piece).await.unwrap();
    assert_eq!(place, lab.cache.folder(&lab.piece));
    assert_eq!(fs::read_to_string(lab.jar(0)).unwrap(), "toy");
    // No second copy on disk: the jar is the repository's own file.
    assert_eq!(lab.jar(0).metadata().unwrap().nlink(), 2);

    let without = Fetcher { cache: &lab.cache, maven: None };
    assert_eq!(without.ensure(&lab.piece).await.unwrap(), place);
    assert_eq!(lab.runs(), 1);
}

#[tokio::test]
async fn two_runs_at_once_fetch_it_once() {
    let lab = Lab::new();
    let (one, two) = (
        Fetcher::with(&lab.cache, lab.honest_maven()),
        Fetcher::with(&lab.cache, Maven::at(lab.root.path().join("mvn"))),
    );
    let (first, second) = tokio::join!(one.ensure(&lab.piece), two.ensure(&lab.piece));
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(lab.runs(), 1);
}

#[tokio::test]
async fn what_a_killed_run_left_is_cleared_away_and_fetched_anew() {
    let lab = Lab::new();
    let left = lab.cache.root().join("unfinished/toy/plugin");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("toy-1.0.jar"), "half").unwrap();
    // A folder without a stamp is what a copy by hand, or a run that died in a rename, would leave.
    fs::create_dir_all(lab.cache.folder(&lab.piece).join("plugin")).unwrap();

    Fetcher::with(&lab.cache, lab.honest_maven()).ensure(&lab.piece).await.unwrap();
    assert_eq!(fs::read_to_string(lab.jar(0)).unwrap(), "toy");
    assert!(lab.cache.whole(&lab.piece).is_some());
}

#[tokio::test]
async fn a_damaged_piece_is_fetched_again_even_from_a_damaged_repository() {
    let lab = Lab::new();
    let fetcher = Fetcher::with(&lab.cache, lab.honest_maven());
    fetcher.ensure(&lab.piece).await.unwrap();
    // The jar is a link to the repository's: both are damaged at once.
    fs::write(lab.jar(1), "damaged beyond recognition").unwrap();
    assert!(lab.cache.whole(&lab.piece).is_none());
    fetcher.ensure(&lab.piece).await.unwrap();
    assert_eq!(fs::read_to_string(lab.jar(1)).unwrap(), "driver");
}

#[tokio::test]
async fn what_is_not_what_was_pinned_never_gets_into_the_cache() {
    let lab = Lab::new();
    let evil = "printf evil >\"$repo/toy-1.0.jar\"; printf %s \"$repo/toy-1.0.jar\" >\"$out\"\n";
    let error = Fetcher::with(&lab.cache, lab.maven(evil)).ensure(&lab.piece).await.unwrap_err();
    insta::assert_snapshot!(tell(&error), @r"
    Toy 1.0 is not what was pinned, and was not put into the cache:
      - toy-1.0.jar has the SHA-256 b5c1fb2efc6d6b4674c2fdcc48ce01b43a3b7c03763c0c3355de0099ee0f8c73, pinned is 0f53133ce57ca8e8937bb4b1c15a33ef9594704e1c11abd58e598bb8362f7385
      - driver-2.0.jar is pinned, but did not come
    hint: something between here and the repository changed it, or a mirror is broken; run it again, or ask who keeps the mirror
    ");
    assert!(!lab.cache.folder(&lab.piece).exists());
}

#[tokio::test]
async fn a_repository_that_is_not_reached_is_told_in_mavens_words() {
    let lab = Lab::new();
    let broken = "echo '[ERROR] Failed: Could not transfer artifact a:b:pom:1 from/to c (https://d): transfer failed for \
        https://d/b.pom: Unknown host d -> [Help 1]'; exit 1\n";
    let error = Fetcher::with(&lab.cache, lab.maven(broken)).ensure(&lab.piece).await.unwrap_err();
    assert_eq!(exit_of(&error), Exit::Unreachable);
    assert!(
        tell(&error).starts_with("Toy 1.0 cannot be fetched: Unknown host d (https://d/b.pom)\nhint: "),
        "{error:?}"
    );
}

#[tokio::test]
async fn without_maven_it_is_said_what_is_missing() {
    let lab = Lab::new();
    let error = Fetcher { cache: &lab.cache, maven: None }.ensure(&lab.piece).await.unwrap_err();
    assert_eq!(exit_of(&error), Exit::Machine);
    assert!(tell(&error).contains("Maven (mvn)"), "{error:?}");
}
