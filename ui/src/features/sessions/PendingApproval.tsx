import { useQuery } from '@tanstack/react-query';
import { Hand } from 'lucide-react';
import { approvalsQuery } from '@/shared/api/instance';
import type { Uuid } from '@/shared/api/types';
import { ApprovalButtons } from '@/shared/approvals/ApprovalButtons';
import { useAnswerKeys } from '@/shared/approvals/useAnswerKeys';

/** The oldest question that waits, always in sight above the composer. The digits answer it. */
export function PendingApproval({ sessionId }: { sessionId: Uuid }) {
  const { data: approvals = [] } = useQuery(approvalsQuery());
  const waiting = approvals.filter((each) => each.session_id === sessionId && each.status === 'pending');
  const [approval] = waiting;
  useAnswerKeys(approval);
  if (!approval) return null;
  return (
    <div role="alert" className="mx-3 mt-2 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-warning/50 bg-warning-soft px-3 py-2">
      <Hand size={14} className="shrink-0 text-warning" />
      <p className="min-w-40 flex-1 [overflow-wrap:anywhere]">
        {approval.title}
        {waiting.length > 1 ? <span className="text-muted"> (and {waiting.length - 1} more)</span> : null}
      </p>
      <ApprovalButtons key={approval.id} approval={approval} withKeys />
    </div>
  );
}
