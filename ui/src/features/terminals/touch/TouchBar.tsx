import { ClipboardPaste } from 'lucide-react';
import type { PointerEvent } from 'react';
import { useStore } from '@/shared/hooks/createStore';
import type { LiveTerminal } from '@/features/terminals/live';
import { cn } from '@/shared/ui/cn';
import { TOUCH_KEYS } from './keys';

const KEY = 'flex h-9 min-w-10 shrink-0 items-center justify-center rounded-md border bg-surface px-2.5 font-mono text-base text-fg active:bg-active';
/** A tap must not take the focus from the terminal, and the keyboard with it. */
const keepFocus = (event: PointerEvent) => event.preventDefault();

/** Keys that the keyboard of a phone lacks. */
export function TouchBar({ live }: { live: LiveTerminal }) {
  const control = useStore(live.state, (state) => state.control);
  return (
    <div role="toolbar" aria-label="Keys" className="flex shrink-0 gap-1 overflow-x-auto border-t bg-sunken p-1 [scrollbar-width:none]">
      <button type="button" aria-pressed={control} className={cn(KEY, control && 'border-accent bg-accent-soft text-accent-text')} onPointerDown={keepFocus} onClick={() => live.armControl(!control)}>
        Ctrl
      </button>
      {TOUCH_KEYS.map(({ label, name, send }) => (
        <button key={name} type="button" aria-label={name} className={KEY} onPointerDown={keepFocus} onClick={() => live.screen.input(send(live.screen.hasApplicationCursor))}>
          {label}
        </button>
      ))}
      <button type="button" aria-label="Paste" className={KEY} onPointerDown={keepFocus} onClick={() => void live.pasteFromClipboard()}>
        <ClipboardPaste size={15} />
      </button>
    </div>
  );
}
