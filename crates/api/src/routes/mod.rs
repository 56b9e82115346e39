//! All routes, one file per noun. A handler extracts, makes one call and replies.

mod access;
mod api_key;
mod approval;
mod audit;
mod auth;
mod comment;
mod config;
mod credential;
mod files;
mod github;
mod group;
mod info;
mod login;
mod organisation;
mod project;
mod repo;
mod review;
mod session;
mod sign_in;
mod stream;
mod task;
mod terminal;
mod ticket;
mod workspace;

use crate::table::Route;

/// The table.
pub(crate) fn all() -> Vec<Route> {
    [
        info::routes(),
        auth::routes(),
        sign_in::routes(),
        github::routes(),
        login::routes(),
        ticket::routes(),
        organisation::routes(),
        group::routes(),
        api_key::routes(),
        audit::routes(),
        project::routes(),
        access::routes(),
        repo::routes(),
        task::routes(),
        workspace::routes(),
        review::routes(),
        files::routes(),
        comment::routes(),
        session::routes(),
        approval::routes(),
        terminal::routes(),
        config::routes(),
        credential::routes(),
        stream::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
