//! API keys: how programs act in an organisation.

use switchyard_domain::access::{MOST_ENTRIES, NewAccess, ProjectRole, Subject};
use switchyard_domain::api_key::{ApiKey, KeyProject, MOST_API_KEYS, NewApiKey};
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::*;
use switchyard_domain::{ApiKeyId, ErrorKind, GroupId, PageRequest, ProjectId, Role, Scope};

use crate::fixture::{Fixture, all, secret};

crate::scenarios! {
    a_key_lets_its_program_in_until_it_is_deleted,
    a_key_that_expired_lets_nobody_in_and_is_still_listed,
    a_key_may_do_no_more_than_its_maker,
    a_key_leads_into_its_own_organisation_alone,
    a_key_of_somebody_who_left_or_was_shut_out_lets_nobody_in,
    a_keys_use_is_noted_at_most_every_five_minutes,
    admins_see_all_keys_and_others_their_own,
    a_foreign_key_is_as_absent_as_none,
    a_key_made_twice_under_one_idempotency_key_has_the_second_secret,
    an_organisation_has_so_many_keys_and_no_more,
    a_key_made_for_projects_is_told_of_as_one_that_they_named_afterwards,
    a_key_for_projects_is_made_whole_or_not_at_all,
    a_key_is_told_with_those_of_its_projects_that_one_can_see,
}

fn new(text: &str) -> NewApiKey {
    let (name, hint) = (format!("the {text} key"), "x7Qf".to_owned());
    NewApiKey { name, role: Role::Member, projects: None, secret: secret(text), hint, expires_at: None }
}

/// Makes a key of somebody's.
pub(crate) async fn key(f: &Fixture, scope: Scope, text: &str) -> ApiKey {
    f.db.create_api_key(&f.act_of(scope, "api_key.create"), &new(text)).await.unwrap()
}

async fn show(f: &Fixture, text: &str) -> Option<Known<ApiKey>> {
    f.db.api_key(f.now(), &secret(text)).await.unwrap()
}

async fn a_key_lets_its_program_in_until_it_is_deleted(f: Fixture) {
    let made = key(&f, f.alice, "one").await;
    assert_eq!((made.name.as_str(), made.role, made.hint.as_str()), ("the one key", Role::Member, "x7Qf"));
    assert_eq!((made.user_id, made.org_id, made.last_used_at), (f.alice.user(), f.alice.org(), None));
    let known = show(&f, "one").await.unwrap();
    assert_eq!((known.user.id, known.credential.id), (f.alice.user(), made.id));
    assert!(show(&f, "two").await.is_none());
    f.db.delete_api_key(&f.act("api_key.delete"), made.id).await.unwrap();
    assert!(show(&f, "one").await.is_none());
    assert!(f.db.api_keys(&f.alice, &all()).await.unwrap().items.is_empty());
    let told: Vec<_> =
        f.events().await.iter().map(|event| (event.entity, event.verb, event.version)).collect();
    assert_eq!(told, [(Entity::ApiKey, Verb::Created, 1), (Entity::ApiKey, Verb::Deleted, 2)]);
    let log = f.audit_log().await;
    assert!(log[0].starts_with("api_key.create api_key ") && log[1].starts_with("api_key.delete api_key "));
}

async fn a_key_that_expired_lets_nobody_in_and_is_still_listed(f: Fixture) {
    let expiring = NewApiKey { expires_at: Some(f.later(60)), ..new("one") };
    let made = f.db.create_api_key(&f.act("api_key.create"), &expiring).await.unwrap();
    assert!(show(&f, "one").await.is_some());
    f.wait(60);
    assert!(show(&f, "one").await.is_none());
    assert_eq!(f.db.api_keys(&f.alice, &all()).await.unwrap().items[0].id, made.id);
}

