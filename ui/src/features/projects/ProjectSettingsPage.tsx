import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import { isNotFound } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import { branchesQuery, projectCalls, projectQuery, reposQuery } from '@/shared/api/projects';
import type { Project, ProjectSettings, Uuid } from '@/shared/api/types';
import { AgentField } from '@/shared/agents/AgentField';
import { useForm } from '@/shared/hooks/useForm';
import { TERMINAL_KEYS } from '@/shared/keyboard/terminalKeys';
import { Field, Input, Textarea } from '@/shared/ui/Field';
import { shortcutText } from '@/shared/ui/Kbd';
import { PageBody, PageHeader, Section } from '@/shared/ui/Page';
import { SaveBar } from '@/shared/ui/SaveBar';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { ColumnsEditor } from './ColumnsEditor';
import { DangerZone } from './DangerZone';
import { LinesInput } from './LinesInput';
import { RepoList } from './RepoList';

interface ProjectSettingsPageProps {
  projectId: Uuid;
  /** The project is gone or put away. */
  onLeave: () => void;
  /** Who may see the project, where there is more than one person. */
  access: ReactNode;
}

export function ProjectSettingsPage({ projectId, onLeave, access }: ProjectSettingsPageProps) {
  const { data: project, error, refetch } = useQuery(projectQuery(projectId));
  return (
    <>
      <PageHeader title={project ? `${project.name} · Settings` : 'Project settings'} />
      <PageBody>
        {project && project.my_role !== 'admin' ? (
          <>
            <p className="rounded-lg border bg-surface p-3 text-muted">Only this project’s admins change its settings and who may see it.</p>
            {access}
          </>
        ) : project ? (
          <>
            <ProjectForm project={project} />
            {access}
            <DangerZone project={project} onLeave={onLeave} />
          </>
        ) : isNotFound(error) ? (
          <EmptyState title="This project does not exist">It may have been deleted.</EmptyState>
        ) : error ? (
          <ErrorState title="The project could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonLines lines={8} />
        )}
      </PageBody>
    </>
  );
}

function ProjectForm({ project }: { project: Project }) {
  const client = useQueryClient();
  const form = useForm(project, async (base, { name, settings }) => {
    const saved = await projectCalls.change(base.id, base.version, { name, settings });
    client.setQueryData(keys.project(saved.id), saved);
    client.setQueryData<Project[]>(keys.projects, (all) => all?.map((each) => (each.id === saved.id ? saved : each)));
  });
  const { settings } = form.value;
  const change = (patch: Partial<ProjectSettings>) => form.change({ settings: { ...settings, ...patch } });
  const errorOf = (name: string) => form.fieldError(`settings.${name}`) ?? form.fieldError(name);

  return (
    <>
      <Section title="General">
        <Field label="Name" error={form.fieldError('name')}>
          {(control) => <Input {...control} value={form.value.name} onChange={(event) => form.change({ name: event.target.value })} />}
        </Field>
      </Section>
      <Section title="Repositories" description="A workspace gets a worktree of each of them.">
        <RepoList projectId={project.id} />
      </Section>
      <Section title="Agents and branches">
        <AgentField
          label="Default agent"
          emptyLabel="As in the general settings"
          value={settings.default_agent}
          onChange={(default_agent) => change({ default_agent })}
          error={errorOf('default_agent')}
        />
        <div className="grid gap-3 sm:grid-cols-2">
          <BranchField projectId={project.id} value={settings.default_branch} onChange={(default_branch) => change({ default_branch })} error={errorOf('default_branch')} />
          <Field label="Branch prefix" hint={`${settings.branch_prefix || 'sy'}/1a2b3c-what-the-task-says`} error={errorOf('branch_prefix')}>
            {(control) => <Input {...control} className="font-mono text-sm" value={settings.branch_prefix} onChange={(event) => change({ branch_prefix: event.target.value })} />}
          </Field>
        </div>
      </Section>
      <Section title="Scripts" description="Shell commands, run in the workspace's folder.">
        <ScriptField label="Set-up" hint="After a worktree is made, before the agent starts." value={settings.setup_script} onChange={(setup_script) => change({ setup_script })} error={errorOf('setup_script')} />
        <ScriptField label="Dev server" anchor="dev-server" hint={DEV_SERVER_HINT} value={settings.dev_server_script} onChange={(dev_server_script) => change({ dev_server_script })} error={errorOf('dev_server_script')} />
        <ScriptField label="Clean-up" hint="Before a worktree is removed." value={settings.cleanup_script} onChange={(cleanup_script) => change({ cleanup_script })} error={errorOf('cleanup_script')} />
      </Section>
      <Section title="Files to copy" description="Ignored files that a new worktree needs, such as .env. One pattern a line.">
        <LinesInput label="Patterns of files to copy" placeholder={'.env\nconfig/*.local.json'} lines={settings.copy_files} onChange={(copy_files) => change({ copy_files })} />
      </Section>
      <Section title="Columns" description="Hidden columns keep their tasks; a status filter still shows them.">
        <ColumnsEditor columns={settings.columns} onChange={(columns) => change({ columns })} error={errorOf('columns')} />
      </Section>
      <SaveBar dirty={form.dirty} busy={form.busy} error={form.error} onSave={form.save} onReset={form.reset} onRebase={form.rebase} />
    </>
  );
}

const DEV_SERVER_HINT = `Started in a workspace with “Dev server” (${shortcutText(TERMINAL_KEYS.devServer)}), in a terminal of its own. $PORT is a port that is the workspace’s own and free, and so are the nine above it.`;

interface ScriptFieldProps {
  label: string;
  hint: string;
  /** What an address names after its # to lead here. */
  anchor?: string;
  value: string | null;
  onChange: (value: string | null) => void;
  error: string | undefined;
}

function ScriptField({ label, hint, anchor, value, onChange, error }: ScriptFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { hash } = useLocation();
  useEffect(() => {
    if (anchor !== undefined && hash === anchor) field.current?.focus();
  }, [anchor, hash]);
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <Textarea {...control} ref={field} className="min-h-16 font-mono text-sm" spellCheck={false} value={value ?? ''} onChange={(event) => onChange(event.target.value || null)} />}
    </Field>
  );
}

interface BranchFieldProps {
  projectId: Uuid;
  value: string | null;
  onChange: (value: string | null) => void;
  error: string | undefined;
}

/** The branch that work starts from; the first repository's branches are suggested. */
function BranchField({ projectId, value, onChange, error }: BranchFieldProps) {
  const { data: repos } = useQuery(reposQuery(projectId));
  const first = repos?.[0];
  const { data: branches = [] } = useQuery({ ...branchesQuery(first?.id ?? ''), enabled: typeof first?.path === 'string' });
  return (
    <Field label="Base branch" hint="Empty: each repository's own default." error={error}>
      {(control) => (
        <>
          <Input {...control} list={`${control.id}-branches`} className="font-mono text-sm" placeholder={first?.default_branch} value={value ?? ''} onChange={(event) => onChange(event.target.value || null)} />
          <datalist id={`${control.id}-branches`}>
            {branches.map((branch) => (
              <option key={branch.name} value={branch.name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
