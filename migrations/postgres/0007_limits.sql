-- What may be done once, and how often the rest.

-- Secrets that were good once and have been used, until they would not be good any more in any case.
CREATE TABLE spent_secrets (
    secret     BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(secret) = 32),
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX spent_secrets_by_end ON spent_secrets (expires_at);

-- How far budgets of requests are used up. Not logged: after a crash everybody begins anew, which costs nobody anything.
-- `full_at` changes with every row's update, so it has no index: then the new version of a row fits beside the old one.
CREATE UNLOGGED TABLE rate_limits (
    bucket  BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(bucket) = 32),
    -- When the budget is whole again, in microseconds since 1970. Before, it lacks what comes back until then.
    full_at BIGINT NOT NULL
) WITH (fillfactor = 50);

DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY['spent_secrets', 'rate_limits'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_instance ON %I USING ((SELECT reaches_instance()))', name);
    END LOOP;
END
$$;
