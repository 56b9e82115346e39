import { useQuery } from '@tanstack/react-query';
import { MessageSquarePlus } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useActions } from '@/shared/actions/actions';
import { isBusy, newerSession, newestSession, sessionCalls, sessionQuery, workspaceSessionsQuery } from '@/shared/api/sessions';
import type { Session, Uuid, Workspace } from '@/shared/api/types';
import { ForWriters } from '@/shared/identity/ForWriters';
import { Button } from '@/shared/ui/Button';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';
import { workingFolder } from '@/shared/workspaces/folders';
import { Composer } from './Composer';
import { NewSessionDialog } from './NewSessionDialog';
import { PendingApproval } from './PendingApproval';
import { QueuedMessages } from './QueuedMessages';
import { SessionBar } from './SessionBar';
import { StopReason } from './StopReason';
import { createExpansion, ExpansionContext } from './transcript/expansion';
import { TranscriptView } from './TranscriptView';
import { isPlainText, useTranscript } from './useTranscript';
import { useTurnAnnouncements } from './useTurnAnnouncements';
import { WorkspacePathContext } from './workspacePath';

interface SessionPaneProps {
  workspace: Workspace;
  /** The session asked for; the newest where none is. */
  sessionId: Uuid | undefined;
  onSession: (id: Uuid) => void;
}

/** The conversation side of a workspace. */
export function SessionPane({ workspace, sessionId, onSession }: SessionPaneProps) {
  const { data: sessions, error, refetch } = useQuery(workspaceSessionsQuery(workspace.id));
  const [creating, setCreating] = useState(false);
  const chosen = sessions?.find((each) => each.id === sessionId) ?? (sessions ? newestSession(sessions) : undefined);

  return (
    <WorkspacePathContext value={workingFolder(workspace)}>
      <section aria-label="Conversation" className="@container flex min-h-0 min-w-0 flex-1 flex-col">
        {chosen ? (
          <OpenSession key={chosen.id} listed={chosen} sessions={newestFirst(sessions ?? [])} onSession={onSession} onNewSession={() => setCreating(true)} />
        ) : error ? (
          <ErrorState className="flex-1" title="The sessions could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : sessions ? (
          <NoSession workspace={workspace} onNewSession={() => setCreating(true)} />
        ) : (
          <div className="p-4">
            <SkeletonLines lines={6} label="Loading the conversation" />
          </div>
        )}
        {creating ? (
          <NewSessionDialog
            workspaceId={workspace.id}
            onClose={() => setCreating(false)}
            onStarted={(id) => {
              setCreating(false);
              onSession(id);
            }}
          />
        ) : null}
      </section>
    </WorkspacePathContext>
  );
}

// Ids are ordered by time.
const newestFirst = (sessions: readonly Session[]): Session[] => sessions.toSorted((a, b) => (a.id < b.id ? 1 : -1));

function NoSession({ workspace, onNewSession }: { workspace: Workspace; onNewSession: () => void }) {
  if (workspace.status === 'creating')
    return (
      <EmptyState className="flex-1" title="The workspace is being made">
        The agent starts as soon as its files are there.
      </EmptyState>
    );
  return (
    <EmptyState
      className="flex-1"
      icon={<MessageSquarePlus size={26} />}
      title="No conversation yet"
      action={
        <ForWriters>
          <Button variant="primary" onClick={onNewSession} disabled={workspace.status !== 'ready'}>
            Start an agent
          </Button>
        </ForWriters>
      }
    >
      An agent that is started here works on the files of this workspace.
    </EmptyState>
  );
}

interface OpenSessionProps {
  listed: Session;
  sessions: readonly Session[];
  onSession: (id: Uuid) => void;
  onNewSession: () => void;
}

function OpenSession({ listed, sessions, onSession, onNewSession }: OpenSessionProps) {
  // The list knows the session already; its own entry is what the feed and the options keep current. A change that came
  // between the list's rendering and this one is in the list alone.
  const { data: own } = useQuery({ ...sessionQuery(listed.id), initialData: listed });
  const session = newerSession(own, listed);
  const live = useTranscript(session);
  const expansion = useMemo(createExpansion, []);
  useTurnAnnouncements(session, live);

  const [stopping, setStopping] = useState(false);
  const busy = isBusy(session.status);
  useEffect(() => {
    if (!busy) setStopping(false);
  }, [busy]);
  const stop = () => {
    if (!busy || stopping) return;
    setStopping(true);
    sessionCalls.stop(session.id).catch((error: unknown) => {
      setStopping(false);
      toast.failed('The agent could not be stopped', error);
    });
  };

  useActions([
    { id: 'session.stop', writes: true, title: 'Stop the agent', group: 'Session', shortcut: 'escape escape', when: () => busy, run: stop },
    { id: 'session.new', writes: true, title: 'New session…', group: 'Session', run: onNewSession },
    {
      id: 'session.write',
      writes: true,
      title: 'Write to the agent',
      group: 'Session',
      shortcut: 'm',
      run: () => document.querySelector<HTMLTextAreaElement>('textarea[data-composer]')?.focus(),
    },
  ]);

  return (
    <ExpansionContext value={expansion}>
      <SessionBar session={session} sessions={sessions} live={live} onSession={onSession} onNewSession={onNewSession} />
      <TranscriptView session={session} live={live} isPlainText={isPlainText(session)} />
      {stopping ? (
        <p role="status" className="px-4 pt-1 text-sm text-muted">
          Stopping the agent…
        </p>
      ) : null}
      <PendingApproval sessionId={session.id} />
      <StopReason session={session} />
      <QueuedMessages sessionId={session.id} />
      <ForWriters others={<p className="border-t px-4 py-2.5 text-muted">You can read along. Members write to the agent.</p>}>
        <Composer key={session.id} session={session} onStop={stop} />
      </ForWriters>
    </ExpansionContext>
  );
}
