//! Who may see a project, and what they may do in it.

use switchyard_domain::access::{Access, NewAccess, ProjectReach, ProjectRole, Subject};
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::project::Project;
use switchyard_domain::store::*;
use switchyard_domain::task::TaskPatch;
use switchyard_domain::{Actor, ApiKeyId, Error, ErrorKind, ProjectId, Result, Role, Scope};

use crate::fixture::{Fixture, all, new_repo, new_task, secret};

crate::scenarios! {
    a_project_is_everybodys_until_it_is_restricted,
    whoever_restricts_a_project_is_its_admin,
    an_editor_works_in_a_project_and_its_admin_says_who_may,
    a_group_lets_in_who_is_in_it_and_the_greatest_role_counts,
    a_viewer_of_the_organisation_stays_one_in_every_project,
    a_key_that_a_project_names_reaches_that_one_alone_and_stays_so,
    who_is_gone_is_on_no_list,
    a_list_that_somebody_else_changed_is_refused,
    nobody_is_named_who_is_not_there,
    one_change_of_a_list_is_one_entry_in_the_log,
    a_list_that_stays_as_it_is_writes_nothing,
}

fn named(entries: &[(Subject, ProjectRole)]) -> NewAccess {
    NewAccess { restricted: true, entries: entries.to_vec() }
}

async fn set(f: &Fixture, scope: Scope, project: ProjectId, access: &NewAccess) -> Result<Access> {
    let version = f.db.access(&scope, project).await?.version;
    f.db.set_access(&f.act_of(scope, "access.update"), project, version, access).await
}

fn forbidden<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Forbidden, "project_role_insufficient"));
}

async fn seen(f: &Fixture, scope: &Scope) -> Vec<(String, ProjectRole)> {
    let projects = f.db.projects(scope, false, &all()).await.unwrap().items;
    projects.into_iter().map(|Project { name, my_role, .. }| (name, my_role)).collect()
}

async fn a_project_is_everybodys_until_it_is_restricted(f: Fixture) {
    let project = f.project("Shop").await;
    assert!(!project.restricted && project.my_role == ProjectRole::Admin);
    let bob = f.colleague("Bob", Role::Member).await;
    let eve = f.colleague("Eve", Role::Viewer).await;
    assert_eq!(seen(&f, &bob).await, [("Shop".to_owned(), ProjectRole::Admin)]);
    assert_eq!(seen(&f, &eve).await, [("Shop".to_owned(), ProjectRole::Viewer)]);
    let access = set(&f, f.alice, project.id, &named(&[])).await.unwrap();
    assert_eq!((access.restricted, access.version, access.entries.len()), (true, 2, 1));
    assert!(f.db.project(&f.alice, project.id).await.unwrap().restricted);
    assert_eq!((seen(&f, &bob).await, seen(&f, &eve).await), (vec![], vec![]));
    let open = NewAccess { restricted: false, ..NewAccess::default() };
    set(&f, f.alice, project.id, &open).await.unwrap();
    assert_eq!(seen(&f, &bob).await.len(), 1);
    assert_eq!(f.db.project_reach(&bob).await.unwrap(), ProjectReach::Except(Default::default()));
}

async fn whoever_restricts_a_project_is_its_admin(f: Fixture) {
    let project = f.project("Shop").await.id;
    let bob = f.colleague("Bob", Role::Member).await;
    let own = Subject::User(bob.user());
    let access = set(&f, bob, project, &named(&[(own, ProjectRole::Viewer)])).await.unwrap();
    assert_eq!(access.entries.len(), 1);
    assert_eq!((access.entries[0].subject, access.entries[0].role), (own, ProjectRole::Admin));
    assert_eq!(access.entries[0].name, "Bob");
    // The organisation's admins see and repair it; Bob may leave it to them.
    assert_eq!(seen(&f, &f.alice).await, [("Shop".to_owned(), ProjectRole::Admin)]);
    let left = set(&f, bob, project, &named(&[])).await;
    assert_eq!(left.unwrap_or_else(|error| panic!("{error}")).entries, []);
    assert_eq!(seen(&f, &bob).await, []);
    set(&f, f.alice, project, &named(&[(own, ProjectRole::Editor)])).await.unwrap();
    assert_eq!(seen(&f, &bob).await, [("Shop".to_owned(), ProjectRole::Editor)]);
}

