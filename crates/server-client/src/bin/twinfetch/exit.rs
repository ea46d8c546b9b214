//! How the program ends: the one list of exit codes, and what is said.

use std::path::Path;

use twinfetch_server_client::{Code, Error, Kind};

use crate::arguments::Download;

macro_rules! exits {
    ($($(#[doc = $doc:literal])+ $exit:ident = $code:literal,)*) => {
        /// How the program ends when the file is not there.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Exit { $($(#[doc = $doc])+ $exit,)* }

        impl Exit {
            /// What a script sees.
            pub(crate) const fn code(self) -> u8 {
                match self { $(Self::$exit => $code,)* }
            }
        }

        /// All exit codes, for the help.
        pub(crate) fn list() -> String {
            let lines = [$(($code, concat!($($doc),+)),)*];
            let lines = lines.map(|(code, meaning): (u8, &str)| format!("{code:>5} {meaning}\n"));
            format!("Exit codes:\n    0  Done: the file is complete\n{}", lines.concat())
        }
    };
}

exits! {
    /// Refused by the server, or anything else
    Other = 1,
    /// The command line is not usable
    Usage = 2,
    /// Not signed in, or not allowed
    Forbidden = 3,
    /// There is no such file on the server
    NotFound = 4,
    /// The server could not be reached, or could not answer
    Network = 5,
    /// The server took too long
    Timeout = 6,
    /// The file could not be written
    Storage = 7,
    /// What came is not the file: another digest, a message, a page
    Unexpected = 8,
    /// Interrupted with Ctrl-C
    Interrupted = 130,
    /// Nobody reads stdout any more
    Unread = 141,
}

/// An end without the file.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) exit: Exit,
    /// What is said on stderr.
    pub(crate) lines: Vec<String>,
}

impl Ending {
    pub(crate) fn usage(reason: String) -> Self {
        Self { exit: Exit::Usage, lines: vec![reason] }
    }

    pub(crate) fn local(reason: String) -> Self {
        Self { exit: Exit::Other, lines: vec![reason] }
    }

    /// Nobody is left to hear anything.
    pub(crate) const fn unread() -> Self {
        Self { exit: Exit::Unread, lines: Vec::new() }
    }

    pub(crate) fn unwritten(error: &std::io::Error) -> Self {
        Self { exit: Exit::Storage, lines: vec![format!("The file could not be written to stdout: {error}.")] }
    }

    pub(crate) fn digest_mismatched() -> Self {
        let reason = "The file arrived damaged, or is another: its SHA-256 is not the one of --sha256.";
        Self { exit: Exit::Unexpected, lines: vec![reason.to_owned()] }
    }

    pub(crate) fn interrupted(wanted: &Download) -> Self {
        let advice = (!wanted.is_to_stdout()).then_some(KEPT);
        Self { exit: Exit::Interrupted, lines: ["Interrupted."].into_iter().chain(advice).map(str::to_owned).collect() }
    }

    /// Of a download that failed; `has_part` says that something of it is kept.
    pub(crate) fn failed(error: &Error, wanted: &Download) -> Self {
        let mut lines = vec![error.message().to_owned(), error.log_detail()];
        lines.extend(advice(error, wanted).map(str::to_owned));
        Self { exit: Exit::of(error), lines }
    }
}

impl Exit {
    fn of(error: &Error) -> Self {
        match error.kind() {
            Kind::Config => Self::Usage,
            Kind::Decode => Self::Unexpected,
            Kind::Forbidden | Kind::Unauthorized => Self::Forbidden,
            Kind::Network | Kind::RateLimited | Kind::Status => Self::Network,
            Kind::NotFound => Self::NotFound,
            Kind::Storage => Self::Storage,
            Kind::Timeout => Self::Timeout,
            _ => Self::Other,
        }
    }
}

/// What a person can do about a file that broke off.
const KEPT: &str = "What came is kept where the server's file can be gone on with: --resume does.";

/// What a person can do about it.
fn advice(error: &Error, wanted: &Download) -> Option<&'static str> {
    match error.code() {
        // A name that the server chose replaces nothing.
        Code::FileExists if wanted.output.is_dir() => {
            Some("Name a file with --output FILE; one that is named so can be replaced with --overwrite.")
        }
        Code::FileExists => Some("Name another file with --output, or replace it with --overwrite."),
        Code::Unauthorized if wanted.token_env.is_none() => Some("Name the variable with a token: --token-env NAME."),
        Code::BodyStalled | Code::BodyTruncated | Code::StorageFull
            if !wanted.is_to_stdout() && (wanted.output.is_dir() || has_part(&wanted.output)) =>
        {
            Some(KEPT)
        }
        _ => None,
    }
}

/// Whether there is something of the file to go on with.
fn has_part(output: &Path) -> bool {
    let mut part = output.as_os_str().to_owned();
    part.push(".part");
    Path::new(&part).exists()
}

/// A text without what a terminal obeys: a server's words may be in it.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|char| if char.is_control() || is_directing(char) { '\u{fffd}' } else { char }).collect()
}

/// Whether a character turns what follows around.
const fn is_directing(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{list, printable};
    use crate::arguments::Arguments;

    #[test]
    fn the_guide_has_every_exit_code_and_every_option() {
        let guide = include_str!("../../../../../docs/files.md");
        assert!(guide.contains(&list()), "{}", list());
        let program = Arguments::command();
        let download = program.find_subcommand("download").unwrap();
        for option in download.get_arguments().filter_map(clap::Arg::get_long) {
            let short = option == "output" && guide.contains("`-o FILE`");
            assert!(short || guide.contains(&format!("`--{option}")), "{option}");
        }
    }

    #[test]
    fn a_servers_words_do_not_direct_the_terminal() {
        assert_eq!(printable("\u{1b}]0;x\u{7}报\n\u{202e}a"), "\u{fffd}]0;x\u{fffd}报\u{fffd}\u{fffd}a");
    }
}
