import { Field, Input } from '@/shared/ui/Field';
import { Section } from '@/shared/ui/Page';
import { Switch } from '@/shared/ui/Switch';

interface ApprovalSettingsProps {
  /** 0 waits for as long as the agent lives. */
  hours: number;
  onChange: (hours: number) => void;
  error: string | undefined;
}

const USUAL = 24;

/** How long an agent's request for permission waits for an answer. */
export function ApprovalSettings({ hours, onChange, error }: ApprovalSettingsProps) {
  return (
    <Section title="Approvals" description="An agent that asks for permission waits for your answer. A request that is given up is rejected, and the agent goes on without it.">
      <label className="flex items-center justify-between gap-4">
        Give up waiting by itself
        <Switch label="Give up waiting by itself" checked={hours > 0} onChange={(givesUp) => onChange(givesUp ? USUAL : 0)} />
      </label>
      {hours > 0 ? (
        <Field label="Hours to wait" hint="1 to 720. A shorter time holds for requests that wait already." error={error}>
          {(control) => (
            <Input {...control} type="number" inputMode="numeric" min={1} max={720} className="w-24 tabular-nums" value={hours} onChange={(event) => onChange(Math.max(1, Math.trunc(event.target.valueAsNumber) || 1))} />
          )}
        </Field>
      ) : null}
    </Section>
  );
}