async fn a_key_may_do_no_more_than_its_maker(f: Fixture) {
    let bob = f.colleague("Bob", Role::Admin).await;
    let admins = NewApiKey { role: Role::Admin, ..new("one") };
    f.db.create_api_key(&f.act_of(bob, "api_key.create"), &admins).await.unwrap();
    let may = async || {
        let known = show(&f, "one").await.unwrap();
        assert_eq!(known.memberships[0].role, known.credential.role);
        known.credential.role
    };
    assert_eq!(may().await, Role::Admin);
    f.db.set_member_role(&f.act("member.update"), bob.user(), Role::Viewer).await.unwrap();
    assert_eq!(may().await, Role::Viewer);
    f.db.set_member_role(&f.act("member.update"), bob.user(), Role::Admin).await.unwrap();
    key(&f, bob, "members").await;
    assert_eq!(show(&f, "members").await.unwrap().credential.role, Role::Member);
}

async fn a_key_leads_into_its_own_organisation_alone(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    key(&f, bob, "one").await;
    let known = show(&f, "one").await.unwrap();
    let places: Vec<_> = known.memberships.iter().map(|place| place.organisation.id).collect();
    assert_eq!(places, [f.alice.org()], "not into Bob's own");
}

async fn a_key_of_somebody_who_left_or_was_shut_out_lets_nobody_in(f: Fixture) {
    let (bob, eve) = (f.colleague("Bob", Role::Member).await, f.colleague("Eve", Role::Member).await);
    key(&f, bob, "bob's").await;
    key(&f, eve, "eve's").await;
    f.db.remove_member(&f.act("member.remove"), bob.user()).await.unwrap();
    f.db.set_user_disabled(f.now(), eve.user(), true).await.unwrap();
    assert!(show(&f, "bob's").await.is_none() && show(&f, "eve's").await.is_none());
    f.db.set_user_disabled(f.now(), eve.user(), false).await.unwrap();
    assert!(show(&f, "eve's").await.is_some());
}

async fn a_keys_use_is_noted_at_most_every_five_minutes(f: Fixture) {
    key(&f, f.alice, "one").await;
    let used = async || show(&f, "one").await.unwrap().credential.last_used_at.unwrap();
    let first = used().await;
    f.wait(200);
    assert_eq!(used().await, first);
    f.wait(200);
    let second = used().await;
    assert!(second > first);
    assert_eq!(f.db.api_keys(&f.alice, &all()).await.unwrap().items[0].last_used_at, Some(second));
}

async fn admins_see_all_keys_and_others_their_own(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let (alices, bobs) = (key(&f, f.alice, "a").await, key(&f, bob, "b").await);
    let page = f.db.api_keys(&f.alice, &PageRequest::new(Some(1), None)).await.unwrap();
    assert_eq!(page.items, std::slice::from_ref(&bobs), "newest first");
    let rest = PageRequest::new(Some(1), page.next_cursor);
    assert_eq!(f.db.api_keys(&f.alice, &rest).await.unwrap().items, std::slice::from_ref(&alices));
    assert_eq!(f.db.api_keys(&bob, &all()).await.unwrap().items, std::slice::from_ref(&bobs));
    let act = f.act_of(bob, "api_key.delete");
    let others = f.db.delete_api_key(&act, alices.id).await.unwrap_err();
    let nobodys = f.db.delete_api_key(&act, ApiKeyId::new()).await.unwrap_err();
    assert_eq!(format!("{others:?}"), format!("{nobodys:?}"));
    f.db.delete_api_key(&f.act("api_key.delete"), bobs.id).await.unwrap();
}

async fn a_foreign_key_is_as_absent_as_none(f: Fixture) {
    let made = key(&f, f.alice, "one").await;
    let foreign = f.db.delete_api_key(&f.foreign("attack"), made.id).await.unwrap_err();
    let missing = f.db.delete_api_key(&f.foreign("attack"), ApiKeyId::new()).await.unwrap_err();
    assert_eq!(format!("{foreign:?}"), format!("{missing:?}"));
    assert!(f.db.api_keys(&f.mallory, &all()).await.unwrap().items.is_empty());
    assert!(show(&f, "one").await.is_some());
}

