import { useQuery } from '@tanstack/react-query';
import { Plus, Users } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '@/shared/actions/actions';
import { groupsQuery } from '@/shared/api/groups';
import type { Uuid } from '@/shared/api/types';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Button } from '@/shared/ui/Button';
import { LongList } from '@/shared/ui/LongList';
import { PageBody, Section } from '@/shared/ui/Page';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { GroupDialog } from './GroupDialog';
import { GroupRow } from './GroupRow';
import { NewGroupDialog } from './NewGroupDialog';

const ROW_HEIGHT = 52;

/** The organisation's groups, which projects can name. */
export function GroupsPage() {
  const { data: groups, error, refetch } = useQuery(groupsQuery());
  const { isAdmin, me } = useAuthority();
  const [making, setMaking] = useState(false);
  const [opened, setOpened] = useState<Uuid | null>(null);
  const mayMake = isAdmin && me?.organisation.personal === false;
  useActions(mayMake ? [{ id: 'group.create', title: 'New group…', group: 'Groups', icon: <Plus size={14} />, shortcut: 'c', run: () => setMaking(true) }] : []);
  const open = groups?.find(({ id }) => id === opened);
  const newGroup = mayMake ? (
    <Button variant={groups?.length === 0 ? 'primary' : 'secondary'} className="w-fit" onClick={() => setMaking(true)}>
      <Plus size={14} /> New group
    </Button>
  ) : undefined;
  return (
    <PageBody>
      <Section title={groups && groups.length > 1 ? `Groups (${groups.length})` : 'Groups'} description="People under one name, whom a project’s settings can let in together.">
        {groups ? (
          groups.length > 0 ? (
            <>
              <LongList label="Groups" items={groups} keyOf={({ id }) => id} rowHeight={ROW_HEIGHT}>
                {(group) => <GroupRow group={group} mayChange={isAdmin} onOpen={() => setOpened(group.id)} />}
              </LongList>
              {newGroup}
            </>
          ) : (
            <EmptyState className="rounded-lg border border-dashed" icon={<Users size={24} />} title="No groups yet" action={newGroup}>
              {me?.organisation.personal ? 'You are alone in your own organisation. Make another one to work with others.' : mayMake ? 'Make one for each team, then name it in the access settings of a project.' : 'Admins of the organisation make them.'}
            </EmptyState>
          )
        ) : error ? (
          <ErrorState title="The groups could not be listed" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonLines />
        )}
      </Section>
      {making ? (
        <NewGroupDialog
          onClose={() => setMaking(false)}
          onMade={(id) => {
            setMaking(false);
            setOpened(id);
          }}
        />
      ) : null}
      {open ? <GroupDialog group={open} mayChange={isAdmin && open.source === 'admin'} onClose={() => setOpened(null)} /> : null}
    </PageBody>
  );
}
