-- What may be done once, and how often the rest.

-- Secrets that were good once and have been used, until they would not be good any more in any case.
CREATE TABLE spent_secrets (
    secret     BLOB PRIMARY KEY NOT NULL CHECK (length(secret) = 32),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_secrets_by_end ON spent_secrets (expires_at);

-- How far budgets of requests are used up.
CREATE TABLE rate_limits (
    bucket  BLOB PRIMARY KEY NOT NULL CHECK (length(bucket) = 32),
    -- When the budget is whole again, in microseconds since 1970. Before, it lacks what comes back until then.
    full_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
