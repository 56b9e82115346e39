import { useQuery } from '@tanstack/react-query';
import { meQuery } from '@/shared/api/login';
import { useAuthority } from '@/shared/identity/useAuthority';
import { PageBody } from '@/shared/ui/Page';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { Invitations } from './Invitations';
import { Leave } from './Leave';
import { Members } from './Members';
import { NameSettings } from './NameSettings';

/** The organisation that one acts in: its name, who belongs to it, and who is invited. */
export function OrganisationPage() {
  const { isAdmin } = useAuthority();
  const { data: me, error, refetch } = useQuery(meQuery());
  return (
    <PageBody>
      {me ? (
        <>
          <NameSettings key={me.organisation.id} organisation={me.organisation} />
          <Members me={me} />
          {isAdmin && !me.organisation.personal ? <Invitations /> : null}
          {me.organisation.personal ? null : <Leave me={me} />}
        </>
      ) : error ? (
        <ErrorState title="The organisation could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonLines lines={8} />
      )}
    </PageBody>
  );
}
