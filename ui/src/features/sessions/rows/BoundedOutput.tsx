import { AnsiText } from '@/features/sessions/ansi/AnsiText';
import { stripAnsi, type AnsiStyle } from '@/features/sessions/ansi/parse';
import { useExpanded } from '@/features/sessions/transcript/expansion';
import { cn } from '@/shared/ui/cn';
import { boundText } from './bound';
import { HoverCopy } from './HoverCopy';

interface BoundedOutputProps {
  /** Names the part, for its open state. */
  id: string;
  text: string;
  /** Which end matters: the beginning of a file, the end of a log. */
  keep: 'head' | 'tail';
  style?: AnsiStyle | null;
  className?: string;
}

/** Text of a machine: monospaced, coloured, and short until all of it is asked for. */
export function BoundedOutput({ id, text, keep, style = null, className }: BoundedOutputProps) {
  const [all, showAll] = useExpanded(`${id}:all`, false);
  const { shown, hiddenLines, cutForGood } = boundText(text, keep, all);
  const more =
    hiddenLines > 0 ? (
      <button type="button" onClick={showAll} className="block w-full bg-sunken px-3 py-0.5 text-left font-sans text-sm text-accent-text hover:underline">
        {all ? 'Show less' : `Show all (${hiddenLines} more ${hiddenLines === 1 ? 'line' : 'lines'})`}
      </button>
    ) : null;
  return (
    <div className={cn('group/copied relative font-mono text-sm leading-[1.45]', className)}>
      {keep === 'tail' ? more : null}
      {cutForGood ? <p className="px-3 py-0.5 font-sans text-sm text-faint">Too long to show whole: copy it to read the rest.</p> : null}
      <pre className="overflow-x-auto px-3 py-1.5 break-words whitespace-pre-wrap [overflow-wrap:anywhere]">
        <AnsiText text={shown} style={style} />
      </pre>
      {keep === 'head' ? more : null}
      <HoverCopy text={() => stripAnsi(text)} label="Copy the text" />
    </div>
  );
}
