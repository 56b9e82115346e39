import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { AuditEntry } from '@/shared/api/identity';
import { membersQuery } from '@/shared/api/organisation';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Button } from '@/shared/ui/Button';
import { Input, NativeSelect } from '@/shared/ui/Field';
import { changed, type AuditSearch } from './search';
import { plain } from './words';

interface AuditFiltersProps {
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
  /** What is read so far, from which actions are suggested. */
  entries: readonly AuditEntry[];
}

const TYPING_MS = 300;
/** Kinds of things that one looks for; others are found by a click on an entry about one. */
const TYPES = ['access', 'api_key', 'approval', 'config', 'credential', 'group', 'invitation', 'login', 'member', 'organisation', 'project', 'repo', 'session', 'task', 'terminal', 'user', 'workspace'];

export function AuditFilters({ search, onSearch, entries }: AuditFiltersProps) {
  const listId = useId();
  const { isAdmin } = useAuthority();
  const { data: members } = useQuery({ ...membersQuery(), enabled: isAdmin });
  const set = (patch: Parameters<typeof changed>[1]) => onSearch(changed(search, patch));

  const [action, setAction] = useState(search.action ?? '');
  // The address may change otherwise, by the button that clears it or by the way back.
  useEffect(() => setAction(search.action ?? ''), [search.action]);
  const apply = useRef(set);
  useLayoutEffect(() => {
    apply.current = set;
  });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const typeAction = (text: string) => {
    setAction(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => apply.current({ action: text.trim() }), TYPING_MS);
  };

  const actions = [...new Set(entries.map((entry) => entry.action))].sort();
  const types = search.type && !TYPES.includes(search.type) ? [search.type, ...TYPES] : TYPES;
  return (
    <div role="search" aria-label="Filter the log" className="grid min-w-0 flex-1 grid-cols-2 items-center gap-2 sm:flex sm:flex-wrap sm:[&_input]:w-36 sm:[&_select]:w-36">
      {isAdmin ? (
        <NativeSelect aria-label="Person" value={search.user ?? ''} onChange={(event) => set({ user: event.target.value })}>
          <option value="">Everybody</option>
          {search.user && !members?.some(({ user_id }) => user_id === search.user) ? (
            <option value={search.user}>{entries.find(({ user }) => user.id === search.user)?.user.name ?? 'A former member'}</option>
          ) : null}
          {members?.map((member) => (
            <option key={member.user_id} value={member.user_id}>
              {member.name}
            </option>
          ))}
        </NativeSelect>
      ) : null}
      <Input type="search" aria-label="Action" list={listId} placeholder="Any action" value={action} onChange={(event) => typeAction(event.target.value)} />
      <datalist id={listId}>
        {actions.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <NativeSelect aria-label="Thing" value={search.type ?? ''} onChange={(event) => set({ type: event.target.value, id: undefined })}>
        <option value="">Anything</option>
        {types.map((type) => (
          <option key={type} value={type}>
            {plain(type)}
          </option>
        ))}
      </NativeSelect>
      <div className="col-span-2 flex items-center gap-1.5">
        <Input type="date" aria-label="From" max={search.to} value={search.from ?? ''} onChange={(event) => set({ from: event.target.value })} />
        <span className="text-faint">to</span>
        <Input type="date" aria-label="To" min={search.from} value={search.to ?? ''} onChange={(event) => set({ to: event.target.value })} />
      </div>
      {search.id ? (
        <Button variant="ghost" title={search.id} onClick={() => set({ id: undefined })}>
          Only …{search.id.slice(-8)} <X size={13} aria-label="Take away" />
        </Button>
      ) : null}
      {Object.keys(search).length > 0 ? (
        <Button variant="ghost" onClick={() => onSearch({})}>
          Clear
        </Button>
      ) : null}
    </div>
  );
}
