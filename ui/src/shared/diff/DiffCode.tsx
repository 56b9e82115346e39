import { memo } from 'react';
import { CodeText } from '@/shared/highlight/CodeText';
import type { HunkTokens } from '@/shared/highlight/hunk';
import { cn } from '@/shared/ui/cn';
import type { DiffLine } from './lines';
import { wordDiff } from './words';
import './diff.css';

interface DiffCodeProps {
  line: DiffLine;
  tokens: HunkTokens | null;
  /** The line on the other side that this one is compared with, word by word. */
  counterpart: DiffLine | undefined;
}

const SIGNS = { context: ' ', add: '+', del: '−' };

/** The sign and the text of one line of a diff. */
export const DiffCode = memo(function DiffCode({ line, tokens, counterpart }: DiffCodeProps) {
  const old = line.kind === 'del';
  const words = counterpart ? wordDiff(old ? line.text : counterpart.text, old ? counterpart.text : line.text) : null;
  return (
    <span className={cn('diff-code', line.kind === 'add' && 'diff-add', line.kind === 'del' && 'diff-del')}>
      <span className="diff-sign" aria-label={line.kind === 'add' ? 'added' : line.kind === 'del' ? 'removed' : undefined}>
        {SIGNS[line.kind]}
      </span>
      <CodeText
        text={line.text}
        tokens={old ? tokens?.old[line.oldIndex] : tokens?.new[line.newIndex]}
        marks={old ? words?.old : words?.new}
        markClassName="diff-word"
      />
      {line.noNewline ? (
        <span className="ml-1 text-faint select-none" title="No line end at the end of the file">
          ⊘
        </span>
      ) : null}
    </span>
  );
});
