-- Searching by words uses an index under row-level security, too.
--
-- The planner asks no index for what it may not show to a function before the policy has looked at it, and `@@` is such a
-- function. So the words are looked for through a view: it reads as the tables' owner, whom no policy holds there, and
-- says itself what is reached. It tells ids and words alone; the tasks are read as ever, under their policies.

-- Words as the index has them: each begins with the end of its project's id, so that what other projects say costs nobody
-- anything. Long ones are cut, so that they remain within what a TSVECTOR takes; who searches looks at the whole ones.
CREATE FUNCTION words_in_project(project UUID, words TSVECTOR) RETURNS TSVECTOR
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    prefix TEXT := right(project::TEXT, 8);
    listed TEXT := prefix || array_to_string(tsvector_to_array(words), E'\n' || prefix);
BEGIN
    IF listed ~ '[^\n]{250}' THEN
        listed := regexp_replace(listed, '([^\n]{250})[^\n]+', '\1', 'g');
    END IF;
    RETURN array_to_tsvector(string_to_array(listed, E'\n'));
END
$$;
-- What to look for in them: of letters and digits alone, so that none is a quote.
CREATE FUNCTION query_in_project(project UUID, query TSQUERY) RETURNS TSQUERY
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(query::TEXT, '''([^'']{1,242})[^'']*''', '''' || right(project::TEXT, 8) || '\1''', 'g')::TSQUERY
$$;

DROP INDEX tasks_by_search;
CREATE INDEX tasks_by_word ON tasks USING gin (words_in_project(project_id, search));

CREATE POLICY of_search ON tasks FOR SELECT TO CURRENT_USER USING (TRUE);
-- `IS TRUE` keeps the planner from reading the organisation's whole index by owner besides.
CREATE VIEW task_words AS
    SELECT id AS task_id, project_id, words_in_project(project_id, search) AS words FROM tasks
    WHERE (org_id = (SELECT reached_org())) IS TRUE
          AND ((SELECT reaches_all_projects()) OR project_id <> ALL ((SELECT closed_projects())::UUID[])
               OR project_id = ANY ((SELECT named_projects())::UUID[]));
GRANT SELECT ON task_words TO PUBLIC;
