//! The change feed for subscribers: events of an organisation with the resources they are about.
//!
//! One task per organisation reads the store's feed and loads each changed resource once, however many subscribers
//! there are. A subscriber that falls behind reads on from the store, so a slow one costs a bounded buffer and
//! misses nothing. What is one person's alone, or not the same for everybody, each subscriber loads by itself. Of projects
//! that are closed to a subscriber it hears nothing; when that changes, it is told to read everything anew.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use switchyard_domain::access::ProjectReach;
use switchyard_domain::approval::Approval;
use switchyard_domain::comment::Comment;
use switchyard_domain::config::StoredConfig;
use switchyard_domain::event::{Entity, Event, FeedSlice, Verb};
use switchyard_domain::message::Message;
use switchyard_domain::project::Project;
use switchyard_domain::repo::Repo;
use switchyard_domain::session::Session;
use switchyard_domain::task::Task;
use switchyard_domain::terminal::Terminal;
use switchyard_domain::workspace::Workspace;
use switchyard_domain::{ErrorKind, OrgId, Result, Scope, TaskId};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::App;
use crate::panics::unceasing;

/// Events that a subscriber may be behind before it has to read from the store.
const BUFFER: usize = 1024;
/// Events read from the store at a time.
const SLICE: u32 = 500;

/// A change with the resource as it is now.
pub struct Change {
    /// What happened.
    pub event: Event,
    /// The resource; `None` when it is gone, or when not everybody who hears of it may see all of it.
    pub resource: Option<Resource>,
    rendered: OnceLock<Box<str>>,
}

impl Change {
    /// The change as a transport writes it; made by the first subscriber that asks, shared by the rest.
    pub fn rendered(&self, render: impl FnOnce(&Self) -> String) -> &str {
        self.rendered.get_or_init(|| render(self).into_boxed_str())
    }
}

/// What a change can be about.
#[allow(missing_docs, reason = "each names its noun")]
pub enum Resource {
    Project(Project),
    Repo(Repo),
    Task(Task),
    Workspace(Workspace),
    Session(Session),
    Message(Message),
    Approval(Approval),
    Comment(Comment),
    Terminal(Terminal),
    Config(StoredConfig),
}

/// The running feeds, by organisation.
#[derive(Default)]
pub(crate) struct Hub {
    feeds: Mutex<HashMap<OrgId, broadcast::Sender<Arc<Change>>>>,
}

/// One subscriber's place in the feed.
pub struct FeedReader {
    app: App,
    scope: Scope,
    /// What the scope reaches after the events that were handed out.
    reach: ProjectReach,
    seen: i64,
    live: broadcast::Receiver<Arc<Change>>,
    behind: bool,
}

/// What a subscriber gets.
pub enum Delivery {
    /// Changes after the last one, in order.
    Changes(Vec<Arc<Change>>),
    /// The place in the feed is lost: read everything anew and go on from here.
    Reset(i64),
}

impl App {
    /// Subscribes to the feed after event `since`, or from now on.
    ///
    /// # Errors
    /// What the store says.
    pub async fn subscribe(&self, scope: Scope, since: Option<i64>) -> Result<FeedReader> {
        let head = self.store().feed_head(&scope).await?;
        // Behind the head, so that a change of it is among the events to come.
        let reach = self.store().project_reach(&scope).await?;
        let live = self.live_feed(scope, head);
        // What came between the two is read from the store.
        Ok(FeedReader { app: self.clone(), scope, reach, seen: since.unwrap_or(head), live, behind: true })
    }

    /// The number of the newest event.
    ///
    /// # Errors
    /// What the store says.
    pub async fn feed_head(&self, scope: &Scope) -> Result<i64> {
        self.store().feed_head(scope).await
    }

    /// The organisation's feed as it grows, at the latest from event `since` on.
    fn live_feed(&self, scope: Scope, since: i64) -> broadcast::Receiver<Arc<Change>> {
        // It serves subscribers who see more than this one; each of them is asked about before it hears of anything.
        let scope = scope.unattended();
        let mut feeds = self.parts.feed.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = feeds.get(&scope.org()) {
            return sender.subscribe();
        }
        let (sender, receiver) = broadcast::channel(BUFFER);
        feeds.insert(scope.org(), sender.clone());
        let app = self.clone();
        tokio::spawn(async move {
            // What was passed on before a panic is not passed on again.
            let seen = AtomicI64::new(since);
            unceasing("the change feed", || app.pump(scope, &seen, &sender)).await;
        });
        receiver
    }

