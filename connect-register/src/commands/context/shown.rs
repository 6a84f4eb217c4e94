//! `context list` and `context show`: what is named, and where its secrets are looked for.

use serde::Serialize;
use serde_json::Value;
use service::{Exit, Failure};

use super::File;
use crate::commands::format::OutputArgs;
use crate::commands::show::{table, wide_table};
use crate::core::context::{Context, Form, Member, Setting};

/// List the contexts; `*` is the current one
///
/// Example: connect-register context list
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    output: OutputArgs,
}

/// Show a context: where its workers are, and where its secrets are looked for
///
/// Example: connect-register context show prod -o yaml
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// The context; by default the current one
    #[arg(value_name = "CONTEXT")]
    name: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Listed<'a> {
    file: String,
    current: Option<&'a str>,
    contexts: Vec<Named<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    file: String,
    #[serde(flatten)]
    named: Named<'a>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    current: bool,
    context: Value,
}

impl<'a> Named<'a> {
    fn new(file: &'a File, name: &'a str, context: &Context) -> Self {
        Self { name, current: file.contexts.current.as_deref() == Some(name), context: context.value() }
    }
}

pub(super) fn list(args: &ListArgs, file: &File) -> anyhow::Result<()> {
    let all = &file.contexts.contexts;
    let body = Listed {
        file: file.path.display().to_string(),
        current: file.contexts.current.as_deref(),
        contexts: all.iter().map(|(name, context)| Named::new(file, name, context)).collect(),
    };
    let names = all.keys().map(|name| format!("context/{name}"));
    args.output.print(&body, names, |width| {
        let row = |(name, context): (&String, &Context)| {
            let is_current = file.contexts.current.as_ref() == Some(name);
            let servers = match context.get(Member::KafkaServers) {
                Some(Setting::Text(servers)) => servers.clone(),
                _ => String::new(),
            };
            let sign = if is_current { "*" } else { "" };
            [sign.to_owned(), name.clone(), context.urls().join(", "), context.login().to_owned(), servers]
        };
        wide_table(width, 4..5, ["", "CONTEXT", "WORKERS", "ACCESS", "KAFKA"], all.iter().map(row))
    })
}

pub(super) fn show(args: &ShowArgs, file: &File) -> anyhow::Result<()> {
    let Some(name) = args.name.as_deref().or(file.contexts.current.as_deref()) else {
        let failure = Failure::new(Exit::Invalid, "no context is the current one");
        return Err(failure.hint("name one, or choose one: `connect-register context use NAME`").into());
    };
    file.require(name)?;
    let Some(context) = file.contexts.contexts.get(name) else { return Ok(()) };
    let body = Shown { file: file.path.display().to_string(), named: Named::new(file, name, context) };
    args.output.print(&body, [format!("context/{name}")], |_| {
        let row = |(member, setting): (Member, &Setting)| [member.path().to_owned(), words(member.form(), setting)];
        table(["MEMBER", "VALUE"], context.settings().map(row))
    })
}

fn words(form: Form, setting: &Setting) -> String {
    match setting {
        Setting::Text(path) if form.is_path() => format!("the file {path}"),
        Setting::Text(text) => text.clone(),
        Setting::Texts(texts) => texts.join(", "),
        Setting::Flag(flag) => flag.to_string(),
        Setting::Secret(source) => source.words(),
    }
}
