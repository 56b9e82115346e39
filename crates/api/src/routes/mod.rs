//! All routes, one file per noun. A handler extracts, makes one call and replies.

mod approval;
mod auth;
mod comment;
mod config;
mod credential;
mod files;
mod info;
mod project;
mod repo;
mod review;
mod session;
mod stream;
mod task;
mod terminal;
mod workspace;

use crate::table::Route;

/// The table.
pub(crate) fn all() -> Vec<Route> {
    [
        info::routes(),
        auth::routes(),
        project::routes(),
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