    /// Reads the store's feed for as long as anybody listens.
    async fn pump(&self, scope: Scope, seen: &AtomicI64, sender: &broadcast::Sender<Arc<Change>>) {
        let mut wake_ups = self.store().wake_ups(&scope);
        loop {
            match self.pump_once(&scope, seen, sender).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(?error, "the change feed could not be read"),
            }
            {
                let mut feeds = self.parts.feed.feeds.lock().unwrap_or_else(PoisonError::into_inner);
                if sender.receiver_count() == 0 {
                    feeds.remove(&scope.org());
                    return;
                }
            }
            tokio::select! {
                () = wake_ups.woken() => {}
                () = sender.closed() => {}
            }
        }
    }

    /// True when there may be more at once.
    async fn pump_once(
        &self,
        scope: &Scope,
        seen: &AtomicI64,
        sender: &broadcast::Sender<Arc<Change>>,
    ) -> Result<bool> {
        let events = match self.store().events(scope, seen.load(Ordering::Relaxed), SLICE).await? {
            FeedSlice::Events(events) => events,
            FeedSlice::Reset { head } => {
                seen.store(head, Ordering::Relaxed);
                return Ok(true);
            }
        };
        let Some(last) = events.last().map(|event| event.seq) else { return Ok(false) };
        let full = events.len() == SLICE as usize;
        for change in self.load(scope, events).await? {
            // Nobody listening is no fault; the end of the loop looks.
            let _ = sender.send(change);
        }
        seen.store(last, Ordering::Relaxed);
        Ok(full)
    }

    /// Loads what the events are about; a resource that several are about is loaded once.
    async fn load(&self, scope: &Scope, events: Vec<Event>) -> Result<Vec<Arc<Change>>> {
        let mut tasks: Vec<TaskId> = events
            .iter()
            .filter(|event| event.entity == Entity::Task)
            .map(|event| TaskId(event.id))
            .collect();
        tasks.sort_unstable();
        tasks.dedup();
        let tasks = match tasks.is_empty() {
            true => Vec::new(),
            false => self.store().tasks_by_id(scope, &tasks).await?,
        };
        let tasks: HashMap<TaskId, Task> = tasks.into_iter().map(|task| (task.id, task)).collect();
        let mut changes = Vec::with_capacity(events.len());
        for event in events {
            let resource = match (event.verb, event.entity) {
                (Verb::Deleted, _) => None,
                (_, entity) if is_personal(entity) => None,
                (_, Entity::Task) => tasks.get(&TaskId(event.id)).cloned().map(Resource::Task),
                (_, entity) => absent_is_none(self.load_one(scope, entity, event.id).await)?,
            };
            changes.push(Arc::new(Change { event, resource, rendered: OnceLock::new() }));
        }
        Ok(changes)
    }

    async fn load_one(&self, scope: &Scope, entity: Entity, id: Uuid) -> Result<Option<Resource>> {
        let store = self.store();
        Ok(Some(match entity {
            Entity::Project => Resource::Project(store.project(scope, id.into()).await?),
            Entity::Repo => Resource::Repo(store.repo(scope, id.into()).await?),
            Entity::Task => Resource::Task(store.task(scope, id.into()).await?),
            Entity::Workspace => Resource::Workspace(store.workspace(scope, id.into()).await?),
            Entity::Session => Resource::Session(store.session(scope, id.into()).await?),
            Entity::Message => Resource::Message(store.message(scope, id.into()).await?),
            Entity::Approval => Resource::Approval(store.approval(scope, id.into()).await?),
            Entity::Comment => Resource::Comment(store.comment(scope, id.into()).await?),
            Entity::Terminal => Resource::Terminal(store.terminal(scope, id.into()).await?),
            Entity::Config => Resource::Config(store.config(scope).await?),
            // What of these somebody sees depends on their role; clients ask.
            Entity::Organisation
            | Entity::Member
            | Entity::Invitation
            | Entity::ApiKey
            | Entity::Access
            | Entity::Group => return Ok(None),
        }))
    }
}

/// Whether this kind of resource is one person's alone, or shows each person something else.
fn is_personal(entity: Entity) -> bool {
    matches!(entity, Entity::Terminal | Entity::Config | Entity::Project)
}

