//! Servers on one database: who sees to what, and what becomes of one that stood still.

use std::sync::Arc;
use std::time::Duration;

use switchyard_domain::session::SessionStatus;
use switchyard_domain::store::*;
use switchyard_domain::{ErrorKind, ReplicaId, SessionId};
use switchyard_store::Database;
use tokio::time::{sleep, timeout};

use crate::fixture::{Fixture, Place, said, serving};

/// Longer than any test here.
const LONG: Duration = Duration::from_secs(60);
/// Over before anything else happens.
const SHORT: Duration = Duration::from_millis(1);

/// A second server on the same database.
async fn another(f: &Fixture) -> Arc<Database> {
    let Place::Server { url } = &f.place else { panic!() };
    Arc::new(Database::open_postgres(&serving(url)).await.unwrap())
}

async fn joined(db: &Database, lease: Duration) -> ReplicaId {
    let id = ReplicaId::new();
    db.join(id, lease).await.unwrap();
    id
}

fn held(replica: ReplicaId, session: SessionId) -> Held {
    Held { replica, work: Work::Session(session) }
}

#[tokio::test]
async fn one_process_alone_sees_to_everything() {
    let f = Fixture::sqlite().await;
    let (session, _) = f.whole_session().await;
    let of_ours = held(joined(&f.db, SHORT).await, session.id);
    sleep(SHORT).await;
    assert_eq!(f.db.claim(of_ours).await.unwrap(), Claim::Granted);
    assert!(f.db.renew(of_ours.replica, LONG).await.unwrap() && !f.db.forget_lapsed().await.unwrap());
    let act = Act { held: Some(of_ours), ..f.act("session.fail") };
    f.db.set_session_status(&act, session.id, SessionStatus::Failed, None).await.unwrap();
}

#[tokio::test]
async fn what_one_server_sees_to_another_does_not_get() {
    let f = Fixture::postgres().await;
    let (one, other) = (joined(&f.db, LONG).await, joined(&f.db, LONG).await);
    let session = SessionId::new();
    assert_eq!(f.db.claim(held(one, session)).await.unwrap(), Claim::Granted);
    assert_eq!(f.db.claim(held(one, session)).await.unwrap(), Claim::Granted);
    assert_eq!(f.db.claim(held(other, session)).await.unwrap(), Claim::Taken(one));
    // Nor does giving up what one does not have take it from whoever does.
    f.db.release(held(other, session)).await.unwrap();
    assert_eq!(f.db.claim(held(other, session)).await.unwrap(), Claim::Taken(one));
    f.db.release(held(one, session)).await.unwrap();
    assert_eq!(f.db.claim(held(other, session)).await.unwrap(), Claim::Granted);
    f.db.leave(other).await.unwrap();
    assert_eq!(f.db.claim(held(one, session)).await.unwrap(), Claim::Granted);
    assert_eq!(f.db.claim(held(other, SessionId::new())).await.unwrap(), Claim::Lapsed);
}

#[tokio::test]
async fn a_server_that_stood_still_writes_nothing_late() {
    let f = Fixture::postgres().await;
    let (session, _) = f.whole_session().await;
    let (still, quick) = (joined(&f.db, SHORT).await, joined(&f.db, LONG).await);
    let act = |replica| Act { held: Some(held(replica, session.id)), ..f.act("session.append") };
    let refused = |error: switchyard_domain::Error| (error.kind, error.code);
    let lost = (ErrorKind::Conflict, "lease_lost");
    // Never claimed, and claimed by a lease that ran out.
    let error = f.db.append_entries(&act(still), session.id, &[said(1, "one")]).await.unwrap_err();
    assert_eq!(refused(error), lost);
    f.db.renew(still, SHORT).await.unwrap();
    sleep(Duration::from_millis(20)).await;
    assert_eq!(f.db.claim(held(still, session.id)).await.unwrap(), Claim::Lapsed);
    // While its lease ran, it wrote; once another has taken over, it does not, whatever it is.
    f.db.renew(still, LONG).await.unwrap();
    assert_eq!(f.db.claim(held(still, session.id)).await.unwrap(), Claim::Granted);
    f.db.append_entries(&act(still), session.id, &[said(1, "one")]).await.unwrap();
    f.db.renew(still, SHORT).await.unwrap();
    sleep(Duration::from_millis(20)).await;
    assert_eq!(f.db.claim(held(quick, session.id)).await.unwrap(), Claim::Granted);
    let head = f.head().await;
    let error = f.db.append_entries(&act(still), session.id, &[said(2, "two")]).await.unwrap_err();
    assert_eq!(refused(error), lost);
    let failed = f.db.set_session_status(&act(still), session.id, SessionStatus::Failed, None).await;
    assert_eq!(refused(failed.unwrap_err()), lost);
    assert_eq!(f.head().await, head);
    let kept = f.db.append_entries(&act(quick), session.id, &[said(2, "zwei")]).await.unwrap();
    assert_eq!(kept.last_seq, 2);
    // What a person does there is nobody's claim.
    f.db.set_session_status(&f.act("session.stop"), session.id, SessionStatus::Stopped, None).await.unwrap();
}

