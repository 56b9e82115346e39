//! Invitations: places in an organisation that wait for whoever has the secret.

use futures_util::future::join_all;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::organisation::{Invitation, MOST_INVITATIONS, NewInvitation};
use switchyard_domain::store::*;
use switchyard_domain::{ErrorKind, InvitationId, PageRequest, Role, UserId};

use crate::fixture::{Fixture, all, secret};

crate::scenarios! {
    an_invitation_is_accepted_once,
    of_many_who_accept_at_once_one_gets_the_place,
    a_member_keeps_the_greater_role,
    an_invitation_that_cannot_be_accepted_is_refused_alike,
    who_is_shut_out_accepts_nothing,
    invitations_are_listed_newest_first_until_they_expire,
    an_invitation_made_twice_under_one_key_has_the_second_secret,
    invitations_are_taken_back_by_their_own_organisation_alone,
    an_organisation_has_so_many_invitations_and_no_more,
}

fn new(f: &Fixture, text: &str, role: Role) -> NewInvitation {
    let email = Some("bob@example.org".to_owned());
    NewInvitation { email, role, secret: secret(text), expires_at: f.later(3600) }
}

async fn invite(f: &Fixture, text: &str, role: Role) -> Invitation {
    f.db.create_invitation(&f.act("invitation.create"), &new(f, text, role)).await.unwrap()
}

async fn waiting(f: &Fixture) -> Vec<InvitationId> {
    let page = f.db.invitations(&f.alice, f.now(), &all()).await.unwrap();
    page.items.into_iter().map(|invitation| invitation.id).collect()
}

async fn an_invitation_is_accepted_once(f: Fixture) {
    let bob = f.person("Bob").await.id;
    let made = invite(&f, "one", Role::Member).await;
    assert_eq!(
        (made.role, made.invited_by, made.email.as_deref()),
        (Role::Member, f.alice.user(), Some("bob@example.org"))
    );
    let head = f.head().await;
    let joined = f.db.accept_invitation(f.now(), bob, &secret("one")).await.unwrap();
    assert_eq!(joined, f.db.organisation(&f.alice).await.unwrap());
    assert_eq!(f.scope(bob, joined.id).await.role(), Role::Member);
    assert!(waiting(&f).await.is_empty());
    let told: Vec<_> =
        f.events_after(head).await.iter().map(|event| (event.entity, event.verb, event.id)).collect();
    let (came, gone) =
        ((Entity::Member, Verb::Created, bob.0), (Entity::Invitation, Verb::Deleted, made.id.0));
    assert_eq!(told, [came, gone]);
    let last = f.audit_log().await.pop().unwrap();
    assert!(last.starts_with("invitation.accept invitation ") && last.contains("member"), "{last}");
    let again = f.db.accept_invitation(f.now(), f.mallory.user(), &secret("one")).await.unwrap_err();
    assert_eq!((again.kind, again.code), (ErrorKind::NotFound, "invitation_invalid"));
}

async fn of_many_who_accept_at_once_one_gets_the_place(f: Fixture) {
    let people = join_all((0..8).map(|number| {
        let f = &f;
        async move { f.person(&number.to_string()).await.id }
    }))
    .await;
    invite(&f, "one", Role::Admin).await;
    let (at, shown) = (f.now(), secret("one"));
    let outcomes = join_all(people.iter().map(|user| f.db.accept_invitation(at, *user, &shown))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(
        outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|e| e.code == "invitation_invalid")
    );
    assert_eq!(f.db.members(&f.alice, &all()).await.unwrap().items.len(), 2);
}

async fn a_member_keeps_the_greater_role(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await.user();
    invite(&f, "lesser", Role::Viewer).await;
    f.db.accept_invitation(f.now(), bob, &secret("lesser")).await.unwrap();
    assert_eq!(f.scope(bob, f.alice.org()).await.role(), Role::Member);
    invite(&f, "greater", Role::Admin).await;
    let head = f.head().await;
    f.db.accept_invitation(f.now(), bob, &secret("greater")).await.unwrap();
    assert_eq!(f.scope(bob, f.alice.org()).await.role(), Role::Admin);
    let event = f.events_after(head).await.remove(0);
    assert_eq!((event.entity, event.verb, event.version), (Entity::Member, Verb::Updated, 2));
    assert!(waiting(&f).await.is_empty());
}

