import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { AuditEntry } from '@/shared/api/identity';
import { Button } from '@/shared/ui/Button';
import { FormError } from '@/shared/ui/FormError';
import { AuditRow } from './AuditRow';
import type { AuditSearch } from './search';

interface AuditListProps {
  entries: readonly AuditEntry[];
  hasMore: boolean;
  isLoading: boolean;
  /** Why the next page could not be read. */
  failure: Error | null;
  onMore: () => void;
  /** Narrows the log to what was clicked. */
  onOnly: (patch: AuditSearch) => void;
}

const ROW_HEIGHT = 40;
/** Rows before the end at which more are read. */
const AHEAD = 30;

/** The entries, newest first; older ones are read as one goes down. */
export function AuditList({ entries, hasMore, isLoading, failure, onMore, onOnly }: AuditListProps) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scrollRef.current,
    getItemKey: (index) => entries[index]?.id ?? index,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoading && !failure && last >= entries.length - AHEAD) onMore();
  }, [hasMore, isLoading, failure, last, entries.length, onMore]);
  const toggle = (id: string) =>
    setOpen((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });

  return (
    <div ref={scrollRef} className="min-h-0 flex-1 overflow-y-auto">
      <ul aria-label="Audit log" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const entry = entries[item.index];
          if (!entry) return null;
          return (
            <li key={item.key} ref={virtualizer.measureElement} data-index={item.index} className="absolute inset-x-0 border-b" style={{ top: item.start }}>
              <AuditRow entry={entry} isOpen={open.has(entry.id)} onToggle={() => toggle(entry.id)} onOnly={onOnly} />
            </li>
          );
        })}
      </ul>
      {failure ? (
        <div className="flex flex-col items-start gap-2 p-3">
          <FormError error={failure} />
          <Button onClick={onMore}>Read on</Button>
        </div>
      ) : (
        <p role="status" className="p-3 text-center text-sm text-faint">
          {hasMore ? 'Reading on…' : 'This is where the log begins.'}
        </p>
      )}
    </div>
  );
}
