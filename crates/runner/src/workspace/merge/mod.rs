//! Bringing a workspace's work into the base branch.
//!
//! Everything is worked out as objects first, in all repos; only when all of them merge and nothing stands in the way
//! is a plan written down and carried out. Nobody's checkout is needed for it, and one that has the base branch
//! checked out moves along.

mod advance;
mod half_moved;

use switchyard_domain::diff::Conflict;
use switchyard_domain::runner::{Merged, WorkspaceSite};
use switchyard_domain::workspace::{CheckpointReason, MergeStrategy, RepoCommit};
use switchyard_domain::{Error, Result};

use super::Workspaces;
use super::branch_work::{Combined, commit_tree, merge, replay, squash};
use super::checkpoint::Ignored;
use super::checkpoint_message::Occasion;
use super::commit::check_message;
use super::record::{MergePlan, MergedTip, Stage};
use super::site::{OpenRepo, OpenSite};
use crate::git::snapshot::Snapshot;
use advance::Advanced;

/// How often a base branch may move under our hands before we give up.
const ATTEMPTS: usize = 5;

/// What is to be done in one repo.
enum Plan {
    Merge(MergePlan),
    /// It was merged before, into this commit.
    Done(RepoCommit),
    Nothing,
}

impl Workspaces {
    /// Commits what is left and brings the work into the base branch of each repo.
    ///
    /// # Errors
    /// `Conflict`: `merge_conflict` with the paths, and then nothing has changed; `base_dirty`, `base_busy`,
    /// `nothing_to_merge`, `no_author`, `merge_in_progress`, `rebase_in_progress`, `other_branch_checked_out`,
    /// `base_branch_missing`, `base_moving`.
    pub async fn merge(
        &self,
        site: &WorkspaceSite,
        strategy: MergeStrategy,
        message: &str,
    ) -> Result<Merged> {
        check_message(message)?;
        let (ours, site, message) = (self.clone(), site.clone(), message.to_owned());
        self.exclusively(site.id, async move {
            let mut open = ours.open_for_change(&site).await?;
            for _ in 0..ATTEMPTS {
                let plans = ours.plan_merge(&open, &site, strategy, &message).await?;
                let mut commits: Vec<RepoCommit> = Vec::new();
                let mut steps = Vec::new();
                for plan in plans {
                    match plan {
                        Plan::Done(commit) => commits.push(commit),
                        Plan::Merge(step) => steps.push(step),
                        Plan::Nothing => {}
                    }
                }
                if steps.is_empty() && commits.is_empty() {
                    return Err(Error::conflict(
                        "nothing_to_merge",
                        "The workspace has no work that its base lacks.",
                    ));
                }
                if ours.carry_out(&mut open, &steps).await? {
                    let done =
                        steps.into_iter().map(|step| RepoCommit { repo_id: step.repo_id, commit: step.new });
                    commits.extend(done);
                    return Ok(Merged { commits });
                }
            }
            Err(Error::conflict("base_moving", "The base branch keeps changing. Try again when it is quiet."))
        })
        .await
    }

    /// Works out the merge in all repos; nothing that anybody sees is changed.
    async fn plan_merge(
        &self,
        open: &OpenSite,
        site: &WorkspaceSite,
        strategy: MergeStrategy,
        message: &str,
    ) -> Result<Vec<Plan>> {
        for repo in &open.repos {
            repo.head_on(&open.record.branch).await?;
        }
        let saved =
            self.save_checkpoint(open, Occasion::of(CheckpointReason::Merge), &Ignored::new()).await?;
        let mut plans = Vec::with_capacity(open.repos.len());
        let mut conflicts = Vec::new();
        for (repo, snapshot) in open.repos.iter().zip(&saved.snapshots) {
            match plan_repo(open, repo, snapshot, site, strategy, message).await? {
                Ok(plan) => plans.push(plan),
                Err(found) => conflicts.extend(found),
            }
        }
        if !conflicts.is_empty() {
            let message = "The work conflicts with what is new on the base branch. Update the workspace from its base, \
                           resolve the conflicts there (or let the agent do it), and merge again. Nothing was changed.";
            return Err(Error::conflict("merge_conflict", message).with_conflicts(conflicts));
        }
        for (repo, plan) in open.repos.iter().zip(&plans) {
            if let Plan::Merge(plan) = plan {
                advance::check(&repo.tree, plan, &open.layout.scratch()).await?;
            }
        }
        Ok(plans)
    }

    /// Carries out plans, durably. False when a base branch moved meanwhile: then what is left is to be worked out
    /// again.
    async fn carry_out(&self, open: &mut OpenSite, plans: &[MergePlan]) -> Result<bool> {
        if plans.is_empty() {
            return Ok(true);
        }
        open.enter(Stage::Merging { plans: plans.to_vec() }).await?;
        self.steps.passed("merge: planned");
        let mut outcome = Ok(true);
        for plan in plans {
            match self.carry_out_one(open, plan).await {
                Ok(Advanced::Done) => {}
                Ok(Advanced::BaseMoved) => outcome = Ok(false),
                Err(error) => outcome = Err(error),
            }
            if !matches!(outcome, Ok(true)) {
                break;
            }
        }
        open.enter(Stage::Ready).await?;
        self.steps.passed("merge: done");
        outcome
    }

