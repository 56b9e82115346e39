-- Repositories that are added by URL, of which each user has a clone of their own.

-- The path of one at a remote is its address: a project has each once, as it has each folder.
ALTER TABLE repos ADD COLUMN kind TEXT NOT NULL DEFAULT 'folder' CHECK (kind IN ('folder', 'remote'));

CREATE TABLE repo_clones (
    repo_id    UUID NOT NULL REFERENCES repos (id) ON DELETE CASCADE,
    org_id     UUID NOT NULL REFERENCES organisations (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    status     TEXT NOT NULL CHECK (status IN ('cloning', 'ready', 'failed')),
    -- Counts how often it was begun: what is told of one that was given up says nothing of the next.
    attempt    BIGINT NOT NULL,
    path       TEXT NOT NULL,
    reason     TEXT,
    error      TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (repo_id, user_id),
    CHECK ((status = 'failed') = (reason IS NOT NULL))
);
CREATE INDEX repo_clones_unfinished ON repo_clones (repo_id) WHERE status = 'cloning';

ALTER TABLE repo_clones ENABLE ROW LEVEL SECURITY;
ALTER TABLE repo_clones FORCE ROW LEVEL SECURITY;
CREATE POLICY of_instance ON repo_clones USING ((SELECT reaches_instance()));
-- One person's alone.
CREATE POLICY of_user ON repo_clones
    USING (org_id = (SELECT reached_org()) AND user_id = (SELECT reached_user()));