async fn an_editor_works_in_a_project_and_its_admin_says_who_may(f: Fixture) {
    let project = f.project("Shop").await.id;
    let bob = f.colleague("Bob", Role::Member).await;
    let own = Subject::User(bob.user());
    set(&f, f.alice, project, &named(&[(own, ProjectRole::Editor)])).await.unwrap();
    let task = f.db.create_task(&f.act_of(bob, "task.create"), project, &new_task("x")).await.unwrap();
    let patch = TaskPatch { title: Some("y".to_owned()), ..TaskPatch::default() };
    f.db.update_task(&f.act_of(bob, "task.update"), task.id, task.version, &patch).await.unwrap();
    forbidden(set(&f, bob, project, &NewAccess::default()).await);
    let act = f.act_of(bob, "project.update");
    forbidden(f.db.update_project(&act, project, 1, &Default::default()).await);
    forbidden(f.db.delete_project(&act, project, 1).await);
    forbidden(f.db.create_repo(&act, project, &new_repo("/x")).await);
    set(&f, f.alice, project, &named(&[(own, ProjectRole::Admin)])).await.unwrap();
    f.db.create_repo(&act, project, &new_repo("/x")).await.unwrap();
    set(&f, bob, project, &NewAccess::default()).await.unwrap();
}

async fn a_group_lets_in_who_is_in_it_and_the_greatest_role_counts(f: Fixture) {
    let project = f.project("Shop").await.id;
    let bob = f.colleague("Bob", Role::Member).await;
    let act = f.act("group.create");
    let group = f.db.create_group(&act, "Till people").await.unwrap().id;
    let (people, own) = (Subject::Group(group), Subject::User(bob.user()));
    let list = named(&[(people, ProjectRole::Editor), (own, ProjectRole::Viewer)]);
    let access = set(&f, f.alice, project, &list).await.unwrap();
    let names: Vec<&str> = access.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["Till people", "Alice", "Bob"]);
    assert_eq!(seen(&f, &bob).await[0].1, ProjectRole::Viewer);
    f.db.add_group_member(&act, group, bob.user()).await.unwrap();
    assert_eq!(seen(&f, &bob).await[0].1, ProjectRole::Editor);
    set(&f, f.alice, project, &named(&[(people, ProjectRole::Viewer)])).await.unwrap();
    assert_eq!(seen(&f, &bob).await[0].1, ProjectRole::Viewer);
    f.db.remove_group_member(&act, group, bob.user()).await.unwrap();
    assert_eq!(seen(&f, &bob).await, []);
}

async fn a_viewer_of_the_organisation_stays_one_in_every_project(f: Fixture) {
    let project = f.project("Shop").await.id;
    let eve = f.colleague("Eve", Role::Viewer).await;
    let own = Subject::User(eve.user());
    set(&f, f.alice, project, &named(&[(own, ProjectRole::Admin)])).await.unwrap();
    assert_eq!(f.db.project_role(&eve, project).await.unwrap(), ProjectRole::Viewer);
    forbidden(f.db.create_task(&f.act_of(eve, "task.create"), project, &new_task("x")).await);
    forbidden(set(&f, eve, project, &NewAccess::default()).await);
}

/// The authority of whoever shows a key, as authentication finds it.
async fn shown(f: &Fixture, text: &str) -> Scope {
    let known = f.db.api_key(f.now(), &secret(text)).await.unwrap().unwrap();
    let actor = Actor::authenticated(known.user.id, vec![(known.credential.org_id, known.credential.role)]);
    let actor = if known.credential.for_projects { actor.through_key(known.credential.id) } else { actor };
    actor.scope(known.credential.org_id).unwrap()
}

