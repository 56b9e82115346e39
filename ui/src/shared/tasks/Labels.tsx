import { cn } from '@/shared/ui/cn';

/** Hues that keep apart; lightness comes from the theme's text colours. */
const HUES = [25, 70, 130, 165, 220, 265, 305, 345];

/** The same label has the same colour everywhere. */
export function labelHue(label: string): number {
  let hash = 0;
  for (const char of label) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) | 0;
  return HUES[Math.abs(hash) % HUES.length] ?? 0;
}

export const LabelDot = ({ label }: { label: string }) => (
  <span className="size-2 shrink-0 rounded-full" style={{ background: `oklch(0.65 0.15 ${labelHue(label)})` }} />
);

export function LabelChip({ label, className }: { label: string; className?: string }) {
  return (
    <span title={label} className={cn('inline-flex h-4.5 min-w-0 items-center gap-1 rounded-full border px-1.5 text-2xs text-muted', className)}>
      <LabelDot label={label} />
      <span className="truncate">{label}</span>
    </span>
  );
}

/** As many as are worth the room; the rest as a number. */
export function Labels({ labels, most = 2 }: { labels: readonly string[]; most?: number }) {
  const hidden = labels.slice(most);
  return (
    <span className="flex min-w-0 items-center gap-1">
      {labels.slice(0, most).map((label) => (
        <LabelChip key={label} label={label} className="max-w-24" />
      ))}
      {hidden.length > 0 ? (
        <span className="text-2xs text-faint" title={hidden.join(', ')}>
          +{hidden.length}
        </span>
      ) : null}
    </span>
  );
}
