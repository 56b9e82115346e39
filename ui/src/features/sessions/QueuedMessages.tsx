import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Clock, X } from 'lucide-react';
import { keys } from '@/shared/api/keys';
import { messagesQuery, sessionCalls } from '@/shared/api/sessions';
import type { Message, Uuid } from '@/shared/api/types';
import { isNotFound } from '@/shared/api/errors';
import { useReadOnly } from '@/shared/identity/readOnly';
import { IconButton } from '@/shared/ui/Button';
import { toast } from '@/shared/ui/toast';

/** Messages that wait for the end of the turn, and those that could not be delivered. */
export function QueuedMessages({ sessionId }: { sessionId: Uuid }) {
  const client = useQueryClient();
  const readOnly = useReadOnly();
  const { data: messages = [] } = useQuery(messagesQuery(sessionId));
  const waiting = messages.filter((message) => message.status !== 'delivered');
  if (waiting.length === 0) return null;

  const remove = async (message: Message) => {
    const drop = () => client.setQueryData<Message[]>(keys.messages(sessionId), (list) => list?.filter((each) => each.id !== message.id));
    try {
      await sessionCalls.removeMessage(message.id);
      drop();
    } catch (error) {
      if (isNotFound(error)) drop();
      else toast.failed('The message could not be taken back', error);
      void client.invalidateQueries({ queryKey: keys.messages(sessionId) });
    }
  };

  return (
    <ul aria-label="Queued messages" className="mx-3 mt-2 flex max-h-40 flex-col gap-1 overflow-y-auto">
      {waiting.map((message) => (
        <li key={message.id} className="flex items-start gap-2 rounded-md border border-dashed px-2.5 py-1 text-muted">
          {message.status === 'failed' ? <CircleAlert size={13} className="mt-[3px] shrink-0 text-danger" /> : <Clock size={13} className="mt-[3px] shrink-0" />}
          <span className="line-clamp-2 min-w-0 flex-1 [overflow-wrap:anywhere]">
            <span className="sr-only">{message.status === 'failed' ? 'Not delivered: ' : 'Queued: '}</span>
            {message.text}
          </span>
          {message.status === 'queued' && !readOnly ? (
            <IconButton label="Take the message back" className="-my-0.5" onClick={() => void remove(message)}>
              <X size={13} />
            </IconButton>
          ) : (
            <span className="shrink-0 text-sm text-danger">not delivered</span>
          )}
        </li>
      ))}
    </ul>
  );
}
