import { CopyButton } from './CopyButton';
import { Field, Input } from './Field';

/** A secret that the server tells this once, to be copied now. */
export const ShownOnce = ({ label, value, hint }: { label: string; value: string; hint: string }) => (
  <Field label={label} hint={hint}>
    {(control) => (
      <div className="flex items-center gap-1.5">
        <Input {...control} readOnly autoFocus value={value} onFocus={(event) => event.target.select()} className="font-mono text-sm" />
        <CopyButton text={value} label={`Copy: ${label.toLowerCase()}`} />
      </div>
    )}
  </Field>
);
