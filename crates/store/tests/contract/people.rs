//! People: found by who vouches for them, made on first sight.

use std::time::Duration;

use futures_util::future::join_all;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::*;
use switchyard_domain::user::{OutsideIdentity, Provider};
use switchyard_domain::{ErrorKind, Role, Timestamp, UserId};

use crate::fixture::{Empty, Fixture, github};

crate::scenarios! {
    who_signs_in_first_gets_an_organisation_of_their_own,
    who_signs_in_again_is_who_they_were_brought_up_to_date,
    what_an_identity_says_nothing_of_stays,
    signing_in_unchanged_writes_nothing,
    one_person_who_signs_in_many_times_at_once_is_one,
    an_identity_cannot_take_somebody_elses_id,
    ids_of_one_provider_are_not_those_of_another,
    who_is_shut_out_gets_nowhere_until_let_in_again,
    a_name_from_outside_is_kept_as_one_line,
    the_user_of_desktop_mode_is_not_the_first_person,
}

async fn who_signs_in_first_gets_an_organisation_of_their_own(f: Fixture) {
    let ada = f.person("Ada").await;
    assert_eq!((ada.name.as_str(), ada.email.as_deref()), ("Ada", Some("ada@example.org")));
    assert!(!ada.instance_admin, "Alice was here before");
    let known = f.db.user(ada.id).await.unwrap().unwrap();
    assert_eq!(known.user, ada);
    let [own] = &known.memberships[..] else { panic!("{:?}", known.memberships) };
    assert!(own.organisation.personal && own.role == Role::Admin);
    assert_eq!((own.organisation.name.as_str(), own.organisation.version), ("Ada", 1));
    let scope = f.scope(ada.id, own.organisation.id).await;
    f.db.create_project(&f.act_of(scope, "project.create"), "Mine", &Default::default()).await.unwrap();
    let log = f.audit_log().await;
    assert!(log[0].starts_with("user.create user ") && log[0].contains("github"), "{log:?}");
    assert!(f.db.user(UserId::new()).await.unwrap().is_none());
}

async fn who_signs_in_again_is_who_they_were_brought_up_to_date(f: Fixture) {
    let before = f.colleague("Ada", Role::Member).await.user();
    let (head, seen) = (f.head().await, github("Ada"));
    let renamed = OutsideIdentity {
        name: "Ada Lovelace".to_owned(),
        email: Some("ada@lovelace.example".to_owned()),
        avatar_url: Some("https://example.org/ada.png".to_owned()),
        ..seen
    };
    let after = f.db.sign_in(f.now(), &renamed).await.unwrap();
    assert_eq!((after.id, after.name.as_str()), (before, "Ada Lovelace"));
    assert_eq!(after.avatar_url.as_deref(), Some("https://example.org/ada.png"));
    assert_eq!(f.db.user(before).await.unwrap().unwrap().user, after);
    // Members' lists show it.
    let events = f.events_after(head).await;
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!((event.entity, event.verb, event.id), (Entity::Member, Verb::Updated, before.0));
    assert_eq!(event.version, 2);
    assert!(f.audit_log().await.last().unwrap().starts_with("user.update user "));
}

async fn what_an_identity_says_nothing_of_stays(f: Fixture) {
    f.person("Ada").await;
    let silent = OutsideIdentity { email: None, ..github("Ada") };
    assert_eq!(f.db.sign_in(f.now(), &silent).await.unwrap().email.as_deref(), Some("ada@example.org"));
    let renamed = OutsideIdentity { name: "A".to_owned(), ..silent };
    assert_eq!(f.db.sign_in(f.now(), &renamed).await.unwrap().email.as_deref(), Some("ada@example.org"));
}

async fn signing_in_unchanged_writes_nothing(f: Fixture) {
    let ada = f.person("Ada").await;
    let log = f.audit_log().await;
    let mut wake_ups = f.db.wake_ups(&f.alice);
    let mut wakes = async || tokio::time::timeout(Duration::from_millis(200), wake_ups.woken()).await.is_ok();
    // Commits from before may still be told of.
    while wakes().await {}
    let again = f.db.sign_in(f.now(), &github("Ada")).await.unwrap();
    assert_eq!((again, f.audit_log().await), (ada, log));
    assert!(!wakes().await, "nothing was committed");
}

async fn one_person_who_signs_in_many_times_at_once_is_one(f: Fixture) {
    let users = join_all((0..20).map(|_| f.person("Ada"))).await;
    assert!(users.iter().all(|user| user == &users[0]), "{users:?}");
    assert_eq!(f.db.user(users[0].id).await.unwrap().unwrap().memberships.len(), 1);
    assert_eq!(f.audit_log().await.len(), 1);
}

