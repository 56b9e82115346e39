//! Groups: made by admins, or kept by the proxy in front of the instance.

use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::group::{Group, GroupSource};
use switchyard_domain::store::*;
use switchyard_domain::{ErrorKind, PageRequest, Role, UserId};

use crate::fixture::{Fixture, all};

crate::scenarios! {
    a_group_is_made_renamed_filled_and_deleted,
    two_groups_of_one_name_are_refused,
    groups_and_their_members_come_page_by_page,
    who_is_no_member_of_the_organisation_gets_into_no_group,
    the_proxy_keeps_its_groups_up_to_date,
    what_the_proxy_says_again_writes_nothing,
    a_group_of_the_proxys_is_not_changed_by_hand,
}

async fn a_group_is_made_renamed_filled_and_deleted(f: Fixture) {
    let bob = f.colleague("Bob", Role::Viewer).await.user();
    let head = f.head().await;
    let group = f.db.create_group(&f.keyed("group.create", "k"), "Till").await.unwrap();
    assert_eq!((group.name.as_str(), group.member_count, group.version), ("Till", 0, 1));
    assert_eq!(f.db.create_group(&f.keyed("group.create", "k"), "Till").await.unwrap(), group);
    let renamed = f.db.rename_group(&f.act("group.update"), group.id, 1, "Tills").await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.version), ("Tills", 2));
    let stale = f.db.rename_group(&f.act("group.update"), group.id, 1, "x").await.unwrap_err();
    assert_eq!(stale.kind, ErrorKind::Stale);
    let filled = f.db.add_group_member(&f.act("group.add_member"), group.id, bob).await.unwrap();
    assert_eq!((filled.member_count, filled.version), (1, 3));
    assert_eq!(f.db.add_group_member(&f.act("group.add_member"), group.id, bob).await.unwrap(), filled);
    let members = f.db.group_members(&f.alice, group.id, &all()).await.unwrap().items;
    assert_eq!((members.len(), members[0].user_id, members[0].name.as_str()), (1, bob, "Bob"));
    f.db.remove_group_member(&f.act("group.remove_member"), group.id, bob).await.unwrap();
    let nobody = f.db.remove_group_member(&f.act("group.remove_member"), group.id, bob).await.unwrap_err();
    assert_eq!(nobody.kind, ErrorKind::NotFound);
    f.db.delete_group(&f.act("group.delete"), group.id).await.unwrap();
    assert!(f.db.groups(&f.alice, &all()).await.unwrap().items.is_empty());
    let told: Vec<_> =
        f.events_after(head).await.iter().map(|event| (event.entity, event.verb, event.version)).collect();
    let (made, changed, gone) = (Verb::Created, Verb::Updated, Verb::Deleted);
    let expected = [(made, 1), (changed, 2), (changed, 3), (changed, 4), (gone, 5)];
    assert_eq!(told, expected.map(|(verb, version)| (Entity::Group, verb, version)));
}

async fn two_groups_of_one_name_are_refused(f: Fixture) {
    f.db.create_group(&f.act("group.create"), "Till").await.unwrap();
    let other = f.db.create_group(&f.act("group.create"), "Mill").await.unwrap();
    let taken = f.db.create_group(&f.act("group.create"), "TILL").await.unwrap_err();
    assert_eq!((taken.kind, taken.code), (ErrorKind::Conflict, "group_exists"));
    let taken = f.db.rename_group(&f.act("group.update"), other.id, 1, "till").await.unwrap_err();
    assert_eq!(taken.code, "group_exists");
    f.db.rename_group(&f.act("group.update"), other.id, 1, "MILL").await.unwrap();
}

