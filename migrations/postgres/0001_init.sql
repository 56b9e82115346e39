-- The same tables as for SQLite. Documents that only the program reads are JSON text; what is sorted by compares
-- by bytes (COLLATE "C"), as it does there.
-- Rows of tenant tables carry org_id (whose they are) and user_id (who made them).

CREATE TABLE users (
    id         UUID PRIMARY KEY NOT NULL,
    handle     TEXT UNIQUE,
    name       TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE organisations (
    id         UUID PRIMARY KEY NOT NULL,
    handle     TEXT UNIQUE,
    name       TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE memberships (
    org_id     UUID NOT NULL REFERENCES organisations (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

CREATE TABLE projects (
    id          UUID PRIMARY KEY NOT NULL,
    org_id      UUID NOT NULL REFERENCES organisations (id),
    user_id     UUID NOT NULL REFERENCES users (id),
    name        TEXT COLLATE "C" NOT NULL,
    -- The name in lower case, so that both engines sort alike.
    name_key    TEXT COLLATE "C" NOT NULL,
    settings    JSONB NOT NULL,
    archived_at TIMESTAMPTZ,
    deleted_at  TIMESTAMPTZ,
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL,
    version     BIGINT NOT NULL
);
CREATE INDEX projects_by_name ON projects (org_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_by_user ON projects (org_id, user_id);

CREATE TABLE repos (
    id             UUID PRIMARY KEY NOT NULL,
    org_id         UUID NOT NULL REFERENCES organisations (id),
    user_id        UUID NOT NULL REFERENCES users (id),
    project_id     UUID NOT NULL REFERENCES projects (id),
    name           TEXT COLLATE "C" NOT NULL,
    path           TEXT NOT NULL,
    default_branch TEXT NOT NULL,
    created_at     TIMESTAMPTZ NOT NULL,
    version        BIGINT NOT NULL,
    UNIQUE (project_id, name)
);
-- By digest: a path can be longer than an index entry may be.
CREATE UNIQUE INDEX repos_by_path ON repos (project_id, md5(path));
CREATE INDEX repos_by_user ON repos (org_id, user_id);

CREATE TABLE tasks (
    id                UUID PRIMARY KEY NOT NULL,
    org_id            UUID NOT NULL REFERENCES organisations (id),
    user_id           UUID NOT NULL REFERENCES users (id),
    project_id        UUID NOT NULL REFERENCES projects (id),
    title             TEXT NOT NULL,
    description       TEXT NOT NULL,
    status            TEXT NOT NULL
                      CHECK (status IN ('todo', 'in_progress', 'in_review', 'done', 'cancelled')),
    status_rank       BIGINT NOT NULL GENERATED ALWAYS AS (
                          CASE status WHEN 'todo' THEN 0 WHEN 'in_progress' THEN 1 WHEN 'in_review' THEN 2
                                      WHEN 'done' THEN 3 ELSE 4 END) STORED,
    priority          TEXT NOT NULL CHECK (priority IN ('none', 'low', 'medium', 'high', 'urgent')),
    labels            JSONB NOT NULL,
    assignee          UUID,
    position          TEXT COLLATE "C" NOT NULL,
    -- Kept in step by the store, so that a board is one pass over one index. No foreign key: the two tables
    -- would refer to each other.
    latest_session_id UUID,
    workspace_count   BIGINT NOT NULL DEFAULT 0,
    deleted_at        TIMESTAMPTZ,
    created_at        TIMESTAMPTZ NOT NULL,
    updated_at        TIMESTAMPTZ NOT NULL,
    version           BIGINT NOT NULL,
    -- ASCII punctuation becomes space, so that a path or an address is found by each of its words.
    search            TSVECTOR NOT NULL GENERATED ALWAYS AS (
                          to_tsvector('simple', regexp_replace(
                              title || ' ' || description || ' ' || labels::text, '[!-/:-@\[-`{-~]+', ' ', 'g')))
                      STORED
);
CREATE INDEX tasks_by_column ON tasks (org_id, project_id, status_rank, position, id) WHERE deleted_at IS NULL;
-- Counts of a column's tasks read this and nothing else.
CREATE INDEX tasks_by_project ON tasks (project_id, status) WHERE deleted_at IS NULL;
CREATE INDEX tasks_deleted ON tasks (org_id, project_id) WHERE deleted_at IS NOT NULL;
CREATE INDEX tasks_by_user ON tasks (org_id, user_id);
CREATE INDEX tasks_by_search ON tasks USING gin (search);

CREATE TABLE workspaces (
    id           UUID PRIMARY KEY NOT NULL,
    org_id       UUID NOT NULL REFERENCES organisations (id),
    user_id      UUID NOT NULL REFERENCES users (id),
    project_id   UUID NOT NULL REFERENCES projects (id),
    task_id      UUID NOT NULL REFERENCES tasks (id),
    branch       TEXT NOT NULL,
    base_branch  TEXT NOT NULL,
    status       TEXT NOT NULL
                 CHECK (status IN ('creating', 'ready', 'merging', 'merged', 'discarding', 'discarded',
                                   'restoring', 'failed')),
    error        TEXT,
    path         TEXT NOT NULL DEFAULT '',
    repos        TEXT NOT NULL,
    merged_at    TIMESTAMPTZ,
    discarded_at TIMESTAMPTZ,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX workspaces_by_task ON workspaces (task_id, id);
CREATE INDEX workspaces_by_project ON workspaces (org_id, project_id, id);
CREATE INDEX workspaces_by_user ON workspaces (org_id, user_id);
CREATE INDEX workspaces_unfinished ON workspaces (status)
    WHERE status IN ('creating', 'merging', 'discarding', 'restoring');

CREATE TABLE sessions (
    id               UUID PRIMARY KEY NOT NULL,
    org_id           UUID NOT NULL REFERENCES organisations (id),
    user_id          UUID NOT NULL REFERENCES users (id),
    project_id       UUID NOT NULL REFERENCES projects (id),
    task_id          UUID NOT NULL REFERENCES tasks (id),
    workspace_id     UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    agent            TEXT NOT NULL,
    agent_session_id TEXT,
    title            TEXT NOT NULL,
    status           TEXT NOT NULL
                     CHECK (status IN ('starting', 'running', 'waiting_approval', 'idle', 'stopped', 'failed',
                                       'completed')),
    status_detail    TEXT,
    last_seq         BIGINT NOT NULL DEFAULT 0,
    usage            TEXT,
    modes            TEXT NOT NULL DEFAULT '[]',
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    version          BIGINT NOT NULL
);
CREATE INDEX sessions_by_workspace ON sessions (workspace_id, id);
CREATE INDEX sessions_by_task ON sessions (task_id, id);
CREATE INDEX sessions_by_user ON sessions (org_id, user_id);
CREATE INDEX sessions_active ON sessions (status) WHERE status IN ('starting', 'running', 'waiting_approval');

CREATE TABLE transcript_entries (
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq        BIGINT NOT NULL,
    org_id     UUID NOT NULL REFERENCES organisations (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    turn       BIGINT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    kind       TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (session_id, seq)
);
CREATE INDEX transcript_entries_by_user ON transcript_entries (org_id, user_id);

CREATE TABLE messages (
    id         UUID PRIMARY KEY NOT NULL,
    org_id     UUID NOT NULL REFERENCES organisations (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    text       TEXT NOT NULL,
    status     TEXT NOT NULL CHECK (status IN ('queued', 'delivered', 'failed')),
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX messages_by_session ON messages (session_id, id);
CREATE INDEX messages_by_user ON messages (org_id, user_id);
CREATE INDEX messages_queued ON messages (session_id) WHERE status = 'queued';

CREATE TABLE approvals (
    id            UUID PRIMARY KEY NOT NULL,
    org_id        UUID NOT NULL REFERENCES organisations (id),
    user_id       UUID NOT NULL REFERENCES users (id),
    project_id    UUID NOT NULL REFERENCES projects (id),
    task_id       UUID NOT NULL REFERENCES tasks (id),
    workspace_id  UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    session_id    UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    permission_id TEXT NOT NULL,
    title         TEXT NOT NULL,
    tool_call_id  TEXT,
    options       TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('pending', 'answered', 'cancelled', 'expired')),
    option_id     TEXT,
    answered_by   UUID REFERENCES users (id),
    answered_at   TIMESTAMPTZ,
    -- Whether the transcript has the outcome: until then an answer may have to be given to the agent again.
    settled       BOOLEAN NOT NULL DEFAULT FALSE,
    created_at    TIMESTAMPTZ NOT NULL,
    version       BIGINT NOT NULL,
    UNIQUE (session_id, permission_id)
);
CREATE INDEX approvals_by_status ON approvals (org_id, status, id);
CREATE INDEX approvals_by_org ON approvals (org_id, id);
CREATE INDEX approvals_by_user ON approvals (org_id, user_id);
CREATE INDEX approvals_by_workspace ON approvals (workspace_id);

CREATE TABLE comments (
    id           UUID PRIMARY KEY NOT NULL,
    org_id       UUID NOT NULL REFERENCES organisations (id),
    user_id      UUID NOT NULL REFERENCES users (id),
    project_id   UUID NOT NULL REFERENCES projects (id),
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- No foreign key: a comment outlives the repo's place in the project.
    repo_id      UUID NOT NULL,
    path         TEXT NOT NULL,
    side         TEXT NOT NULL CHECK (side IN ('old', 'new')),
    line         BIGINT NOT NULL,
    end_line     BIGINT NOT NULL,
    quote        TEXT NOT NULL,
    text         TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('open', 'sent')),
    created_at   TIMESTAMPTZ NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX comments_by_workspace ON comments (workspace_id, id);
CREATE INDEX comments_by_user ON comments (org_id, user_id);

CREATE TABLE user_configs (
    user_id           UUID PRIMARY KEY NOT NULL REFERENCES users (id),
    org_id            UUID NOT NULL REFERENCES organisations (id),
    config_json       JSONB NOT NULL,
    oauth_credentials BYTEA,
    created_at        TIMESTAMPTZ NOT NULL,
    updated_at        TIMESTAMPTZ NOT NULL,
    version           BIGINT NOT NULL
);
CREATE INDEX user_configs_by_org ON user_configs (org_id, user_id);

CREATE TABLE feed_heads (
    org_id UUID PRIMARY KEY NOT NULL REFERENCES organisations (id),
    -- Number of the newest event, and of the newest one that was forgotten.
    seq    BIGINT NOT NULL DEFAULT 0,
    pruned BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE events (
    org_id     UUID NOT NULL REFERENCES organisations (id),
    seq        BIGINT NOT NULL,
    user_id    UUID NOT NULL REFERENCES users (id),
    entity     TEXT NOT NULL,
    verb       TEXT NOT NULL CHECK (verb IN ('created', 'updated', 'deleted')),
    entity_id  UUID NOT NULL,
    project_id UUID,
    version    BIGINT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (org_id, seq)
);
CREATE INDEX events_by_user ON events (org_id, user_id);

CREATE TABLE audit_log (
    id          UUID PRIMARY KEY NOT NULL,
    org_id      UUID NOT NULL REFERENCES organisations (id),
    user_id     UUID NOT NULL REFERENCES users (id),
    action      TEXT NOT NULL,
    entity_type TEXT NOT NULL,
    entity_id   UUID,
    details     JSONB NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX audit_log_by_org ON audit_log (org_id, id);
CREATE INDEX audit_log_by_user ON audit_log (org_id, user_id, id);
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER audit_log_never_changed BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_never_emptied BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

CREATE TABLE idempotency_keys (
    org_id     UUID NOT NULL REFERENCES organisations (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    key        TEXT NOT NULL,
    action     TEXT NOT NULL,
    entity_id  UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (org_id, user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
