import { useQueryClient } from '@tanstack/react-query';
import { keys } from '@/shared/api/keys';
import { sessionCalls } from '@/shared/api/sessions';
import type { AgentOption, Session } from '@/shared/api/types';
import { toast } from '@/shared/ui/toast';

const withChoice = (session: Session): AgentOption[] => session.modes.filter((option) => option.choices.length > 1);

/** True when there is something to choose while the agent runs. */
export const hasOptions = (session: Session): boolean => withChoice(session).length > 0;

/** What the agent lets one choose while it runs, such as its mode and its model. */
export function SessionOptions({ session }: { session: Session }) {
  const client = useQueryClient();

  const choose = async (option: AgentOption, choice: string) => {
    const show = (current: string) =>
      client.setQueryData<Session>(keys.session(session.id), (known) =>
        known ? { ...known, modes: known.modes.map((each) => (each.id === option.id ? { ...each, current } : each)) } : known,
      );
    show(choice);
    try {
      await sessionCalls.setOption(session.id, option.id, choice);
    } catch (error) {
      show(option.current);
      toast.failed(`${option.name} could not be changed`, error);
    }
  };

  return withChoice(session).map((option) => (
    <select
      key={option.id}
      aria-label={option.name}
      title={option.name}
      value={option.current}
      onChange={(event) => void choose(option, event.target.value)}
      className="h-6 max-w-36 min-w-0 shrink truncate rounded-md bg-transparent px-1 text-sm! text-muted hover:bg-hover hover:text-fg"
    >
      {option.choices.map((choice) => (
        <option key={choice.id} value={choice.id}>
          {choice.name}
        </option>
      ))}
    </select>
  ));
}
