import { useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { apiKeyCalls } from '@/shared/api/apiKeys';
import type { ApiKey } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { projectRoleName } from '@/shared/identity/projectRoles';
import { roleName } from '@/shared/identity/roles';
import { Badge } from '@/shared/ui/Badge';
import { IconButton } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { DateTime, RelativeTime } from '@/shared/ui/RelativeTime';
import { toast } from '@/shared/ui/toast';
import { expiryOf } from './expiry';

/** So many projects of a key are named in its row. */
const NAMED = 2;

/** A key: what it is for, and what it was used for last. `maker` is null where it goes without saying. */
export function KeyRow({ apiKey, maker }: { apiKey: ApiKey; maker: string | null }) {
  const client = useQueryClient();
  const remove = async () => {
    const yes = await confirm({
      title: `Delete the key “${apiKey.name}”?`,
      body: 'Programs that use it are refused at once, and what they have open is cut. It cannot be got back.',
      confirmLabel: 'Delete',
      danger: true,
    });
    if (!yes) return;
    client.setQueryData<ApiKey[]>(keys.apiKeys, (list) => list?.filter(({ id }) => id !== apiKey.id));
    try {
      await apiKeyCalls.remove(apiKey.id);
      toast.done(`Deleted the key “${apiKey.name}”`);
    } catch (error) {
      toast.failed('The key could not be deleted', error);
    }
    await client.invalidateQueries({ queryKey: keys.apiKeys });
  };
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3 py-2 pr-2 pl-3">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <span className="truncate font-medium">{apiKey.name}</span>
          {apiKey.for_projects ? <Badge tone="info" title="It reaches those projects alone that name it in their access settings">Named projects only</Badge> : null}
          {apiKey.for_projects && apiKey.role !== 'viewer' ? null : <Badge>{roleName(apiKey.role)}</Badge>}
          <Ends apiKey={apiKey} />
        </p>
        <p className="truncate text-sm text-muted">
          {apiKey.for_projects ? <Reached apiKey={apiKey} /> : null}
          <span className="font-mono text-xs">…{apiKey.hint}</span>, made {maker ? `by ${maker} ` : ''}
          <RelativeTime time={apiKey.created_at} />, {apiKey.last_used_at ? <>last used <RelativeTime time={apiKey.last_used_at} /></> : 'never used'}
          {expiryOf(apiKey.expires_at, Date.now()) === 'later' && apiKey.expires_at ? (
            <>
              , until <DateTime time={apiKey.expires_at} />
            </>
          ) : null}
        </p>
      </div>
      <IconButton label={`Delete the key ${apiKey.name}`} onClick={() => void remove()}>
        <Trash2 size={14} />
      </IconButton>
    </div>
  );
}

/** “Mill (viewer), Shop (editor) and 3 more · ”, all of them where one points at it. */
function Reached({ apiKey: { projects } }: { apiKey: ApiKey }) {
  const all = projects.map(({ name, role }) => `${name} (${projectRoleName(role).toLowerCase()})`);
  const more = all.length - NAMED;
  const text = all.length === 0 ? 'Reaches nothing that you see' : `${all.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return (
    <>
      <span title={all.join(', ')}>{text}</span> ·{' '}
    </>
  );
}

function Ends({ apiKey: { expires_at } }: { apiKey: ApiKey }) {
  const expiry = expiryOf(expires_at, Date.now());
  if (expires_at === null || expiry === 'later' || expiry === 'never') return null;
  return expiry === 'over' ? (
    <Badge tone="danger">Expired</Badge>
  ) : (
    <Badge tone="warning">
      Ends <DateTime time={expires_at} />
    </Badge>
  );
}
