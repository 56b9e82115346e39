-- People, the ways in which they show who they are, and what lets them in. Of secrets there are digests alone.

ALTER TABLE users
    -- The name in lower case, so that both engines sort alike.
    ADD COLUMN name_key       TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN username       TEXT,
    ADD COLUMN email          TEXT,
    ADD COLUMN avatar_url     TEXT,
    ADD COLUMN instance_admin BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN disabled_at    TIMESTAMPTZ;
UPDATE users SET name_key = lower(name);
CREATE UNIQUE INDEX users_by_username ON users (username);

ALTER TABLE organisations
    ADD COLUMN personal BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN version  BIGINT NOT NULL DEFAULT 1;
UPDATE organisations SET personal = TRUE WHERE handle = 'local';

ALTER TABLE memberships ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- Whom others vouch for.
CREATE TABLE identities (
    provider   TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    UUID NOT NULL REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider, subject)
);
CREATE INDEX identities_by_user ON identities (user_id);

-- Local accounts.
CREATE TABLE accounts (
    user_id    UUID PRIMARY KEY NOT NULL REFERENCES users (id),
    password   TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE password_resets (
    secret     BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(secret) = 32),
    user_id    UUID NOT NULL REFERENCES accounts (user_id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX password_resets_by_user ON password_resets (user_id);

CREATE TABLE logins (
    id           UUID PRIMARY KEY NOT NULL,
    -- Where its user acts; once they are no member there any more, in their own organisation.
    org_id       UUID NOT NULL REFERENCES organisations (id),
    user_id      UUID NOT NULL REFERENCES users (id),
    secret       BYTEA NOT NULL UNIQUE CHECK (octet_length(secret) = 32),
    method       TEXT NOT NULL,
    user_agent   TEXT NOT NULL,
    address      TEXT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    ended_at     TIMESTAMPTZ
);
CREATE INDEX logins_by_user ON logins (user_id, last_seen_at);
CREATE INDEX logins_by_org ON logins (org_id, user_id);

-- Every secret that a login had before, for as long as its holder could believe in it: whoever shows one has a copy.
CREATE TABLE replaced_secrets (
    secret     BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(secret) = 32),
    login_id   UUID NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX replaced_secrets_by_login ON replaced_secrets (login_id, expires_at);

CREATE TABLE invitations (
    id         UUID PRIMARY KEY NOT NULL,
    org_id     UUID NOT NULL REFERENCES organisations (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    secret     BYTEA NOT NULL UNIQUE CHECK (octet_length(secret) = 32),
    email      TEXT,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX invitations_by_org ON invitations (org_id, id);
CREATE INDEX invitations_by_user ON invitations (org_id, user_id);

CREATE TABLE api_keys (
    id           UUID PRIMARY KEY NOT NULL,
    org_id       UUID NOT NULL REFERENCES organisations (id),
    user_id      UUID NOT NULL REFERENCES users (id),
    secret       BYTEA NOT NULL UNIQUE CHECK (octet_length(secret) = 32),
    name         TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    hint         TEXT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ
);
CREATE INDEX api_keys_by_org ON api_keys (org_id, id);
CREATE INDEX api_keys_by_user ON api_keys (org_id, user_id, id);
