//! Logins: the browsers and programs in which people are signed in.

use futures_util::future::join_all;
use switchyard_domain::login::{Login, LoginMethod, NewLogin, Rotation};
use switchyard_domain::store::*;
use switchyard_domain::{ErrorKind, LoginId, OrgId, Role, Timestamp, UserId};

use crate::fixture::{Fixture, secret};

crate::scenarios! {
    a_login_is_found_by_its_secret_until_it_ends,
    a_login_is_known_by_its_id_to_its_user_alone,
    a_login_that_is_not_used_expires,
    a_logins_use_is_noted_at_most_every_five_minutes,
    a_rotated_secret_takes_the_place_of_the_one_before,
    a_secret_that_was_replaced_ends_the_login_however_long_ago,
    of_two_rotations_at_once_one_wins_and_the_login_ends,
    a_login_acts_where_its_user_chose_and_is_a_member,
    who_was_removed_acts_in_their_own_organisation,
    people_end_their_own_logins_alone,
    all_logins_but_one_can_be_ended_at_once,
    closing_an_account_ends_its_logins,
    what_a_browser_says_of_itself_is_cut,
    the_least_used_of_too_many_logins_gives_way,
    logins_are_in_the_audit_log_without_their_secrets,
}

const HOUR: i64 = 3600;

fn new(f: &Fixture, user_id: UserId, text: &str) -> NewLogin {
    NewLogin {
        user_id,
        method: LoginMethod::Github,
        password: None,
        secret: secret(text),
        user_agent: "Firefox".to_owned(),
        address: "192.0.2.7".to_owned(),
        expires_at: f.later(HOUR),
    }
}

async fn start(f: &Fixture, user: UserId, text: &str) -> Login {
    f.db.start_login(f.now(), &new(f, user, text)).await.unwrap()
}

/// Who shows a secret, now.
async fn show(f: &Fixture, text: &str) -> Option<Known<Login>> {
    f.db.login(f.now(), &secret(text), f.later(HOUR)).await.unwrap()
}

async fn rotate(f: &Fixture, from: &str, to: &str) -> Rotation {
    f.db.rotate_login(f.now(), &secret(from), &secret(to), f.later(HOUR)).await.unwrap()
}

async fn a_login_is_found_by_its_secret_until_it_ends(f: Fixture) {
    let ada = f.person("Ada").await;
    let login = start(&f, ada.id, "one").await;
    let known = show(&f, "one").await.unwrap();
    assert_eq!((&known.user, &known.credential), (&ada, &login));
    assert_eq!(known.memberships[0].organisation.id, login.org_id);
    assert_eq!((login.user_agent.as_str(), login.address.as_str()), ("Firefox", "192.0.2.7"));
    assert!(show(&f, "another").await.is_none());
    assert_eq!(f.db.logins(f.now(), ada.id).await.unwrap(), std::slice::from_ref(&login));
    f.db.end_login(f.now(), ada.id, login.id).await.unwrap();
    assert!(show(&f, "one").await.is_none());
    assert!(f.db.logins(f.now(), ada.id).await.unwrap().is_empty());
    let again = f.db.end_login(f.now(), ada.id, login.id).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::NotFound);
    assert_eq!(rotate(&f, "one", "two").await, Rotation::Unknown);
}

async fn a_login_is_known_by_its_id_to_its_user_alone(f: Fixture) {
    let (ada, eve) = (f.person("Ada").await, f.person("Eve").await);
    let login = start(&f, ada.id, "one").await;
    let by_id = async |user: UserId| f.db.known_login(f.now(), user, login.id).await.unwrap();
    let known = by_id(ada.id).await.unwrap();
    assert_eq!((&known.user, &known.credential), (&ada, &login));
    assert_eq!(known.memberships, show(&f, "one").await.unwrap().memberships);
    assert!(by_id(eve.id).await.is_none());
    f.db.end_login(f.now(), ada.id, login.id).await.unwrap();
    assert!(by_id(ada.id).await.is_none());
}

async fn a_login_that_is_not_used_expires(f: Fixture) {
    let ada = f.person("Ada").await;
    let login = start(&f, ada.id, "one").await;
    f.wait(HOUR);
    assert!(show(&f, "one").await.is_none());
    assert_eq!(rotate(&f, "one", "two").await, Rotation::Unknown);
    assert!(f.db.logins(f.now(), ada.id).await.unwrap().is_empty());
    let switched = f.db.switch_organisation(f.now(), login.id, login.org_id).await.unwrap_err();
    assert_eq!(switched.kind, ErrorKind::NotFound);
}

