//! Local accounts: a name, a password, and a way back for who forgot it.

use futures_util::future::join_all;
use switchyard_domain::login::{LoginMethod, NewLogin};
use switchyard_domain::store::*;
use switchyard_domain::user::{NewAccount, PasswordHash, User, Username};
use switchyard_domain::{ErrorKind, LoginId, UserId};

use crate::fixture::{Fixture, secret};

crate::scenarios! {
    a_local_account_is_found_by_its_name_however_it_is_written,
    a_user_name_is_given_once_even_to_many_at_once,
    a_closed_account_is_not_found,
    a_new_password_ends_all_logins_but_the_one_at_hand,
    who_has_no_local_account_gets_no_password,
    a_reset_works_once_and_ends_all_logins,
    of_two_who_use_one_reset_at_once_one_succeeds,
    a_reset_that_is_late_or_replaced_or_nobodys_is_refused_alike,
    a_new_password_voids_the_resets_before_it,
    a_secret_that_is_good_once_is_spent_by_the_first_who_shows_it,
    a_login_by_a_password_that_is_being_replaced_does_not_outlast_it,
}

fn phc(text: &str) -> PasswordHash {
    PasswordHash::new(format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA${text}"))
}

fn account(name: &str) -> NewAccount {
    NewAccount {
        username: Username::new(name).unwrap(),
        name: "Ada Lovelace".to_owned(),
        email: Some("ada@example.org".to_owned()),
        password: phc("first"),
    }
}

async fn register(f: &Fixture) -> User {
    f.db.register(f.now(), &account("Ada")).await.unwrap()
}

async fn password(f: &Fixture) -> PasswordHash {
    f.db.account(&Username::new("ada").unwrap()).await.unwrap().unwrap().password
}

async fn sign_in(f: &Fixture, user_id: UserId, text: &str) -> LoginId {
    let new = NewLogin {
        user_id,
        method: LoginMethod::Password,
        password: None,
        secret: secret(text),
        user_agent: String::new(),
        address: String::new(),
        expires_at: f.later(3600),
    };
    f.db.start_login(f.now(), &new).await.unwrap().id
}

async fn a_local_account_is_found_by_its_name_however_it_is_written(f: Fixture) {
    let ada = register(&f).await;
    assert_eq!(ada.username.as_ref().map(Username::as_str), Some("ada"));
    let found = f.db.account(&Username::new(" ADA ").unwrap()).await.unwrap().unwrap();
    assert_eq!((found.user, found.password), (ada.clone(), phc("first")));
    assert!(f.db.account(&Username::new("eve").unwrap()).await.unwrap().is_none());
    let known = f.db.user(ada.id).await.unwrap().unwrap();
    assert!(known.memberships[0].organisation.personal);
    assert!(f.audit_log().await[0].starts_with("user.create user "));
    assert!(!f.audit_log().await.concat().contains("argon2"));
}

async fn a_user_name_is_given_once_even_to_many_at_once(f: Fixture) {
    let (at, new) = (f.now(), account("ada"));
    let outcomes = join_all((0..20).map(|_| f.db.register(at, &new))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "username_taken"));
    }
    assert_eq!(f.audit_log().await.len(), 1, "who was refused left nothing");
}

async fn a_closed_account_is_not_found(f: Fixture) {
    let ada = register(&f).await;
    let at = f.now();
    f.db.start_reset(at, ada.id, &secret("reset"), f.later(3600)).await.unwrap();
    f.db.set_user_disabled(at, ada.id, true).await.unwrap();
    assert!(f.db.account(&Username::new("ada").unwrap()).await.unwrap().is_none());
    let error = f.db.finish_reset(f.now(), &secret("reset"), &phc("second")).await.unwrap_err();
    assert_eq!(error.code, "reset_invalid");
    assert_eq!(f.db.register(at, &account("ada")).await.unwrap_err().code, "username_taken");
}

async fn a_new_password_ends_all_logins_but_the_one_at_hand(f: Fixture) {
    let ada = register(&f).await.id;
    sign_in(&f, ada, "one").await;
    let kept = sign_in(&f, ada, "two").await;
    f.db.set_password(f.now(), ada, &phc("second"), Some(kept)).await.unwrap();
    assert_eq!(password(&f).await, phc("second"));
    let logins = f.db.logins(f.now(), ada).await.unwrap();
    assert_eq!(logins.iter().map(|login| login.id).collect::<Vec<_>>(), [kept]);
    f.db.set_password(f.now(), ada, &phc("third"), None).await.unwrap();
    assert!(f.db.logins(f.now(), ada).await.unwrap().is_empty());
    let log = f.audit_log().await;
    assert_eq!(log.iter().filter(|line| line.starts_with("account.password ")).count(), 2);
    assert!(!log.concat().contains("argon2"));
}

