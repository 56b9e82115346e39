-- Ids are 16-byte UUIDs, times microseconds since 1970 in UTC, booleans 0 and 1, documents JSON text.
-- Rows of tenant tables carry org_id (whose they are) and user_id (who made them). They have no index of their own
-- here as they have in PostgreSQL: SQLite serves one person, and each index is a page more to write with every row.

CREATE TABLE users (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    handle     TEXT UNIQUE,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE organisations (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    handle     TEXT UNIQUE,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE memberships (
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    user_id    BLOB NOT NULL REFERENCES users (id),
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE projects (
    id          BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id      BLOB NOT NULL REFERENCES organisations (id),
    user_id     BLOB NOT NULL REFERENCES users (id),
    name        TEXT NOT NULL,
    -- The name in lower case, so that both engines sort alike.
    name_key    TEXT NOT NULL,
    settings    TEXT NOT NULL,
    archived_at INTEGER,
    deleted_at  INTEGER,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL
) STRICT;
CREATE INDEX projects_by_name ON projects (org_id, name_key, id) WHERE deleted_at IS NULL;

CREATE TABLE repos (
    id             BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id         BLOB NOT NULL REFERENCES organisations (id),
    user_id        BLOB NOT NULL REFERENCES users (id),
    project_id     BLOB NOT NULL REFERENCES projects (id),
    name           TEXT NOT NULL,
    path           TEXT NOT NULL,
    default_branch TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    UNIQUE (project_id, path),
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE tasks (
    -- Named, so that it stays the same for the search index when the file is compacted.
    row_number        INTEGER PRIMARY KEY,
    id                BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    org_id            BLOB NOT NULL REFERENCES organisations (id),
    user_id           BLOB NOT NULL REFERENCES users (id),
    project_id        BLOB NOT NULL REFERENCES projects (id),
    title             TEXT NOT NULL,
    description       TEXT NOT NULL,
    status            TEXT NOT NULL
                      CHECK (status IN ('todo', 'in_progress', 'in_review', 'done', 'cancelled')),
    status_rank       INTEGER NOT NULL GENERATED ALWAYS AS (
                          CASE status WHEN 'todo' THEN 0 WHEN 'in_progress' THEN 1 WHEN 'in_review' THEN 2
                                      WHEN 'done' THEN 3 ELSE 4 END) STORED,
    priority          TEXT NOT NULL CHECK (priority IN ('none', 'low', 'medium', 'high', 'urgent')),
    labels            TEXT NOT NULL,
    assignee          BLOB,
    position          TEXT NOT NULL,
    -- Kept in step by the store, so that a board is one pass over one index. No foreign key: the two tables
    -- would refer to each other.
    latest_session_id BLOB,
    workspace_count   INTEGER NOT NULL DEFAULT 0,
    deleted_at        INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    version           INTEGER NOT NULL
) STRICT;
CREATE INDEX tasks_by_column ON tasks (org_id, project_id, status_rank, position, id) WHERE deleted_at IS NULL;
-- Counts of a column's tasks read this and nothing else.
CREATE INDEX tasks_by_project ON tasks (project_id, status) WHERE deleted_at IS NULL;
CREATE INDEX tasks_deleted ON tasks (org_id, project_id) WHERE deleted_at IS NOT NULL;

CREATE VIRTUAL TABLE task_search USING fts5 (
    title, description, labels,
    content = 'tasks', content_rowid = 'row_number', tokenize = 'unicode61 remove_diacritics 0',
    -- Lengths of columns serve ranking, which a board in its own order has no use for.
    columnsize = 0
);
CREATE TRIGGER tasks_search_insert AFTER INSERT ON tasks BEGIN
    INSERT INTO task_search (rowid, title, description, labels)
    VALUES (new.row_number, new.title, new.description, new.labels);
END;
CREATE TRIGGER tasks_search_delete AFTER DELETE ON tasks BEGIN
    INSERT INTO task_search (task_search, rowid, title, description, labels)
    VALUES ('delete', old.row_number, old.title, old.description, old.labels);
END;
CREATE TRIGGER tasks_search_update AFTER UPDATE OF title, description, labels ON tasks
WHEN old.title <> new.title OR old.description <> new.description OR old.labels <> new.labels BEGIN
    INSERT INTO task_search (task_search, rowid, title, description, labels)
    VALUES ('delete', old.row_number, old.title, old.description, old.labels);
    INSERT INTO task_search (rowid, title, description, labels)
    VALUES (new.row_number, new.title, new.description, new.labels);
END;

CREATE TABLE workspaces (
    id           BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id       BLOB NOT NULL REFERENCES organisations (id),
    user_id      BLOB NOT NULL REFERENCES users (id),
    project_id   BLOB NOT NULL REFERENCES projects (id),
    task_id      BLOB NOT NULL REFERENCES tasks (id),
    branch       TEXT NOT NULL,
    base_branch  TEXT NOT NULL,
    status       TEXT NOT NULL
                 CHECK (status IN ('creating', 'ready', 'merging', 'merged', 'discarding', 'discarded',
                                   'restoring', 'failed')),
    error        TEXT,
    path         TEXT NOT NULL DEFAULT '',
    repos        TEXT NOT NULL,
    merged_at    INTEGER,
    discarded_at INTEGER,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL
) STRICT;
CREATE INDEX workspaces_by_task ON workspaces (task_id, id);
CREATE INDEX workspaces_by_project ON workspaces (org_id, project_id, id);
CREATE INDEX workspaces_unfinished ON workspaces (status)
    WHERE status IN ('creating', 'merging', 'discarding', 'restoring');

CREATE TABLE sessions (
    id               BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id           BLOB NOT NULL REFERENCES organisations (id),
    user_id          BLOB NOT NULL REFERENCES users (id),
    project_id       BLOB NOT NULL REFERENCES projects (id),
    task_id          BLOB NOT NULL REFERENCES tasks (id),
    workspace_id     BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    agent            TEXT NOT NULL,
    agent_session_id TEXT,
    title            TEXT NOT NULL,
    status           TEXT NOT NULL
                     CHECK (status IN ('starting', 'running', 'waiting_approval', 'idle', 'stopped', 'failed',
                                       'completed')),
    status_detail    TEXT,
    last_seq         INTEGER NOT NULL DEFAULT 0,
    usage            TEXT,
    modes            TEXT NOT NULL DEFAULT '[]',
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    version          INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_workspace ON sessions (workspace_id, id);
CREATE INDEX sessions_by_task ON sessions (task_id, id);
CREATE INDEX sessions_active ON sessions (status) WHERE status IN ('starting', 'running', 'waiting_approval');

CREATE TABLE transcript_entries (
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    user_id    BLOB NOT NULL REFERENCES users (id),
    turn       INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (session_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    user_id    BLOB NOT NULL REFERENCES users (id),
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    text       TEXT NOT NULL,
    status     TEXT NOT NULL CHECK (status IN ('queued', 'delivered', 'failed')),
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_by_session ON messages (session_id, id);
CREATE INDEX messages_queued ON messages (session_id) WHERE status = 'queued';

CREATE TABLE approvals (
    id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id        BLOB NOT NULL REFERENCES organisations (id),
    user_id       BLOB NOT NULL REFERENCES users (id),
    project_id    BLOB NOT NULL REFERENCES projects (id),
    task_id       BLOB NOT NULL REFERENCES tasks (id),
    workspace_id  BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    session_id    BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    permission_id TEXT NOT NULL,
    title         TEXT NOT NULL,
    tool_call_id  TEXT,
    options       TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('pending', 'answered', 'cancelled', 'expired')),
    option_id     TEXT,
    answered_by   BLOB REFERENCES users (id),
    answered_at   INTEGER,
    -- Whether the transcript has the outcome: until then an answer may have to be given to the agent again.
    settled       INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)),
    created_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    UNIQUE (session_id, permission_id)
) STRICT;
CREATE INDEX approvals_by_status ON approvals (org_id, status, id);
CREATE INDEX approvals_by_org ON approvals (org_id, id);
CREATE INDEX approvals_by_workspace ON approvals (workspace_id);

CREATE TABLE comments (
    id           BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id       BLOB NOT NULL REFERENCES organisations (id),
    user_id      BLOB NOT NULL REFERENCES users (id),
    project_id   BLOB NOT NULL REFERENCES projects (id),
    workspace_id BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- No foreign key: a comment outlives the repo's place in the project.
    repo_id      BLOB NOT NULL,
    path         TEXT NOT NULL,
    side         TEXT NOT NULL CHECK (side IN ('old', 'new')),
    line         INTEGER NOT NULL,
    end_line     INTEGER NOT NULL,
    quote        TEXT NOT NULL,
    text         TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('open', 'sent')),
    created_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL
) STRICT;
CREATE INDEX comments_by_workspace ON comments (workspace_id, id);

CREATE TABLE user_configs (
    user_id           BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    org_id            BLOB NOT NULL REFERENCES organisations (id),
    config_json       TEXT NOT NULL,
    oauth_credentials BLOB,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    version           INTEGER NOT NULL
) STRICT;

CREATE TABLE feed_heads (
    org_id BLOB PRIMARY KEY NOT NULL REFERENCES organisations (id),
    -- Number of the newest event, and of the newest one that was forgotten.
    seq    INTEGER NOT NULL DEFAULT 0,
    pruned INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    seq        INTEGER NOT NULL,
    user_id    BLOB NOT NULL REFERENCES users (id),
    entity     TEXT NOT NULL,
    verb       TEXT NOT NULL CHECK (verb IN ('created', 'updated', 'deleted')),
    entity_id  BLOB NOT NULL,
    project_id BLOB,
    version    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (org_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_log (
    id          BLOB NOT NULL CHECK (length(id) = 16),
    org_id      BLOB NOT NULL REFERENCES organisations (id),
    user_id     BLOB NOT NULL REFERENCES users (id),
    action      TEXT NOT NULL,
    entity_type TEXT NOT NULL,
    entity_id   BLOB,
    details     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_log_never_updated BEFORE UPDATE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_log_never_deleted BEFORE DELETE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TABLE idempotency_keys (
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    user_id    BLOB NOT NULL REFERENCES users (id),
    key        TEXT NOT NULL,
    action     TEXT NOT NULL,
    entity_id  BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
