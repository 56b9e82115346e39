//! Organisations and who belongs to them.

use switchyard_domain::event::{Entity, FeedSlice, Verb};
use switchyard_domain::store::*;
use switchyard_domain::terminal::{ClosedReason, TerminalEnd, TerminalKind, TerminalSize};
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{Error, ErrorKind, PageRequest, Role, Scope, TerminalId, UserId};

use crate::fixture::{Fixture, all, secret};

crate::scenarios! {
    an_organisation_is_made_with_its_maker_as_admin,
    an_organisation_made_twice_under_one_key_is_one,
    a_rename_is_refused_to_who_saw_another_version,
    members_are_listed_by_name_page_by_page,
    a_members_role_is_changed_and_told,
    an_organisation_keeps_an_admin,
    of_two_admins_who_remove_each_other_at_once_one_stays,
    an_admin_whose_account_is_closed_does_not_count,
    a_personal_organisation_stays_its_owners_alone,
    who_is_removed_takes_their_keys_along,
    somebody_else_is_as_absent_as_nobody,
    a_configuration_is_its_users_in_each_of_their_organisations,
    what_a_colleague_has_in_a_workspace_goes_with_it,
}

async fn an_organisation_is_made_with_its_maker_as_admin(f: Fixture) {
    let head = f.head().await;
    let made = f.db.create_organisation(&f.act("organisation.create"), "Works").await.unwrap();
    assert_eq!((made.name.as_str(), made.personal, made.version), ("Works", false, 1));
    assert_eq!(f.head().await, head, "it is nothing to the others where Alice acts now");
    let scope = f.scope(f.alice.user(), made.id).await;
    assert_eq!((scope.role(), f.db.organisation(&scope).await.unwrap()), (Role::Admin, made.clone()));
    let FeedSlice::Events(events) = f.db.events(&scope, 0, 10).await.unwrap() else { panic!() };
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].entity, events[0].verb, events[0].id),
        (Entity::Organisation, Verb::Created, made.id.0)
    );
    let log = f.db.audit(&scope, &Default::default(), &all()).await.unwrap().items;
    assert_eq!((log.len(), log[0].action.as_str()), (1, "organisation.create"));
    assert!(f.db.audit(&f.alice, &Default::default(), &all()).await.unwrap().items.is_empty());
}

async fn an_organisation_made_twice_under_one_key_is_one(f: Fixture) {
    let first = f.db.create_organisation(&f.keyed("organisation.create", "k"), "Works").await.unwrap();
    let again = f.db.create_organisation(&f.keyed("organisation.create", "k"), "Works").await.unwrap();
    assert_eq!(first, again);
    assert_eq!(f.db.user(f.alice.user()).await.unwrap().unwrap().memberships.len(), 2);
}

async fn a_rename_is_refused_to_who_saw_another_version(f: Fixture) {
    let act = f.act("organisation.update");
    let renamed = f.db.rename_organisation(&act, 1, "Alice & Co").await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.version), ("Alice & Co", 2));
    assert_eq!(f.db.rename_organisation(&act, 1, "Other").await.unwrap_err().kind, ErrorKind::Stale);
    assert_eq!(f.db.rename_organisation(&act, 2, "Alice & Co").await.unwrap(), renamed, "nothing to do");
    let events = f.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].entity, events[0].verb, events[0].version),
        (Entity::Organisation, Verb::Updated, 2)
    );
    let log = f.audit_log().await;
    assert!(log[0].starts_with("organisation.update ") && log[1].starts_with("organisation.update.stale "));
}

