import { useQuery } from '@tanstack/react-query';
import { Folder, FolderGit2, FolderOpen } from 'lucide-react';
import { useId, useState, type KeyboardEvent } from 'react';
import type { PathCompletion } from '@/shared/api/types';
import { useDebounced } from '@/shared/hooks/useDebounced';
import { shell, type Shell } from '@/shared/transport/shell';
import { Button } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { Input } from '@/shared/ui/Field';
import { completePathQuery } from './api/fs';

const TYPING_PAUSE_MS = 120;

interface PathInputProps {
  value: string;
  onChange: (path: string) => void;
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

/**
 * A path typed by hand, completed folder by folder: Tab or Enter takes the marked one. In the desktop app the system's
 * own dialog is there too.
 */
export function PathInput({ value, onChange, ...control }: PathInputProps) {
  const [open, setOpen] = useState(false);
  const [marked, setMarked] = useState(-1);
  const listId = useId();
  const prefix = useDebounced(value, TYPING_PAUSE_MS);
  const { data } = useQuery({ ...completePathQuery(prefix), enabled: open && prefix.length > 0 });
  const items = open && value ? (data?.items ?? []) : [];
  const current = items[marked];

  const take = (item: PathCompletion) => {
    // A repository is what is looked for; any other folder is a step on the way.
    onChange(item.is_repo ? item.path : `${item.path.replace(/\/$/, '')}/`);
    setOpen(!item.is_repo);
    setMarked(-1);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (items.length > 0) setMarked((marked + step + items.length) % items.length);
    } else if (event.key === 'Escape' && items.length > 0) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    } else if ((event.key === 'Enter' && current) || (event.key === 'Tab' && !event.shiftKey && items.length > 0)) {
      const item = current ?? items[0];
      if (!item || item.path === value) return;
      event.preventDefault();
      take(item);
    }
  };

  const app = shell();
  const pick = async (app: Shell) => {
    const picked = await app.pickFolder('Choose a git repository');
    if (picked !== null) onChange(picked);
  };

  return (
    <div className="relative flex gap-2">
      <Input
        {...control}
        role="combobox"
        aria-expanded={items.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={current ? `${listId}-${marked}` : undefined}
        className="font-mono text-sm"
        placeholder="/home/you/code/project"
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          setOpen(true);
          setMarked(-1);
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      {app ? (
        <Button onClick={() => void pick(app)}>
          <FolderOpen size={14} /> Choose…
        </Button>
      ) : null}
      <ul
        id={listId}
        role="listbox"
        aria-label="Folders"
        hidden={items.length === 0}
        className="absolute inset-x-0 top-full z-10 mt-1 max-h-56 overflow-y-auto rounded-lg bg-raised p-1 shadow-pop"
      >
        {items.map((item, index) => (
          <li
            key={item.path}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === marked}
            className={cn('flex items-center gap-2 rounded-md px-2 py-1', index === marked && 'bg-active')}
            onPointerMove={() => setMarked(index)}
            // Before the field loses the focus and closes the list.
            onPointerDown={(event) => {
              event.preventDefault();
              take(item);
            }}
          >
            {item.is_repo ? <FolderGit2 size={14} className="text-accent-text" /> : <Folder size={14} className="text-faint" />}
            <span className="min-w-0 flex-1 truncate font-mono text-sm">{item.name}</span>
            {item.is_repo ? <span className="text-xs text-faint">git</span> : null}
          </li>
        ))}
      </ul>
    </div>
  );
}