async fn a_key_made_twice_under_one_idempotency_key_has_the_second_secret(f: Fixture) {
    let make =
        async |text| f.db.create_api_key(&f.keyed("api_key.create", "k"), &new(text)).await.unwrap().id;
    assert_eq!(make("one").await, make("two").await);
    assert!(show(&f, "one").await.is_none() && show(&f, "two").await.is_some());
    assert_eq!(f.db.api_keys(&f.alice, &all()).await.unwrap().items.len(), 1);
}

async fn an_organisation_has_so_many_keys_and_no_more(f: Fixture) {
    for number in 0..MOST_API_KEYS {
        key(&f, f.alice, &number.to_string()).await;
    }
    let error = f.db.create_api_key(&f.act("api_key.create"), &new("more")).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Limited, "too_many_api_keys"));
    key(&f, f.mallory, "theirs").await;
}

/// A key for projects alone.
fn kept_to(projects: &[(ProjectId, ProjectRole)], text: &str) -> NewApiKey {
    NewApiKey { projects: Some(projects.to_vec()), ..new(text) }
}

async fn a_key_made_for_projects_is_told_of_as_one_that_they_named_afterwards(f: Fixture) {
    let (shop, mill) = (f.project("Shop").await.id, f.project("Mill").await.id);
    let roles = [(shop, ProjectRole::Editor), (mill, ProjectRole::Viewer)];
    let (head, log) = (f.head().await, f.audit_log().await.len());
    let slow = key(&f, f.alice, "slow").await.id;
    for (project, role) in roles {
        let named = NewAccess { entries: vec![(Subject::ApiKey(slow), role)], restricted: false };
        let version = f.db.access(&f.alice, project).await.unwrap().version;
        f.db.set_access(&f.act("access.update"), project, version, &named).await.unwrap();
    }
    let told = async |head, log, key: ApiKeyId| {
        let events = f.events_after(head).await;
        let of_key = |id| if id == key.0 { None } else { Some(id) };
        let events: Vec<_> = events
            .iter()
            .map(|event| (event.entity, event.verb, of_key(event.id), event.project_id))
            .collect();
        let log = f.audit_log().await.split_off(log);
        (events, log.iter().map(|line| line.replace(&key.to_string(), "the key")).collect::<Vec<_>>())
    };
    let by_steps = told(head, log, slow).await;
    assert_eq!((by_steps.0.len(), by_steps.1.len()), (5, 3), "{by_steps:?}");
    for (project, _) in roles {
        let version = f.db.access(&f.alice, project).await.unwrap().version;
        f.db.set_access(&f.act("access.update"), project, version, &NewAccess::default()).await.unwrap();
    }
    let (head, log) = (f.head().await, f.audit_log().await.len());
    let at_once = f.db.create_api_key(&f.act("api_key.create"), &kept_to(&roles, "slow")).await;
    assert_eq!(at_once.unwrap_err().kind, ErrorKind::Internal, "the secret is taken");
    assert_eq!((f.head().await, f.audit_log().await.len()), (head, log));
    let fast = NewApiKey { name: new("slow").name, ..kept_to(&roles, "fast") };
    let fast = f.db.create_api_key(&f.act("api_key.create"), &fast).await.unwrap();
    assert_eq!(told(head, log, fast.id).await, by_steps);
    assert!(fast.for_projects && show(&f, "fast").await.unwrap().credential.for_projects);
    let by_name = [("Mill", mill, ProjectRole::Viewer), ("Shop", shop, ProjectRole::Editor)];
    let by_name = by_name.map(|(name, id, role)| KeyProject { id, name: name.to_owned(), role });
    assert_eq!(fast.projects, by_name);
    assert_eq!(f.db.access(&f.alice, shop).await.unwrap().entries[0].subject, Subject::ApiKey(fast.id));
}

