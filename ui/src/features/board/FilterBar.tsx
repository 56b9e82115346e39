import { ListFilter, Search, X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { PRIORITIES, STATUSES, type BoardSearch } from '@/shared/api/boardSearch';
import { useDebounced } from '@/shared/hooks/useDebounced';
import { LabelDot } from '@/shared/tasks/Labels';
import { Button } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { Picker, type PickerItem } from '@/shared/ui/Picker';
import { Popover } from '@/shared/ui/Popover';
import { PriorityIcon, priorityLabel, StatusIcon, statusLabel } from '@/shared/ui/TaskIcons';
import { isFiltering, NO_FILTERS } from './filter';
import { useBoardNavigation } from './navigation';

export const SEARCH_FIELD_ID = 'board-search';
const TYPING_PAUSE_MS = 120;

/** What is shown: kept in the address, so that a filtered board can be bookmarked. */
export function FilterBar({ search, labels }: { search: BoardSearch; labels: string[] }) {
  const { search: change } = useBoardNavigation();
  return (
    <div role="search" aria-label="Filter the tasks" className="flex min-w-0 items-center gap-1.5">
      <SearchField value={search.q ?? ''} onChange={(q) => change({ q: q || undefined })} />
      <FilterMenu
        name="Status"
        chosen={search.status ?? []}
        items={STATUSES.map((status) => ({ id: status, label: statusLabel(status), icon: <StatusIcon status={status} /> }))}
        onChange={(status) => change({ status: status as BoardSearch['status'] })}
      />
      <FilterMenu
        name="Priority"
        chosen={search.priority ?? []}
        items={PRIORITIES.map((priority) => ({ id: priority, label: priorityLabel(priority), icon: <PriorityIcon priority={priority} /> }))}
        onChange={(priority) => change({ priority: priority as BoardSearch['priority'] })}
      />
      <FilterMenu
        name="Label"
        chosen={search.label ?? []}
        items={labels.map((label) => ({ id: label, label, icon: <LabelDot label={label} /> }))}
        onChange={(label) => change({ label })}
      />
      {isFiltering(search) ? (
        <Button size="sm" variant="ghost" onClick={() => change(NO_FILTERS)}>
          <X size={13} /> Clear
        </Button>
      ) : null}
    </div>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const [text, setText] = useState(value);
  const rested = useDebounced(text, TYPING_PAUSE_MS);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };

  useEffect(() => {
    if (rested !== latest.current.value) latest.current.onChange(rested);
  }, [rested]);
  // The address can change by other means: back, clear, a link.
  useEffect(() => setText(value), [value]);

  return (
    <div className="relative min-w-24 flex-1 sm:max-w-56">
      <Search size={13} className="absolute top-1/2 left-2 -translate-y-1/2 text-faint" aria-hidden="true" />
      <input
        id={SEARCH_FIELD_ID}
        type="search"
        aria-label="Search the tasks"
        placeholder="Search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          setText('');
          event.currentTarget.blur();
        }}
        className="h-6.5 w-full rounded-md border bg-surface pr-2 pl-7 text-sm hover:border-line-strong [&::-webkit-search-cancel-button]:hidden"
      />
    </div>
  );
}

interface FilterMenuProps {
  name: string;
  chosen: readonly string[];
  items: PickerItem[];
  onChange: (chosen: string[] | undefined) => void;
}

function FilterMenu({ name, chosen, items, onChange }: FilterMenuProps) {
  const toggle = (id: string) => {
    const next = chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id];
    onChange(next.length > 0 ? next : undefined);
  };
  let summary: ReactNode = null;
  if (chosen.length === 1) summary = items.find((item) => item.id === chosen[0])?.label ?? chosen[0];
  else if (chosen.length > 1) summary = chosen.length;
  return (
    <Popover
      label={`Filter by ${name.toLowerCase()}`}
      className="w-56"
      trigger={
        <Button size="sm" variant={chosen.length > 0 ? 'quiet-accent' : 'ghost'} className={cn('max-w-44', chosen.length > 0 && 'bg-accent-soft')}>
          {name === 'Status' ? <ListFilter size={13} /> : null}
          <span className="truncate">{name}</span>
          {summary === null ? null : <span className="truncate">: {summary}</span>}
        </Button>
      }
    >
      <Picker items={items} selected={chosen} onPick={toggle} placeholder={`${name}…`} emptyText={`No ${name.toLowerCase()} in use yet`} />
    </Popover>
  );
}
