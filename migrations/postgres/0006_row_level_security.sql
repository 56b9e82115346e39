-- Row-level security: what a transaction did not say that it reaches is not there for it, whatever its statements ask
-- for. It says so with settings that end with it (crates/store/src/reach.rs). Without any, nothing is there.

CREATE FUNCTION reached_org() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('switchyard.org_id', TRUE), '')::UUID $$;
CREATE FUNCTION reached_user() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('switchyard.user_id', TRUE), '')::UUID $$;
-- What is the other members' alone, too.
CREATE FUNCTION reaches_colleagues() RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('switchyard.colleagues', TRUE), '') = 'on' $$;
-- Everything: what authentication and start-up need before anybody has asked for anything.
CREATE FUNCTION reaches_instance() RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('switchyard.instance', TRUE), '') = 'on' $$;

-- Sub-selects, so that the settings are read once for each statement and not for each row.
DO $$
DECLARE
    name TEXT;
BEGIN
    -- Forced, so that it holds for the owner too.
    FOREACH name IN ARRAY ARRAY[
        'users', 'organisations', 'memberships', 'identities', 'accounts', 'password_resets', 'logins',
        'replaced_secrets', 'invitations', 'api_keys', 'projects', 'repos', 'tasks', 'workspaces', 'sessions',
        'transcript_entries', 'messages', 'approvals', 'comments', 'terminals', 'user_configs', 'feed_heads', 'events',
        'audit_log', 'idempotency_keys'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_instance ON %I USING ((SELECT reaches_instance()))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'memberships', 'invitations', 'api_keys', 'projects', 'repos', 'tasks', 'workspaces', 'sessions',
        'transcript_entries', 'messages', 'approvals', 'comments', 'feed_heads', 'events', 'audit_log',
        'idempotency_keys'
    ] LOOP
        EXECUTE format('CREATE POLICY of_organisation ON %I USING (org_id = (SELECT reached_org()))', name);
    END LOOP;
END
$$;

CREATE POLICY of_organisation ON organisations USING (id = (SELECT reached_org()));
-- One person's alone.
CREATE POLICY of_user ON user_configs USING (user_id = (SELECT reached_user()));
CREATE POLICY of_user ON terminals
    USING (org_id = (SELECT reached_org())
           AND (user_id = (SELECT reached_user()) OR (SELECT reaches_colleagues())));
-- Members are seen by each other, and who left by those who read what they did. That is looked up for one person at a
-- time: left to the planner, it would read the whole log for a list of members.
CREATE FUNCTION acted_here(person UUID) RETURNS BOOLEAN LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM audit_log a WHERE a.org_id = reached_org() AND a.user_id = person);
END
$$;
CREATE POLICY of_members ON users FOR SELECT
    USING (EXISTS (SELECT 1 FROM memberships m WHERE m.org_id = (SELECT reached_org()) AND m.user_id = users.id)
           OR acted_here(id));
