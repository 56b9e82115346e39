import { ChevronRight } from 'lucide-react';
import { useMemo } from 'react';
import { useExpanded } from '@/features/sessions/transcript/expansion';
import type { ToolRow } from '@/features/sessions/transcript/rows';
import { usePathShortener } from '@/features/sessions/workspacePath';
import type { Hunk, ToolContent } from '@/shared/api/types';
import { UnifiedDiff } from '@/shared/diff/UnifiedDiff';
import { cn } from '@/shared/ui/cn';
import { BoundedOutput } from './BoundedOutput';
import { hunksOf, type DiffPart } from './diffHunks';
import { prettyJson } from './prettyJson';
import { RowIcon } from './RowIcon';

/** Longer diffs are shown in part until asked for. */
const FEW_DIFF_LINES = 60;
const MOST_DIFF_LINES = 2_000;

export function ToolBody({ row }: { row: ToolRow }) {
  const content = row.content ?? [];
  const locations = row.locations ?? [];
  const shorten = usePathShortener();
  return (
    <>
      {content.map((part, i) => (
        <Content key={i} id={`${row.key}:${i}`} part={part} />
      ))}
      {locations.length > 1 ? (
        <ul className="px-3 py-1.5 font-mono text-xs text-muted">
          {locations.map((place, i) => (
            <li key={i}>
              {shorten(place.path)}
              {place.line === null ? '' : `:${place.line}`}
            </li>
          ))}
        </ul>
      ) : null}
      <Json id={`${row.key}:in`} label="Input" text={row.input} initiallyOpen={content.length === 0} />
      {/* What the content already says is not said twice. */}
      {content.length === 0 ? <Json id={`${row.key}:out`} label="Output" text={row.output} initiallyOpen /> : null}
      {content.length === 0 && row.input === null && row.output === null ? <p className="px-3 py-1.5 text-sm text-faint">Nothing more was told about this call.</p> : null}
    </>
  );
}

function Content({ id, part }: { id: string; part: ToolContent }) {
  if (part.type === 'text') return <BoundedOutput id={id} text={part.text} keep="head" />;
  if (part.type === 'diff') return <DiffContent id={id} part={part} />;
  return (
    <div>
      <BoundedOutput id={id} text={part.output} keep="tail" />
      {part.truncated ? <p className="px-3 pb-1 text-sm text-faint">The agent cut this output.</p> : null}
      {part.exit_code !== null && part.exit_code !== 0 ? <p className="px-3 pb-1.5 text-sm text-danger">Exit code {part.exit_code}</p> : null}
    </div>
  );
}

function DiffContent({ id, part }: { id: string; part: DiffPart }) {
  const hunks = hunksOf(part);
  const shorten = usePathShortener();
  const [all, showAll] = useExpanded(`${id}:all`, false);
  const lines = hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  const most = all ? MOST_DIFF_LINES : FEW_DIFF_LINES;
  const shown = useMemo(() => firstLines(hunks, most), [hunks, most]);
  return (
    <div>
      <p className="flex items-baseline gap-2 px-3 py-1 font-mono text-xs text-muted">
        <span className="min-w-0 truncate">{shorten(part.path)}</span>
        {part.old_text === null ? <span className="shrink-0 font-sans text-success">new file</span> : null}
      </p>
      <UnifiedDiff path={part.path} hunks={shown} />
      {lines > FEW_DIFF_LINES ? (
        <button type="button" onClick={showAll} className="block w-full px-3 py-0.5 text-left text-sm text-accent-text hover:underline">
          {all ? (lines > MOST_DIFF_LINES ? `Show less (only the first ${MOST_DIFF_LINES} lines are shown; see the changes for the rest)` : 'Show less') : `Show all ${lines} lines`}
        </button>
      ) : null}
    </div>
  );
}

function firstLines(hunks: Hunk[], most: number): Hunk[] {
  let left = most;
  return hunks.flatMap((hunk) => {
    const lines = hunk.lines.slice(0, Math.max(0, left));
    left -= hunk.lines.length;
    return lines.length === 0 ? [] : lines.length === hunk.lines.length ? [hunk] : [{ ...hunk, lines }];
  });
}

interface JsonProps {
  id: string;
  label: string;
  text: string | null;
  initiallyOpen: boolean;
}

function Json({ id, label, text, initiallyOpen }: JsonProps) {
  const pretty = useMemo(() => (text === null ? null : prettyJson(text)), [text]);
  const [open, toggle] = useExpanded(id, initiallyOpen);
  if (pretty === null) return null;
  return (
    <div>
      <button type="button" aria-expanded={open} onClick={toggle} className="flex w-full items-center gap-1 px-2 py-0.5 text-left text-xs font-medium text-faint hover:text-fg">
        <RowIcon icon={ChevronRight} className={cn('transition-transform', open && 'rotate-90')} />
        {label}
      </button>
      {open ? <BoundedOutput id={id} text={pretty} keep="head" /> : null}
    </div>
  );
}
