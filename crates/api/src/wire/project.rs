//! Projects on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::{Error, project as domain};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::access::ProjectRole;
use super::agent::AgentSpec;
use super::task::TaskStatus;
use super::{Time, present};

/// A board.
#[derive(Serialize, ToSchema)]
pub(crate) struct Project {
    pub(crate) id: Uuid,
    name: String,
    settings: ProjectSettings,
    #[schema(required = true)]
    archived_at: Option<Time>,
    #[schema(required = true)]
    deleted_at: Option<Time>,
    created_by: Uuid,
    created_at: Time,
    updated_at: Time,
    pub(crate) version: i64,
    task_counts: TaskCounts,
    /// Whether it is there for those alone who are named, and for the organisation's admins.
    restricted: bool,
    /// What the caller may do in it.
    my_role: ProjectRole,
}

/// Number of tasks in each status.
#[derive(Serialize, ToSchema)]
pub(crate) struct TaskCounts {
    todo: i64,
    in_progress: i64,
    in_review: i64,
    done: i64,
    cancelled: i64,
}

impl From<domain::Project> for Project {
    fn from(project: domain::Project) -> Self {
        let [todo, in_progress, in_review, done, cancelled] = project.task_counts;
        Self {
            id: project.id.into(),
            name: project.name,
            settings: project.settings.into(),
            archived_at: project.archived_at.map(Time),
            deleted_at: project.deleted_at.map(Time),
            created_by: project.created_by.into(),
            created_at: project.created_at.into(),
            updated_at: project.updated_at.into(),
            version: project.version,
            task_counts: TaskCounts { todo, in_progress, in_review, done, cancelled },
            restricted: project.restricted,
            my_role: project.my_role.into(),
        }
    }
}

/// What a project wants of its workspaces.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectSettings {
    #[schema(required = true)]
    setup_script: Option<String>,
    #[schema(required = true)]
    cleanup_script: Option<String>,
    #[schema(required = true)]
    dev_server_script: Option<String>,
    copy_files: Vec<String>,
    #[schema(required = true)]
    default_agent: Option<AgentSpec>,
    #[schema(required = true)]
    default_branch: Option<String>,
    branch_prefix: String,
    columns: Vec<Column>,
}

impl From<domain::ProjectSettings> for ProjectSettings {
    fn from(settings: domain::ProjectSettings) -> Self {
        Self {
            setup_script: settings.setup_script,
            cleanup_script: settings.cleanup_script,
            dev_server_script: settings.dev_server_script,
            copy_files: settings.copy_files,
            default_agent: settings.default_agent.map(Into::into),
            default_branch: settings.default_branch,
            branch_prefix: settings.branch_prefix,
            columns: settings.columns.into_iter().map(Into::into).collect(),
        }
    }
}

/// Settings to change; what is left out stays, null clears.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SettingsPatch {
    #[serde(deserialize_with = "present")]
    setup_script: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    cleanup_script: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    dev_server_script: Option<Option<String>>,
    copy_files: Option<Vec<String>>,
    #[serde(deserialize_with = "present")]
    default_agent: Option<Option<AgentSpec>>,
    #[serde(deserialize_with = "present")]
    default_branch: Option<Option<String>>,
    branch_prefix: Option<String>,
    columns: Option<Vec<Column>>,
}

impl SettingsPatch {
    /// `settings` with the changes made.
    pub(crate) fn apply(
        self,
        mut settings: domain::ProjectSettings,
    ) -> Result<domain::ProjectSettings, Error> {
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        let text =
            |text: Option<Option<String>>| text.map(|text| text.filter(|text| !text.trim().is_empty()));
        set(&mut settings.setup_script, text(self.setup_script));
        set(&mut settings.cleanup_script, text(self.cleanup_script));
        set(&mut settings.dev_server_script, text(self.dev_server_script));
        set(&mut settings.copy_files, self.copy_files);
        if let Some(agent) = self.default_agent {
            settings.default_agent = agent.map(TryInto::try_into).transpose()?;
        }
        set(&mut settings.default_branch, text(self.default_branch));
        set(&mut settings.branch_prefix, self.branch_prefix);
        set(&mut settings.columns, self.columns.map(|columns| columns.into_iter().map(Into::into).collect()));
        Ok(settings)
    }
}

/// A column of the board.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Column {
    status: TaskStatus,
    title: String,
    #[serde(default)]
    hidden: bool,
}

impl From<domain::Column> for Column {
    fn from(column: domain::Column) -> Self {
        Self { status: column.status.into(), title: column.title, hidden: column.hidden }
    }
}

impl From<Column> for domain::Column {
    fn from(column: Column) -> Self {
        Self { status: column.status.into(), title: column.title, hidden: column.hidden }
    }
}

/// Makes a project.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateProject {
    pub(crate) name: String,
    pub(crate) settings: Option<SettingsPatch>,
}

/// Changes a project.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchProject {
    pub(crate) version: Option<i64>,
    pub(crate) name: Option<String>,
    pub(crate) settings: Option<SettingsPatch>,
    /// Put away, or take out again.
    pub(crate) archived: Option<bool>,
}

/// Which projects.
#[derive(Deserialize, IntoParams)]
pub(crate) struct ProjectQuery {
    /// Archived ones instead of living ones.
    #[serde(default)]
    pub(crate) archived: bool,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<String>,
}
