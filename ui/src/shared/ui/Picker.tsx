import { Check } from 'lucide-react';
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { cn } from './cn';

export interface PickerItem {
  id: string;
  label: string;
  icon?: ReactNode;
  hint?: ReactNode;
  /** More words that the filter finds it by. */
  keywords?: string;
}

interface PickerProps {
  items: PickerItem[];
  /** Ids shown with a check mark. */
  selected?: readonly string[];
  onPick: (id: string) => void;
  placeholder: string;
  emptyText?: string;
  /** Offers what was typed as a new item. */
  onCreate?: (text: string) => void;
  /** Controlled query, for lists that are searched elsewhere; the filter is then off. */
  query?: string;
  onQuery?: (query: string) => void;
  maxHeight?: string;
}

/** Nobody reads further: typing narrows it. */
const MOST_SHOWN = 200;

interface Row {
  id: string;
  item: PickerItem | null;
}

/** A filter field over a list, worked by keyboard: the body of popovers, dialogs and the command palette. */
export function Picker({ items, selected = [], onPick, placeholder, emptyText = 'Nothing found', onCreate, query, onQuery, maxHeight = '320px' }: PickerProps) {
  const [ownQuery, setOwnQuery] = useState('');
  const [highlighted, setHighlighted] = useState(0);
  const listRef = useRef<HTMLDivElement>(null);
  const id = useId();
  const text = query ?? ownQuery;

  const found = query === undefined ? filterItems(items, text) : items;
  const rows: Row[] = found.slice(0, MOST_SHOWN).map((item) => ({ id: item.id, item }));
  const trimmed = text.trim();
  if (onCreate && trimmed && !items.some((item) => item.label.toLowerCase() === trimmed.toLowerCase())) rows.push({ id: '\0create', item: null });
  const current = Math.min(highlighted, rows.length - 1);

  const choose = (row: Row | undefined) => {
    if (!row) return;
    if (row.item) onPick(row.item.id);
    else onCreate?.(trimmed);
    if (!row.item) setOwnQuery('');
  };

  const highlight = (index: number) => {
    setHighlighted(index);
    listRef.current?.children[index]?.scrollIntoView({ block: 'nearest' });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length > 0) {
      event.preventDefault();
      highlight((current + step + rows.length) % rows.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(rows[current]);
    }
  };

  return (
    <div onKeyDown={onKeyDown}>
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={rows[current] ? `${id}-${current}` : undefined}
        aria-label={placeholder}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          setHighlighted(0);
          if (onQuery) onQuery(event.target.value);
          else setOwnQuery(event.target.value);
        }}
        className="w-full border-b bg-transparent px-3 py-2 outline-none"
        autoComplete="off"
        spellCheck={false}
      />
      <div id={`${id}-list`} ref={listRef} role="listbox" aria-label={placeholder} className="overflow-y-auto p-1" style={{ maxHeight }}>
        {rows.map((row, index) => (
          <div
            key={row.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={row.item ? selected.includes(row.item.id) : false}
            className={cn('flex min-h-7.5 select-none items-center gap-2 rounded-md px-2 py-1', index === current && 'bg-active')}
            onPointerMove={() => index !== current && setHighlighted(index)}
            onClick={() => choose(row)}
          >
            {row.item?.icon ? <span className="flex size-4 shrink-0 items-center justify-center text-muted">{row.item.icon}</span> : null}
            <span className="min-w-0 flex-1 truncate">{row.item ? row.item.label : `Create “${trimmed}”`}</span>
            {row.item?.hint ? <span className="shrink-0 text-sm text-faint">{row.item.hint}</span> : null}
            {row.item && selected.includes(row.item.id) ? <Check size={14} className="shrink-0 text-accent-text" /> : null}
          </div>
        ))}
      </div>
      {rows.length === 0 ? <p className="px-3 pt-1 pb-3 text-faint">{emptyText}</p> : null}
    </div>
  );
}

/** Every typed word must occur; items whose label begins with the text come first. */
export function filterItems(items: PickerItem[], text: string): PickerItem[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items;
  const found = items.filter((item) => {
    const haystack = `${item.label} ${item.keywords ?? ''}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
  const starts = (item: PickerItem) => (item.label.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return found.sort((a, b) => starts(a) - starts(b));
}
