-- Groups, and who may see a project. A project is open to its organisation until it is among the restricted ones.

CREATE TABLE user_groups (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    user_id    BLOB NOT NULL REFERENCES users (id),
    name       TEXT NOT NULL,
    -- The name in lower case, so that both engines sort alike.
    name_key   TEXT NOT NULL,
    -- Who says who is in it.
    source     TEXT NOT NULL CHECK (source IN ('admin', 'proxy')),
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX user_groups_by_name ON user_groups (org_id, name_key, source);

CREATE TABLE group_members (
    group_id BLOB NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    org_id   BLOB NOT NULL REFERENCES organisations (id),
    user_id  BLOB NOT NULL REFERENCES users (id),
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_by_user ON group_members (org_id, user_id);

CREATE TABLE restricted_projects (
    project_id BLOB PRIMARY KEY NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    user_id    BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX restricted_projects_by_org ON restricted_projects (org_id, project_id);

CREATE TABLE project_access (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    -- Who named the subject first.
    user_id    BLOB NOT NULL REFERENCES users (id),
    kind       TEXT NOT NULL CHECK (kind IN ('user', 'group', 'api_key')),
    -- Of a user, a group or an API key. The store removes what names one that is gone, and tells of it.
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    -- 0 viewer, 1 editor, 2 admin.
    role_rank  INTEGER NOT NULL CHECK (role_rank IN (0, 1, 2)),
    PRIMARY KEY (project_id, kind, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_access_by_subject ON project_access (org_id, kind, subject_id, project_id);

-- Whether a key reaches those projects alone that name it.
ALTER TABLE api_keys ADD COLUMN for_projects INTEGER NOT NULL DEFAULT 0 CHECK (for_projects IN (0, 1));
