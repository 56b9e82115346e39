//! A hosted instance as its people meet it: who they are, what they may do, and what they never see.

mod access;
mod answering;
mod browser;
mod clones;
mod database;
mod events;
mod github;
mod invited;
mod keys;
mod leases;
mod limits;
mod metrics;
mod operator;
mod organisations;
mod reaching;
mod remotes;
mod replicas;
mod sign_in;
mod start;
mod tickets;
mod tokens;
mod vanishing;
mod withdrawal;
