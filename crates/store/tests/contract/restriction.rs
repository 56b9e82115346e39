//! What is in a restricted project is as absent to who is not named as what never was, for every method.

use std::collections::BTreeSet;

use switchyard_domain::access::{NewAccess, ProjectReach, ProjectRole, Subject};
use switchyard_domain::event::FeedSlice;
use switchyard_domain::store::*;
use switchyard_domain::*;

use crate::fixture::{Fixture, all};
use crate::isolation::{Ids, Said, board_writes, no_ids, nothing, reads, real_ids, run_writes};

crate::scenarios! {
    a_restricted_project_is_as_absent_to_who_is_not_named_for_every_method,
    who_may_only_look_at_a_project_changes_nothing_in_it_by_any_method,
}

/// Methods that are about nothing in a project: what they tell and change a colleague may see. Whoever adds one here says
/// in its port whom it is for.
const BEYOND_PROJECTS: [&str; 29] = [
    "add_group_member",
    "api_keys",
    "append_audit",
    "config",
    "create_group",
    "create_invitation",
    "create_organisation",
    "create_project",
    "delete_api_key",
    "delete_group",
    "delete_invitation",
    "feed_head",
    "group_members",
    "groups",
    "invitations",
    "members",
    "organisation",
    "project_reach",
    "prune_events",
    "put_config",
    "remove_group_member",
    "remove_member",
    "rename_group",
    "rename_organisation",
    "set_member_role",
    "settle_clone",
    "audit",
    "projects",
    "events",
];

/// The fixture with a member of Alice's organisation in Mallory's place, and a project of Alice's that names them in
/// `role`, or does not.
async fn beside_a_colleague(mut f: Fixture, role: Option<ProjectRole>) -> (Fixture, Ids) {
    let ids = real_ids(&f).await;
    f.mallory = f.colleague("Bob", Role::Member).await;
    let entries = role.map(|role| (Subject::User(f.mallory.user()), role));
    let access = NewAccess { restricted: true, entries: entries.into_iter().collect() };
    let version = f.db.project(&f.alice, ids.project).await.unwrap().version;
    f.db.set_access(&f.act("access.update"), ids.project, version, &access).await.unwrap();
    (f, ids)
}

/// What each method that is about something in a project says to the colleague.
async fn about_projects(f: &Fixture, ids: &Ids) -> Vec<Said> {
    let mut said = reads(f, &f.db, ids).await;
    said.extend(board_writes(f, &f.db, ids).await);
    said.extend(run_writes(f, &f.db, ids).await);
    said
}

async fn a_restricted_project_is_as_absent_to_who_is_not_named_for_every_method(f: Fixture) {
    let (f, ids) = beside_a_colleague(f, None).await;
    let (scope, db, at) = (&f.mallory, &f.db, f.now());
    let before = f.rows_of(f.alice.org()).await;
    let mut said = about_projects(&f, &ids).await;
    assert_eq!(said, about_projects(&f, &no_ids()).await);
    let place = TerminalPlace::Workspace(ids.workspace);
    said.extend([
        nothing("tasks_by_id", db.tasks_by_id(scope, &[ids.task]).await),
        nothing("approvals", db.approvals(scope, None, &all()).await.map(|page| page.items)),
        nothing("unanswered", db.unanswered(scope, at).await),
        nothing("expired", db.expired(scope, at).await),
        nothing("terminals", db.terminals(scope, None).await),
        nothing("terminals_in", db.terminals_in(scope, place).await),
    ]);
    assert_eq!(f.rows_of(f.alice.org()).await, before);
    assert_eq!(db.projects(scope, false, &all()).await.unwrap().items, []);
    assert_eq!(db.project_reach(scope).await.unwrap(), ProjectReach::Except([ids.project].into()));
    let FeedSlice::Events(events) = db.events(scope, 0, 1_000).await.unwrap() else { panic!() };
    assert!(!events.is_empty() && events.iter().all(|event| event.project_id.is_none()), "{events:?}");
    let asked: BTreeSet<String> = said.into_iter().map(|(method, _)| method.to_owned()).collect();
    let beyond = BEYOND_PROJECTS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(
        asked,
        crate::ports::methods().0.difference(&beyond).cloned().collect(),
        "each method has a row here"
    );
}

async fn who_may_only_look_at_a_project_changes_nothing_in_it_by_any_method(f: Fixture) {
    let (f, ids) = beside_a_colleague(f, Some(ProjectRole::Viewer)).await;
    assert_eq!(f.db.project(&f.mallory, ids.project).await.unwrap().my_role, ProjectRole::Viewer);
    assert_eq!(f.db.task(&f.mallory, ids.task).await.unwrap().id, ids.task);
    let before = f.rows_of(f.alice.org()).await;
    let mut said = board_writes(&f, &f.db, &ids).await;
    said.extend(run_writes(&f, &f.db, &ids).await);
    for (method, told) in said {
        // Terminals are their owner's alone, whatever the project says.
        let expected = if method == "rename_terminal" { "not_found" } else { "project_role_insufficient" };
        assert!(told.contains(expected), "{method}: {told}");
    }
    assert_eq!(f.rows_of(f.alice.org()).await, before);
}
