//! Accounts that are made by an invitation, and how long an invitation counts.

use futures_util::future::join_all;
use switchyard_domain::organisation::{Invitation, NewInvitation, OfferedPlace};
use switchyard_domain::store::*;
use switchyard_domain::user::{NewAccount, PasswordHash, Username};
use switchyard_domain::{ErrorKind, Result, Role, Scope};

use crate::fixture::{Fixture, all, secret};

crate::scenarios! {
    who_is_invited_gets_an_account_and_the_place_at_once,
    of_many_who_register_with_one_invitation_one_gets_an_account,
    who_registers_twice_at_once_with_one_invitation_finds_it_used,
    of_one_who_registers_and_one_who_accepts_one_gets_the_place,
    a_user_name_that_is_taken_leaves_the_invitation_open,
    who_has_no_good_invitation_gets_nothing_and_learns_of_no_user_name,
    an_invitation_says_what_it_offers_for_as_long_as_it_is_open,
    an_invitation_counts_while_whoever_made_it_may_invite,
    invitations_that_count_no_more_make_room,
}

fn account(name: &str) -> NewAccount {
    NewAccount {
        username: Username::new(name).unwrap(),
        name: "Bob".to_owned(),
        email: Some("bob@example.org".to_owned()),
        password: PasswordHash::new("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$first".to_owned()),
    }
}

async fn invite_as(f: &Fixture, scope: Scope, text: &str) -> Result<Invitation> {
    let new =
        NewInvitation { email: None, role: Role::Member, secret: secret(text), expires_at: f.later(3600) };
    f.db.create_invitation(&f.act_of(scope, "invitation.create"), &new).await
}

async fn invite(f: &Fixture, text: &str) -> Invitation {
    invite_as(f, f.alice, text).await.unwrap()
}

/// How many people there are, and how many of them belong to Alice's organisation.
async fn people(f: &Fixture) -> (usize, usize) {
    let members = f.db.members(&f.alice, &all()).await.unwrap().items.len();
    (f.db.users(None, 100).await.unwrap().len(), members)
}

async fn who_is_invited_gets_an_account_and_the_place_at_once(f: Fixture) {
    let made = invite(&f, "one").await;
    let before = people(&f).await;
    let (bob, joined) = f.db.register_invited(f.now(), &account("bob"), &secret("one")).await.unwrap();
    assert_eq!(joined, f.db.organisation(&f.alice).await.unwrap());
    assert_eq!(people(&f).await, (before.0 + 1, before.1 + 1));
    let known = f.db.user(bob.id).await.unwrap().unwrap();
    let places: Vec<_> =
        known.memberships.iter().map(|place| (place.organisation.personal, place.role)).collect();
    assert_eq!(places, [(true, Role::Admin), (false, Role::Member)]);
    assert!(!bob.instance_admin);
    assert!(f.db.account(&Username::new("bob").unwrap()).await.unwrap().is_some());
    assert!(f.db.invitations(&f.alice, f.now(), &all()).await.unwrap().items.is_empty());
    let log = f.audit_log().await;
    let last = log.last().unwrap();
    assert!(last.starts_with("invitation.accept invitation ") && last.contains("made by it"), "{last}");
    let page = f.db.audit(&f.alice, &Default::default(), &all()).await.unwrap();
    let record = &page.items[0];
    assert_eq!((record.user_id, record.entity_id), (bob.id, Some(made.id.0)), "who, by which invitation");
}

async fn of_many_who_register_with_one_invitation_one_gets_an_account(f: Fixture) {
    invite(&f, "one").await;
    let (at, shown, before) = (f.now(), secret("one"), people(&f).await);
    let new: Vec<NewAccount> = (0..8).map(|number| account(&format!("bob{number}"))).collect();
    let outcomes = join_all(new.iter().map(|new| f.db.register_invited(at, new, &shown))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_eq!((error.kind, error.code), (ErrorKind::NotFound, "invitation_invalid"));
    }
    assert_eq!(people(&f).await, (before.0 + 1, before.1 + 1));
    // Of the others nothing is left, not even their names.
    for (new, outcome) in new.iter().zip(&outcomes) {
        assert_eq!(f.db.register(at, new).await.is_ok(), outcome.is_err());
    }
}

async fn who_registers_twice_at_once_with_one_invitation_finds_it_used(f: Fixture) {
    // Often enough that they meet, on connections that are there already.
    for round in 0..10 {
        let text = round.to_string();
        invite(&f, &text).await;
        let (at, shown, new) = (f.now(), secret(&text), account(&format!("bob{round}")));
        let outcomes = join_all((0..8).map(|_| f.db.register_invited(at, &new, &shown))).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert_eq!(refused.map(|error| error.code).collect::<Vec<_>>(), ["invitation_invalid"; 7]);
    }
}

