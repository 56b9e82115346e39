import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Me } from '@/shared/api/identity';
import { membersQuery } from '@/shared/api/organisation';
import { Input } from '@/shared/ui/Field';
import { LongList } from '@/shared/ui/LongList';
import { Section } from '@/shared/ui/Page';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { MemberRow } from './MemberRow';

const ROW_HEIGHT = 52;
/** From so many on it is quicker to type a name than to look for it. */
const MANY = 9;

/** Who belongs to the organisation, and as what. */
export function Members({ me }: { me: Me }) {
  const { data: members, error, refetch } = useQuery(membersQuery());
  const [text, setText] = useState('');
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = members?.filter((member) => {
    const haystack = `${member.name} ${member.username ?? ''} ${member.email ?? ''} ${member.role}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
  const admins = members?.filter(({ role }) => role === 'admin').length ?? 0;
  return (
    <Section title={members && members.length > 1 ? `Members (${members.length})` : 'Members'}>
      {shown ? (
        <>
          {members && members.length >= MANY ? <Input type="search" aria-label="Find a member" placeholder="Find by name, e-mail or role" value={text} onChange={(event) => setText(event.target.value)} /> : null}
          {shown.length > 0 ? (
            <LongList label="Members" items={shown} keyOf={(member) => member.user_id} rowHeight={ROW_HEIGHT}>
              {(member) => <MemberRow member={member} me={me} isLastAdmin={member.role === 'admin' && admins === 1} />}
            </LongList>
          ) : (
            <p className="text-muted">Nobody here matches “{text}”.</p>
          )}
        </>
      ) : error ? (
        <ErrorState title="The members could not be listed" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonLines />
      )}
    </Section>
  );
}