    async fn carry_out_one(&self, open: &mut OpenSite, plan: &MergePlan) -> Result<Advanced> {
        let branch = open.branch_ref();
        let repo = open.repo(plan.repo_id)?;
        if plan.tip != plan.tip_before {
            let tip = repo.tree.commit_of(&branch).await?;
            if tip.as_ref() == Some(&plan.tip_before) {
                let command = format!("update {branch} {} {}\n", plan.tip, plan.tip_before);
                repo.tree.update_refs("switchyard: commit what was left", &command).await?;
                self.steps.passed("merge: rest committed");
            }
            // Also after a kill in between: what was staged is in the commit, and in the checkpoint as it was.
            if [Some(&plan.tip_before), Some(&plan.tip)].contains(&tip.as_ref()) {
                repo.tree.reset_index(&plan.tip).await?;
                self.steps.passed("merge: index");
            }
        }
        let advanced = advance::advance(&repo.tree, plan, &self.steps).await?;
        if advanced == Advanced::Done {
            let known = open.record.repos.iter_mut().find(|known| known.repo.repo_id == plan.repo_id);
            if let Some(known) = known {
                known.merged = Some(MergedTip { tip: plan.tip.clone(), commit: plan.new.clone() });
                known.repo.merged_commit = Some(plan.new.clone());
            }
            open.record.save(&open.layout).await?;
            self.steps.passed("merge: recorded");
        }
        Ok(advanced)
    }

    /// Takes up a merge that was killed. A base that moved since is left alone: the merge can be asked for again.
    pub(super) async fn finish_merge(&self, open: &mut OpenSite, plans: &[MergePlan]) -> Result<()> {
        for plan in plans {
            half_moved::settle(&open.repo(plan.repo_id)?.tree, plan, &open.layout.scratch()).await?;
        }
        self.carry_out(open, plans).await.map(drop)
    }
}

/// The plan for one repo, or its conflicts.
async fn plan_repo(
    open: &OpenSite,
    repo: &OpenRepo,
    snapshot: &Snapshot,
    site: &WorkspaceSite,
    strategy: MergeStrategy,
    message: &str,
) -> Result<Result<Plan, Vec<Conflict>>> {
    let (repo_id, author) = (repo.spec.repo_id, site.author.as_ref());
    let base_branch = repo.spec.base_branch.clone();
    let base = repo.tree.base_tip(&base_branch).await?;
    let tip_before = snapshot.head.commit.clone();
    let tip = tip_with_rest(repo, snapshot, message, site).await?;
    let known = open.record.repos.iter().find(|known| known.repo.repo_id == repo_id);
    if let Some(merged) = known.and_then(|known| known.merged.as_ref())
        && merged.tip == tip
        && repo.tree.contains(&base, &merged.commit).await?
    {
        return Ok(Ok(Plan::Done(RepoCommit { repo_id, commit: merged.commit.clone() })));
    }
    if repo.tree.contains(&base, &tip).await? {
        return Ok(Ok(Plan::Nothing));
    }
    let combined = match strategy {
        MergeStrategy::Squash => squash(&repo.tree, &base, &tip, message, author).await?,
        MergeStrategy::Merge => merge(&repo.tree, &base, &tip, message, author).await?,
        MergeStrategy::Rebase => replay(&repo.tree, &base, &tip, author).await?,
    };
    Ok(match combined {
        Combined::Nothing => Ok(Plan::Nothing),
        Combined::Tip(new) => {
            Ok(Plan::Merge(MergePlan { repo_id, base_branch, old: base, new, tip_before, tip }))
        }
        Combined::Conflicts(found) => {
            Err(found.into_iter().map(|(path, kind)| Conflict { repo_id, path, kind }).collect())
        }
    })
}

/// The branch's tip with a commit of what is not committed yet, if anything is.
async fn tip_with_rest(
    repo: &OpenRepo,
    snapshot: &Snapshot,
    message: &str,
    site: &WorkspaceSite,
) -> Result<String> {
    let head = &snapshot.head.commit;
    if snapshot.tree == repo.tree.tree_of(head).await? {
        return Ok(head.clone());
    }
    if !snapshot.complete {
        return Err(Error::conflict(
            "unreadable_files",
            format!(
                "Some files in {} cannot be committed: they are not readable, or they are a repository without commits. \
                 Remove them or add them to .gitignore, and try again.",
                repo.tree.work_tree.display()
            ),
        ));
    }
    commit_tree(&repo.tree, &snapshot.tree, &[head], message, site.author.as_ref()).await
}