async fn of_one_who_registers_and_one_who_accepts_one_gets_the_place(f: Fixture) {
    let eve = f.person("Eve").await.id;
    for round in 0..10 {
        let text = round.to_string();
        invite(&f, &text).await;
        let (at, shown, new) = (f.now(), secret(&text), account(&format!("bob{round}")));
        let before = f.db.users(None, 100).await.unwrap().len();
        let (registered, accepted) =
            tokio::join!(f.db.register_invited(at, &new, &shown), f.db.accept_invitation(at, eve, &shown));
        assert_ne!(registered.is_ok(), accepted.is_ok());
        let refused = registered.as_ref().err().or(accepted.as_ref().err()).unwrap();
        assert_eq!(refused.code, "invitation_invalid");
        let made = f.db.users(None, 100).await.unwrap().len() - before;
        assert_eq!(made, usize::from(registered.is_ok()));
    }
}

async fn a_user_name_that_is_taken_leaves_the_invitation_open(f: Fixture) {
    f.db.register(f.now(), &account("bob")).await.unwrap();
    invite(&f, "one").await;
    let before = people(&f).await;
    let taken = f.db.register_invited(f.now(), &account("BOB"), &secret("one")).await.unwrap_err();
    assert_eq!((taken.kind, taken.code), (ErrorKind::Conflict, "username_taken"));
    assert_eq!(people(&f).await, before);
    // An address may be two people's.
    f.db.register_invited(f.now(), &account("bobby"), &secret("one")).await.unwrap();
}

async fn who_has_no_good_invitation_gets_nothing_and_learns_of_no_user_name(f: Fixture) {
    f.db.register(f.now(), &account("bob")).await.unwrap();
    let taken_back = invite(&f, "taken back").await;
    f.db.delete_invitation(&f.act("invitation.delete"), taken_back.id).await.unwrap();
    invite(&f, "used").await;
    f.db.register_invited(f.now(), &account("first"), &secret("used")).await.unwrap();
    invite(&f, "late").await;
    f.wait(3600);
    let (before, log) = (people(&f).await, f.audit_log().await);
    let mut told = Vec::new();
    for text in ["taken back", "used", "late", "never was"] {
        let (at, shown) = (f.now(), secret(text));
        told.push(f.db.offered_place(at, &shown).await.unwrap_err());
        for name in ["bob", "free"] {
            told.push(f.db.register_invited(at, &account(name), &shown).await.unwrap_err());
        }
    }
    let told: Vec<String> = told.iter().map(|error| format!("{error:?}")).collect();
    assert!(told[0].contains("invitation_invalid") && told.iter().all(|error| error == &told[0]), "{told:?}");
    assert_eq!((people(&f).await, f.audit_log().await), (before, log));
}

async fn an_invitation_says_what_it_offers_for_as_long_as_it_is_open(f: Fixture) {
    invite(&f, "one").await;
    let offered = f.db.offered_place(f.now(), &secret("one")).await.unwrap();
    let organisation = f.db.organisation(&f.alice).await.unwrap().name;
    assert_eq!(offered, OfferedPlace { organisation, role: Role::Member, invited_by: "Alice".to_owned() });
    // It goes on waiting.
    f.db.offered_place(f.now(), &secret("one")).await.unwrap();
}

async fn an_invitation_counts_while_whoever_made_it_may_invite(f: Fixture) {
    let carol = f.colleague("Carol", Role::Admin).await;
    let bob = f.person("Bob").await.id;
    let made = invite_as(&f, carol, "hers").await.unwrap();
    let is_over = async |why: &str| {
        let (at, shown) = (f.now(), secret("hers"));
        let told = [
            f.db.offered_place(at, &shown).await.map(drop),
            f.db.accept_invitation(at, bob, &shown).await.map(drop),
            f.db.register_invited(at, &account("bob"), &shown).await.map(drop),
        ];
        assert!(told.iter().all(|it| it.as_ref().is_err_and(|e| e.code == "invitation_invalid")), "{why}");
        assert!(f.db.invitations(&f.alice, at, &all()).await.unwrap().items.is_empty(), "{why}");
    };
    let set_role = async |role| {
        f.db.set_member_role(&f.act("member.update"), carol.user(), role).await.unwrap();
    };
    set_role(Role::Member).await;
    is_over("she is no admin any more").await;
    set_role(Role::Admin).await;
    f.db.set_user_disabled(f.now(), carol.user(), true).await.unwrap();
    is_over("her account is closed").await;
    f.db.set_user_disabled(f.now(), carol.user(), false).await.unwrap();
    let open = f.db.invitations(&f.alice, f.now(), &all()).await.unwrap().items;
    assert_eq!(open, [made]);
    f.db.remove_member(&f.act("member.delete"), carol.user()).await.unwrap();
    is_over("she is no member any more").await;
}

async fn invitations_that_count_no_more_make_room(f: Fixture) {
    let carol = f.colleague("Carol", Role::Admin).await;
    for number in 0..switchyard_domain::organisation::MOST_INVITATIONS {
        invite_as(&f, carol, &number.to_string()).await.unwrap();
    }
    assert_eq!(invite_as(&f, f.alice, "more").await.unwrap_err().code, "too_many_invitations");
    f.db.remove_member(&f.act("member.delete"), carol.user()).await.unwrap();
    invite(&f, "more").await;
}
