//! `silta init`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;
use silta_config::{Known, Starter};

use super::check::Output;
use crate::init::{self, Options};
use crate::{EX_USAGE, console};

/// Makes a configuration to start from, with keys and our metadata; never over a file that is there.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Init {
    /// The identity provider: a profile.
    #[arg(long, value_name = "PROFILE", value_parser = PossibleValuesParser::new(Starter::profiles()))]
    pub(super) profile: String,
    /// Who asks: an application, a preset, or a SAML service provider.
    #[arg(long, value_name = "CLIENT", value_parser = PossibleValuesParser::new(Starter::clients()))]
    pub(super) client: String,
    /// Where it is written; a folder that is not there is made.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(super) folder: PathBuf,
    /// The URL that browsers and clients use.
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// The identity provider's metadata: a file, which is copied, or an address, which is asked now and from then on.
    #[arg(long, value_name = "FILE|URL")]
    pub(super) idp_metadata: Option<String>,
    /// The entity that is meant; needed where its metadata has several.
    #[arg(long, value_name = "ID")]
    pub(super) entity_id: Option<String>,
    /// The attribute that identifies a person for ever, or nameid. May be given several times, best first.
    #[arg(long, value_name = "ATTRIBUTE")]
    pub(super) subject: Vec<String>,
    /// A level that its answers assert. May be given several times, weakest first.
    #[arg(long, value_name = "URI")]
    pub(super) loa: Vec<String>,
    /// Where the client is answered, exactly as it sends it. May be given several times.
    #[arg(long, value_name = "URI")]
    pub(super) redirect_uri: Vec<String>,
    /// How to print.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(super) output: Output,
}

impl Init {
    pub(super) fn run(self) -> ExitCode {
        let Some(starter) = Starter::of(&self.profile, &self.client) else {
            console::print_error("there is no such profile or client");
            return ExitCode::from(EX_USAGE);
        };
        init::init(&Options {
            starter,
            folder: self.folder,
            known: Known {
                public_url: self.public_url,
                metadata: None,
                entity_id: self.entity_id,
                loa: self.loa,
                subject: self.subject,
                redirect_uris: self.redirect_uri,
            },
            idp_metadata: self.idp_metadata,
            json: self.output == Output::Json,
        })
    }
}
