//! `silta man`.

use std::io;
use std::process::ExitCode;

use clap::{Arg, Args, Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::CommandLine;
use crate::console;

/// Prints the manual page, all verbs on one page.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Manual {}

impl Manual {
    #[expect(clippy::unused_self, reason = "every verb is run the same way")]
    pub(super) fn run(&self) -> ExitCode {
        match page() {
            Ok(page) => {
                console::say_octets(&page);
                ExitCode::SUCCESS
            }
            Err(error) => {
                console::print_error(&format!("the page cannot be written: {}", error.kind()));
                ExitCode::FAILURE
            }
        }
    }
}

/// The page of the program, and below it what each verb takes.
pub(super) fn page() -> io::Result<Vec<u8>> {
    let command = CommandLine::command();
    let whole = Man::new(command.clone());
    let mut page = Vec::new();
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
    whole.render_options_section(&mut page)?;
    for verb in command.get_subcommands() {
        let name = format!("silta {}", verb.get_name());
        let verb = verb.clone().bin_name(name);
        page.extend_from_slice(format!(".SH {}\n", verb.get_name().to_uppercase()).as_bytes());
        synopsis(&verb).to_writer(&mut page)?;
        let verb = Man::new(verb);
        verb.render_description_section(&mut page)?;
        verb.render_options_section(&mut page)?;
    }
    whole.render_extra_section(&mut page)?;
    Ok(page)
}

/// A verb with what may follow it. The one of `clap_mangen` leaves out the values of options.
fn synopsis(verb: &Command) -> Roff {
    let mut line = vec![bold(verb.get_bin_name().unwrap_or_else(|| verb.get_name()))];
    for argument in verb.get_opts().chain(verb.get_positionals()) {
        let needed = argument.is_required_set();
        line.push(roman(if needed { " " } else { " [" }));
        line.extend(usage(argument));
        line.push(roman(if needed { "" } else { "]" }));
    }
    let mut synopsis = Roff::new();
    synopsis.control("SH", ["SYNOPSIS"]).text(line);
    synopsis
}

/// An argument as it is written: `-c|--config <FILE>`, or `--effective[=<FORM>]`.
fn usage(argument: &Arg) -> Vec<Inline> {
    let short = argument.get_short().map(|short| bold(format!("-{short}")));
    let long = argument.get_long().map(|long| bold(format!("--{long}")));
    let bar = (short.is_some() && long.is_some()).then(|| roman("|"));
    let mut usage: Vec<_> = [short, bar, long].into_iter().flatten().collect();
    let values = argument.get_value_names().filter(|_| argument.get_action().takes_values());
    if let Some(names) = values {
        let (before, after) = around_value(argument);
        let names = italic(format!("<{}>", names.join("> <")));
        usage.extend([roman(before), names, roman(after)]);
    }
    usage
}

/// What stands before the value of an argument and after it.
fn around_value(argument: &Arg) -> (&'static str, &'static str) {
    let may_lack = argument.get_num_args().is_some_and(|count| count.min_values() == 0);
    match (argument.is_positional(), argument.is_require_equals_set(), may_lack) {
        (true, ..) => ("", ""),
        (false, true, true) => ("[=", "]"),
        (false, true, false) => ("=", ""),
        (false, false, _) => (" ", ""),
    }
}
