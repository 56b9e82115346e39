import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert, History } from 'lucide-react';
import type { Row } from '@/features/sessions/transcript/rows';
import type { Uuid } from '@/shared/api/types';
import { Button } from '@/shared/ui/Button';
import { CopyButton } from '@/shared/ui/CopyButton';
import { RelativeTime, relativeText } from '@/shared/ui/RelativeTime';
import { rewindTo } from '@/shared/workspaces/rewind';

type RowOf<Kind extends Row['kind']> = Extract<Row, { kind: Kind }>;

const WHAT_TO_DO: Record<string, string> = {
  agent_not_installed: 'Install the agent (see Agents in the sidebar), then send a message to try again.',
  agent_login_required: 'Log in to the agent in a terminal on this machine, then send a message to try again.',
  agent_died: 'Send a message to start the agent again; it goes on from this transcript.',
  runner_ended: 'The program that ran the agent ended. Send a message to start again; the files are as they were.',
  setup_failed: 'See the output of the set-up script above. Correct the script in the project settings, then send a message to try again.',
  checkpoint_failed: 'The work goes on; only the way back to this moment is missing.',
};

export function ErrorRow({ row }: { row: RowOf<'error'> }) {
  return (
    <div role="alert" className="group/row relative my-1.5 flex gap-2 rounded-lg border border-danger/40 bg-danger-soft px-3 py-2">
      <CircleAlert size={14} className="mt-0.5 shrink-0 text-danger" />
      <div className="min-w-0 flex-1">
        <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{row.text}</p>
        {WHAT_TO_DO[row.code] ? <p className="mt-0.5 text-sm text-muted">{WHAT_TO_DO[row.code]}</p> : null}
      </div>
      <CopyButton text={row.text} label="Copy the error" />
    </div>
  );
}

export function CheckpointRow({ row, workspaceId }: { row: RowOf<'checkpoint'>; workspaceId: Uuid }) {
  const client = useQueryClient();
  return (
    <div className="group/row flex h-7 items-center gap-2 text-sm text-faint">
      <span className="h-px flex-1 bg-line" />
      <History size={12} />
      <span className="min-w-0 truncate">
        Checkpoint {row.number} · <RelativeTime time={row.at} />
      </span>
      <Button
        size="sm"
        variant="ghost"
        className="text-muted group-hover/row:text-fg focus-visible:text-fg"
        onClick={() => void rewindTo(client, workspaceId, row.number, relativeText(row.at, Date.now()))}
      >
        Rewind to here
      </Button>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}

const STOP_REASONS: Record<string, string> = {
  end_turn: 'Turn ended',
  exit: 'Turn ended',
  cancelled: 'Turn stopped',
  max_tokens: 'The agent reached its token limit',
  max_turn_requests: 'The agent reached its limit of requests per turn',
  refusal: 'The agent refused to go on',
};

function noteText({ entry }: RowOf<'note'>): string {
  if (entry.event === 'turn_ended') return STOP_REASONS[entry.stop_reason] ?? `Turn ended: ${entry.stop_reason}`;
  if (entry.text) return entry.text;
  switch (entry.event) {
    case 'exited':
      return entry.signal === null ? `The agent exited${entry.code === null ? '' : ` with code ${entry.code}`}` : `The agent was ended by signal ${entry.signal}`;
    case 'stopped':
      return 'Stopped';
    case 'resumed':
      return entry.remembered ? 'Resumed' : 'Resumed; the agent got a summary of what was said before';
    case 'quiet':
      return `The agent has been silent for ${entry.seconds < 120 ? `${entry.seconds} s` : `${Math.round(entry.seconds / 60)} min`}`;
    default:
      return entry.event;
  }
}

/** What happened around the agent: a quiet line. */
export function NoteRow({ row }: { row: RowOf<'note'> }) {
  return (
    <p className="flex min-h-6 items-center gap-2 py-0.5 text-sm text-faint">
      <span className="size-1 shrink-0 rounded-full bg-line-strong" />
      <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">{noteText(row)}</span>
      <RelativeTime time={row.at} className="shrink-0" />
    </p>
  );
}
