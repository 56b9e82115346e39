import { memo } from 'react';
import type { Row } from '@/features/sessions/transcript/rows';
import type { Session } from '@/shared/api/types';
import { PermissionCard } from './PermissionCard';
import { PlanList } from './PlanList';
import { CheckpointRow, ErrorRow, NoteRow } from './SystemRows';
import { AgentMessage, ScriptOutput, Thought, UserMessage } from './TextRows';
import { ToolCall } from './ToolCall';

interface RowViewProps {
  row: Row;
  sessionId: Session['id'];
  workspaceId: Session['workspace_id'];
  isPlainText: boolean;
}

/** One row of a transcript. Rows are compared by identity, so only what changed is drawn again. */
export const RowView = memo(function RowView({ row, sessionId, workspaceId, isPlainText }: RowViewProps) {
  switch (row.kind) {
    case 'user':
      return <UserMessage text={row.text} />;
    case 'message':
      return <AgentMessage row={row} isPlainText={isPlainText} />;
    case 'thought':
      return <Thought row={row} />;
    case 'script':
      return <ScriptOutput row={row} />;
    case 'tool':
      return <ToolCall row={row} />;
    case 'permission':
      return <PermissionCard row={row} sessionId={sessionId} />;
    case 'plan':
      return (
        <div className="my-1.5 rounded-lg border px-3 py-2">
          <PlanList items={row.items} />
        </div>
      );
    case 'error':
      return <ErrorRow row={row} />;
    case 'checkpoint':
      return <CheckpointRow row={row} workspaceId={workspaceId} />;
    case 'note':
      return <NoteRow row={row} />;
  }
});
