//! `context set`: makes a context or changes it, member by member. Its options are made of the members
//! that a context can have, so that none is forgotten; none of them takes a secret.

use std::collections::BTreeMap;

use clap::builder::{BoolishValueParser, NonEmptyStringValueParser, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};
use service::{Exit, Failure};

use super::{File, new_name};
use crate::connect::Address;
use crate::core::context::{Context, Form, Member, Setting, Source, parse};

/// Make a context, or change the named members of one; the others stay as they are
///
/// A secret is looked for when it is needed: in the variable of --…-env, in the file of --…-file, or in
/// what the command of --…-command prints. Its value is never given here. Paths are relative to the file
/// of contexts, or begin with `~/`.
///
/// Example: `connect-register context set prod --url https://a:8083,https://b:8083 --bearer-token-file ~/.prod-token`
///
/// Example: connect-register context set prod --username me --password-command 'pass show connect/prod'
///
/// Example: connect-register context set prod --unset proxy
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The name of the context: letters, digits, `.`, `_` and `-`
    #[arg(value_name = "CONTEXT", value_parser = new_name)]
    name: String,
    #[command(flatten)]
    members: Members,
}

/// What is set, and with `None` what is taken out.
#[derive(Clone, Debug, Default)]
struct Members(BTreeMap<Member, Option<Setting>>);

/// The places of a secret, as the ends of options.
const PLACES: [&str; 3] = ["env", "file", "command"];

fn flag(member: Member) -> String {
    if member == Member::Urls { "url".to_owned() } else { member.path().replace(['.', '_'], "-") }
}

fn of_place(member: Member, place: &str) -> String {
    format!("{}-{place}", flag(member))
}

fn argument(name: String, help: String, value: &'static str) -> Arg {
    Arg::new(name.clone()).long(name).help(help).value_name(value).value_parser(NonEmptyStringValueParser::new())
}

