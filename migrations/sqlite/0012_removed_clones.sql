-- Clones of repos that were taken off their projects for good, until it is settled what becomes of their folders.

CREATE TABLE removed_clones (
    -- Of a repo that is gone.
    repo_id    BLOB NOT NULL,
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    user_id    BLOB NOT NULL REFERENCES users (id),
    -- Where it was; it may be gone, too.
    project_id BLOB NOT NULL,
    name       TEXT NOT NULL,
    url        TEXT NOT NULL,
    removed_at INTEGER NOT NULL,
    -- How often its remote was asked in vain.
    tries      INTEGER NOT NULL,
    PRIMARY KEY (repo_id, user_id)
) STRICT;