#[tokio::test]
async fn a_server_that_ends_has_its_work_taken_up_at_once() {
    let f = Fixture::postgres().await;
    let (one, other) = (joined(&f.db, LONG).await, joined(&f.db, LONG).await);
    let session = SessionId::new();
    assert_eq!(f.db.claim(held(one, session)).await.unwrap(), Claim::Granted);
    assert!(!f.db.forget_lapsed().await.unwrap());
    f.db.leave(one).await.unwrap();
    assert!(f.db.forget_lapsed().await.unwrap(), "whoever looks next hears of it");
    assert!(!f.db.forget_lapsed().await.unwrap());
    assert_eq!(f.db.claim(held(other, session)).await.unwrap(), Claim::Granted);
    assert_eq!(f.db.claim(held(one, session)).await.unwrap(), Claim::Lapsed);
}

#[tokio::test]
async fn a_dead_servers_work_is_free_once_its_lease_has_run_out() {
    let f = Fixture::postgres().await;
    let (dead, alive) = (joined(&f.db, Duration::from_millis(300)).await, joined(&f.db, LONG).await);
    let session = SessionId::new();
    f.db.claim(held(dead, session)).await.unwrap();
    assert!(!f.db.forget_lapsed().await.unwrap());
    assert_eq!(f.db.claim(held(alive, session)).await.unwrap(), Claim::Taken(dead));
    sleep(Duration::from_millis(320)).await;
    assert!(f.db.forget_lapsed().await.unwrap());
    assert!(!f.db.forget_lapsed().await.unwrap(), "one of the others takes it up");
    assert!(!f.db.renew(dead, LONG).await.unwrap(), "and it hears of it, should it come back");
    assert_eq!(f.db.claim(held(alive, session)).await.unwrap(), Claim::Granted);
}

/// However a takeover and a write of the old holder's meet, the write is before it or not at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_takeover_and_a_late_write_do_not_cross() {
    let f = Fixture::postgres().await;
    let other = another(&f).await;
    let (session, _) = f.whole_session().await;
    for seq in 1..=20 {
        let (old, new) = (joined(&f.db, LONG).await, joined(&f.db, LONG).await);
        assert_eq!(f.db.claim(held(old, session.id)).await.unwrap(), Claim::Granted);
        f.db.renew(old, Duration::ZERO).await.unwrap();
        let act = Act { held: Some(held(old, session.id)), ..f.act("session.append") };
        let entries = [said(seq, "late")];
        let (written, seen) = tokio::join!(f.db.append_entries(&act, session.id, &entries), async {
            assert_eq!(other.claim(held(new, session.id)).await.unwrap(), Claim::Granted);
            other.session(&f.alice, session.id).await.unwrap().last_seq
        });
        match written {
            Ok(_) => assert_eq!(seen, seq, "written after it was taken over"),
            Err(error) => {
                assert_eq!((error.code, seen), ("lease_lost", seq - 1));
                f.append(session.id, &entries).await;
            }
        }
        f.db.leave(old).await.unwrap();
        f.db.leave(new).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_hear_of_transcripts_and_calls_of_each_others() {
    let f = Fixture::postgres().await;
    let other = another(&f).await;
    let mut signals = other.signals();
    let mut next = async || timeout(Duration::from_secs(10), signals.heard()).await.unwrap();
    assert_eq!(next().await, Signal::Missed, "of the time before it listened it knows nothing");
    let (session, _) = f.whole_session().await;
    f.append(session.id, &[said(1, "one"), said(2, "two")]).await;
    assert_eq!(next().await, Signal::Transcript(session.id, 2));
    let holder = held(ReplicaId::new(), session.id);
    f.db.call(holder).await.unwrap();
    assert_eq!(next().await, Signal::Call(holder.replica, holder.work));
}
