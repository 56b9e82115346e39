import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '@/shared/actions/actions';
import { apiKeysQuery } from '@/shared/api/apiKeys';
import { membersQuery } from '@/shared/api/organisation';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Button } from '@/shared/ui/Button';
import { LongList } from '@/shared/ui/LongList';
import { PageBody, Section } from '@/shared/ui/Page';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { KeyRow } from './KeyRow';
import { NewKeyDialog } from './NewKeyDialog';

const ROW_HEIGHT = 58;

/** How programs get in: the keys of the organisation for its admins, one's own for others. */
export function KeysPage() {
  const { data: apiKeys, error, refetch } = useQuery(apiKeysQuery());
  const { isAdmin, me } = useAuthority();
  // Whose key it is, only admins need to be told: others see their own.
  const { data: members } = useQuery({ ...membersQuery(), enabled: isAdmin });
  const [making, setMaking] = useState(false);
  useActions([{ id: 'api-key.create', title: 'New API key…', group: 'API keys', icon: <Plus size={14} />, shortcut: 'c', run: () => setMaking(true) }]);
  const makerOf = (userId: string) => (userId === me?.user.id ? 'you' : (members?.find((member) => member.user_id === userId)?.name ?? 'a former member'));

  const newKey = (
    <Button variant={apiKeys?.length === 0 ? 'primary' : 'secondary'} className="w-fit" onClick={() => setMaking(true)}>
      <Plus size={14} /> New API key
    </Button>
  );
  return (
    <PageBody>
      <Section
        title="API keys"
        description={
          <>
            A program that has a key acts in {me ? `“${me.organisation.name}”` : 'this organisation'} as whoever made it: it sends <code className="font-mono text-sm whitespace-nowrap">Authorization: Bearer …</code> with each request.
          </>
        }
      >
        {apiKeys ? (
          apiKeys.length > 0 ? (
            <>
              <LongList label="API keys" items={apiKeys} keyOf={({ id }) => id} rowHeight={ROW_HEIGHT}>
                {(apiKey) => <KeyRow apiKey={apiKey} maker={isAdmin ? makerOf(apiKey.user_id) : null} />}
              </LongList>
              {newKey}
            </>
          ) : (
            <EmptyState className="rounded-lg border border-dashed" icon={<KeyRound size={24} />} title="No keys yet" action={newKey}>
              Make one for each program, so that you can take it from that one alone.
            </EmptyState>
          )
        ) : error ? (
          <ErrorState title="The keys could not be listed" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonLines />
        )}
      </Section>
      {making ? <NewKeyDialog onClose={() => setMaking(false)} /> : null}
    </PageBody>
  );
}
