//! The audit log as it is read.

use switchyard_domain::audit::{AuditEntry, AuditFilter, AuditRecord};
use switchyard_domain::store::*;
use switchyard_domain::{PageRequest, Role, Scope};

use crate::fixture::{Fixture, all};

crate::scenarios! {
    the_log_is_read_newest_first_page_by_page,
    the_log_is_narrowed_by_each_part_of_a_filter,
    admins_read_all_of_it_and_others_their_own,
    nobody_reads_another_organisations_log,
    who_acted_is_named_as_they_are_called_now,
}

async fn read(f: &Fixture, scope: &Scope, filter: &AuditFilter) -> Vec<AuditRecord> {
    f.db.audit(scope, filter, &all()).await.unwrap().items
}

fn actions(records: &[AuditRecord]) -> Vec<&str> {
    records.iter().map(|record| record.action.as_str()).collect()
}

async fn the_log_is_read_newest_first_page_by_page(f: Fixture) {
    let project = f.project("Shop").await;
    f.task(project.id, "Fix").await;
    f.db.delete_project(&f.act("project.delete"), project.id, 1).await.unwrap();
    let expected = ["project.delete", "task.create", "project.create"];
    let whole = read(&f, &f.alice, &AuditFilter::default()).await;
    assert_eq!(actions(&whole), expected);
    assert_eq!((whole[2].entity_id, whole[2].entity_type.as_str()), (Some(project.id.0), "project"));
    assert_eq!(whole[2].details, [("name".to_owned(), "Shop".to_owned())]);
    assert_eq!((whole[2].user_id, whole[2].user_name.as_str()), (f.alice.user(), "Alice"));
    let mut paged = Vec::new();
    let mut page = PageRequest::new(Some(1), None);
    loop {
        let found = f.db.audit(&f.alice, &AuditFilter::default(), &page).await.unwrap();
        paged.extend(found.items);
        page.cursor = found.next_cursor;
        if page.cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, whole);
}

async fn the_log_is_narrowed_by_each_part_of_a_filter(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let between = f.now();
    f.db.delete_task(&f.act("task.delete"), task.id, 1).await.unwrap();
    f.db.delete_project(&f.act("project.delete"), project.id, 1).await.unwrap();
    let odd = AuditEntry {
        action: "tasks.odd",
        entity_type: "route",
        entity_id: None,
        details: vec![("why", "a\0b".to_owned())],
        at: f.now(),
    };
    f.db.append_audit(&f.alice, &odd).await.unwrap();
    let by = async |filter: AuditFilter| {
        actions(&read(&f, &f.alice, &filter).await)
            .iter()
            .map(|action| (*action).to_owned())
            .collect::<Vec<_>>()
    };
    let none = AuditFilter::default;
    assert_eq!(
        by(AuditFilter { action: Some("task".to_owned()), ..none() }).await,
        ["task.delete", "task.create"]
    );
    let exact = AuditFilter { action: Some("task.create".to_owned()), ..none() };
    assert_eq!(by(exact).await, ["task.create"]);
    for wild in ["%", "t_sk", "task%", "", "task.creat"] {
        assert!(by(AuditFilter { action: Some(wild.to_owned()), ..none() }).await.is_empty(), "{wild}");
    }
    let kind = AuditFilter { entity_type: Some("project".to_owned()), ..none() };
    assert_eq!(by(kind).await, ["project.delete", "project.create"]);
    let one = AuditFilter { entity_id: Some(task.id.0), ..none() };
    assert_eq!(by(one).await, ["task.delete", "task.create"]);
    let early = AuditFilter { until: Some(between), ..none() };
    assert_eq!(by(early).await, ["task.create", "project.create"]);
    let late = AuditFilter { since: Some(between), action: Some("task".to_owned()), ..none() };
    assert_eq!(by(late).await, ["task.delete"]);
    let others = AuditFilter { user_id: Some(f.mallory.user()), ..none() };
    assert!(by(others).await.is_empty());
    let mine = AuditFilter { user_id: Some(f.alice.user()), ..none() };
    assert_eq!(by(mine).await.len(), 5);
}

async fn admins_read_all_of_it_and_others_their_own(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let eve = f.colleague("Eve", Role::Viewer).await;
    f.db.create_project(&f.act_of(bob, "project.create"), "Bob's", &Default::default()).await.unwrap();
    let bobs = read(&f, &bob, &AuditFilter::default()).await;
    assert_eq!(actions(&bobs), ["project.create", "invitation.accept"]);
    let eves = AuditFilter { user_id: Some(bob.user()), ..AuditFilter::default() };
    assert!(read(&f, &eve, &eves).await.is_empty(), "asking for others' does not help");
    assert_eq!(read(&f, &f.alice, &eves).await, bobs);
    assert_eq!(read(&f, &f.alice, &AuditFilter::default()).await.len(), 5);
}

async fn nobody_reads_another_organisations_log(f: Fixture) {
    let project = f.project("Shop").await;
    let about = AuditFilter { entity_id: Some(project.id.0), ..AuditFilter::default() };
    for filter in [AuditFilter::default(), about] {
        assert!(read(&f, &f.mallory, &filter).await.is_empty());
    }
}

async fn who_acted_is_named_as_they_are_called_now(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    f.db.remove_member(&f.act("member.remove"), bob.user()).await.unwrap();
    let renamed = switchyard_domain::user::OutsideIdentity {
        name: "Robert".to_owned(),
        ..crate::fixture::github("Bob")
    };
    f.db.sign_in(f.now(), &renamed).await.unwrap();
    let bobs = AuditFilter { user_id: Some(bob.user()), ..AuditFilter::default() };
    let found = read(&f, &f.alice, &bobs).await;
    assert_eq!(found[0].user_name, "Robert", "who left is still named");
}
