import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactNode } from 'react';

interface LongListProps<Item> {
  label: string;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** The height of each row, in px. */
  rowHeight: number;
  children: (item: Item) => ReactNode;
}

/** As many rows are laid out at once; beyond them the list scrolls by itself. */
const MOST_AT_ONCE = 30;
const SHOWN_ROWS = 12;

/** A bordered list of rows of one height, however many they are. */
export function LongList<Item>(props: LongListProps<Item>) {
  const { label, items, keyOf, rowHeight, children } = props;
  if (items.length > MOST_AT_ONCE) return <VirtualList {...props} />;
  return (
    <ul aria-label={label} className="divide-y rounded-lg border bg-surface">
      {items.map((item) => (
        <li key={keyOf(item)} className="flex items-center" style={{ minHeight: rowHeight }}>
          {children(item)}
        </li>
      ))}
    </ul>
  );
}

function VirtualList<Item>({ label, items, keyOf, rowHeight, children }: LongListProps<Item>) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({ count: items.length, getScrollElement: () => scrollRef.current, estimateSize: () => rowHeight, overscan: 8 });
  return (
    <div ref={scrollRef} tabIndex={0} role="group" aria-label={`${label}: ${items.length}`} className="overflow-y-auto rounded-lg border bg-surface" style={{ height: rowHeight * SHOWN_ROWS }}>
      <ul aria-label={label} className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <li key={keyOf(item)} aria-setsize={items.length} aria-posinset={index + 1} className="absolute inset-x-0 flex items-center border-b" style={{ height: rowHeight, top: start }}>
              {children(item)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
