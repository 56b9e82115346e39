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
export const priorityLabel = (priority: Priority): string => PRIORITY[priority];

/** A rectangle of one colour, in px from the upper left corner of the icon. */
const rectangle = (colour: string, x: number, y: number, width: number, height: number): string =>
  `linear-gradient(${colour} 0 0) ${x}px ${y}px / ${width}px ${height}px no-repeat`;

/** Three bars, of which as many are filled as the priority is high. */
const bars = (filled: number): string =>
  [0, 1, 2]
    .map((bar) => {
      const colour = bar < filled ? 'currentColor' : 'color-mix(in srgb, currentColor 30%, transparent)';
      return rectangle(colour, 1.5 + bar * 4, 9 - bar * 3.5, 3, 4 + bar * 3.5);
    })
    .join();

const PRIORITY_BACKGROUND: Record<Priority, string> = {
  none: [0, 1, 2].map((dash) => rectangle('currentColor', 1.5 + dash * 4, 6.25, 3, 1.5)).join(),
  low: bars(1),
  medium: bars(2),
  high: bars(3),
  urgent: [rectangle('var(--surface)', 6.25, 3.5, 1.5, 4.5), rectangle('var(--surface)', 6.25, 9.25, 1.5, 1.5), 'currentColor'].join(),
};

/** Stands on every card: as a background it costs a scrolling board nothing, as a drawing it would cost it a third of each frame. */
export const PriorityIcon = ({ priority }: { priority: Priority }) => (
  <span
    aria-hidden="true"
    className={priority === 'urgent' ? 'size-3.5 shrink-0 rounded-sm text-danger' : 'size-3.5 shrink-0 text-muted'}
    style={{ background: PRIORITY_BACKGROUND[priority] }}
  />
);
