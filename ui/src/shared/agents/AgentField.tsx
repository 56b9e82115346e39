import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { agentsQuery } from '@/shared/api/instance';
import type { AgentSpec } from '@/shared/api/types';
import { Field, Input, NativeSelect } from '@/shared/ui/Field';
import { COMMAND, commandText, CUSTOM_ACP, splitCommand } from './spec';

interface AgentFieldProps {
  label: string;
  value: AgentSpec | null;
  onChange: (value: AgentSpec | null) => void;
  /** What an empty choice is called; without it there is none. */
  emptyLabel?: string;
  error?: string | undefined;
}

/** Picks an agent from the catalogue, or any command. What is not installed cannot be picked. */
export function AgentField({ label, value, onChange, emptyLabel, error }: AgentFieldProps) {
  const { data: agents = [] } = useQuery(agentsQuery());
  const known = agents.filter((agent) => agent.id !== COMMAND && agent.id !== CUSTOM_ACP);
  const isUnknown = value !== null && value.id !== COMMAND && value.id !== CUSTOM_ACP && !known.some((agent) => agent.id === value.id);

  const pick = (id: string) => {
    if (id === '') onChange(null);
    else if (id === COMMAND) onChange({ id, command: value ? commandText(value) : '' });
    else if (id === CUSTOM_ACP) onChange({ id, command: value ? splitCommand(commandText(value)) : [] });
    else onChange({ id });
  };

  return (
    <div className="flex flex-col gap-2">
      <Field label={label} error={error}>
        {(control) => (
          <NativeSelect {...control} value={value?.id ?? ''} onChange={(event) => pick(event.target.value)}>
            {emptyLabel === undefined ? (
              value === null ? (
                <option value="" disabled>
                  Choose an agent
                </option>
              ) : null
            ) : (
              <option value="">{emptyLabel}</option>
            )}
            {isUnknown ? <option value={value.id}>{value.id}</option> : null}
            {known.map((agent) => (
              <option key={agent.id} value={agent.id} disabled={!agent.installed}>
                {agent.installed ? agent.name : `${agent.name} (not installed)`}
              </option>
            ))}
            <option value={COMMAND}>A command…</option>
            <option value={CUSTOM_ACP}>A command that speaks the Agent Client Protocol…</option>
          </NativeSelect>
        )}
      </Field>
      {value?.id === COMMAND || value?.id === CUSTOM_ACP ? <CommandInput key={value.id} value={value} onChange={onChange} /> : null}
    </div>
  );
}

const ABOUT: Record<string, string> = {
  [COMMAND]: 'Run by the shell in the workspace. It reads the prompt from its standard input, or from $SWITCHYARD_PROMPT.',
  [CUSTOM_ACP]: 'A program that speaks the Agent Client Protocol over its standard input and output.',
};

function CommandInput({ value, onChange }: { value: AgentSpec; onChange: (value: AgentSpec) => void }) {
  const noteId = useId();
  return (
    <div className="flex flex-col gap-1">
      <Input
        aria-label="Command"
        aria-describedby={noteId}
        className="font-mono text-sm"
        placeholder={value.id === COMMAND ? './fix-the-tests.sh' : 'my-agent --acp'}
        defaultValue={commandText(value)}
        onChange={(event) => onChange({ id: value.id, command: value.id === COMMAND ? event.target.value : splitCommand(event.target.value) })}
      />
      <p id={noteId} className="text-sm text-faint">
        {ABOUT[value.id]}
      </p>
    </div>
  );
}
