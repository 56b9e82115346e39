//! What an operator asks of the whole instance.

use switchyard_domain::credential::SealedCredentials;
use switchyard_domain::store::*;
use switchyard_domain::user::{NewAccount, PasswordHash, User, Username};
use switchyard_domain::{ErrorKind, UserId};

use crate::fixture::Fixture;

crate::scenarios! {
    users_are_listed_in_pages_with_closed_accounts_among_them,
    a_user_is_found_by_name_or_id_even_with_a_closed_account,
    an_operator_makes_and_unmakes_instance_admins_and_the_log_says_so,
    who_has_sealed_credentials_is_listed_in_pages,
}

async fn account(f: &Fixture, name: &str) -> User {
    let new = NewAccount {
        username: Username::new(name).unwrap(),
        name: name.to_owned(),
        email: None,
        password: PasswordHash::new("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$eA".to_owned()),
    };
    f.db.register(f.now(), &new).await.unwrap()
}

fn named(name: &str) -> Whom {
    Whom::Username(Username::new(name).unwrap())
}

async fn users_are_listed_in_pages_with_closed_accounts_among_them(f: Fixture) {
    let (ada, bob) = (account(&f, "ada").await, account(&f, "bob").await);
    let closed = f.db.set_user_disabled(f.now(), ada.id, true).await.unwrap();
    let mut all = Vec::new();
    while let [user] = f.db.users(all.last().map(|user: &User| user.id), 1).await.unwrap().as_slice() {
        all.push(user.clone());
    }
    // The fixture's own people are there, too.
    assert_eq!(all.len(), 4);
    assert!(all.contains(&closed) && all.contains(&bob), "{all:?}");
    assert!(all.is_sorted_by_key(|user| user.id));
}

async fn a_user_is_found_by_name_or_id_even_with_a_closed_account(f: Fixture) {
    let ada = account(&f, "ada").await;
    assert_eq!(f.db.find_user(&named("Ada")).await.unwrap(), Some(ada.clone()));
    let closed = f.db.set_user_disabled(f.now(), ada.id, true).await.unwrap();
    for whom in [named("ada"), Whom::Id(ada.id)] {
        assert_eq!(f.db.find_user(&whom).await.unwrap(), Some(closed.clone()));
    }
    for nobody in [named("eve"), Whom::Id(UserId::new())] {
        assert_eq!(f.db.find_user(&nobody).await.unwrap(), None);
    }
}

async fn an_operator_makes_and_unmakes_instance_admins_and_the_log_says_so(f: Fixture) {
    let ada = account(&f, "ada").await.id;
    let of = || async { f.db.find_user(&Whom::Id(ada)).await.unwrap().unwrap().instance_admin };
    // Twice each: the second time changes nothing.
    for admin in [true, true, false, false] {
        let told = f.db.set_instance_admin(f.now(), ada, admin).await.unwrap();
        assert_eq!((told.instance_admin, of().await), (admin, admin));
    }
    let log = f.audit_log().await.join("\n");
    assert_eq!(log.matches("user.make_admin user ").count(), 1, "{log}");
    assert_eq!(log.matches("user.remove_admin user ").count(), 1, "{log}");
    let error = f.db.set_instance_admin(f.now(), UserId::new(), true).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

async fn who_has_sealed_credentials_is_listed_in_pages(f: Fixture) {
    assert_eq!(f.db.users_with_credentials(None, 9).await.unwrap(), []);
    for scope in [&f.alice, &f.mallory] {
        assert!(f.db.replace_sealed_credentials(scope, f.now(), None, b"sealed").await.unwrap());
    }
    let mut expected = [&f.alice, &f.mallory].map(|scope| (scope.org(), scope.user()));
    expected.sort_by_key(|(_, user)| *user);
    let first = f.db.users_with_credentials(None, 1).await.unwrap();
    assert_eq!(first, expected[..1]);
    assert_eq!(f.db.users_with_credentials(Some(first[0].1), 9).await.unwrap(), expected[1..]);
}