async fn members_are_listed_by_name_page_by_page(f: Fixture) {
    for name in ["bob", "Ärne", "Zoë", "Bob", "ada"] {
        f.colleague(name, Role::Viewer).await;
    }
    let mut names = Vec::new();
    let mut page = PageRequest::new(Some(2), None);
    loop {
        let found = f.db.members(&f.alice, &page).await.unwrap();
        names.extend(found.items.into_iter().map(|member| member.name));
        page.cursor = found.next_cursor;
        if page.cursor.is_none() {
            break;
        }
    }
    assert_eq!(names.len(), 6);
    names[2..4].sort();
    assert_eq!(names, ["ada", "Alice", "Bob", "bob", "Zoë", "Ärne"]);
    let bad = PageRequest::new(None, Some("zz".to_owned()));
    assert_eq!(f.db.members(&f.alice, &bad).await.unwrap_err().field, Some("cursor"));
}

async fn a_members_role_is_changed_and_told(f: Fixture) {
    let bob = f.colleague("Bob", Role::Viewer).await;
    let head = f.head().await;
    let member = f.db.set_member_role(&f.act("member.update"), bob.user(), Role::Admin).await.unwrap();
    assert_eq!((member.user_id, member.role, member.name.as_str()), (bob.user(), Role::Admin, "Bob"));
    assert_eq!(f.scope(bob.user(), f.alice.org()).await.role(), Role::Admin);
    f.db.set_member_role(&f.act("member.update"), bob.user(), Role::Admin).await.unwrap();
    let events = f.events_after(head).await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((events[0].entity, events[0].id, events[0].version), (Entity::Member, bob.user().0, 2));
    let log = f.audit_log().await;
    let last = log.last().unwrap();
    assert!(last.starts_with("member.update member ") && last.contains("viewer"), "{last}");
}

fn last_admin<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "last_admin"));
}

async fn an_organisation_keeps_an_admin(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await.user();
    last_admin(f.db.set_member_role(&f.act("member.update"), f.alice.user(), Role::Viewer).await);
    last_admin(f.db.remove_member(&f.act("member.remove"), f.alice.user()).await);
    f.db.set_member_role(&f.act("member.update"), bob, Role::Admin).await.unwrap();
    f.db.remove_member(&f.act("member.remove"), f.alice.user()).await.unwrap();
    assert_eq!(f.db.members(&f.alice, &all()).await.unwrap().items.len(), 1);
}

async fn of_two_admins_who_remove_each_other_at_once_one_stays(f: Fixture) {
    for round in 0..5 {
        let name = format!("Admin {round}");
        let bob = f.colleague(&name, Role::Admin).await;
        let demote = f.act("member.update");
        let remove = f.act_of(bob, "member.remove");
        let (one, other) = tokio::join!(
            f.db.set_member_role(&demote, bob.user(), Role::Viewer),
            f.db.remove_member(&remove, f.alice.user())
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        let admins = f.db.members(&bob, &all()).await.unwrap().items;
        assert_eq!(admins.iter().filter(|member| member.role == Role::Admin).count(), 1);
        if one.is_err() {
            return;
        }
    }
}

async fn an_admin_whose_account_is_closed_does_not_count(f: Fixture) {
    let bob = f.colleague("Bob", Role::Admin).await.user();
    f.db.set_user_disabled(f.now(), bob, true).await.unwrap();
    last_admin(f.db.remove_member(&f.act("member.remove"), f.alice.user()).await);
    f.db.remove_member(&f.act("member.remove"), bob).await.unwrap();
}

async fn a_personal_organisation_stays_its_owners_alone(f: Fixture) {
    let ada = f.person("Ada").await.id;
    let own = f.db.user(ada).await.unwrap().unwrap().memberships[0].organisation.id;
    let scope = f.scope(ada, own).await;
    let new = switchyard_domain::organisation::NewInvitation {
        email: None,
        role: Role::Viewer,
        secret: secret("x"),
        expires_at: f.later(60),
    };
    let act = |action| f.act_of(scope, action);
    let outcomes = [
        f.db.create_invitation(&act("invitation.create"), &new).await.map(drop),
        f.db.set_member_role(&act("member.update"), ada, Role::Viewer).await.map(drop),
        f.db.remove_member(&act("member.remove"), ada).await,
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "personal_organisation"));
    }
}