async fn a_logins_use_is_noted_at_most_every_five_minutes(f: Fixture) {
    let ada = f.person("Ada").await;
    let login = start(&f, ada.id, "one").await;
    f.wait(200);
    assert_eq!(show(&f, "one").await.unwrap().credential, login, "too early");
    f.wait(200);
    let noted = show(&f, "one").await.unwrap().credential;
    assert!(noted.last_seen_at > login.last_seen_at && noted.expires_at > login.expires_at);
    assert_eq!(show(&f, "one").await.unwrap().credential, noted);
    for _ in 0..10 {
        f.wait(HOUR - 10);
        assert!(show(&f, "one").await.is_some(), "what is used does not expire");
    }
}

async fn a_rotated_secret_takes_the_place_of_the_one_before(f: Fixture) {
    let ada = f.person("Ada").await;
    let login = start(&f, ada.id, "one").await;
    f.wait(HOUR / 2);
    let Rotation::Done(rotated) = rotate(&f, "one", "two").await else { panic!() };
    assert_eq!((rotated.id, rotated.created_at), (login.id, login.created_at));
    assert!(rotated.expires_at > login.expires_at);
    assert!(show(&f, "one").await.is_none());
    assert_eq!(show(&f, "two").await.unwrap().credential, rotated);
}

async fn a_secret_that_was_replaced_ends_the_login_however_long_ago(f: Fixture) {
    let ada = f.person("Ada").await;
    let other = start(&f, ada.id, "other").await;
    let login = start(&f, ada.id, "one").await;
    // A thief who rotates twice cannot have the first secret forgotten.
    for (from, to) in [("one", "two"), ("two", "three"), ("three", "four")] {
        assert!(matches!(rotate(&f, from, to).await, Rotation::Done(_)));
    }
    assert_eq!(rotate(&f, "one", "five").await, Rotation::Reused(login.id));
    for text in ["one", "two", "three", "four", "five"] {
        assert!(show(&f, text).await.is_none(), "{text}");
    }
    assert_eq!(rotate(&f, "four", "five").await, Rotation::Unknown);
    assert_eq!(rotate(&f, "one", "five").await, Rotation::Reused(login.id), "it says so again");
    assert_eq!(f.db.logins(f.now(), ada.id).await.unwrap(), [other]);
    let reuses = f.audit_log().await.iter().filter(|line| line.starts_with("login.reuse ")).count();
    assert_eq!(reuses, 1);
}

async fn of_two_rotations_at_once_one_wins_and_the_login_ends(f: Fixture) {
    let ada = f.person("Ada").await;
    let login = start(&f, ada.id, "one").await;
    let texts: Vec<_> = (0..8).map(|number| format!("next {number}")).collect();
    let outcomes = join_all(texts.iter().map(|text| rotate(&f, "one", text))).await;
    let done = outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Done(_))).count();
    let reused = outcomes.iter().filter(|outcome| **outcome == Rotation::Reused(login.id)).count();
    assert_eq!((done, reused), (1, 7), "{outcomes:?}");
    for text in &texts {
        assert!(show(&f, text).await.is_none());
    }
}

async fn a_login_acts_where_its_user_chose_and_is_a_member(f: Fixture) {
    let ada = f.colleague("Ada", Role::Viewer).await.user();
    let login = start(&f, ada, "one").await;
    assert_ne!(login.org_id, f.alice.org(), "their own to begin with");
    let chosen = f.db.switch_organisation(f.now(), login.id, f.alice.org()).await.unwrap();
    assert_eq!((chosen.id, chosen.name.as_str()), (f.alice.org(), "Alice's"));
    let known = show(&f, "one").await.unwrap();
    assert_eq!(known.credential.org_id, f.alice.org());
    assert_eq!(known.memberships[0].organisation.id, login.org_id, "their own comes first");
    let mut told = Vec::new();
    for org in [f.mallory.org(), OrgId::new()] {
        let error = f.db.switch_organisation(f.now(), login.id, org).await.unwrap_err();
        told.push(format!("{error:?}"));
    }
    assert_eq!(told[0], told[1], "whether there is such an organisation is not told");
    assert!(told[0].starts_with("NotFound"), "{told:?}");
    assert_eq!(show(&f, "one").await.unwrap().credential.org_id, f.alice.org());
    let nothing = f.db.switch_organisation(f.now(), LoginId::new(), f.alice.org()).await.unwrap_err();
    assert_eq!(nothing.kind, ErrorKind::NotFound);
}

async fn who_was_removed_acts_in_their_own_organisation(f: Fixture) {
    let ada = f.colleague("Ada", Role::Member).await.user();
    let own = start(&f, ada, "one").await.org_id;
    let login = show(&f, "one").await.unwrap().credential.id;
    f.db.switch_organisation(f.now(), login, f.alice.org()).await.unwrap();
    f.db.remove_member(&f.act("member.remove"), ada).await.unwrap();
    let known = show(&f, "one").await.unwrap();
    assert_eq!((known.credential.org_id, known.memberships.len()), (own, 1));
    assert_eq!(f.db.logins(f.now(), ada).await.unwrap()[0].org_id, own);
}

