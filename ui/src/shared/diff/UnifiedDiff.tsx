import { memo, useMemo } from 'react';
import type { Hunk } from '@/shared/api/types';
import { useHunkTokens } from '@/shared/highlight/hunk';
import { DiffCode } from './DiffCode';
import { counterparts, hunkLines } from './lines';

/** A small diff, whole, for reading only. Larger ones belong in a virtual list. */
export function UnifiedDiff({ path, hunks }: { path: string; hunks: readonly Hunk[] }) {
  return (
    <div className="overflow-hidden font-mono text-sm leading-5" role="group" aria-label={`Changes of ${path}`}>
      {hunks.map((hunk, i) => (
        <UnifiedHunk key={i} hunk={hunk} path={path} first={i === 0} />
      ))}
    </div>
  );
}

const UnifiedHunk = memo(function UnifiedHunk({ hunk, path, first }: { hunk: Hunk; path: string; first: boolean }) {
  const lines = useMemo(() => hunkLines(hunk), [hunk]);
  const replaced = useMemo(() => counterparts(lines), [lines]);
  const tokens = useHunkTokens(hunk, path);
  return (
    <>
      {first ? null : <div className="bg-sunken px-3 text-faint select-none">⋯</div>}
      {lines.map((line, i) => (
        <div key={i} className="flex">
          <span className="w-10 shrink-0 pr-2 text-right text-2xs leading-5 text-faint select-none">{line.new ?? line.old}</span>
          <DiffCode line={line} tokens={tokens} counterpart={replaced.get(line)} />
        </div>
      ))}
    </>
  );
});
