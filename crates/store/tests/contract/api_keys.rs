//! API keys: how programs act in an organisation.

use switchyard_domain::api_key::{ApiKey, MOST_API_KEYS, NewApiKey};
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::*;
use switchyard_domain::{ApiKeyId, ErrorKind, PageRequest, Role, Scope};

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
}

fn new(text: &str) -> NewApiKey {
    let (name, hint) = (format!("the {text} key"), "x7Qf".to_owned());
    NewApiKey { name, role: Role::Member, secret: secret(text), hint, expires_at: None }
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