async fn people_end_their_own_logins_alone(f: Fixture) {
    let (ada, eve) = (f.person("Ada").await.id, f.person("Eve").await.id);
    let login = start(&f, ada, "one").await;
    let log = f.audit_log().await.len();
    let foreign = f.db.end_login(f.now(), eve, login.id).await.unwrap_err();
    let missing = f.db.end_login(f.now(), eve, LoginId::new()).await.unwrap_err();
    assert_eq!(format!("{foreign:?}"), format!("{missing:?}"));
    assert_eq!(f.db.end_logins(f.now(), eve, None).await.unwrap(), 0);
    assert!(show(&f, "one").await.is_some());
    assert!(f.db.logins(f.now(), eve).await.unwrap().is_empty());
    assert_eq!(f.audit_log().await.len(), log);
}

async fn all_logins_but_one_can_be_ended_at_once(f: Fixture) {
    let ada = f.person("Ada").await.id;
    let kept = start(&f, ada, "kept").await;
    for text in ["one", "two", "three"] {
        start(&f, ada, text).await;
    }
    assert_eq!(f.db.end_logins(f.now(), ada, Some(kept.id)).await.unwrap(), 3);
    assert_eq!(f.db.logins(f.now(), ada).await.unwrap(), [kept]);
    assert_eq!(f.db.end_logins(f.now(), ada, None).await.unwrap(), 1);
    assert!(show(&f, "kept").await.is_none());
}

async fn closing_an_account_ends_its_logins(f: Fixture) {
    let ada = f.person("Ada").await.id;
    start(&f, ada, "one").await;
    f.db.set_user_disabled(f.now(), ada, true).await.unwrap();
    assert!(show(&f, "one").await.is_none());
    let error = f.db.start_login(f.now(), &new(&f, ada, "two")).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Forbidden, "user_disabled"));
    f.db.set_user_disabled(f.now(), ada, false).await.unwrap();
    assert!(show(&f, "one").await.is_none(), "what ended stays so");
}

async fn what_a_browser_says_of_itself_is_cut(f: Fixture) {
    let ada = f.person("Ada").await.id;
    let hostile = NewLogin {
        user_agent: format!("\0{}", "é".repeat(10_000)),
        address: "\0".to_owned(),
        ..new(&f, ada, "one")
    };
    let login = f.db.start_login(f.now(), &hostile).await.unwrap();
    assert_eq!((login.user_agent.chars().count(), login.address.as_str()), (400, "\u{FFFD}"));
}

async fn the_least_used_of_too_many_logins_gives_way(f: Fixture) {
    let ada = f.person("Ada").await.id;
    for number in 0..100 {
        start(&f, ada, &number.to_string()).await;
    }
    f.wait(400);
    assert!(show(&f, "0").await.is_some());
    start(&f, ada, "one more").await;
    assert_eq!(f.db.logins(f.now(), ada).await.unwrap().len(), 100);
    assert!(show(&f, "1").await.is_none());
    for text in ["0", "2", "one more"] {
        assert!(show(&f, text).await.is_some(), "{text}");
    }
}

async fn logins_are_in_the_audit_log_without_their_secrets(f: Fixture) {
    let ada = f.colleague("Ada", Role::Member).await.user();
    let login = start(&f, ada, "one").await;
    f.db.switch_organisation(f.now(), login.id, f.alice.org()).await.unwrap();
    f.db.end_login(f.now(), ada, login.id).await.unwrap();
    let log = f.audit_log().await;
    let logins: Vec<_> = log.iter().filter(|line| line.contains(" login ")).collect();
    let [start, switch, end] = &logins[..] else { panic!("{log:?}") };
    assert!(start.starts_with("login.start ") && start.contains("192.0.2.7") && start.contains("Firefox"));
    assert!(switch.starts_with("login.switch ") && end.starts_with("login.end "));
    let hex = |text: &str| secret(text).0.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert!(!log.concat().contains(&hex("one")) && !log.concat().contains(&hex("for Ada")));
    // The organisation's admins see who came to act in it.
    let seen = f.db.audit(&f.alice, &Default::default(), &crate::fixture::all()).await.unwrap().items;
    let seen: Vec<_> = seen.iter().map(|record| record.action.as_str()).collect();
    assert_eq!(seen[..2], ["login.end", "login.switch"]);
    assert!(!seen.contains(&"login.start"), "{seen:?}");
    assert_eq!(f.db.logins(Timestamp::UNIX_EPOCH, ada).await.unwrap(), []);
}