async fn groups_and_their_members_come_page_by_page(f: Fixture) {
    let act = f.act("group.create");
    for name in ["c", "A", "b"] {
        f.db.create_group(&act, name).await.unwrap();
    }
    let mut page = PageRequest::new(Some(2), None);
    let first = f.db.groups(&f.alice, &page).await.unwrap();
    page.cursor = first.next_cursor;
    let rest = f.db.groups(&f.alice, &page).await.unwrap();
    let groups: Vec<Group> = first.items.into_iter().chain(rest.items).collect();
    assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["A", "b", "c"]);
    for name in ["Zoe", "bob"] {
        let user = f.colleague(name, Role::Viewer).await.user();
        f.db.add_group_member(&act, groups[0].id, user).await.unwrap();
    }
    let mut page = PageRequest::new(Some(1), None);
    let first = f.db.group_members(&f.alice, groups[0].id, &page).await.unwrap();
    page.cursor = first.next_cursor;
    let rest = f.db.group_members(&f.alice, groups[0].id, &page).await.unwrap();
    assert_eq!((first.items[0].name.as_str(), rest.items[0].name.as_str()), ("bob", "Zoe"));
    assert_eq!(rest.next_cursor, None);
}

async fn who_is_no_member_of_the_organisation_gets_into_no_group(f: Fixture) {
    let group = f.db.create_group(&f.act("group.create"), "Till").await.unwrap().id;
    let add = async |user: UserId| {
        format!("{:?}", f.db.add_group_member(&f.act("group.add_member"), group, user).await.unwrap_err())
    };
    assert_eq!(add(f.mallory.user()).await, add(UserId::new()).await);
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn there(f: &Fixture) -> Vec<(String, i64)> {
    let groups = f.db.groups(&f.alice, &all()).await.unwrap().items;
    assert!(groups.iter().all(|group| group.source == GroupSource::Proxy));
    groups.into_iter().map(|group| (group.name, group.member_count)).collect()
}

async fn the_proxy_keeps_its_groups_up_to_date(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    f.db.sync_groups(f.now(), bob.user(), &names(&["Devs", "ops", "devs"])).await.unwrap();
    assert_eq!(there(&f).await, [("Devs".to_owned(), 1), ("ops".to_owned(), 1)]);
    // In their own organisation they are alone, so there it makes none.
    let own = f.db.user(bob.user()).await.unwrap().unwrap().memberships[0].organisation.id;
    let own = f.scope(bob.user(), own).await;
    assert!(f.db.groups(&own, &all()).await.unwrap().items.is_empty());
    f.db.sync_groups(f.now(), bob.user(), &names(&["ops"])).await.unwrap();
    assert_eq!(there(&f).await, [("Devs".to_owned(), 0), ("ops".to_owned(), 1)]);
    f.db.sync_groups(f.now(), bob.user(), &[]).await.unwrap();
    assert_eq!(there(&f).await, [("Devs".to_owned(), 0), ("ops".to_owned(), 0)]);
    let log = f.audit_log().await;
    let count = |action: &str| log.iter().filter(|line| line.starts_with(action)).count();
    assert_eq!((count("group.proxy_add group "), count("group.proxy_remove group ")), (2, 2));
}

async fn what_the_proxy_says_again_writes_nothing(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let said = names(&["devs", "ops"]);
    f.db.sync_groups(f.now(), bob.user(), &said).await.unwrap();
    let before = (f.head().await, f.audit_log().await);
    f.db.sync_groups(f.now(), bob.user(), &said).await.unwrap();
    assert_eq!((f.head().await, f.audit_log().await), before);
}

async fn a_group_of_the_proxys_is_not_changed_by_hand(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    f.db.sync_groups(f.now(), bob.user(), &names(&["devs"])).await.unwrap();
    let group = f.db.groups(&f.alice, &all()).await.unwrap().items.remove(0);
    let outcomes = [
        f.db.rename_group(&f.act("group.update"), group.id, group.version, "x").await,
        f.db.add_group_member(&f.act("group.add_member"), group.id, f.alice.user()).await,
        f.db.remove_group_member(&f.act("group.remove_member"), group.id, bob.user()).await,
    ];
    for outcome in outcomes {
        assert_eq!(outcome.unwrap_err().code, "proxy_group");
    }
    // One of the same name by hand is another one.
    f.db.create_group(&f.act("group.create"), "devs").await.unwrap();
    f.db.delete_group(&f.act("group.delete"), group.id).await.unwrap();
}
