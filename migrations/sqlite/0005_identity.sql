-- People, the ways in which they show who they are, and what lets them in. Of secrets there are digests alone.

-- The name in lower case, so that both engines sort alike.
ALTER TABLE users ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN username TEXT;
ALTER TABLE users ADD COLUMN email TEXT;
ALTER TABLE users ADD COLUMN avatar_url TEXT;
ALTER TABLE users ADD COLUMN instance_admin INTEGER NOT NULL DEFAULT 0 CHECK (instance_admin IN (0, 1));
ALTER TABLE users ADD COLUMN disabled_at INTEGER;
UPDATE users SET name_key = lower(name);
CREATE UNIQUE INDEX users_by_username ON users (username);

ALTER TABLE organisations ADD COLUMN personal INTEGER NOT NULL DEFAULT 0 CHECK (personal IN (0, 1));
ALTER TABLE organisations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
UPDATE organisations SET personal = 1 WHERE handle = 'local';

ALTER TABLE memberships ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Whom others vouch for.
CREATE TABLE identities (
    provider   TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_by_user ON identities (user_id);

-- Local accounts.
CREATE TABLE accounts (
    user_id    BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    password   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE password_resets (
    secret     BLOB PRIMARY KEY NOT NULL CHECK (length(secret) = 32),
    user_id    BLOB NOT NULL REFERENCES accounts (user_id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX password_resets_by_user ON password_resets (user_id);

CREATE TABLE logins (
    id           BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    -- Where its user acts; once they are no member there any more, in their own organisation.
    org_id       BLOB NOT NULL REFERENCES organisations (id),
    user_id      BLOB NOT NULL REFERENCES users (id),
    secret       BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
    method       TEXT NOT NULL,
    user_agent   TEXT NOT NULL,
    address      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX logins_by_user ON logins (user_id, last_seen_at);

-- Every secret that a login had before, for as long as its holder could believe in it: whoever shows one has a copy.
CREATE TABLE replaced_secrets (
    secret     BLOB PRIMARY KEY NOT NULL CHECK (length(secret) = 32),
    login_id   BLOB NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX replaced_secrets_by_login ON replaced_secrets (login_id, expires_at);

CREATE TABLE invitations (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id     BLOB NOT NULL REFERENCES organisations (id),
    user_id    BLOB NOT NULL REFERENCES users (id),
    secret     BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
    email      TEXT,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_by_org ON invitations (org_id, id);

CREATE TABLE api_keys (
    id           BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    org_id       BLOB NOT NULL REFERENCES organisations (id),
    user_id      BLOB NOT NULL REFERENCES users (id),
    secret       BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
    name         TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    hint         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_org ON api_keys (org_id, id);
