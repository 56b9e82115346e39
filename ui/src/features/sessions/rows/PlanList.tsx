import { Circle, CircleCheck, CircleDotDashed } from 'lucide-react';
import type { PlanItem } from '@/features/sessions/transcript/rows';
import { cn } from '@/shared/ui/cn';

const PENDING = { icon: <Circle size={13} className="text-faint" />, word: 'to do' };
const STATES: Record<string, typeof PENDING> = {
  pending: PENDING,
  in_progress: { icon: <CircleDotDashed size={13} className="text-warning" />, word: 'under way' },
  completed: { icon: <CircleCheck size={13} className="text-success" />, word: 'done' },
};

/** The agent's plan as a checklist. */
export function PlanList({ items }: { items: readonly PlanItem[] }) {
  return (
    <ul aria-label="Plan" className="flex flex-col gap-1">
      {items.map((item, i) => (
        <li key={i} className="flex items-start gap-2">
          <span className="mt-[3px] shrink-0">{(STATES[item.status] ?? PENDING).icon}</span>
          <span className={cn(item.status === 'completed' && 'text-muted line-through decoration-faint')}>{item.content}</span>
          <span className="sr-only">({(STATES[item.status] ?? PENDING).word})</span>
          {item.priority === 'high' && item.status !== 'completed' ? <span className="text-sm text-faint">high</span> : null}
        </li>
      ))}
    </ul>
  );
}
