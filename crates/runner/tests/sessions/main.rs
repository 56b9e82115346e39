//! Sessions with real agents and real processes.

mod acp;
mod command;
mod faults;
mod harness;
mod processes;
mod replay;
