import type { Usage } from '@/shared/api/types';
import { cn } from '@/shared/ui/cn';
import { costText, tokensText } from './usageText';

/** From this share of the context on, the meter warns. */
const NEARLY_FULL = 0.85;

/** How full the agent's context is, and what the session has cost. */
export function UsageMeter({ usage: { used, size, cost, currency } }: { usage: Usage }) {
  const share = used !== null && size ? Math.min(1, used / size) : null;
  const title = [
    used === null ? null : `${used.toLocaleString('en')}${size ? ` of ${size.toLocaleString('en')}` : ''} tokens of context`,
    cost === null ? null : `cost so far ${costText(cost, currency)}`,
  ].filter(Boolean);
  if (used === null && cost === null) return null;
  return (
    <span title={title.join(', ')} className="flex shrink-0 items-center gap-1.5 px-1 text-sm text-faint tabular-nums @max-xs:hidden">
      {share === null ? null : (
        <span role="meter" aria-label="Context used" aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100} className="hidden h-1 w-12 overflow-hidden rounded-full bg-active @md:block">
          <span className={cn('block h-full rounded-full', share > NEARLY_FULL ? 'bg-warning' : 'bg-accent')} style={{ width: `${share * 100}%` }} />
        </span>
      )}
      {used === null ? null : <span className={cn(cost !== null && '@max-sm:hidden')}>{tokensText(used)}</span>}
      {cost === null ? null : <span>{costText(cost, currency)}</span>}
    </span>
  );
}
