//! `silta man`.

use std::io;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_mangen::Man;

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
        let verb = Man::new(verb);
        verb.render_synopsis_section(&mut page)?;
        verb.render_description_section(&mut page)?;
        verb.render_options_section(&mut page)?;
    }
    whole.render_extra_section(&mut page)?;
    Ok(page)
}
