//! What a checkpoint's commit says of itself: trailers, so that `git log` on the hidden ref is readable too.

use switchyard_domain::workspace::CheckpointReason;
use switchyard_domain::{SessionId, Timestamp};

/// Why a checkpoint is taken, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Occasion {
    pub(super) reason: CheckpointReason,
    pub(super) session: Option<SessionId>,
    /// From 1; 0 where there is none.
    pub(super) turn: u32,
}

impl Occasion {
    pub(super) fn of(reason: CheckpointReason) -> Self {
        Self { reason, session: None, turn: 0 }
    }
}

/// One repo's part of a checkpoint, as stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    pub(super) number: u32,
    pub(super) commit: String,
    /// The files.
    pub(super) tree: String,
    /// The commit that `HEAD` named.
    pub(super) head: String,
    /// The full ref that `HEAD` named, unless it was detached.
    pub(super) head_ref: Option<String>,
    /// The index; `None` where paths in it were unmerged.
    pub(super) index: Option<String>,
    pub(super) occasion: Occasion,
    pub(super) at: Timestamp,
}

/// The message of a checkpoint's commit.
pub(super) fn message(
    number: u32,
    occasion: Occasion,
    head_ref: Option<&str>,
    index: Option<&str>,
) -> String {
    let reason = occasion.reason.as_str();
    let mut text = format!("Checkpoint {number} ({reason})\n\nSwitchyard-Reason: {reason}\n");
    if let Some(session) = occasion.session {
        text += &format!("Switchyard-Session: {session}\nSwitchyard-Turn: {}\n", occasion.turn);
    }
    text += &format!("Switchyard-Head: {}\n", head_ref.unwrap_or("detached"));
    text += &format!("Switchyard-Index: {}\n", index.unwrap_or("unmerged"));
    text
}

/// The format in which `for-each-ref` is asked for checkpoints: six fields, each ended by a zero byte.
pub(super) const FORMAT: &str =
    "--format=%(refname)%00%(objectname)%00%(tree)%00%(parent)%00%(committerdate:unix)%00%(contents)%00";

/// Reads what `for-each-ref` prints; refs that are no checkpoints of ours are passed over.
pub(super) fn parse(printed: &str) -> Vec<Stored> {
    let fields: Vec<&str> = printed.split('\0').map(|field| field.trim_start_matches('\n')).collect();
    let mut stored: Vec<Stored> = fields.chunks_exact(6).filter_map(one).collect();
    stored.sort_by_key(|checkpoint| checkpoint.number);
    stored
}

fn one(fields: &[&str]) -> Option<Stored> {
    let [name, commit, tree, parents, at, message] = fields else { return None };
    let trailer = |key: &str| {
        message
            .lines()
            .find_map(|line| line.strip_prefix("Switchyard-")?.strip_prefix(key)?.strip_prefix(": "))
    };
    let some_unless = |value: &str, none: &str| (value != none).then(|| value.to_owned());
    Some(Stored {
        number: name.rsplit('/').next()?.parse().ok()?,
        commit: (*commit).to_owned(),
        tree: (*tree).to_owned(),
        head: parents.split(' ').next()?.to_owned(),
        head_ref: some_unless(trailer("Head")?, "detached"),
        index: some_unless(trailer("Index")?, "unmerged"),
        occasion: Occasion {
            reason: trailer("Reason")?.parse().ok()?,
            session: trailer("Session").and_then(|id| id.parse().ok()),
            turn: trailer("Turn").and_then(|turn| turn.parse().ok()).unwrap_or(0),
        },
        at: Timestamp::from_unix_timestamp(at.parse().ok()?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_checkpoint_says_is_read_back() {
        let session = SessionId::new();
        let occasion = Occasion { reason: CheckpointReason::Turn, session: Some(session), turn: 4 };
        let text = message(12, occasion, Some("refs/heads/sy/x"), Some("ee"));
        let refname = "refs/switchyard/workspaces/w/checkpoints/12";
        let read = parse(&format!("{refname}\0cc\0tt\0pp qq\x001700000000\0{text}\0\n"));
        assert_eq!(read.len(), 1);
        assert_eq!(
            (read[0].number, &*read[0].commit, &*read[0].tree, &*read[0].head),
            (12, "cc", "tt", "pp")
        );
        assert_eq!(read[0].head_ref.as_deref(), Some("refs/heads/sy/x"));
        assert_eq!(read[0].index.as_deref(), Some("ee"));
        assert_eq!(read[0].occasion, occasion);
        assert!(parse("refs/other\0a\0b\0c\x001\0no trailers\0\n").is_empty());
    }
}
