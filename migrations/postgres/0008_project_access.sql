-- Groups, and who may see a project. A project is open to its organisation until it is among the restricted ones.

CREATE TABLE user_groups (
    id         UUID PRIMARY KEY NOT NULL,
    org_id     UUID NOT NULL REFERENCES organisations (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    name       TEXT COLLATE "C" NOT NULL,
    -- The name in lower case, so that both engines sort alike.
    name_key   TEXT COLLATE "C" NOT NULL,
    -- Who says who is in it.
    source     TEXT NOT NULL CHECK (source IN ('admin', 'proxy')),
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT NOT NULL
);
CREATE UNIQUE INDEX user_groups_by_name ON user_groups (org_id, name_key, source);

CREATE TABLE group_members (
    group_id UUID NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    org_id   UUID NOT NULL REFERENCES organisations (id),
    user_id  UUID NOT NULL REFERENCES users (id),
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (org_id, user_id);

CREATE TABLE restricted_projects (
    project_id UUID PRIMARY KEY NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    org_id     UUID NOT NULL REFERENCES organisations (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX restricted_projects_by_org ON restricted_projects (org_id, project_id);

CREATE TABLE project_access (
    project_id UUID NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    org_id     UUID NOT NULL REFERENCES organisations (id),
    -- Who named the subject first.
    user_id    UUID NOT NULL REFERENCES users (id),
    kind       TEXT NOT NULL CHECK (kind IN ('user', 'group', 'api_key')),
    -- Of a user, a group or an API key. The store removes what names one that is gone, and tells of it.
    subject_id UUID NOT NULL,
    -- 0 viewer, 1 editor, 2 admin.
    role_rank  BIGINT NOT NULL CHECK (role_rank IN (0, 1, 2)),
    PRIMARY KEY (project_id, kind, subject_id)
);
CREATE INDEX project_access_by_subject ON project_access (org_id, kind, subject_id, project_id);

-- Whether a key reaches those projects alone that name it.
ALTER TABLE api_keys ADD COLUMN for_projects BOOLEAN NOT NULL DEFAULT FALSE;

DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY['user_groups', 'group_members', 'restricted_projects', 'project_access'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_instance ON %I USING ((SELECT reaches_instance()))', name);
        EXECUTE format('CREATE POLICY of_organisation ON %I USING (org_id = (SELECT reached_org()))', name);
    END LOOP;
END
$$;

-- Which projects a transaction reaches, in settings that end with it: all, or all but the closed ones, or the named ones
-- alone. Without any of them none is reached.
CREATE FUNCTION reaches_all_projects() RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('switchyard.all_projects', TRUE), '') = 'on' $$;
CREATE FUNCTION closed_projects() RETURNS UUID[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('switchyard.closed_projects', TRUE), '')::UUID[] $$;
CREATE FUNCTION named_projects() RETURNS UUID[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('switchyard.named_projects', TRUE), '')::UUID[] $$;
-- The key that a project must name to be reached.
CREATE FUNCTION reached_key() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('switchyard.key_id', TRUE), '')::UUID $$;
CREATE FUNCTION reaches_project(project UUID) RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(reaches_all_projects() OR project <> ALL (closed_projects())
                          OR project = ANY (named_projects()), FALSE) $$;

-- Looks up, once for a transaction that has said whose it is, which projects that reaches.
CREATE FUNCTION reach_projects() RETURNS VOID LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    org UUID := reached_org();
    person UUID := reached_user();
    key UUID := reached_key();
    found UUID[];
BEGIN
    IF key IS NOT NULL THEN
        SELECT coalesce(array_agg(a.project_id), '{}') INTO found FROM project_access a
        WHERE a.org_id = org AND a.kind = 'api_key' AND a.subject_id = key;
        PERFORM set_config('switchyard.named_projects', found::TEXT, TRUE);
        RETURN;
    END IF;
    SELECT coalesce(array_agg(r.project_id), '{}') INTO found FROM restricted_projects r
    WHERE r.org_id = org AND NOT EXISTS (
        SELECT 1 FROM project_access a
        WHERE a.project_id = r.project_id
              AND (a.kind = 'user' AND a.subject_id = person
                   OR a.kind = 'group' AND EXISTS (SELECT 1 FROM group_members g
                                                   WHERE g.group_id = a.subject_id AND g.user_id = person)));
    PERFORM set_config('switchyard.closed_projects', found::TEXT, TRUE);
END
$$;

-- Sub-selects, so that the settings are read once for each statement and not for each row.
DO $$
DECLARE
    open TEXT := '((SELECT reaches_all_projects()) OR %1$I <> ALL ((SELECT closed_projects())::UUID[])
                   OR %1$I = ANY ((SELECT named_projects())::UUID[]))';
    held RECORD;
BEGIN
    FOR held IN SELECT * FROM (VALUES
        ('projects', 'id'), ('repos', 'project_id'), ('tasks', 'project_id'), ('workspaces', 'project_id'),
        ('sessions', 'project_id'), ('approvals', 'project_id'), ('comments', 'project_id')) AS t (name, project)
    LOOP
        EXECUTE format('DROP POLICY of_organisation ON %I', held.name);
        EXECUTE format('CREATE POLICY of_organisation ON %I USING (org_id = (SELECT reached_org()) AND ', held.name)
            || format(open, held.project) || ')';
    END LOOP;
    DROP POLICY of_organisation ON events;
    EXECUTE 'CREATE POLICY of_organisation ON events
             USING (org_id = (SELECT reached_org()) AND (project_id IS NULL OR ' || format(open, 'project_id') || '))';
    DROP POLICY of_user ON terminals;
    EXECUTE 'CREATE POLICY of_user ON terminals
             USING (org_id = (SELECT reached_org())
                    AND (user_id = (SELECT reached_user()) OR (SELECT reaches_colleagues()))
                    AND ' || format(open, 'project_id') || ')';
    -- These know their session alone, which is looked for only where a project is out of reach.
    FOR held IN SELECT * FROM (VALUES ('messages'), ('transcript_entries')) AS t (name) LOOP
        EXECUTE format('DROP POLICY of_organisation ON %I', held.name);
        EXECUTE format(
            'CREATE POLICY of_organisation ON %1$I
             USING (org_id = (SELECT reached_org())
                    AND ((SELECT reaches_all_projects() OR closed_projects() IS NOT DISTINCT FROM ''{}'')
                         OR EXISTS (SELECT 1 FROM sessions s WHERE s.id = %1$I.session_id)))', held.name);
    END LOOP;
END
$$;
