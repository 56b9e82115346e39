import type { CloneState } from '@/shared/api/types';

const PHASES: Record<NonNullable<CloneState['progress']>['phase'], string> = {
  connecting: 'Connecting',
  preparing: 'The host prepares what to send',
  receiving: 'Receiving',
  resolving: 'Putting in order',
};

const MEGABYTE = 1024 * 1024;

/** What cloning is at, in a few words. */
export function cloneText(progress: CloneState['progress']): string {
  if (!progress) return 'Cloning…';
  const percent = progress.percent === null ? '' : ` ${progress.percent} %`;
  const amount = progress.bytes > 0 ? `, ${(progress.bytes / MEGABYTE).toFixed(1)} MiB` : '';
  return `${PHASES[progress.phase]}${percent || '…'}${amount}`;
}

/** The part of the whole that is done, from 0 to 100; receiving is most of it. Null while nobody knows. */
export function clonePart(progress: CloneState['progress']): number | null {
  if (!progress || progress.percent === null) return null;
  switch (progress.phase) {
    case 'receiving':
      return progress.percent * 0.85;
    case 'resolving':
      return 85 + progress.percent * 0.15;
    default:
      return null;
  }
}