async fn who_is_removed_takes_their_keys_along(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let key = crate::api_keys::key(&f, bob, "bob's").await;
    let others = crate::api_keys::key(&f, f.alice, "alice's").await;
    let head = f.head().await;
    f.db.remove_member(&f.act("member.remove"), bob.user()).await.unwrap();
    assert_eq!(f.db.api_keys(&f.alice, &all()).await.unwrap().items, [others]);
    assert!(f.db.api_key(f.now(), &secret("bob's")).await.unwrap().is_none());
    let told: Vec<_> =
        f.events_after(head).await.iter().map(|event| (event.entity, event.verb, event.id)).collect();
    let (gone, member) = ((Entity::ApiKey, Verb::Deleted, key.id.0), bob.user().0);
    assert_eq!(told, [gone, (Entity::Member, Verb::Deleted, member)]);
    let log = f.audit_log().await;
    assert!(log.last().unwrap().starts_with("member.remove member "), "{log:?}");
}

async fn somebody_else_is_as_absent_as_nobody(f: Fixture) {
    let told = async |scope: Scope, user: UserId| {
        let act = f.act_of(scope, "attack");
        let role = f.db.set_member_role(&act, user, Role::Viewer).await.unwrap_err();
        let gone = f.db.remove_member(&act, user).await.unwrap_err();
        format!("{role:?} {gone:?}")
    };
    let (head, log) = (f.head().await, f.audit_log().await);
    assert_eq!(told(f.mallory, f.alice.user()).await, told(f.mallory, UserId::new()).await);
    assert_eq!((f.head().await, f.audit_log().await), (head, log));
    let members = f.db.members(&f.mallory, &all()).await.unwrap().items;
    assert_eq!((members.len(), members[0].user_id), (1, f.mallory.user()));
}

async fn a_configuration_is_its_users_in_each_of_their_organisations(f: Fixture) {
    let other = f.db.create_organisation(&f.act("organisation.create"), "Works").await.unwrap().id;
    let there = f.scope(f.alice.user(), other).await;
    let config = switchyard_domain::config::Config::default();
    f.db.put_config(&f.act("config.update"), 0, &config).await.unwrap();
    assert_eq!(f.db.config(&there).await.unwrap().version, 1);
    f.db.put_config(&f.act_of(there, "config.update"), 1, &config).await.unwrap();
    assert_eq!(f.db.config(&f.alice).await.unwrap().version, 2);
    let bob = f.colleague("Bob", Role::Admin).await;
    assert_eq!(f.db.config(&bob).await.unwrap().version, 0);
}

async fn what_a_colleague_has_in_a_workspace_goes_with_it(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let project = f.project("Shop").await.id;
    let workspace = f.workspace(f.task(project, "Fix").await.id).await.id;
    let terminal = NewTerminal {
        id: TerminalId::new(),
        workspace_id: workspace,
        kind: TerminalKind::Shell,
        name: None,
        size: TerminalSize::default(),
        scrollback_lines: 1_000,
    };
    f.db.create_terminal(&f.act_of(bob, "terminal.create"), &terminal).await.unwrap();
    let place = TerminalPlace::Workspace(workspace);
    assert_eq!(f.db.terminals_in(&f.alice, place).await.unwrap(), [(bob.user(), terminal.id)]);
    let end = TerminalEnd { reason: ClosedReason::Closed, exit_code: None };
    f.db.close_terminal(&f.act("terminal.end"), terminal.id, None, end).await.unwrap();
    f.change(workspace, WorkspaceStatus::Discarded).await;
    f.db.delete_workspace(&f.act("workspace.purge"), workspace).await.unwrap();
    let left = f.rows_of(f.alice.org()).await;
    assert!(!left.iter().any(|row| row.starts_with("terminals: ")), "{left:?}");
}