async fn an_identity_cannot_take_somebody_elses_id(f: Fixture) {
    let ada = f.person("Ada").await;
    let token = |user_id| OutsideIdentity {
        provider: Provider::Token,
        subject: "7f".to_owned(),
        user_id: Some(user_id),
        ..github("Mallory")
    };
    let error = f.db.sign_in(f.now(), &token(ada.id)).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Forbidden, "identity_taken"));
    let own = UserId::new();
    assert_eq!(f.db.sign_in(f.now(), &token(own)).await.unwrap().id, own);
    assert_eq!(f.db.user(ada.id).await.unwrap().unwrap().user, ada);
}

async fn ids_of_one_provider_are_not_those_of_another(f: Fixture) {
    let ada = f.person("Ada").await;
    let other = OutsideIdentity { provider: Provider::Proxy, ..github("Ada") };
    assert_ne!(f.db.sign_in(f.now(), &other).await.unwrap().id, ada.id);
}

async fn who_is_shut_out_gets_nowhere_until_let_in_again(f: Fixture) {
    let ada = f.person("Ada").await;
    let shut = f.db.set_user_disabled(f.now(), ada.id, true).await.unwrap();
    assert!(shut.disabled_at.is_some());
    assert_eq!(f.db.set_user_disabled(f.now(), ada.id, true).await.unwrap(), shut, "once is enough");
    let error = f.db.sign_in(f.now(), &github("Ada")).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Forbidden, "user_disabled"));
    assert!(f.db.user(ada.id).await.unwrap().is_none());
    assert_eq!(f.db.set_user_disabled(f.now(), ada.id, false).await.unwrap(), ada);
    assert_eq!(f.person("Ada").await, ada);
    let actions: Vec<_> =
        f.audit_log().await.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(actions, ["user.create", "user.disable", "user.enable"]);
    let nobody = f.db.set_user_disabled(f.now(), UserId::new(), true).await.unwrap_err();
    assert_eq!(nobody.kind, ErrorKind::NotFound);
}

async fn a_name_from_outside_is_kept_as_one_line(f: Fixture) {
    let odd = |subject: &str, name: &str| OutsideIdentity {
        subject: subject.to_owned(),
        name: name.to_owned(),
        ..github("x")
    };
    let made = f.db.sign_in(f.now(), &odd("1\0", "Ada\u{1f}\nLovelace\0")).await.unwrap();
    assert_eq!(made.name, "Ada  Lovelace");
    let again = f.db.sign_in(f.now(), &odd("1\0", "Ada\u{1f}\nLovelace\0")).await.unwrap();
    assert_eq!(again, made);
    assert_eq!(f.db.sign_in(f.now(), &odd("2", " \n")).await.unwrap().name, "github");
    let long = f.db.sign_in(f.now(), &odd("3", &"ä".repeat(5_000))).await.unwrap();
    assert_eq!(long.name.chars().count(), 100);
}

async fn the_user_of_desktop_mode_is_not_the_first_person(f: Fixture) {
    let (user, _) = f.db.local_identity(f.now()).await.unwrap();
    let known = f.db.user(user).await.unwrap().unwrap();
    assert!(!known.user.instance_admin && known.memberships[0].organisation.personal);
}

/// Fifty strangers at once, to a database with nobody in it but the user of desktop mode.
async fn one_of_fifty_is_the_first((db, _place): (switchyard_store::Database, crate::fixture::Place)) {
    let at = Timestamp::UNIX_EPOCH;
    db.local_identity(at).await.unwrap();
    let people: Vec<_> = (0..50).map(|number| github(&format!("person {number}"))).collect();
    let users = join_all(people.iter().map(|person| db.sign_in(at, person))).await;
    let users: Vec<_> = users.into_iter().map(|user| user.unwrap()).collect();
    assert_eq!(users.iter().filter(|user| user.instance_admin).count(), 1);
    let first = users.iter().find(|user| user.instance_admin).unwrap();
    db.set_user_disabled(at, first.id, true).await.unwrap();
    let late = db.sign_in(at, &github("a latecomer")).await.unwrap();
    assert!(!late.instance_admin, "nobody becomes admin because the first one left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_who_sign_in_at_once_one_is_instance_admin_on_sqlite() {
    one_of_fifty_is_the_first(Empty::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_who_sign_in_at_once_one_is_instance_admin_on_postgres() {
    one_of_fifty_is_the_first(Empty::postgres().await).await;
}
