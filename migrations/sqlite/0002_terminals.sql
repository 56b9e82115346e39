-- Terminals: shells in a workspace, each of the user who opened it.

CREATE TABLE terminals (
    id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id        BLOB NOT NULL REFERENCES organisations (id),
    user_id       BLOB NOT NULL REFERENCES users (id),
    project_id    BLOB NOT NULL REFERENCES projects (id),
    workspace_id  BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('open', 'closed')),
    cols          INTEGER NOT NULL,
    rows          INTEGER NOT NULL,
    exit_code     INTEGER,
    closed_reason TEXT CHECK (closed_reason IN ('exited', 'closed', 'idle', 'lost')),
    created_at    INTEGER NOT NULL,
    closed_at     INTEGER,
    version       INTEGER NOT NULL,
    CHECK ((status = 'closed') = (closed_reason IS NOT NULL))
) STRICT;
CREATE INDEX terminals_by_workspace ON terminals (workspace_id);
CREATE INDEX terminals_open ON terminals (org_id, user_id, id) WHERE status = 'open';