async fn an_invitation_that_cannot_be_accepted_is_refused_alike(f: Fixture) {
    let bob = f.person("Bob").await.id;
    let taken_back = invite(&f, "taken back", Role::Member).await;
    f.db.delete_invitation(&f.act("invitation.delete"), taken_back.id).await.unwrap();
    invite(&f, "late", Role::Member).await;
    f.wait(3600);
    let mut told = Vec::new();
    for text in ["taken back", "late", "never was"] {
        told.push(format!("{:?}", f.db.accept_invitation(f.now(), bob, &secret(text)).await.unwrap_err()));
    }
    assert!(told.iter().all(|error| error == &told[0]), "{told:?}");
    assert_eq!(f.db.members(&f.alice, &all()).await.unwrap().items.len(), 1);
}

async fn who_is_shut_out_accepts_nothing(f: Fixture) {
    let bob = f.person("Bob").await.id;
    invite(&f, "one", Role::Member).await;
    f.db.set_user_disabled(f.now(), bob, true).await.unwrap();
    let error = f.db.accept_invitation(f.now(), bob, &secret("one")).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Forbidden, "user_disabled"));
    let error = f.db.accept_invitation(f.now(), UserId::new(), &secret("one")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(waiting(&f).await.len(), 1, "it waits still");
}

async fn invitations_are_listed_newest_first_until_they_expire(f: Fixture) {
    let first = invite(&f, "one", Role::Viewer).await;
    f.wait(1800);
    let second = invite(&f, "two", Role::Admin).await;
    assert_eq!(waiting(&f).await, [second.id, first.id]);
    let page = f.db.invitations(&f.alice, f.now(), &PageRequest::new(Some(1), None)).await.unwrap();
    assert_eq!(page.items, std::slice::from_ref(&second));
    let rest = PageRequest::new(Some(1), page.next_cursor);
    assert_eq!(f.db.invitations(&f.alice, f.now(), &rest).await.unwrap().items, [first]);
    f.wait(1800);
    assert_eq!(waiting(&f).await, [second.id]);
}

async fn an_invitation_made_twice_under_one_key_has_the_second_secret(f: Fixture) {
    let make = async |text| {
        let act = f.keyed("invitation.create", "k");
        f.db.create_invitation(&act, &new(&f, text, Role::Member)).await.unwrap().id
    };
    assert_eq!(make("one").await, make("two").await);
    let bob = f.person("Bob").await.id;
    f.db.accept_invitation(f.now(), bob, &secret("one")).await.unwrap_err();
    f.db.accept_invitation(f.now(), bob, &secret("two")).await.unwrap();
}

async fn invitations_are_taken_back_by_their_own_organisation_alone(f: Fixture) {
    let made = invite(&f, "one", Role::Member).await;
    let foreign = f.db.delete_invitation(&f.foreign("attack"), made.id).await.unwrap_err();
    let missing = f.db.delete_invitation(&f.foreign("attack"), InvitationId::new()).await.unwrap_err();
    assert_eq!(format!("{foreign:?}"), format!("{missing:?}"));
    assert!(f.db.invitations(&f.mallory, f.now(), &all()).await.unwrap().items.is_empty());
    assert_eq!(waiting(&f).await, [made.id]);
}

async fn an_organisation_has_so_many_invitations_and_no_more(f: Fixture) {
    for number in 0..MOST_INVITATIONS {
        invite(&f, &number.to_string(), Role::Viewer).await;
        f.wait(-1);
    }
    let refused = f.db.create_invitation(&f.act("invitation.create"), &new(&f, "more", Role::Viewer)).await;
    let error = refused.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Limited, "too_many_invitations"));
    f.wait(3600);
    invite(&f, "more", Role::Viewer).await;
}
