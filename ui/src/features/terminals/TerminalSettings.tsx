import { useId } from 'react';
import { useStore } from '@/shared/hooks/createStore';
import { Field, Input } from '@/shared/ui/Field';
import { Section } from '@/shared/ui/Page';
import { Switch } from '@/shared/ui/Switch';
import { changePreferences, LIMITS, preferencesStore } from './preferences';

const SWITCHES: { name: 'copyOnSelect' | 'bell' | 'clipboardWrites' | 'screenReader'; label: string; hint: string }[] = [
  { name: 'copyOnSelect', label: 'Copy what is selected', hint: 'Without it, Ctrl+Shift+C copies.' },
  { name: 'bell', label: 'Mark a tab whose program rings', hint: 'Only while you work elsewhere.' },
  { name: 'clipboardWrites', label: 'Programs may write to the clipboard (OSC 52)', hint: 'Also ones on other computers that you are connected to from a terminal. None may ever read it.' },
  { name: 'screenReader', label: 'For screen readers', hint: 'Output is read aloud. It makes much output slower.' },
];

interface TerminalSettingsProps {
  /** Lines that terminals keep; saved with the other settings. */
  lines: number;
  onLines: (lines: number) => void;
  error: string | undefined;
}

/** How terminals look and behave. But for the lines, it is kept in this browser, and taken at once. */
export function TerminalSettings({ lines, onLines, error }: TerminalSettingsProps) {
  const preferences = useStore(preferencesStore, (value) => value);
  const id = useId();
  const [least, most] = LIMITS.fontSize;
  return (
    <Section title="Terminal">
      <Field label="Lines to scroll back" hint="1,000 to 100,000, for terminals that are opened from now on. One takes 4 MiB of memory at most, with more than 26,000 lines up to 16." error={error}>
        {(control) => (
          <Input {...control} type="number" inputMode="numeric" min={1_000} max={100_000} step={1_000} className="w-28 tabular-nums" value={lines} onChange={(event) => onLines(Math.max(0, Math.trunc(event.target.valueAsNumber) || 0))} />
        )}
      </Field>
      <p className="text-muted">What follows is for this browser alone, and taken at once: no need to save.</p>
      <Field label="Size of the letters" hint={`${least} to ${most} pixels.`}>
        {(control) => (
          <Input
            {...control}
            type="number"
            inputMode="numeric"
            min={least}
            max={most}
            className="w-28 tabular-nums"
            key={preferences.fontSize}
            defaultValue={preferences.fontSize}
            onBlur={(event) => {
              const fontSize = event.target.valueAsNumber;
              if (!Number.isNaN(fontSize)) changePreferences({ fontSize });
              event.target.value = String(preferencesStore.get().fontSize);
            }}
          />
        )}
      </Field>
      {SWITCHES.map(({ name, label, hint }) => (
        <div key={name} className="flex items-center justify-between gap-4">
          <label htmlFor={`${id}-${name}`}>
            {label}
            <span className="block text-sm text-faint">{hint}</span>
          </label>
          <Switch id={`${id}-${name}`} checked={preferences[name]} onChange={(on) => changePreferences({ [name]: on })} />
        </div>
      ))}
    </Section>
  );
}
