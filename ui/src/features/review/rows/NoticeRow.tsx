import { useQuery } from '@tanstack/react-query';
import { wholeFileQuery } from '@/features/review/api/review';
import type { ReviewRow } from '@/features/review/model/rows';
import { patchReview, useReview, useReviewStore } from '@/features/review/viewState';
import { errorText } from '@/shared/api/errors';
import type { Uuid } from '@/shared/api/types';
import { Button } from '@/shared/ui/Button';

type Notice = Extract<ReviewRow, { kind: 'notice' }>;

/** Why a file has no lines to show, and the way to get them. */
export function NoticeRow({ row, workspaceId }: { row: Notice; workspaceId: Uuid }) {
  if (row.notice === 'binary') return <p className="px-4 py-2 text-muted">A binary file.</p>;
  if (row.notice === 'empty') return <p className="px-4 py-2 text-muted">{row.file.old_path ? 'Moved, with no line changed.' : 'No line changed.'}</p>;
  return <TooLarge row={row} workspaceId={workspaceId} />;
}

function TooLarge({ row, workspaceId }: { row: Notice; workspaceId: Uuid }) {
  const store = useReviewStore();
  const wanted = useReview((view) => view.whole.has(row.fileKey));
  const { isFetching, error, refetch } = useQuery({ ...wholeFileQuery(workspaceId, row.file), enabled: wanted });
  const load = () => (wanted ? void refetch() : patchReview(store, { whole: new Set(store.get().whole).add(row.fileKey) }));
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 py-2 text-muted">
      This file changed in many lines.
      <Button size="sm" busy={isFetching} onClick={load}>
        Load this file
      </Button>
      {error ? (
        <span role="alert" className="text-danger">
          {errorText(error)}
        </span>
      ) : null}
    </div>
  );
}
