import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { AgentField } from '@/shared/agents/AgentField';
import { firstChoice } from '@/shared/agents/firstChoice';
import { InstallHints } from '@/shared/agents/InstallHints';
import { lastAgent } from '@/shared/agents/lastAgent';
import { isComplete } from '@/shared/agents/spec';
import { agentsQuery } from '@/shared/api/instance';
import { errorText } from '@/shared/api/errors';
import { keepSession, sessionCalls } from '@/shared/api/sessions';
import type { AgentSpec, Uuid } from '@/shared/api/types';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Textarea } from '@/shared/ui/Field';

interface NewSessionDialogProps {
  workspaceId: Uuid;
  onClose: () => void;
  onStarted: (sessionId: Uuid) => void;
}

/** Starts another conversation in the same workspace, with the same or another agent. */
export function NewSessionDialog({ workspaceId, onClose, onStarted }: NewSessionDialogProps) {
  const client = useQueryClient();
  const { data: agents = [] } = useQuery(agentsQuery());
  const [picked, setPicked] = useState<AgentSpec | null>(null);
  const [prompt, setPrompt] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const key = useRef(crypto.randomUUID());
  const agent = picked ?? firstChoice([lastAgent.get()], agents);

  const start = async (event: FormEvent) => {
    event.preventDefault();
    if (!isComplete(agent) || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const session = await sessionCalls.start(workspaceId, agent, prompt, key.current);
      lastAgent.set(agent);
      keepSession(client, session);
      onStarted(session.id);
    } catch (failure) {
      setError(errorText(failure));
      key.current = crypto.randomUUID();
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New session"
      description="Another conversation in this workspace. It sees the files as they are now."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-session" busy={busy} disabled={!isComplete(agent)}>
            Start
          </Button>
        </>
      }
    >
      <form id="new-session" onSubmit={(event) => void start(event)} className="flex flex-col gap-3">
        <AgentField label="Agent" value={agent} onChange={setPicked} error={error} />
        <InstallHints />
        <Field label="Prompt">
          {(control) => (
            <Textarea
              {...control}
              rows={5}
              value={prompt}
              onChange={(event) => setPrompt(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void start(event);
              }}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