async fn a_key_that_a_project_names_reaches_that_one_alone_and_stays_so(f: Fixture) {
    let (shop, mill) = (f.project("Shop").await.id, f.project("Mill").await.id);
    let key = Subject::ApiKey(crate::api_keys::key(&f, f.alice, "robot").await.id);
    let task = f.task(mill, "Not for robots").await;
    assert_eq!(seen(&f, &shown(&f, "robot").await).await.len(), 2);
    // A project that is open to everybody names it, too.
    let open = NewAccess { restricted: false, entries: vec![(key, ProjectRole::Editor)] };
    set(&f, f.alice, shop, &open).await.unwrap();
    let robot = shown(&f, "robot").await;
    let role = f.db.project_role(&robot, shop).await.unwrap();
    assert!(role <= ProjectRole::Editor, "{role:?}");
    assert_eq!(seen(&f, &robot).await.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Shop"]);
    assert_eq!(f.db.task(&robot, task.id).await.unwrap_err().kind, ErrorKind::NotFound);
    let made = f.db.create_project(&f.act_of(robot, "project.create"), "Own", &Default::default()).await;
    assert_eq!(made.unwrap_err().code, "key_for_projects");
    assert_eq!(f.db.audit(&robot, &Default::default(), &all()).await.unwrap().items, []);
    assert_eq!(f.db.api_keys(&robot, &all()).await.unwrap().items.len(), 1);
    // Taken off again it reaches nothing, rather than everything.
    set(&f, f.alice, shop, &NewAccess::default()).await.unwrap();
    let robot = shown(&f, "robot").await;
    assert_eq!(seen(&f, &robot).await, []);
    assert_eq!(f.db.project_reach(&robot).await.unwrap(), ProjectReach::Only(Default::default()));
}

async fn who_is_gone_is_on_no_list(f: Fixture) {
    let project = f.project("Shop").await.id;
    let bob = f.colleague("Bob", Role::Member).await;
    let group = f.db.create_group(&f.act("group.create"), "Till people").await.unwrap().id;
    f.db.add_group_member(&f.act("group.add_member"), group, bob.user()).await.unwrap();
    let (bobs, alices) = (
        crate::api_keys::key(&f, bob, "bob's").await.id,
        crate::api_keys::key(&f, f.alice, "alice's").await.id,
    );
    let all_of_them =
        [Subject::Group(group), Subject::User(bob.user()), Subject::ApiKey(bobs), Subject::ApiKey(alices)];
    let list = all_of_them.map(|subject| (subject, ProjectRole::Editor));
    assert_eq!(set(&f, f.alice, project, &named(&list)).await.unwrap().entries.len(), 5);
    let head = f.head().await;
    f.db.remove_member(&f.act("member.remove"), bob.user()).await.unwrap();
    let left = async || f.db.access(&f.alice, project).await.unwrap();
    assert_eq!(left().await.entries.len(), 3);
    assert_eq!(f.db.groups(&f.alice, &all()).await.unwrap().items[0].member_count, 0);
    f.db.delete_api_key(&f.act("api_key.delete"), alices).await.unwrap();
    f.db.delete_group(&f.act("group.delete"), group).await.unwrap();
    let access = left().await;
    assert_eq!(access.entries.len(), 1, "{access:?}");
    assert_eq!(access.version, 6, "each time it is another list");
    let told = f.events_after(head).await;
    let of = |entity, verb| told.iter().filter(|event| (event.entity, event.verb) == (entity, verb)).count();
    assert_eq!((of(Entity::Access, Verb::Updated), of(Entity::Project, Verb::Updated)), (4, 4));
    assert_eq!((of(Entity::Group, Verb::Updated), of(Entity::Group, Verb::Deleted)), (1, 1));
    // Whoever comes back is not on the list again.
    assert_eq!(seen(&f, &f.colleague("Bob", Role::Member).await).await, []);
}

async fn a_list_that_somebody_else_changed_is_refused(f: Fixture) {
    let project = f.project("Shop").await.id;
    let act = f.act("access.update");
    f.db.set_access(&act, project, 1, &named(&[])).await.unwrap();
    let refused = f.db.set_access(&act, project, 1, &NewAccess::default()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Stale);
    assert!(f.db.access(&f.alice, project).await.unwrap().restricted);
    assert!(f.audit_log().await.last().unwrap().starts_with("access.update.stale access "));
}

async fn nobody_is_named_who_is_not_there(f: Fixture) {
    let project = f.project("Shop").await.id;
    let bob = f.colleague("Bob", Role::Member).await;
    let alices = crate::api_keys::key(&f, f.alice, "alice's").await.id;
    let told = async |scope: Scope, subject: Subject| {
        let error = set(&f, scope, project, &named(&[(subject, ProjectRole::Viewer)])).await.unwrap_err();
        assert_eq!(error.field, Some("entries"));
        format!("{error:?}")
    };
    let missing = told(f.alice, Subject::ApiKey(ApiKeyId::new())).await;
    assert_eq!(told(f.alice, Subject::User(f.mallory.user())).await, missing);
    let theirs = f.db.create_group(&f.foreign("group.create"), "Theirs").await.unwrap().id;
    assert_eq!(told(f.alice, Subject::Group(theirs)).await, missing);
    // Somebody's key is not for others to shut out of everything else.
    assert_eq!(told(bob, Subject::ApiKey(alices)).await, missing);
    assert!(!f.db.project(&f.alice, project).await.unwrap().restricted, "all or nothing");
}

async fn one_change_of_a_list_is_one_entry_in_the_log(f: Fixture) {
    let project = f.project("Shop").await.id;
    let bob = f.colleague("Bob", Role::Member).await;
    let (head, log) = (f.head().await, f.audit_log().await.len());
    set(&f, f.alice, project, &named(&[(Subject::User(bob.user()), ProjectRole::Viewer)])).await.unwrap();
    let log = f.audit_log().await.split_off(log);
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].starts_with("access.update access "), "{log:?}");
    assert!(log[0].contains(&format!("user {} viewer", bob.user())), "{log:?}");
    let told: Vec<_> = f.events_after(head).await.iter().map(|event| (event.entity, event.id)).collect();
    assert_eq!(told, [(Entity::Project, project.0), (Entity::Access, project.0)]);
}

async fn a_list_that_stays_as_it_is_writes_nothing(f: Fixture) {
    let project = f.project("Shop").await.id;
    let own = named(&[(Subject::User(f.alice.user()), ProjectRole::Admin)]);
    let made = set(&f, f.alice, project, &own).await.unwrap();
    let before = (f.head().await, f.audit_log().await);
    assert_eq!(set(&f, f.alice, project, &own).await.unwrap(), made);
    assert_eq!((f.head().await, f.audit_log().await), before);
}
