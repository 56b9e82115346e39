import type { Priority, TaskStatus } from '@/shared/api/types';

const STATUS: Record<TaskStatus, { label: string; className: string }> = {
  todo: { label: 'To do', className: 'text-faint' },
  in_progress: { label: 'In progress', className: 'text-warning' },
  in_review: { label: 'In review', className: 'text-info' },
  done: { label: 'Done', className: 'text-success' },
  cancelled: { label: 'Cancelled', className: 'text-faint' },
};

export const statusLabel = (status: TaskStatus): string => STATUS[status].label;

/** How far the pie of each open status is filled, of a circle of circumference 2π·2. */
const PIE: Partial<Record<TaskStatus, number>> = { in_progress: 0.5, in_review: 0.75 };
const PIE_ROUND = 2 * Math.PI * 2;

export function StatusIcon({ status, size = 14 }: { status: TaskStatus; size?: number }) {
  const closed = status === 'done' || status === 'cancelled';
  const pie = PIE[status];
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" className={`shrink-0 ${STATUS[status].className}`} fill="none" aria-hidden="true">
      <circle cx="7" cy="7" r="6" fill={closed ? 'currentColor' : 'none'} stroke="currentColor" strokeWidth="1.5" />
      {pie ? <circle cx="7" cy="7" r="2" stroke="currentColor" strokeWidth="4" strokeDasharray={`${pie * PIE_ROUND} ${PIE_ROUND}`} transform="rotate(-90 7 7)" /> : null}
      {status === 'done' ? <path d="m4.4 7.2 1.8 1.8 3.4-3.7" stroke="var(--surface)" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" /> : null}
      {status === 'cancelled' ? <path d="m5 5 4 4m0-4-4 4" stroke="var(--surface)" strokeWidth="1.5" strokeLinecap="round" /> : null}
    </svg>
  );
}

const PRIORITY: Record<Priority, string> = { none: 'No priority', low: 'Low', medium: 'Medium', high: 'High', urgent: 'Urgent' };
const BARS: Record<Priority, number> = { none: 0, low: 1, medium: 2, high: 3, urgent: 3 };

export const priorityLabel = (priority: Priority): string => PRIORITY[priority];

export function PriorityIcon({ priority, size = 14 }: { priority: Priority; size?: number }) {
  if (priority === 'urgent')
    return (
      <svg width={size} height={size} viewBox="0 0 14 14" className="shrink-0 text-danger" aria-hidden="true">
        <rect x="1" y="1" width="12" height="12" rx="3" fill="currentColor" />
        <path d="M7 4v3.6M7 9.9v.1" stroke="var(--surface)" strokeWidth="1.7" strokeLinecap="round" />
      </svg>
    );
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" className="shrink-0 text-muted" fill="currentColor" aria-hidden="true">
      {[0, 1, 2].map((bar) => (
        <rect
          key={bar}
          x={1.5 + bar * 4}
          y={priority === 'none' ? 6.25 : 9 - bar * 3.5}
          width="3"
          height={priority === 'none' ? 1.5 : 4 + bar * 3.5}
          rx="1"
          opacity={priority === 'none' || bar < BARS[priority] ? 1 : 0.3}
        />
      ))}
    </svg>
  );
}