impl clap::Args for Members {
    fn augment_args(command: Command) -> Command {
        let paths = Member::ALL.map(Member::path);
        let unset = Arg::new("unset")
            .long("unset")
            .value_name("MEMBER")
            .action(ArgAction::Append)
            .value_delimiter(',')
            .value_parser(PossibleValuesParser::new(paths))
            .help("Take a member out; may be given several times");
        Member::ALL.into_iter().flat_map(arguments).fold(command, Command::arg).arg(unset)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The options of a member.
fn arguments(member: Member) -> Vec<Arg> {
    let (form, about) = (member.form(), member.about());
    let mut arguments = Vec::new();
    match form {
        Form::Addresses => {
            let urls = argument(flag(member), about.to_owned(), "URL");
            arguments.push(urls.action(ArgAction::Append).value_delimiter(','));
        }
        Form::Flag => {
            let yes = Arg::new(flag(member)).long(flag(member)).help(about).value_name("BOOL");
            arguments.push(yes.value_parser(BoolishValueParser::new()).num_args(0..=1).default_missing_value("true"));
        }
        form if form.takes_text() => {
            let value = match form {
                Form::Path | Form::PathOrSecret => "FILE",
                Form::AddressOrSecret => "URL",
                _ => "TEXT",
            };
            arguments.push(argument(flag(member), about.to_owned(), value));
        }
        _ => {}
    }
    if form.takes_source() {
        let places = PLACES.into_iter().zip(["NAME", "FILE", "LINE"]);
        arguments.extend(places.map(|(place, value)| {
            let of = match place {
                "env" => "the variable that holds it",
                "file" => "the file that holds it",
                _ => "the command that prints it",
            };
            let others = PLACES.into_iter().filter(move |other| *other != place);
            let others = others.map(|other| of_place(member, other)).chain(form.takes_text().then(|| flag(member)));
            let argument = argument(of_place(member, place), format!("{about}: {of}"), value);
            argument.conflicts_with_all(others.collect::<Vec<_>>())
        }));
    }
    arguments
}

impl FromArgMatches for Members {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let mut members = BTreeMap::new();
        for member in matches.get_many::<String>("unset").into_iter().flatten() {
            let named = Member::ALL.into_iter().find(|known| known.path() == member);
            members.extend(named.map(|member| (member, None)));
        }
        for member in Member::ALL {
            let form = member.form();
            let mut setting = match form {
                Form::Addresses => matches
                    .get_many::<String>(&flag(member))
                    .map(|urls| Setting::Texts(urls.map(|url| url.trim().to_owned()).collect())),
                Form::Flag => matches.get_one::<bool>(&flag(member)).map(|flag| Setting::Flag(*flag)),
                form if form.takes_text() => text(&flag(member)).map(Setting::Text),
                _ => None,
            };
            if form.takes_source() {
                let [env, file, command] = PLACES.map(|place| text(&of_place(member, place)));
                let source = env.map(Source::Env).or_else(|| file.map(Source::File));
                let words = command.map(|line| {
                    shlex::split(&line).filter(|words| !words.is_empty()).ok_or_else(|| {
                        let what =
                            format!("--{} has a quote that is not closed, or is empty\n", of_place(member, "command"));
                        clap::Error::raw(clap::error::ErrorKind::ValueValidation, what)
                    })
                });
                let source = source.or(words.transpose()?.map(Source::Command));
                setting = setting.or(source.map(Setting::Secret));
            }
            if let Some(setting) = setting {
                members.insert(member, Some(setting));
            }
        }
        Ok(Self(members))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}

pub(super) fn run(args: &Args, mut file: File) -> Result<(), Failure> {
    let Args { name, members } = args;
    let is_new = !file.contexts.contexts.contains_key(name);
    if is_new && !matches!(members.0.get(&Member::Urls), Some(Some(_))) {
        let failure = Failure::new(Exit::Usage, format!("there is no context {name} yet, and a new one takes --url"));
        return Err(failure.hint(match file.contexts.find(name) {
            Err(next) => next,
            Ok(_) => String::new(),
        }));
    }
    let context = file.contexts.contexts.entry(name.clone()).or_default();
    for (member, setting) in &members.0 {
        context.set(*member, setting.clone());
    }
    check(name, context)?;
    // What would not be read back is not written.
    parse(&name.as_str().into(), &file.contexts.text()).map_err(|mistakes| {
        let mistakes: Vec<_> = mistakes.into_iter().map(|mistake| mistake_of(&mistake)).collect();
        Failure::all(Exit::Invalid, &format!("the context {name} cannot be so"), &mistakes)
            .hint("nothing was changed; docs/contexts.md explains what a context can hold")
    })?;
    file.save()?;
    let next = match &file.contexts.current {
        Some(current) if current == name => String::new(),
        _ => format!("; `connect-register context use {name}` makes it the current one"),
    };
    tracing::info!("the context {name} is {}{next}", if is_new { "new" } else { "changed" });
    Ok(())
}

/// A mistake without its place: the file that it is in has not been written.
fn mistake_of(mistake: &crate::core::Mistake) -> String {
    let key = mistake.key.as_deref().map_or_else(String::new, |key| format!("{key}: "));
    let hint = mistake.hint.as_deref().map_or_else(String::new, |hint| format!(" ({hint})"));
    format!("{key}{}{hint}", mistake.message)
}

/// What could never be used.
fn check(name: &str, context: &Context) -> Result<(), Failure> {
    let mut mistakes: Vec<String> = Vec::new();
    for url in context.urls() {
        mistakes.extend(Address::parse(url).err().map(|why| format!("urls: {why}")));
    }
    let both = [Member::Username, Member::BearerToken].map(|member| context.get(member).is_some());
    if both == [true, true] {
        mistakes.push("username and bearer_token are both set; take one out with --unset".to_owned());
    }
    if context.get(Member::Username).is_some() != context.get(Member::Password).is_some() {
        mistakes.push("username and password go together; set both, or take both out with --unset".to_owned());
    }
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(Failure::all(Exit::Invalid, &format!("the context {name} cannot be so"), &mistakes).hint("nothing was changed"))
}
