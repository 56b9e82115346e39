import { LoaderCircle } from 'lucide-react';
import type { WorkspaceStatus } from '@/shared/api/types';
import { Badge, type Tone } from '@/shared/ui/Badge';

const STATES: Partial<Record<WorkspaceStatus, { label: string; tone: Tone; moving: boolean }>> = {
  creating: { label: 'Being made', tone: 'accent', moving: true },
  merging: { label: 'Merging', tone: 'accent', moving: true },
  merged: { label: 'Merged', tone: 'success', moving: false },
  discarding: { label: 'Being discarded', tone: 'neutral', moving: true },
  discarded: { label: 'Discarded', tone: 'neutral', moving: false },
  restoring: { label: 'Being restored', tone: 'accent', moving: true },
  failed: { label: 'Failed', tone: 'danger', moving: false },
};

/** The state of a workspace; nothing when it is simply ready. */
export function WorkspaceBadge({ status }: { status: WorkspaceStatus }) {
  const state = STATES[status];
  if (!state) return null;
  return (
    <Badge tone={state.tone}>
      {state.moving ? <LoaderCircle size={11} className="animate-spin" /> : null}
      {state.label}
    </Badge>
  );
}
