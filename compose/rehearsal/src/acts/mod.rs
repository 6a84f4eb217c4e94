//! The play: each act is one thing that the README promises, or one mistake that users make. An act
//! leaves the project as the next one needs it.

mod dawn;
mod mistakes;
mod night;
mod steering;
mod trouble;

use std::path::PathBuf;

use service::Exit;

use crate::containers;
use crate::project::Project;
use crate::stage::told;

/// Plays all acts, and removes what they made.
///
/// # Errors
/// The first promise that was not kept.
pub(crate) async fn play(root: PathBuf, keep: bool) -> anyhow::Result<Exit> {
    let mut project = Project::copy(&root).await?;
    containers::refuse_to_remove_what_is_there(&project).await?;
    let played = acts(&mut project).await;
    if played.is_err() {
        tell_the_logs(&project).await;
        if keep {
            told(format!("everything was left as it is; the copy of the tree is {}", project.keep().display()));
            return played.map(|()| Exit::Ok);
        }
        // The first error is the one to tell.
        let _ = project.run("docker compose down --volumes --remove-orphans").await;
    }
    played.map(|()| Exit::Ok)
}

async fn acts(project: &mut Project) -> anyhow::Result<()> {
    mistakes::before_the_first_start(project).await?;
    dawn::build(project).await?;
    dawn::up(project).await?;
    dawn::look(project).await?;
    steering::pause_and_resume(project).await?;
    steering::drift(project).await?;
    steering::another_rate(project).await?;
    trouble::restart_each(project).await?;
    trouble::frozen_worker(project).await?;
    night::down_and_up_again(project).await?;
    mistakes::with_data(project).await?;
    trouble::full_disk(project).await?;
    night::remove_it_all(project).await
}

/// What the services said last, for whoever looks for the cause.
async fn tell_the_logs(project: &Project) {
    if let Ok(ran) = project.try_with("docker compose ps --all; docker compose logs --no-color --tail 8", &[]).await {
        anstream::eprintln!("{}{}", ran.stdout, ran.stderr);
    }
}
