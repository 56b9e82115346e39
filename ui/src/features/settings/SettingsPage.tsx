import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { AgentField } from '@/shared/agents/AgentField';
import { changeConfig, configQuery, infoQuery } from '@/shared/api/instance';
import { keys } from '@/shared/api/keys';
import type { Config } from '@/shared/api/types';
import { setTheme } from '@/shared/hooks/theme';
import { useForm } from '@/shared/hooks/useForm';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Field, Input } from '@/shared/ui/Field';
import { PageBody, Section } from '@/shared/ui/Page';
import { SaveBar } from '@/shared/ui/SaveBar';
import { Segmented } from '@/shared/ui/Segmented';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { ApprovalSettings } from './ApprovalSettings';
import { CredentialSettings } from './CredentialSettings';
import { EditorSettings } from './EditorSettings';
import { GitCredentialSettings } from './GitCredentialSettings';
import { NotificationSettings } from './NotificationSettings';
import { TrashSettings } from './TrashSettings';

interface SettingsPageProps {
  /** The part on terminals, with the lines that they keep. */
  terminal: (lines: number, onLines: (lines: number) => void, error: string | undefined) => ReactNode;
  archivedProjects: ReactNode;
}

/** What a person has set for themselves. */
export function SettingsPage({ terminal, archivedProjects }: SettingsPageProps) {
  const { data: config, error, refetch } = useQuery(configQuery());
  return (
    <PageBody>
      {config ? (
        <>
          <SettingsForm config={config} terminal={terminal} />
          <CredentialSettings />
          <GitCredentialSettings />
          {archivedProjects}
          <About />
        </>
      ) : error ? (
        <ErrorState title="The settings could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonLines lines={8} />
      )}
    </PageBody>
  );
}

function SettingsForm({ config, terminal }: { config: Config } & Pick<SettingsPageProps, 'terminal'>) {
  const client = useQueryClient();
  // The files are on the server then, where no editor of the person's reaches them.
  const { hosted } = useAuthority();
  const form = useForm(config, async (base, { version: _version, ...edited }) => {
    const saved = await changeConfig(base.version, edited);
    client.setQueryData(keys.config, saved);
    setTheme(saved.theme);
  });
  const { value, change } = form;
  const author = value.git_author ?? { name: '', email: '' };
  const changeAuthor = (patch: Partial<typeof author>) => {
    const next = { ...author, ...patch };
    change({ git_author: next.name || next.email ? next : null });
  };

  return (
    <>
      <Section title="Appearance">
        <Segmented
          label="Theme"
          value={value.theme}
          onChange={(theme) => {
            change({ theme });
            setTheme(theme);
          }}
          options={[
            { id: 'system', label: 'As the system' },
            { id: 'light', label: 'Light' },
            { id: 'dark', label: 'Dark' },
          ]}
        />
      </Section>
      <NotificationSettings value={value.notifications} onChange={(notifications) => change({ notifications })} />
      <Section title="Agents and branches" description="What a new workspace starts with, unless its project says otherwise.">
        <AgentField label="Default agent" emptyLabel="Ask each time" value={value.default_agent} onChange={(default_agent) => change({ default_agent })} error={form.fieldError('default_agent')} />
        <Field label="Branch prefix" hint={`Branches are named ${value.branch_prefix || 'sy'}/1a2b3c-what-the-task-says.`} error={form.fieldError('branch_prefix')}>
          {(control) => <Input {...control} className="font-mono text-sm" value={value.branch_prefix} onChange={(event) => change({ branch_prefix: event.target.value })} />}
        </Field>
      </Section>
      <Section title="Git author" description="Who commits and merges made here are by. Empty: as git is set up on this machine.">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Name" error={form.fieldError('git_author.name')}>
            {(control) => <Input {...control} value={author.name} onChange={(event) => changeAuthor({ name: event.target.value })} />}
          </Field>
          <Field label="E-mail" error={form.fieldError('git_author.email')}>
            {(control) => <Input {...control} type="email" value={author.email} onChange={(event) => changeAuthor({ email: event.target.value })} />}
          </Field>
        </div>
      </Section>
      {hosted ? null : <EditorSettings value={value.editor} onChange={(editor) => change({ editor })} error={form.fieldError('editor')} />}
      <ApprovalSettings hours={value.approval_expiry_hours} onChange={(approval_expiry_hours) => change({ approval_expiry_hours })} error={form.fieldError('approval_expiry_hours')} />
      <TrashSettings days={value.trash_retention_days} onChange={(trash_retention_days) => change({ trash_retention_days })} error={form.fieldError('trash_retention_days')} />
      {terminal(value.terminal_scrollback_lines, (terminal_scrollback_lines) => change({ terminal_scrollback_lines }), form.fieldError('terminal_scrollback_lines'))}
      <SaveBar
        dirty={form.dirty}
        busy={form.busy}
        error={form.error}
        onSave={form.save}
        onRebase={form.rebase}
        onReset={() => {
          form.reset();
          setTheme(config.theme);
        }}
      />
    </>
  );
}

function About() {
  const { data: info } = useQuery(infoQuery());
  if (!info) return null;
  return (
    <Section title="About">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-muted">
        <dt>Version</dt>
        <dd className="text-fg">{info.version}</dd>
        <dt>Mode</dt>
        <dd className="text-fg">{info.mode}</dd>
        {info.data_dir ? (
          <>
            <dt>Data folder</dt>
            <dd className="font-mono text-sm break-all text-fg">{info.data_dir}</dd>
          </>
        ) : null}
      </dl>
    </Section>
  );
}
