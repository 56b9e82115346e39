//! Asking for a password, which never stands on a command line, where others could see it.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use switchyard_core::{Error, Result, Secret};

/// Most bytes that are read for one: more than any password has.
const LONGEST: u64 = 4096;
/// What Ctrl-C sends while the terminal makes no signal of it.
const INTERRUPT: char = '\u{3}';

/// The first line of standard input.
///
/// # Errors
/// `Invalid` where there is none.
pub(super) fn from_stdin() -> Result<Secret> {
    line(&mut std::io::stdin().lock()).map(Secret::new)
}

/// Asks on the terminal, twice, without showing what is typed.
///
/// # Errors
/// `Invalid` without a terminal, or when the two differ.
pub(super) fn from_terminal() -> Result<Secret> {
    let open = OpenOptions::new().read(true).write(true).open("/dev/tty");
    let mut terminal = open.map_err(|_| {
        Error::invalid("password", "There is no terminal to ask for the password. Use --password-stdin.")
    })?;
    let _unseen = Unseen::begin(&terminal)?;
    let (first, second) = (ask(&mut terminal, "Password: ")?, ask(&mut terminal, "Once more: ")?);
    if first != second {
        return Err(Error::invalid("password", "The two differ. Try again."));
    }
    Ok(Secret::new(first))
}

fn ask(terminal: &mut File, question: &str) -> Result<String> {
    write!(terminal, "{question}").map_err(Error::internal)?;
    let answer = line(&mut BufReader::new(&*terminal));
    writeln!(terminal).map_err(Error::internal)?;
    answer
}

fn line(from: &mut impl BufRead) -> Result<String> {
    let mut text = String::new();
    let read = from.take(LONGEST).read_line(&mut text);
    let read =
        read.map_err(|error| Error::invalid("password", "The password is no text.").caused_by(error))?;
    if read == 0 || text.contains(INTERRUPT) {
        return Err(Error::invalid("password", "No password was given."));
    }
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

/// A terminal that shows nothing of what is typed, nor makes signals of it, until this is dropped: a signal would leave it
/// so for good.
struct Unseen {
    terminal: File,
    before: Termios,
}

impl Unseen {
    fn begin(terminal: &File) -> Result<Self> {
        let terminal = terminal.try_clone().map_err(Error::internal)?;
        let before = tcgetattr(&terminal).map_err(Error::internal)?;
        let mut unseen = before.clone();
        unseen.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        tcsetattr(&terminal, OptionalActions::Flush, &unseen).map_err(Error::internal)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // Whoever closed the terminal does not look at it any more.
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line_without_its_end() {
        assert_eq!(line(&mut "correct horse battery \r\nmore".as_bytes()).unwrap(), "correct horse battery ");
        assert_eq!(line(&mut "ends with the file".as_bytes()).unwrap(), "ends with the file");
        assert!(line(&mut "".as_bytes()).is_err());
        assert!(line(&mut "not this\u{3}".as_bytes()).is_err());
    }
}
