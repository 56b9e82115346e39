import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useRef, useState, type FormEvent } from 'react';
import { AgentField } from '@/shared/agents/AgentField';
import { firstChoice } from '@/shared/agents/firstChoice';
import { InstallHints } from '@/shared/agents/InstallHints';
import { lastAgent } from '@/shared/agents/lastAgent';
import { isComplete } from '@/shared/agents/spec';
import { ApiError, errorText } from '@/shared/api/errors';
import { agentsQuery, configQuery } from '@/shared/api/instance';
import { projectQuery, reposQuery } from '@/shared/api/projects';
import { taskQuery } from '@/shared/api/tasks';
import type { AgentSpec, Uuid, Workspace } from '@/shared/api/types';
import { keepWorkspace, workspaceCalls } from '@/shared/api/workspaces';
import { Button } from '@/shared/ui/Button';
import { Field, Textarea } from '@/shared/ui/Field';
import { Shortcut } from '@/shared/ui/Kbd';
import { BranchField } from './BranchField';

interface StartAgentFormProps {
  projectId: Uuid;
  taskId: Uuid;
  onStarted: (workspace: Workspace) => void;
  onCancel: () => void;
}

/** Makes a workspace for the task and starts an agent in it. */
export function StartAgentForm({ projectId, taskId, onStarted, onCancel }: StartAgentFormProps) {
  const client = useQueryClient();
  const { data: agents } = useQuery(agentsQuery());
  const { data: project } = useQuery(projectQuery(projectId));
  const { data: config } = useQuery(configQuery());
  const { data: repos } = useQuery(reposQuery(projectId));
  const { data: task } = useQuery(taskQuery(client, taskId, projectId));
  const [pickedAgent, setPickedAgent] = useState<AgentSpec | null>(null);
  const [pickedBranch, setPickedBranch] = useState<string | null>(null);
  const [typedPrompt, setTypedPrompt] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const key = useRef(crypto.randomUUID());

  const agent = pickedAgent ?? firstChoice([lastAgent.get(), project?.settings.default_agent, config?.default_agent], agents ?? []);
  const prompt = typedPrompt ?? [task?.title, task?.description.trim()].filter(Boolean).join('\n\n');
  const [repo] = repos ?? [];
  const branch = pickedBranch ?? project?.settings.default_branch ?? repo?.default_branch ?? null;

  const start = async (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (!isComplete(agent) || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const workspace = await workspaceCalls.create(taskId, { agent, prompt, ...(branch ? { base_branch: branch } : {}) }, key.current);
      lastAgent.set(agent);
      keepWorkspace(client, workspace);
      onStarted(workspace);
    } catch (error) {
      setFailure(error);
      // A refusal is final for this key; a lost answer is not, and the same key finds what it came to.
      if (error instanceof ApiError) key.current = crypto.randomUUID();
    } finally {
      setBusy(false);
    }
  };

  if (repos?.length === 0)
    return (
      <p className="rounded-lg border border-dashed p-3 text-muted">
        An agent works in a git repository, and this project has none yet.{' '}
        <Link to="/projects/$projectId/settings" params={{ projectId }} className="text-accent-text underline">
          Add one in the project settings
        </Link>
        .
      </p>
    );

  return (
    <form
      aria-label="Start an agent"
      onSubmit={(event) => void start(event)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void start(event.nativeEvent);
        if (event.key === 'Escape') {
          event.stopPropagation();
          onCancel();
        }
      }}
      className="flex flex-col gap-3 rounded-lg border bg-surface p-3"
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <AgentField label="Agent" value={agent} onChange={setPickedAgent} error={failure instanceof ApiError ? failure.field('agent') : undefined} />
        <BranchField repo={repo} value={branch} onChange={setPickedBranch} error={failure instanceof ApiError ? failure.field('base_branch') : undefined} />
      </div>
      <InstallHints />
      <Field label="Prompt">
        {(control) => <Textarea {...control} autoFocus rows={6} value={prompt} onChange={(event) => setTypedPrompt(event.target.value)} />}
      </Field>
      {failure ? (
        <p role="alert" className="text-danger">
          {errorText(failure)}
        </p>
      ) : null}
      <div className="flex items-center justify-end gap-2">
        <Button variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={busy} disabled={!isComplete(agent)}>
          <Play size={13} /> Start
          <span className="inline-flex max-sm:hidden">
            <Shortcut keys="mod+enter" />
          </span>
        </Button>
      </div>
    </form>
  );
}