async fn who_has_no_local_account_gets_no_password(f: Fixture) {
    let ada = f.person("Ada").await.id;
    for user in [ada, UserId::new()] {
        let error = f.db.set_password(f.now(), user, &phc("x"), None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
        let error = f.db.start_reset(f.now(), user, &secret("x"), f.later(9)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
    }
}

async fn a_reset_works_once_and_ends_all_logins(f: Fixture) {
    let ada = register(&f).await.id;
    sign_in(&f, ada, "one").await;
    f.db.start_reset(f.now(), ada, &secret("reset"), f.later(3600)).await.unwrap();
    assert_eq!(password(&f).await, phc("first"), "nothing changes before it is used");
    assert_eq!(f.db.finish_reset(f.now(), &secret("reset"), &phc("second")).await.unwrap(), ada);
    assert_eq!(password(&f).await, phc("second"));
    assert!(f.db.logins(f.now(), ada).await.unwrap().is_empty());
    let again = f.db.finish_reset(f.now(), &secret("reset"), &phc("third")).await.unwrap_err();
    assert_eq!((again.kind, again.code), (ErrorKind::Unauthenticated, "reset_invalid"));
    assert_eq!(password(&f).await, phc("second"));
}

async fn of_two_who_use_one_reset_at_once_one_succeeds(f: Fixture) {
    let ada = register(&f).await.id;
    f.db.start_reset(f.now(), ada, &secret("reset"), f.later(3600)).await.unwrap();
    let at = f.now();
    let hashes: Vec<_> = (0..8).map(|number| phc(&number.to_string())).collect();
    let used = secret("reset");
    let outcomes = join_all(hashes.iter().map(|hash| f.db.finish_reset(at, &used, hash))).await;
    let winners: Vec<_> = outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_ok()).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(password(&f).await, hashes[winners[0].0]);
}

async fn a_reset_that_is_late_or_replaced_or_nobodys_is_refused_alike(f: Fixture) {
    let ada = register(&f).await.id;
    f.db.start_reset(f.now(), ada, &secret("replaced"), f.later(3600)).await.unwrap();
    f.db.start_reset(f.now(), ada, &secret("late"), f.later(60)).await.unwrap();
    f.wait(60);
    let mut told = Vec::new();
    for text in ["replaced", "late", "nobody's"] {
        let error = f.db.finish_reset(f.now(), &secret(text), &phc("x")).await.unwrap_err();
        told.push(format!("{error:?}"));
    }
    assert!(told.iter().all(|error| error == &told[0]), "{told:?}");
    assert_eq!(password(&f).await, phc("first"));
}

async fn a_new_password_voids_the_resets_before_it(f: Fixture) {
    let ada = register(&f).await.id;
    f.db.start_reset(f.now(), ada, &secret("reset"), f.later(3600)).await.unwrap();
    f.db.set_password(f.now(), ada, &phc("second"), None).await.unwrap();
    assert!(f.db.finish_reset(f.now(), &secret("reset"), &phc("third")).await.is_err());
}

async fn a_secret_that_is_good_once_is_spent_by_the_first_who_shows_it(f: Fixture) {
    let (at, until) = (f.now(), f.later(600));
    let once = secret("once");
    let shown = join_all((0..8).map(|_| f.db.spend(at, &once, until))).await;
    let first = shown.into_iter().map(|spent| spent.unwrap()).filter(|first| *first).count();
    assert_eq!(first, 1);
    assert!(f.db.spend(f.now(), &secret("another"), until).await.unwrap());
    assert!(!f.db.spend(f.now(), &once, until).await.unwrap());
    // A server whose clock is ahead forgets nothing that is good at the others.
    assert!(f.db.spend(f.later(1_200), &secret("ahead"), f.later(1_800)).await.unwrap());
    assert!(!f.db.spend(f.now(), &once, until).await.unwrap());
    // Once it is not good any more by itself, anywhere, nothing is kept of it.
    f.wait(601 + 3_600);
    assert!(f.db.spend(f.now(), &secret("a third"), f.later(600)).await.unwrap());
    assert!(f.db.spend(f.now(), &once, f.later(600)).await.unwrap());
}

async fn a_login_by_a_password_that_is_being_replaced_does_not_outlast_it(f: Fixture) {
    let ada = register(&f).await.id;
    let by = |password: &str, text: &str| NewLogin {
        user_id: ada,
        method: LoginMethod::Password,
        password: Some(phc(password)),
        secret: secret(text),
        user_agent: String::new(),
        address: String::new(),
        expires_at: f.later(3600),
    };
    let at = f.now();
    f.db.start_login(at, &by("first", "before")).await.unwrap();
    f.db.set_password(at, ada, &phc("second"), None).await.unwrap();
    let late = f.db.start_login(at, &by("first", "late")).await.unwrap_err();
    assert_eq!((late.kind, late.code), (ErrorKind::Unauthenticated, "credentials_invalid"));
    assert!(f.db.logins(at, ada).await.unwrap().is_empty());
    for round in 0..20 {
        let (old, new) =
            (if round == 0 { "second".to_owned() } else { format!("p{round}") }, format!("p{}", round + 1));
        let (login, next) = (by(&old, &format!("at once {round}")), phc(&new));
        let (_, replaced) =
            tokio::join!(f.db.start_login(at, &login), f.db.set_password(at, ada, &next, None));
        replaced.unwrap();
        assert!(f.db.logins(at, ada).await.unwrap().is_empty(), "round {round}");
    }
}
