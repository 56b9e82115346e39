import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useState } from 'react';
import { agentName } from '@/shared/agents/spec';
import { agentsQuery } from '@/shared/api/instance';
import { keys } from '@/shared/api/keys';
import { keepMessage, newestSession, workspaceSessionsQuery } from '@/shared/api/sessions';
import type { Uuid } from '@/shared/api/types';
import { Button } from '@/shared/ui/Button';
import { Field, NativeSelect, Textarea } from '@/shared/ui/Field';
import { Popover } from '@/shared/ui/Popover';
import { toast } from '@/shared/ui/toast';
import { commentCalls } from './api/review';

interface SendReviewProps {
  workspaceId: Uuid;
  /** The session that is open beside the review. */
  sessionId: Uuid | undefined;
  count: number;
}

/** Sends all open comments to an agent as one message. */
export function SendReview({ workspaceId, sessionId, count }: SendReviewProps) {
  const client = useQueryClient();
  const { data: sessions = [] } = useQuery(workspaceSessionsQuery(workspaceId));
  const { data: agents } = useQuery(agentsQuery());
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const [picked, setPicked] = useState<Uuid | null>(null);
  const [busy, setBusy] = useState(false);
  const target = sessions.find((each) => each.id === (picked ?? sessionId)) ?? newestSession(sessions);

  const send = async () => {
    if (!target || busy) return;
    setBusy(true);
    try {
      keepMessage(client, await commentCalls.send(workspaceId, target.id, note.trim()));
      void client.invalidateQueries({ queryKey: keys.comments(workspaceId) });
      setNote('');
      setOpen(false);
      toast.done(`${count} ${count === 1 ? 'comment' : 'comments'} sent to ${agentName(target.agent, agents)}`);
    } catch (error) {
      toast.failed('The comments were not sent', error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label="Send the comments"
      align="end"
      className="w-80 max-w-[92vw] p-3"
      trigger={
        <Button size="sm" variant="primary">
          <Send size={12} />
          <span className="max-sm:hidden">
            Send {count} {count === 1 ? 'comment' : 'comments'}…
          </span>
          <span className="sm:hidden">{count}</span>
        </Button>
      }
    >
      {target ? (
        <div
          className="flex flex-col gap-3"
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
          }}
        >
          {sessions.length > 1 ? (
            <Field label="To">
              {(control) => (
                <NativeSelect {...control} value={target.id} onChange={(event) => setPicked(event.target.value)}>
                  {sessions.map((each) => (
                    <option key={each.id} value={each.id}>
                      {each.title || agentName(each.agent, agents)}
                    </option>
                  ))}
                </NativeSelect>
              )}
            </Field>
          ) : null}
          <Field label="Note before the comments (optional)">
            {(control) => <Textarea {...control} rows={3} value={note} onChange={(event) => setNote(event.target.value)} />}
          </Field>
          <Button variant="primary" busy={busy} onClick={() => void send()}>
            Send to {agentName(target.agent, agents)}
          </Button>
        </div>
      ) : (
        <p className="text-muted">There is no conversation in this workspace yet. Start a session first; the comments stay.</p>
      )}
    </Popover>
  );
}