/// Whether an event may change which projects somebody reaches.
fn changes_reach(event: &Event) -> bool {
    matches!(event.entity, Entity::Access | Entity::Group)
}

fn absent_is_none(loaded: Result<Option<Resource>>) -> Result<Option<Resource>> {
    match loaded {
        Ok(resource) => Ok(resource),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl FeedReader {
    /// The number of the last event that was handed out.
    #[must_use]
    pub fn seen(&self) -> i64 {
        self.seen
    }

    /// The next changes, when there are some. May be given up while it waits: the next call begins where this one did.
    ///
    /// # Errors
    /// What the store says.
    pub async fn next(&mut self) -> Result<Delivery> {
        loop {
            if self.behind {
                match self.app.store().events(&self.scope.unattended(), self.seen, SLICE).await? {
                    FeedSlice::Reset { head } => {
                        (self.seen, self.behind) = (head, false);
                        return Ok(Delivery::Reset(head));
                    }
                    FeedSlice::Events(events) => {
                        let (last, full) =
                            (events.last().map(|event| event.seq), events.len() == SLICE as usize);
                        // Which projects the client knew when it was here last is not known any more.
                        if self.is_bounded() && events.iter().any(changes_reach) {
                            self.reach = self.app.store().project_reach(&self.scope).await?;
                            (self.seen, self.behind) = (last.unwrap_or(self.seen), full);
                            return Ok(Delivery::Reset(self.seen));
                        }
                        let scope = self.scope.unattended();
                        let changes = self.visible(self.app.load(&scope, events).await?).await?;
                        (self.seen, self.behind) = (last.unwrap_or(self.seen), full);
                        if !changes.is_empty() {
                            return Ok(Delivery::Changes(changes));
                        }
                        if full {
                            continue;
                        }
                    }
                }
            }
            match self.live.recv().await {
                Ok(change) if change.event.seq <= self.seen => {}
                Ok(change) if change.event.seq > self.seen + 1 => self.behind = true,
                Ok(change) => {
                    let (mut seen, mut behind) = (change.event.seq, false);
                    let mut changes = vec![change];
                    while let Ok(change) = self.live.try_recv() {
                        if change.event.seq != seen + 1 {
                            behind = change.event.seq > seen;
                            break;
                        }
                        seen = change.event.seq;
                        changes.push(change);
                    }
                    // They are out of the channel: who gives up here reads them from the store.
                    self.behind = true;
                    let reach = match self.is_bounded() && changes.iter().any(|one| changes_reach(&one.event))
                    {
                        true => Some(self.app.store().project_reach(&self.scope).await?),
                        false => None,
                    };
                    if let Some(reach) = reach.filter(|reach| *reach != self.reach) {
                        self.reach = reach;
                        (self.seen, self.behind) = (seen, behind);
                        return Ok(Delivery::Reset(seen));
                    }
                    let changes = self.visible(changes).await?;
                    (self.seen, self.behind) = (seen, behind);
                    if !changes.is_empty() {
                        return Ok(Delivery::Changes(changes));
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => self.behind = true,
                Err(broadcast::error::RecvError::Closed) => {
                    self.live = self.app.live_feed(self.scope, self.seen);
                    self.behind = true;
                }
            }
        }
    }

    /// Whether there can be projects that are closed to this subscriber.
    fn is_bounded(&self) -> bool {
        !self.scope.reaches_all_projects()
    }

    /// What this subscriber may see of changes that all of the organisation's share.
    async fn visible(&self, changes: Vec<Arc<Change>>) -> Result<Vec<Arc<Change>>> {
        let mut visible = Vec::with_capacity(changes.len());
        for change in changes {
            let event = change.event.clone();
            if event.project_id.is_some_and(|project| !self.reach.includes(project)) {
                continue;
            }
            let is_gone = (event.entity, event.verb) == (Entity::Project, Verb::Deleted);
            if !is_personal(event.entity) || is_gone {
                visible.push(change);
                continue;
            }
            if event.entity == Entity::Config && event.id != self.scope.user().0 {
                continue;
            }
            let own = self.app.load_one(&self.scope, event.entity, event.id).await;
            if let Some(resource) = absent_is_none(own)? {
                visible.push(Arc::new(Change { event, resource: Some(resource), rendered: OnceLock::new() }));
            }
        }
        Ok(visible)
    }
}
