import { CaseSensitive, ChevronDown, ChevronUp, Regex, X } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { useStore } from '@/shared/hooks/createStore';
import { IconButton } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { Input } from '@/shared/ui/Field';
import type { LiveTerminal } from './live';

/** Searches the screen and what has scrolled out of it. */
export function FindBar({ live, onEnd }: { live: LiveTerminal; onEnd: () => void }) {
  const [text, setText] = useState('');
  const [options, setOptions] = useState({ caseSensitive: false, regex: false });
  const { index, count } = useStore(live.state, (state) => state.found);

  const find = (towards: 'next' | 'previous') => live.find(text, options, towards);
  const change = (next: typeof options) => {
    setOptions(next);
    live.find(text, next, 'next', true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onEnd();
    else if (event.key === 'Enter') find(event.shiftKey ? 'next' : 'previous');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <search className="absolute top-2 right-4 z-2 flex max-w-[calc(100%-2rem)] items-center gap-0.5 rounded-lg bg-raised p-1 shadow-pop">
      <Input
        autoFocus
        aria-label="Find in the terminal"
        placeholder="Find"
        className="h-6.5 w-44 min-w-16"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          live.find(event.target.value, options, 'previous', true);
        }}
        onKeyDown={onKeyDown}
      />
      <span role="status" className={cn('min-w-16 px-1 text-center text-sm tabular-nums', text !== '' && count === 0 ? 'text-danger' : 'text-muted')}>
        {text === '' ? '' : count === 0 ? 'Nothing' : index < 0 ? `${count}` : `${index + 1} of ${count}`}
      </span>
      <IconButton label="Match case" aria-pressed={options.caseSensitive} className="aria-pressed:bg-accent-soft aria-pressed:text-accent-text" onClick={() => change({ ...options, caseSensitive: !options.caseSensitive })}>
        <CaseSensitive size={14} />
      </IconButton>
      <IconButton label="Regular expression" aria-pressed={options.regex} className="aria-pressed:bg-accent-soft aria-pressed:text-accent-text" onClick={() => change({ ...options, regex: !options.regex })}>
        <Regex size={13} />
      </IconButton>
      <IconButton label="Find upwards (Enter)" onClick={() => find('previous')}>
        <ChevronUp size={14} />
      </IconButton>
      <IconButton label="Find downwards (Shift+Enter)" onClick={() => find('next')}>
        <ChevronDown size={14} />
      </IconButton>
      <IconButton label="End the search (Escape)" onClick={onEnd}>
        <X size={14} />
      </IconButton>
    </search>
  );
}
