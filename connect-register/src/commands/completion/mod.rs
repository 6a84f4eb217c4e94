//! `completion`: the script that makes a shell complete, and the answers to what that script asks. The
//! engine is that of clap, which keeps one for each shell; what is completed from a worker is in [`live`].

mod live;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_complete::engine::ArgValueCompleter;
use clap_complete::env::Shells;
use service::{Exit, Failure};

use live::Kind;

/// The name under which the program is found.
const NAME: &str = "connect-register";
/// The variable by which a script asks; its value is the name of the shell.
const ASKED: &str = "CONNECT_REGISTER_COMPLETE";

/// Print a completion script for a shell
///
/// Options, commands, and the names of what there is: connectors, plug-ins, topics of dead letters and
/// contexts. A worker that does not answer at once is not waited for; commands that print secrets are not
/// run.
///
/// Example: connect-register completion bash > ~/.local/share/bash-completion/completions/connect-register
///
/// Example: `connect-register completion zsh > ~/.zfunc/_connect-register`
///
/// Example: connect-register completion fish > ~/.config/fish/completions/connect-register.fish
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let shell = args.shell.to_string();
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let known = shells.completer(&shell).ok_or_else(|| Failure::new(Exit::Usage, format!("{shell} is not known")))?;
    known.write_registration(ASKED, NAME, NAME, NAME, &mut script)?;
    service::output::print(&String::from_utf8(script)?)?;
    Ok(Exit::Ok)
}

/// Answers a shell that asks; `None` where none does. What goes wrong is silence: a prompt is no place for
/// errors.
pub(super) fn answer() -> Option<ExitCode> {
    let shell = std::env::var(ASKED).ok().filter(|shell| !shell.is_empty())?;
    let words: Vec<_> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    let shells = Shells::builtins();
    let mut out = Vec::new();
    let answered = shells.completer(&shell).filter(|_| !words.is_empty()).is_some_and(|shell| {
        let folder = std::env::current_dir().ok();
        shell.write_complete(&mut command(&words), words.clone(), folder.as_deref(), &mut out).is_ok()
    });
    // Byte for byte: what stands between two names would be taken for the control character that it is. And
    // whoever asked may have gone.
    let _ = answered && std::io::stdout().write_all(&out).is_ok();
    Some(ExitCode::SUCCESS)
}

/// The commands, in which every value that is a name of something is completed with those that there are.
fn command(words: &[OsString]) -> Command {
    let mut command = completed(super::Cli::command(), &Arc::from(words));
    command.build();
    command
}

fn completed(command: Command, words: &Arc<[OsString]>) -> Command {
    let command = command.mut_args(|arg| {
        let kind = arg.get_value_names().and_then(|names| Kind::of(names.first()?.as_str()));
        let Some(kind) = kind else { return arg };
        let words = words.clone();
        arg.add(ArgValueCompleter::new(move |begun: &std::ffi::OsStr| live::candidates(kind, &words, begun)))
    });
    command.mut_subcommands(|command| completed(command, words))
}
