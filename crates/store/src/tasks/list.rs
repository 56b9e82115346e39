//! Lists of tasks: filtered, searched, in the order of the board.

use switchyard_domain::task::{Task, TaskFilter, TaskStatus};
use switchyard_domain::{Page, PageRequest, ProjectId, Result, Scope, TaskId};

use super::{COLUMNS, WITH_SESSION, read, search};
use crate::cursor;
use crate::projects;
use crate::tx::{Dialect, Tx, placeholders};
#[cfg(feature = "postgres")]
use crate::value::json;
use crate::value::{Value, values};

/// Ids that go into one statement.
const IDS: usize = 256;

/// The order of the board.
const ORDER: &str = "t.status_rank, t.position, t.id";

/// How many tasks PostgreSQL looks through for each that a page has room for, before it asks the index. Words that many
/// tasks have are found sooner in the order of the board: the index would have to name them all.
#[cfg(feature = "postgres")]
const LOOKED_THROUGH: i64 = 10;

/// Conditions of a query, with their values.
#[derive(Clone)]
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds `AND {condition}`, in which `?` stands for `value`.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        let condition = condition.replace('?', &format!("${}", self.values.len()));
        self.sql.push_str(&format!(" AND {condition}"));
    }

    /// Adds that `column` is one of `names`, unless there are none.
    fn any_of(&mut self, column: &str, names: &[&'static str]) {
        if names.is_empty() {
            return;
        }
        let list = placeholders(self.values.len() + 1, names.len());
        self.values.extend(names.iter().map(|name| Value::from(*name)));
        self.sql.push_str(&format!(" AND {column} IN {list}"));
    }
}

pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    project: ProjectId,
    filter: &TaskFilter,
    page: &PageRequest,
) -> Result<Page<Task>> {
    projects::require(tx, scope, project).await?;
    let mut conditions = Conditions {
        sql: format!("t.org_id = $1 AND t.project_id = $2 AND t.deleted_at {}", is_null(!filter.deleted)),
        values: values![scope.org(), project].to_vec(),
    };
    narrow(&mut conditions, filter, tx.dialect())?;
    if let Some([rank, position, id]) = cursor::decode::<3>(page)? {
        let rank: i64 = rank.parse().map_err(|_| cursor::invalid())?;
        let id: TaskId = id.parse().map_err(|_| cursor::invalid())?;
        let first = conditions.values.len() + 1;
        conditions.values.extend(values![rank, position, id]);
        conditions
            .sql
            .push_str(&format!(" AND (t.status_rank, t.position, t.id) > {}", placeholders(first, 3)));
    }
    let most = page.limit + 1;
    let found = match filter.query.as_deref().and_then(|query| search::words(query, tx.dialect())) {
        None => first(tx, "tasks", conditions, most).await?,
        Some(words) => first_with(tx, project, &words, conditions, most).await?,
    };
    Ok(cursor::page(found, page, |task| {
        vec![rank(task.status).to_string(), task.position.clone(), task.id.to_string()]
    }))
}

/// The first tasks in the order of the board that have all words.
#[cfg_attr(
    not(feature = "postgres"),
    allow(unused_variables, reason = "SQLite's index needs no help to be of one project")
)]
async fn first_with(
    tx: &mut Tx,
    project: ProjectId,
    words: &str,
    mut conditions: Conditions,
    most: u32,
) -> Result<Vec<Task>> {
    let has_words = search::condition(tx.dialect());
    #[cfg(feature = "postgres")]
    if tx.dialect() == Dialect::Postgres {
        let mut looked_through = conditions.clone();
        looked_through.values.push(Value::from(i64::from(most) * LOOKED_THROUGH));
        let tasks = format!(
            "(SELECT * FROM tasks t WHERE {} ORDER BY {ORDER} LIMIT ${})",
            looked_through.sql,
            looked_through.values.len()
        );
        looked_through.sql = "TRUE".to_owned();
        looked_through.and(has_words, words);
        let found = first(tx, &tasks, looked_through, most).await?;
        if found.len() >= most as usize {
            return Ok(found);
        }
        if search::are_rare(tx, project, words).await? {
            conditions.and(search::BY_INDEX, words);
        }
    }
    conditions.and(has_words, words);
    first(tx, "tasks", conditions, most).await
}

/// The first of `tasks` in the order of the board.
async fn first(tx: &mut Tx, tasks: &str, conditions: Conditions, most: u32) -> Result<Vec<Task>> {
    let Conditions { sql, mut values } = conditions;
    values.push(Value::from(i64::from(most)));
    let sql = format!(
        "SELECT {COLUMNS} FROM {tasks} {WITH_SESSION} WHERE {sql} ORDER BY {ORDER} LIMIT ${}",
        values.len()
    );
    tx.rows(&sql, &values, read).await
}

fn is_null(null: bool) -> &'static str {
    if null { "IS NULL" } else { "IS NOT NULL" }
}

fn narrow(conditions: &mut Conditions, filter: &TaskFilter, dialect: Dialect) -> Result<()> {
    conditions.any_of("t.status", &filter.status.iter().map(|status| status.as_str()).collect::<Vec<_>>());
    conditions
        .any_of("t.priority", &filter.priority.iter().map(|priority| priority.as_str()).collect::<Vec<_>>());
    for label in &filter.labels {
        match dialect {
            Dialect::Sqlite => {
                conditions.and("EXISTS (SELECT 1 FROM json_each(t.labels) WHERE value = ?)", label);
            }
            #[cfg(feature = "postgres")]
            Dialect::Postgres => conditions.and("t.labels @> ?", json(&[label])?),
        }
    }
    if let Some(assignee) = filter.assignee {
        conditions.and("t.assignee = ?", assignee);
    }
    Ok(())
}

/// The place of a status in the order of the board, as the tables have it.
pub(super) fn rank(status: TaskStatus) -> i64 {
    TaskStatus::ALL.iter().take_while(|known| **known != status).count() as i64
}

pub(super) async fn by_id(tx: &mut Tx, scope: &Scope, ids: &[TaskId]) -> Result<Vec<Task>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(IDS) {
        // Filled up to a few lengths, so that there are few statements to prepare.
        let length = some.len().next_power_of_two();
        let filled = some.iter().chain(std::iter::repeat(&some[0])).take(length);
        let mut values = values![scope.org()].to_vec();
        values.extend(filled.map(|id| Value::from(*id)));
        let list = placeholders(2, length);
        let sql = format!(
            "SELECT {COLUMNS} FROM tasks {WITH_SESSION} WHERE t.org_id = $1 AND t.id IN {list} AND reaches_project(t.project_id)"
        );
        found.extend(tx.rows(&sql, &values, read).await?);
    }
    Ok(found)
}
