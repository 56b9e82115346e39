-- Terminals: shells in a workspace, each of the user who opened it.

CREATE TABLE terminals (
    id            UUID PRIMARY KEY NOT NULL,
    org_id        UUID NOT NULL REFERENCES organisations (id),
    user_id       UUID NOT NULL REFERENCES users (id),
    project_id    UUID NOT NULL REFERENCES projects (id),
    workspace_id  UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('open', 'closed')),
    cols          BIGINT NOT NULL,
    rows          BIGINT NOT NULL,
    exit_code     BIGINT,
    closed_reason TEXT CHECK (closed_reason IN ('exited', 'closed', 'idle', 'lost')),
    created_at    TIMESTAMPTZ NOT NULL,
    closed_at     TIMESTAMPTZ,
    version       BIGINT NOT NULL,
    CHECK ((status = 'closed') = (closed_reason IS NOT NULL))
);
CREATE INDEX terminals_by_workspace ON terminals (workspace_id);
CREATE INDEX terminals_open ON terminals (org_id, user_id, id) WHERE status = 'open';
CREATE INDEX terminals_by_user ON terminals (org_id, user_id);
