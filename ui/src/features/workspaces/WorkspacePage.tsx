import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, LoaderCircle } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useActions } from '@/shared/actions/actions';
import { isNotFound } from '@/shared/api/errors';
import { newestSession, workspaceSessionsQuery } from '@/shared/api/sessions';
import { taskQuery } from '@/shared/api/tasks';
import type { Conflict, Uuid, Workspace } from '@/shared/api/types';
import { diffQuery, isUsable, workspaceQuery } from '@/shared/api/workspaces';
import { useMediaQuery } from '@/shared/hooks/useMediaQuery';
import { ForWriters } from '@/shared/identity/ForWriters';
import { useReadOnly } from '@/shared/identity/readOnly';
import { useProjectRights } from '@/shared/identity/useProjectRights';
import { cn } from '@/shared/ui/cn';
import { PageHeader } from '@/shared/ui/Page';
import { Split } from '@/shared/ui/Split';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { useFileChanges } from '@/shared/workspaces/useFileChanges';
import { HeaderActions } from './HeaderActions';
import { ConflictsPanel } from './merge/ConflictsPanel';
import { DevServerButton } from './DevServerButton';
import { PaneTabs } from './PaneTabs';
import { WorkspaceFacts } from './WorkspaceFacts';
import { WorkspaceState } from './WorkspaceState';
import type { SideTab, WorkspaceSearch, WorkspaceTab } from './search';
import { TerminalButton } from './TerminalButton';
import { useDevServer } from './useDevServer';
import { useTerminalDock, type TerminalPlace } from './useTerminalDock';

interface WorkspacePageProps {
  projectId: Uuid;
  taskId: Uuid;
  workspaceId: Uuid;
  search: WorkspaceSearch;
  onSearch: (change: WorkspaceSearch) => void;
  /** The sides of the page; they are features of their own. */
  conversation: (workspace: Workspace) => ReactNode;
  panes: (workspace: Workspace) => Record<SideTab, ReactNode>;
  terminals: (workspace: Workspace, place: TerminalPlace) => ReactNode;
}

/** One attempt: the conversation with the agent on the left, what came of it on the right, terminals below. */
export function WorkspacePage({ projectId, taskId, workspaceId, search, onSearch, conversation, panes, terminals }: WorkspacePageProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: workspace, error, refetch } = useQuery(workspaceQuery(workspaceId));
  const { data: task } = useQuery(taskQuery(client, taskId, projectId));
  const { data: sessions } = useQuery(workspaceSessionsQuery(workspaceId));
  const session = sessions?.find((each) => each.id === search.session) ?? (sessions ? newestSession(sessions) : undefined);
  useFileChanges(workspaceId, workspace !== undefined && isUsable(workspace));
  useProjectRights(projectId);
  const readOnly = useReadOnly();
  const [refusedConflicts, setRefusedConflicts] = useState<Conflict[] | null>(null);
  const toTask = () => void navigate({ to: '/projects/$projectId/tasks/$taskId', params: { projectId, taskId } });

  useActions([{ id: 'workspace.back', title: 'Back to the task', group: 'Go to', shortcut: 'g t', run: toTask }]);

  return (
    <>
      <PageHeader
        title={
          <Link to="/projects/$projectId/tasks/$taskId" params={{ projectId, taskId }} className="inline-flex max-w-full items-center gap-1.5 rounded-sm hover:text-accent-text" title="Back to the task">
            <ArrowLeft size={14} className="shrink-0 text-muted" />
            <span className="truncate">{task?.title ?? 'Task'}</span>
          </Link>
        }
      >
        {workspace ? <HeaderActions workspace={workspace} session={session} onConflicts={setRefusedConflicts} onDiscarded={toTask} /> : null}
      </PageHeader>
      {workspace ? (
        <>
          <WorkspaceFacts workspace={workspace} />
          <Conflicts
            workspace={workspace}
            refused={refusedConflicts}
            sessionId={session?.id}
            onDismiss={() => setRefusedConflicts(null)}
            onHandedOver={(id) => onSearch({ session: id, tab: 'conversation' })}
          />
          <WorkspaceState workspace={workspace}>
            <Panes
              workspace={workspace}
              tab={search.tab}
              onTab={(tab) => onSearch({ tab })}
              conversation={conversation(workspace)}
              panes={isUsable(workspace) ? panes(workspace) : null}
              terminals={isUsable(workspace) && !readOnly ? (place) => terminals(workspace, place) : null}
            />
          </WorkspaceState>
        </>
      ) : isNotFound(error) ? (
        <EmptyState className="flex-1" title="This workspace does not exist">
          It may have been removed for good. The task lists the others.
        </EmptyState>
      ) : error ? (
        <ErrorState className="flex-1" title="The workspace could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <div className="p-6">
          <SkeletonLines lines={8} label="Loading the workspace" />
        </div>
      )}
    </>
  );
}

