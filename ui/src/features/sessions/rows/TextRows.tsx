import { ChevronRight, SquareTerminal } from 'lucide-react';
import { memo, useMemo } from 'react';
import { AnsiText } from '@/features/sessions/ansi/AnsiText';
import { stripAnsi } from '@/features/sessions/ansi/parse';
import { useExpanded } from '@/features/sessions/transcript/expansion';
import type { TextRow } from '@/features/sessions/transcript/rows';
import { Markdown } from '@/shared/markdown/Markdown';
import { cn } from '@/shared/ui/cn';
import { BoundedOutput } from './BoundedOutput';
import { HoverCopy } from './HoverCopy';
import { markdownBlocks } from './markdownBlocks';
import { RowIcon } from './RowIcon';

export function UserMessage({ text }: { text: string }) {
  return (
    <div className="group/copied relative my-2 rounded-lg border bg-surface px-3 py-2">
      <span className="sr-only">You: </span>
      <BoundedProse text={text} />
      <HoverCopy text={() => text} label="Copy the message" />
    </div>
  );
}

/** A prompt may be long; it is text of a person all the same. */
const BoundedProse = ({ text }: { text: string }) => <div className="max-h-96 overflow-y-auto whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</div>;

const Block = memo(function Block({ text }: { text: string }) {
  return <Markdown text={text} />;
});

/** What the agent says: markdown; for a command its output as a terminal would show it. */
export function AgentMessage({ row, isPlainText }: { row: TextRow; isPlainText: boolean }) {
  const blocks = useMemo(() => (isPlainText ? [] : markdownBlocks(row.text)), [isPlainText, row.text]);
  if (isPlainText)
    return (
      <div className="group/copied relative">
        <pre className="font-mono text-sm leading-[1.45] whitespace-pre-wrap [overflow-wrap:anywhere]">
          <AnsiText text={row.text.replace(/\n$/, '')} style={row.style} />
        </pre>
        <HoverCopy text={() => stripAnsi(row.text)} label="Copy this output" />
      </div>
    );
  return (
    <div className="group/copied relative flex flex-col gap-[0.65em] py-1.5">
      {blocks.map((block, i) => (
        <Block key={i} text={block} />
      ))}
      <HoverCopy text={() => row.text} label="Copy the message" />
    </div>
  );
}

export function Thought({ row }: { row: TextRow }) {
  const [open, toggle] = useExpanded(row.key, false);
  return (
    <div className="py-0.5 text-muted">
      <button type="button" aria-expanded={open} onClick={toggle} className="flex max-w-full items-center gap-1 rounded-sm hover:text-fg">
        <RowIcon icon={ChevronRight} className={cn('transition-transform', open && 'rotate-90')} />
        <span className="shrink-0 text-sm">Thought</span>
        {open ? null : <span className="truncate pl-1 text-sm text-faint italic">{row.text.trim().split('\n')[0]}</span>}
      </button>
      {open ? <div className="mt-1 ml-1.5 border-l-2 pl-3 whitespace-pre-wrap italic [overflow-wrap:anywhere]">{row.text.trim()}</div> : null}
    </div>
  );
}

export function ScriptOutput({ row }: { row: TextRow }) {
  const [open, toggle] = useExpanded(row.key, false);
  return (
    <div className="my-1 overflow-hidden rounded-lg border">
      <button type="button" aria-expanded={open} onClick={toggle} className="flex w-full items-center gap-2 bg-surface px-2.5 py-1 text-muted -outline-offset-2 hover:text-fg">
        <SquareTerminal size={13} className="shrink-0" />
        <span className="shrink-0 text-sm">Set-up script</span>
        {open ? null : <span className="min-w-0 flex-1 truncate text-left font-mono text-xs text-faint">{stripAnsi(row.text).trim().split('\n').at(-1)}</span>}
        <ChevronRight size={13} className={cn('ml-auto shrink-0 transition-transform', open && 'rotate-90')} />
      </button>
      {open ? <BoundedOutput id={row.key} text={row.text} keep="tail" style={row.style} className="border-t bg-sunken" /> : null}
    </div>
  );
}
