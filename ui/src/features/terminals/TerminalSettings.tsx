import { useId } from 'react';
import { useStore } from '@/shared/hooks/createStore';
import { Field, Input } from '@/shared/ui/Field';
import { Section } from '@/shared/ui/Page';
import { Switch } from '@/shared/ui/Switch';
import { changePreferences, LIMITS, preferencesStore, type TerminalPreferences } from './preferences';

const SWITCHES: { name: 'copyOnSelect' | 'bell' | 'clipboardWrites' | 'screenReader'; label: string; hint: string }[] = [
  { name: 'copyOnSelect', label: 'Copy what is selected', hint: 'Without it, Ctrl+Shift+C copies.' },
  { name: 'bell', label: 'Mark a tab whose program rings', hint: 'Only while you work elsewhere.' },
  { name: 'clipboardWrites', label: 'Programs may write to the clipboard (OSC 52)', hint: 'Also ones on other computers that you are connected to from a terminal. None may ever read it.' },
  { name: 'screenReader', label: 'For screen readers', hint: 'Output is read aloud. It makes much output slower.' },
];

/** How terminals look and behave. Kept in this browser, and taken at once. */
export function TerminalSettings() {
  const preferences = useStore(preferencesStore, (value) => value);
  const id = useId();
  const number = (name: 'fontSize' | 'scrollback', label: string, hint: string) => (
    <Field label={label} hint={hint}>
      {(control) => (
        <Input
          {...control}
          type="number"
          inputMode="numeric"
          min={LIMITS[name][0]}
          max={LIMITS[name][1]}
          className="w-28 tabular-nums"
          key={preferences[name]}
          defaultValue={preferences[name]}
          onBlur={(event) => {
            const value = event.target.valueAsNumber;
            const change: Partial<TerminalPreferences> = Number.isNaN(value) ? {} : { [name]: value };
            changePreferences(change);
            event.target.value = String(preferencesStore.get()[name]);
          }}
        />
      )}
    </Field>
  );
  return (
    <Section title="Terminal" description="For this browser alone, and at once: no need to save.">
      <div className="grid gap-3 sm:grid-cols-2">
        {number('fontSize', 'Size of the letters', '8 to 32 pixels.')}
        {number('scrollback', 'Lines to scroll back', 'Up to 100,000 in this window; the server keeps 10,000.')}
      </div>
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
