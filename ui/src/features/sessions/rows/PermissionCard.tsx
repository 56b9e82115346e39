import { useQuery } from '@tanstack/react-query';
import { Hand, ShieldCheck, ShieldX } from 'lucide-react';
import type { PermissionRow } from '@/features/sessions/transcript/rows';
import { approvalFor } from '@/shared/api/approvals';
import { approvalsQuery, expiredApprovalsQuery } from '@/shared/api/instance';
import type { Uuid } from '@/shared/api/types';

/** The agent's question in its place. While it waits, its answers are above the composer. */
export function PermissionCard({ row, sessionId }: { row: PermissionRow; sessionId: Uuid }) {
  const { data: approvals = [] } = useQuery(approvalsQuery());
  if (row.outcome) return <Outcome row={row} outcome={row.outcome} sessionId={sessionId} />;
  const waits = approvalFor(approvals, sessionId, row.permissionId) !== undefined;
  return (
    <p className="flex items-center gap-2 py-0.5 text-sm text-muted">
      <Hand size={13} className={waits ? 'shrink-0 text-warning' : 'shrink-0 text-faint'} />
      <span className="min-w-0 truncate text-fg">{row.title}</span>
      <span className="shrink-0 text-faint">— {waits ? 'waits for your answer below' : 'no longer waits for an answer'}</span>
    </p>
  );
}

function Outcome({ row, outcome, sessionId }: { row: PermissionRow; outcome: NonNullable<PermissionRow['outcome']>; sessionId: Uuid }) {
  const option = outcome.kind === 'selected' ? row.options.find((each) => each.id === outcome.option_id) : undefined;
  const allowed = option?.kind.startsWith('allow') ?? false;
  const { data: expired = [] } = useQuery({ ...expiredApprovalsQuery(), enabled: !allowed });
  const givenUp = !allowed && expired.some((each) => each.session_id === sessionId && each.permission_id === row.permissionId);
  const Icon = allowed ? ShieldCheck : ShieldX;
  return (
    <p className="flex items-center gap-2 py-0.5 text-sm text-muted">
      <Icon size={13} className={allowed ? 'shrink-0 text-success' : 'shrink-0 text-faint'} />
      <span className="min-w-0 truncate">{row.title}</span>
      <span className="shrink-0 text-faint">— {givenUp ? 'nobody answered in time' : (option?.name ?? (outcome.kind === 'cancelled' ? 'withdrawn' : 'answered'))}</span>
    </p>
  );
}
