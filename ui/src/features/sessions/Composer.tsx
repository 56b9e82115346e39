import { useQueryClient } from '@tanstack/react-query';
import { ArrowUp, Square } from 'lucide-react';
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { isAtRest, isBusy, keepMessage, sessionCalls } from '@/shared/api/sessions';
import type { Session } from '@/shared/api/types';
import { IconButton } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { toast } from '@/shared/ui/toast';
import { drafts } from './drafts';
import { hasOptions, SessionOptions } from './SessionOptions';

const TALLEST_PX = 260;
/** A second Escape within this time stops the agent. */
const DOUBLE_ESCAPE_MS = 700;

function hintFor(session: Session): string {
  if (session.status === 'waiting_approval') return 'Waits for your answer above';
  if (isBusy(session.status)) return 'Delivered when this turn ends';
  if (session.status === 'failed') return 'Failed: a message resumes it';
  if (isAtRest(session.status)) return 'A message resumes it';
  return 'Enter sends, Shift+Enter breaks';
}

/** Where one talks to the agent. Mount it with the session as key. */
export function Composer({ session, onStop }: { session: Session; onStop: () => void }) {
  const client = useQueryClient();
  const [text, setText] = useState(() => drafts.get(session.id));
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const lastEscape = useRef(0);
  // The same key for the same text: sending again after a lost answer does not say it twice.
  const key = useRef({ text: '', id: '' });
  const busy = isBusy(session.status);

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, TALLEST_PX)}px`;
  }, [text]);

  const change = (next: string) => {
    setText(next);
    drafts.set(session.id, next);
  };

  const send = async () => {
    const message = text.trim();
    if (message === '' || sending) return;
    if (key.current.text !== message) key.current = { text: message, id: crypto.randomUUID() };
    setSending(true);
    try {
      keepMessage(client, await sessionCalls.send(session.id, message, key.current.id));
      key.current = { text: '', id: '' };
      change('');
    } catch (error) {
      toast.failed('The message was not sent', error);
    } finally {
      setSending(false);
      field.current?.focus();
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (busy && event.timeStamp - lastEscape.current < DOUBLE_ESCAPE_MS) onStop();
      lastEscape.current = event.timeStamp;
    }
  };

  return (
    <div className="mx-3 mt-2 mb-3 rounded-lg border border-line-strong bg-surface focus-within:border-accent">
      <textarea
        ref={field}
        rows={1}
        value={text}
        data-composer
        aria-label="Message to the agent"
        aria-describedby="composer-hint"
        placeholder="Talk to the agent…"
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
        className="block w-full resize-none bg-transparent px-3 pt-2 pb-1 leading-relaxed outline-none"
      />
      <div className="flex items-center gap-1.5 pr-1.5 pb-1.5 pl-2">
        <SessionOptions session={session} />
        <p id="composer-hint" className={cn('min-w-0 flex-1 truncate px-1 text-sm text-faint', hasOptions(session) && '@max-md:invisible')} title={hintFor(session)}>
          {hintFor(session)}
        </p>
        {busy ? (
          <IconButton label="Stop the agent (Esc Esc)" onClick={onStop}>
            <Square size={12} fill="currentColor" className="text-danger" />
          </IconButton>
        ) : null}
        <IconButton
          label={busy ? 'Queue the message' : 'Send the message'}
          disabled={text.trim() === '' || sending}
          aria-busy={sending || undefined}
          onClick={() => void send()}
          className="bg-accent text-on-accent hover:bg-accent-hover hover:text-on-accent"
        >
          <ArrowUp size={14} />
        </IconButton>
      </div>
    </div>
  );
}
