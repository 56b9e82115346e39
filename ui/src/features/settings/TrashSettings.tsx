import { Field, Input } from '@/shared/ui/Field';
import { Section } from '@/shared/ui/Page';
import { Switch } from '@/shared/ui/Switch';

interface TrashSettingsProps {
  /** 0 keeps it for ever. */
  days: number;
  onChange: (days: number) => void;
  error: string | undefined;
}

const USUAL = 30;

/** How long what was discarded or deleted can be brought back. */
export function TrashSettings({ days, onChange, error }: TrashSettingsProps) {
  return (
    <Section title="Trash" description="Discarded workspaces, deleted tasks and deleted projects can be restored until they are removed for good.">
      <label className="flex items-center justify-between gap-4">
        Empty by itself
        <Switch label="Empty by itself" checked={days > 0} onChange={(empties) => onChange(empties ? USUAL : 0)} />
      </label>
      {days > 0 ? (
        <Field label="Days to keep" hint="1 to 365. A shorter time holds for what is in the trash already." error={error}>
          {(control) => (
            <Input {...control} type="number" inputMode="numeric" min={1} max={365} className="w-24 tabular-nums" value={days} onChange={(event) => onChange(Math.max(1, Math.trunc(event.target.valueAsNumber) || 1))} />
          )}
        </Field>
      ) : null}
    </Section>
  );
}
