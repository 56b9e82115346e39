import { Field, Input } from '@/shared/ui/Field';
import { Section } from '@/shared/ui/Page';
import { Switch } from '@/shared/ui/Switch';

interface TimeLimitProps {
  title: string;
  description: string;
  /** What switches the limit on. */
  switchLabel: string;
  fieldLabel: string;
  hint: string;
  /** Taken when the limit is switched on. */
  usual: number;
  most: number;
  /** 0 is no limit. */
  value: number;
  onChange: (value: number) => void;
  error: string | undefined;
}

/** A part of the settings in which something ends by itself after a time, or never. */
export function TimeLimit({ title, description, switchLabel, fieldLabel, hint, usual, most, value, onChange, error }: TimeLimitProps) {
  return (
    <Section title={title} description={description}>
      <label className="flex items-center justify-between gap-4">
        {switchLabel}
        <Switch label={switchLabel} checked={value > 0} onChange={(limited) => onChange(limited ? usual : 0)} />
      </label>
      {value > 0 ? (
        <Field label={fieldLabel} hint={hint} error={error}>
          {(control) => (
            <Input {...control} type="number" inputMode="numeric" min={1} max={most} className="w-24 tabular-nums" value={value} onChange={(event) => onChange(Math.max(1, Math.trunc(event.target.valueAsNumber) || 1))} />
          )}
        </Field>
      ) : null}
    </Section>
  );
}