interface ConflictsProps {
  workspace: Workspace;
  refused: Conflict[] | null;
  sessionId: Uuid | undefined;
  onDismiss: () => void;
  onHandedOver: (sessionId: Uuid) => void;
}

/** Conflicts of a merge that was refused, or ones that stand in the files. */
function Conflicts({ workspace, refused, ...rest }: ConflictsProps) {
  const { data: standing = [] } = useQuery({ ...diffQuery(workspace.id), enabled: isUsable(workspace), select: (diff) => diff.stats.conflicts });
  const conflicts = standing.length > 0 ? standing : refused;
  if (!conflicts) return null;
  return <ConflictsPanel workspace={workspace} conflicts={conflicts} inFiles={standing.length > 0} {...rest} />;
}

const Pane = ({ tab, children }: { tab: WorkspaceTab; children: ReactNode }) => (
  <div id="pane" role="tabpanel" aria-labelledby={`pane-tab-${tab}`} className="flex min-h-0 min-w-0 flex-1 flex-col">
    {children}
  </div>
);

interface PanesProps {
  workspace: Workspace;
  tab: WorkspaceTab | undefined;
  onTab: (tab: WorkspaceTab) => void;
  conversation: ReactNode;
  /** Null while there are no files to look at. */
  panes: Record<SideTab, ReactNode> | null;
  /** The same. */
  terminals: ((place: TerminalPlace) => ReactNode) | null;
}

const BeingMade = () => (
  <EmptyState className="flex-1" icon={<LoaderCircle size={24} className="animate-spin" />} title="One moment">
    The files of the workspace are being worked on.
  </EmptyState>
);

function Panes({ workspace, tab, onTab, conversation, panes, terminals }: PanesProps) {
  const wide = useMediaQuery('(min-width: 820px)');
  const dock = useTerminalDock({ wide, tab, onTab });
  const readOnly = useReadOnly();
  const { start, ...devServer } = useDevServer(workspace, dock);
  if (!wide) {
    const shown = tab ?? 'conversation';
    const side = shown === 'conversation' || shown === 'terminal' ? null : shown;
    return (
      <>
        <PaneTabs withAll value={shown} onChange={onTab} />
        <Pane tab={shown}>{shown === 'conversation' ? conversation : shown === 'terminal' && terminals ? terminals({ ...dock.place, tools: <DevServerButton compact {...devServer} onClick={start} /> }) : panes && side ? panes[side] : <BeingMade />}</Pane>
      </>
    );
  }
  const shown = tab === undefined || tab === 'conversation' || tab === 'terminal' ? 'changes' : tab;
  const { isOpen, isMaximized } = dock;
  const sides = (
    <div inert={isOpen && isMaximized} className="flex min-h-0 min-w-0 flex-1">
      <Split
        storageKey="switchyard.workspace-split"
        label="Width of the conversation"
        initial={0.42}
        left={conversation}
        right={
          <>
            <PaneTabs value={shown} onChange={onTab}>
              <ForWriters>
                <DevServerButton {...devServer} onClick={start} />
                <TerminalButton isOpen={isOpen} onToggle={dock.toggle} />
              </ForWriters>
            </PaneTabs>
            <Pane tab={shown}>{panes ? panes[shown] : <BeingMade />}</Pane>
          </>
        }
      />
    </div>
  );
  return (
    <div className="relative flex min-h-0 min-w-0 flex-1">
      <Split
        stacked
        storageKey="switchyard.terminal-dock-share"
        label="Height of the terminals"
        initial={0.62}
        leastPx={120}
        left={sides}
        right={isOpen && !readOnly ? <div className={cn('flex min-h-0 min-w-0 flex-1 flex-col', isMaximized && 'absolute inset-0 z-10')}>{terminals ? terminals(dock.place) : <BeingMade />}</div> : null}
      />
    </div>
  );
}
