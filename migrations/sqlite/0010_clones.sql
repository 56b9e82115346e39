-- Repositories that are added by URL, of which each user has a clone of their own.

-- The path of one at a remote is its address: a project has each once, as it has each folder.
ALTER TABLE repos ADD COLUMN kind TEXT NOT NULL DEFAULT 'folder' CHECK (kind IN ('folder', 'remote'));

CREATE TABLE repo_clones (
    repo_id    BLOB NOT NULL REFERENCES repos (id) ON DELETE CASCADE,
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    user_id    BLOB NOT NULL REFERENCES users (id),
    status     TEXT NOT NULL CHECK (status IN ('cloning', 'ready', 'failed')),
    -- Counts how often it was begun: what is told of one that was given up says nothing of the next.
    attempt    INTEGER NOT NULL,
    path       TEXT NOT NULL,
    reason     TEXT,
    error      TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (repo_id, user_id),
    CHECK ((status = 'failed') = (reason IS NOT NULL))
) STRICT;
CREATE INDEX repo_clones_unfinished ON repo_clones (repo_id) WHERE status = 'cloning';
