import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, CheckCheck, X } from 'lucide-react';
import { useState } from 'react';
import { answerApproval, orderedOptions } from '@/shared/api/approvals';
import { projectsQuery } from '@/shared/api/projects';
import type { Approval, PermissionOption } from '@/shared/api/types';
import { useReadOnly } from '@/shared/identity/readOnly';
import { announce } from '@/shared/ui/announce';
import { Button } from '@/shared/ui/Button';
import { Shortcut } from '@/shared/ui/Kbd';

const ICONS: Record<string, typeof Check> = { allow_once: Check, allow_always: CheckCheck };

interface ApprovalButtonsProps {
  approval: Approval;
  /** Shows the digit that presses each button. */
  withKeys?: boolean;
}

/** The answers that the agent offers, as buttons. */
export function ApprovalButtons({ approval, withKeys = false }: ApprovalButtonsProps) {
  const client = useQueryClient();
  const [sending, setSending] = useState<string | null>(null);
  const readOnly = useReadOnly();
  const { data: projects } = useQuery(projectsQuery());
  const onlyLooks = projects?.find(({ id }) => id === approval.project_id)?.my_role === 'viewer';
  if (readOnly || onlyLooks) return <p className="text-sm text-muted">Waits for a member’s answer.</p>;
  const answer = async (option: PermissionOption) => {
    setSending(option.id);
    if (await answerApproval(client, approval, option)) announce(`Answered: ${option.name}`);
    setSending(null);
  };
  return (
    <div role="group" aria-label={`Answer: ${approval.title}`} className="flex flex-wrap gap-1.5">
      {orderedOptions(approval.options).map((option, i) => {
        const Icon = ICONS[option.kind] ?? X;
        return (
          <Button
            key={option.id}
            size="sm"
            variant={i === 0 && option.kind.startsWith('allow') ? 'primary' : option.kind.startsWith('reject') ? 'danger' : 'secondary'}
            busy={sending === option.id}
            disabled={sending !== null}
            onClick={() => void answer(option)}
          >
            <Icon size={13} />
            {option.name}
            {withKeys ? (
              <span className="inline-flex max-sm:hidden">
                <Shortcut keys={String(i + 1)} />
              </span>
            ) : null}
          </Button>
        );
      })}
    </div>
  );
}
