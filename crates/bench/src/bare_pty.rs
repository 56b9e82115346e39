//! The peer of terminals: a program on a pseudo-terminal that is read and written with nothing between.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};

use crate::failure::{Failure, Result, told};
use crate::viewer::Search;

/// What is read at once; the system hands out no more than 4 KiB of it.
const PIECE: usize = 64 * 1024;
/// Printed behind the lines of [`print_lines`].
pub(crate) const END: &[u8] = b"#end of lines#";
/// A line as a compiler or a log may print it; its last byte ends it.
const LINE: &[u8] = b"12:34:56.789  INFO compiled one more module of the program, 42 are left to be done\n";

/// A program on a pseudo-terminal. Dropping it ends the program.
pub(crate) struct BarePty {
    master: File,
    child: Child,
}

impl BarePty {
    /// Starts a program.
    pub(crate) fn running(command: &mut Command) -> Result<Self> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = told("open a pseudo-terminal", openpt(flags))?;
        told("open a pseudo-terminal", grantpt(&master))?;
        told("open a pseudo-terminal", unlockpt(&master))?;
        let slave = told("open a pseudo-terminal", ioctl_tiocgptpeer(&master, flags))?;
        let stream = || told("open a pseudo-terminal", slave.try_clone());
        let (stdin, stdout, stderr) =
            (Stdio::from(stream()?), Stdio::from(stream()?), Stdio::from(stream()?));
        let child = told("start a program", command.stdin(stdin).stdout(stdout).stderr(stderr).spawn())?;
        // The command keeps its streams: without this the terminal would never come to an end.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self { master: File::from(master), child })
    }

    /// Hands the program what was typed.
    pub(crate) fn type_in(&mut self, bytes: &[u8]) -> Result<()> {
        told("write to a pseudo-terminal", self.master.write_all(bytes))
    }

    /// Waits for `text`; returns how many bytes came up to it and in the same piece.
    pub(crate) fn until(&mut self, text: &[u8]) -> Result<u64> {
        let mut search = Search::of(text);
        let mut piece = vec![0; PIECE];
        let mut came = 0;
        loop {
            match self.master.read(&mut piece) {
                Ok(0) => return Err(Failure::new("a program on a pseudo-terminal ended too early")),
                Ok(read) => {
                    came += read as u64;
                    if search.finds(&piece[..read]) {
                        return Ok(came);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return told("read a pseudo-terminal", Err(error)),
            }
        }
    }
}

impl Drop for BarePty {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program that prints lines of `bytes` bytes altogether, as fast as they are taken, then [`END`].
pub(crate) fn print_lines(bytes: usize) -> Result<()> {
    let lines = LINE.repeat(PIECE / LINE.len());
    let mut stdout = std::io::stdout().lock();
    let mut left = bytes;
    while left > 0 {
        let piece = &lines[..left.min(lines.len())];
        told("print", stdout.write_all(piece))?;
        left -= piece.len();
    }
    told("print", stdout.write_all(END))?;
    told("print", stdout.flush())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_comes_back_from_the_terminal_and_from_the_program() {
        let mut pty = BarePty::running(&mut Command::new("cat")).unwrap();
        pty.type_in(b"hello\n").unwrap();
        pty.until(b"hello\r\nhello\r\n").unwrap();
    }

    #[test]
    fn a_program_that_ends_is_no_endless_wait() {
        let mut pty = BarePty::running(Command::new("printf").arg("some")).unwrap();
        assert!(pty.until(b"something else").is_err());
    }
}
