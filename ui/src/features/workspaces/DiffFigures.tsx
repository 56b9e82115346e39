/** How many lines were added and removed. */
export function DiffFigures({ additions, deletions }: { additions: number; deletions: number }) {
  return (
    <span className="shrink-0 font-mono text-xs tabular-nums" aria-label={`${additions} lines added, ${deletions} removed`}>
      <span className="text-success">+{additions}</span> <span className="text-danger">−{deletions}</span>
    </span>
  );
}
