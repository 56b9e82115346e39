import { useState } from 'react';
import { EDITORS } from '@/shared/editor/editors';
import { Field, Input, NativeSelect } from '@/shared/ui/Field';
import { Section } from '@/shared/ui/Page';

interface EditorSettingsProps {
  value: string | null;
  onChange: (value: string | null) => void;
  error: string | undefined;
}

const OTHER = 'other';

/** Which editor opens folders and files of a workspace. */
export function EditorSettings({ value, onChange, error }: EditorSettingsProps) {
  const known = EDITORS.some((editor) => editor.address === value);
  const [other, setOther] = useState(value !== null && !known);
  const choose = (chosen: string) => {
    setOther(chosen === OTHER);
    if (chosen !== OTHER) onChange(chosen === '' ? null : chosen);
  };
  return (
    <Section title="Editor" description="Opens a workspace’s folder and files on this machine.">
      <Field label="Editor" error={other ? undefined : error}>
        {(control) => (
          <NativeSelect {...control} value={other ? OTHER : (value ?? '')} onChange={(event) => choose(event.target.value)}>
            <option value="">None</option>
            {EDITORS.map((editor) => (
              <option key={editor.address} value={editor.address}>
                {editor.name}
              </option>
            ))}
            <option value={OTHER}>Another one…</option>
          </NativeSelect>
        )}
      </Field>
      {other ? (
        <Field label="Its address" hint="{path} stands for the file and {line} for the line, as in vscode://file{path}:{line}." error={error}>
          {(control) => <Input {...control} className="font-mono text-sm" value={value ?? ''} placeholder="editor://open?file={path}&line={line}" onChange={(event) => onChange(event.target.value || null)} />}
        </Field>
      ) : null}
    </Section>
  );
}