async fn a_key_for_projects_is_made_whole_or_not_at_all(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let own = f.project("Mill").await.id;
    let (seen, closed, deleted, full) = (
        f.project("Seen").await.id,
        f.project("Closed").await.id,
        f.project("Deleted").await.id,
        f.project("Full").await.id,
    );
    let set = async |project, restricted, entries: Vec<_>| {
        let access = NewAccess { restricted, entries };
        f.db.set_access(&f.act("access.update"), project, 1, &access).await
    };
    set(seen, true, vec![(Subject::User(bob.user()), ProjectRole::Editor)]).await.unwrap();
    set(closed, true, vec![]).await.unwrap();
    f.db.delete_project(&f.act("project.delete"), deleted, 1).await.unwrap();
    let foreign = f.db.create_project(&f.foreign("project.create"), "Theirs", &Default::default()).await;
    let before = (f.rows_of(f.alice.org()).await, f.head().await);
    let refused = async |scope: Scope, project: ProjectId| {
        let new = kept_to(&[(own, ProjectRole::Editor), (project, ProjectRole::Viewer)], "one");
        let error = f.db.create_api_key(&f.act_of(scope, "api_key.create"), &new).await.unwrap_err();
        assert_eq!((f.rows_of(f.alice.org()).await, f.head().await), before, "nothing is made");
        assert!(show(&f, "one").await.is_none());
        error
    };
    let missing = refused(bob, ProjectId::new()).await;
    assert_eq!(missing.kind, ErrorKind::NotFound);
    for hidden in [closed, foreign.unwrap().id] {
        assert_eq!(format!("{:?}", refused(bob, hidden).await), format!("{missing:?}"));
    }
    assert_eq!(refused(bob, seen).await.code, "project_role_insufficient");
    assert_eq!(refused(f.alice, deleted).await.code, "deleted");
    // No list becomes longer by it than it may be.
    let groups = async |count: usize| {
        let mut entries = Vec::new();
        for number in 0..count {
            let name = format!("Group {number}");
            let group: GroupId = f.db.create_group(&f.act("group.create"), &name).await.unwrap().id;
            entries.push((Subject::Group(group), ProjectRole::Viewer));
        }
        entries
    };
    set(full, false, groups(MOST_ENTRIES).await).await.unwrap();
    let more = kept_to(&[(full, ProjectRole::Viewer)], "one");
    let error = f.db.create_api_key(&f.act("api_key.create"), &more).await.unwrap_err();
    assert_eq!(error.field, Some("projects"));
    f.db.create_api_key(&f.act_of(bob, "api_key.create"), &kept_to(&[(own, ProjectRole::Admin)], "one"))
        .await
        .unwrap();
}

async fn a_key_is_told_with_those_of_its_projects_that_one_can_see(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let (shop, mill) = (f.project("Shop").await.id, f.project("Mill").await.id);
    let roles = [(shop, ProjectRole::Editor), (mill, ProjectRole::Viewer)];
    let bobs = f.act_of(bob, "api_key.create");
    f.db.create_api_key(&bobs, &kept_to(&roles, "one")).await.unwrap();
    f.db.create_api_key(&bobs, &new("two")).await.unwrap();
    f.db.create_api_key(&f.act("api_key.create"), &kept_to(&roles[..1], "three")).await.unwrap();
    let told = async |scope: &Scope| {
        let page = f.db.api_keys(scope, &all()).await.unwrap();
        let names =
            |key: &ApiKey| key.projects.iter().map(|project| project.name.clone()).collect::<Vec<_>>();
        page.items.iter().map(names).collect::<Vec<_>>()
    };
    assert_eq!(told(&bob).await, [vec![], vec!["Mill", "Shop"]]);
    assert_eq!(told(&f.alice).await, [vec!["Shop"], vec![], vec!["Mill", "Shop"]]);
    let list = async |project| f.db.access(&f.alice, project).await.unwrap();
    let restricted = NewAccess { restricted: true, entries: vec![] };
    f.db.set_access(&f.act("access.update"), mill, list(mill).await.version, &restricted).await.unwrap();
    assert_eq!(told(&bob).await, [vec![], vec!["Shop"]]);
    f.db.delete_project(&f.act("project.delete"), shop, list(shop).await.version).await.unwrap();
    assert_eq!(told(&bob).await, [Vec::<String>::new(), vec![]]);
}
