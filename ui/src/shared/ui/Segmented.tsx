import type { ReactNode } from 'react';
import { cn } from './cn';

interface SegmentedProps<Id extends string> {
  label: string;
  value: Id;
  onChange: (id: Id) => void;
  options: { id: Id; label: string; icon?: ReactNode }[];
  /** Shows only the icons; the labels are read aloud. */
  iconsOnly?: boolean;
}

/** One of a few, all in sight. */
export function Segmented<Id extends string>({ label, value, onChange, options, iconsOnly = false }: SegmentedProps<Id>) {
  return (
    <div role="radiogroup" aria-label={label} className="inline-flex w-fit shrink-0 rounded-md bg-sunken p-0.5 ring-1 ring-line">
      {options.map((option) => (
        <button
          key={option.id}
          type="button"
          role="radio"
          aria-checked={option.id === value}
          aria-label={iconsOnly ? option.label : undefined}
          title={iconsOnly ? option.label : undefined}
          onClick={() => onChange(option.id)}
          className={cn(
            'flex h-6 items-center gap-1.5 rounded-[5px] px-2 text-sm',
            option.id === value ? 'bg-raised text-fg shadow-card' : 'text-muted hover:text-fg',
          )}
        >
          {option.icon}
          {iconsOnly ? null : option.label}
        </button>
      ))}
    </div>
  );
}
