//! Review comments, and configurations.

use switchyard_domain::comment::{Comment, CommentAnchor, CommentStatus, DiffSide};
use switchyard_domain::config::{Config, Theme};
use switchyard_domain::message::MessageStatus;
use switchyard_domain::session::Session;
use switchyard_domain::store::*;
use switchyard_domain::workspace::Workspace;
use switchyard_domain::{ErrorKind, RepoId};

use crate::fixture::Fixture;

crate::scenarios! {
    a_comment_is_written_edited_and_deleted,
    a_comment_is_on_a_repository_of_its_workspace,
    a_review_queues_one_message_and_marks_its_comments_sent,
    a_review_with_a_foreign_comment_sends_nothing,
    a_configuration_is_the_default_one_until_it_is_stored,
}

async fn commented(f: &Fixture) -> (Workspace, Session, Vec<Comment>) {
    let (session, _) = f.whole_session().await;
    let workspace = f.db.workspace(&f.alice, session.workspace_id).await.unwrap();
    let mut comments = Vec::new();
    for text in ["first", "second"] {
        let act = f.act("comment.create");
        comments.push(
            f.db.create_comment(&act, workspace.id, &anchor(workspace.repos[0].repo_id), text).await.unwrap(),
        );
    }
    (workspace, session, comments)
}

fn anchor(repo_id: RepoId) -> CommentAnchor {
    let quote = "let x = 1;\n".to_owned();
    CommentAnchor { repo_id, path: "src/a.rs".to_owned(), side: DiffSide::New, line: 3, end_line: 5, quote }
}

async fn a_comment_is_written_edited_and_deleted(f: Fixture) {
    let (workspace, _, comments) = commented(&f).await;
    let [first, second] = &comments[..] else { panic!() };
    assert_eq!((first.text.as_str(), first.status, first.version), ("first", CommentStatus::Open, 1));
    assert_eq!(first.anchor, anchor(workspace.repos[0].repo_id));
    assert_eq!(f.db.comments(&f.alice, workspace.id).await.unwrap(), comments);
    let edited = f.db.update_comment(&f.act("comment.update"), first.id, 1, "better").await.unwrap();
    assert_eq!((edited.text.as_str(), edited.version), ("better", 2));
    let error = f.db.update_comment(&f.act("comment.update"), first.id, 1, "worse").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale);
    assert_eq!(
        f.db.delete_comment(&f.act("comment.delete"), first.id, 1).await.unwrap_err().kind,
        ErrorKind::Stale
    );
    f.db.delete_comment(&f.act("comment.delete"), first.id, 2).await.unwrap();
    assert_eq!(&f.db.comments(&f.alice, workspace.id).await.unwrap()[..], std::slice::from_ref(second));
    assert_eq!(f.db.comment(&f.alice, first.id).await.unwrap_err().kind, ErrorKind::NotFound);
}

async fn a_comment_is_on_a_repository_of_its_workspace(f: Fixture) {
    let (workspace, ..) = commented(&f).await;
    let act = f.act("comment.create");
    let error = f.db.create_comment(&act, workspace.id, &anchor(RepoId::new()), "x").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

async fn a_review_queues_one_message_and_marks_its_comments_sent(f: Fixture) {
    let (workspace, session, comments) = commented(&f).await;
    let ids = [comments[0].id, comments[1].id];
    let message = f.db.send_review(&f.keyed("review.send", "k"), session.id, &ids, "Please").await.unwrap();
    assert_eq!((message.text.as_str(), message.status), ("Please", MessageStatus::Queued));
    let sent = f.db.comments(&f.alice, workspace.id).await.unwrap();
    assert!(sent.iter().all(|comment| comment.status == CommentStatus::Sent && comment.version == 2));
    let again = f.db.send_review(&f.keyed("review.send", "k"), session.id, &ids, "Please").await.unwrap();
    assert_eq!(again, message);
    assert_eq!(f.db.queued_messages(&f.alice, session.id).await.unwrap().len(), 2);
}

async fn a_review_with_a_foreign_comment_sends_nothing(f: Fixture) {
    let (workspace, session, comments) = commented(&f).await;
    let (_, _, elsewhere) = commented(&f).await;
    let head = f.head().await;
    let ids = [comments[0].id, elsewhere[0].id];
    let error = f.db.send_review(&f.act("review.send"), session.id, &ids, "Please").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(f.db.comments(&f.alice, workspace.id).await.unwrap(), comments);
    assert_eq!(f.head().await, head);
}

async fn a_configuration_is_the_default_one_until_it_is_stored(f: Fixture) {
    let stored = f.db.config(&f.alice).await.unwrap();
    assert_eq!((stored.config.clone(), stored.version), (Config::default(), 0));
    let dark =
        Config { theme: Theme::Dark, editor: Some("vscode://file{path}".to_owned()), ..Config::default() };
    let stored = f.db.put_config(&f.act("config.update"), 0, &dark).await.unwrap();
    assert_eq!((&stored.config, stored.version), (&dark, 1));
    let error = f.db.put_config(&f.act("config.update"), 0, &Config::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale);
    let light = Config { theme: Theme::Light, ..dark };
    assert_eq!(f.db.put_config(&f.act("config.update"), 1, &light).await.unwrap().version, 2);
    assert_eq!(f.db.config(&f.alice).await.unwrap().config, light);
    assert_eq!(f.db.config(&f.mallory).await.unwrap().version, 0);
}
