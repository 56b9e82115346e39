import { memo, useMemo } from 'react';
import type { Hunk } from '@/shared/api/types';
import { useHunkTokens } from '@/shared/highlight/hunk';
import { hunkHtml } from './hunkHtml';
import './diff.css';

/** A small diff, whole, for reading only. Larger ones belong in a virtual list. */
export function UnifiedDiff({ path, hunks }: { path: string; hunks: readonly Hunk[] }) {
  return (
    <div className="font-mono text-sm leading-5" role="group" aria-label={`Changes of ${path}`}>
      {hunks.map((hunk, i) => (
        <UnifiedHunk key={i} hunk={hunk} path={path} first={i === 0} />
      ))}
    </div>
  );
}

const UnifiedHunk = memo(function UnifiedHunk({ hunk, path, first }: { hunk: Hunk; path: string; first: boolean }) {
  const tokens = useHunkTokens(hunk, path);
  const html = useMemo(() => ({ __html: hunkHtml(hunk, tokens) }), [hunk, tokens]);
  return (
    <>
      {first ? null : <div className="bg-sunken px-3 text-faint select-none">⋯</div>}
      <div dangerouslySetInnerHTML={html} />
    </>
  );
});
