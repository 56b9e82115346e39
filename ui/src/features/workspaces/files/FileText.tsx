import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { CodeText } from '@/shared/highlight/CodeText';
import { useHighlight } from '@/shared/highlight/highlight';
import { languageOf } from '@/shared/highlight/languages';
import type { FileContent } from './api/files';
import { bytesText } from './bytesText';

const LINE_HEIGHT = 20;
const OVERSCAN = 30;

/** A text file with line numbers and colours, line by line. */
export function FileText({ file, text }: { file: FileContent; text: string }) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => text.replace(/\n$/, '').split('\n'), [text]);
  const tokens = useHighlight(file, languageOf(file.path), () => text);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: OVERSCAN,
  });
  const gutter = `${String(lines.length).length + 1}ch`;
  return (
    <>
      <div ref={scrollRef} tabIndex={0} role="region" aria-label={`Text of ${file.path}`} className="min-h-0 flex-1 overflow-auto font-mono text-sm leading-5 outline-none focus-visible:shadow-[inset_2px_0_0_var(--accent)]">
        <div className="relative min-w-max" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => (
            <div key={item.key} className="absolute top-0 left-0 flex w-full" style={{ height: LINE_HEIGHT, transform: `translateY(${item.start}px)` }}>
              <span className="sticky left-0 mr-3 shrink-0 bg-bg pr-2 pl-3 text-right text-faint select-none" style={{ width: `calc(${gutter} + 20px)` }}>
                {item.index + 1}
              </span>
              <span className="[tab-size:4] whitespace-pre">
                <CodeText text={lines[item.index] ?? ''} tokens={tokens?.[item.index]} />
              </span>
            </div>
          ))}
        </div>
      </div>
      {file.truncated ? <p className="border-t px-3 py-1 text-sm text-muted">Only the beginning is shown: the file has {bytesText(file.size)}.</p> : null}
    </>
  );
}
