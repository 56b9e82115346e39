import { useQueryClient } from '@tanstack/react-query';
import { useActions } from '@/shared/actions/actions';
import { answerApproval, orderedOptions } from '@/shared/api/approvals';
import type { Approval } from '@/shared/api/types';

const MOST_KEYS = 9;

/** The digits answer this request while the component is mounted. */
export function useAnswerKeys(approval: Approval | undefined): void {
  const client = useQueryClient();
  const options = approval ? orderedOptions(approval.options).slice(0, MOST_KEYS) : [];
  useActions(
    options.map((option, i) => ({
      id: `approval.answer-${i + 1}`,
      writes: true,
      title: `Answer: ${option.name}`,
      group: 'Approvals',
      shortcut: String(i + 1),
      run: () => {
        if (approval) void answerApproval(client, approval, option);
      },
    })),
  );
}
