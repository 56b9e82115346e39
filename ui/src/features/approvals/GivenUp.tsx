import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ShieldX } from 'lucide-react';
import { expiredApprovalsQuery } from '@/shared/api/instance';
import { RelativeTime } from '@/shared/ui/RelativeTime';
import { linkOf } from './link';

/** Most that are listed: what is older is in its conversation. */
const MOST = 10;

/** The latest requests that nobody answered in time, so that a person who was away sees what was rejected meanwhile. */
export function GivenUp() {
  const { data: expired = [] } = useQuery(expiredApprovalsQuery());
  const latest = expired.toSorted((a, b) => ((a.answered_at ?? '') < (b.answered_at ?? '') ? 1 : -1)).slice(0, MOST);
  if (latest.length === 0) return null;
  return (
    <section className="mx-auto flex w-full max-w-3xl flex-col gap-2 px-3 pb-6 sm:px-6" aria-labelledby="given-up">
      <h2 id="given-up" className="text-sm font-medium text-muted">
        Not answered in time
      </h2>
      <ul className="flex flex-col gap-1">
        {latest.map((approval) => (
          <li key={approval.id} className="flex items-center gap-2 text-sm text-muted">
            <ShieldX size={13} className="shrink-0 text-faint" />
            <Link {...linkOf(approval)} className="min-w-0 flex-1 truncate hover:text-fg hover:underline">
              {approval.title}
            </Link>
            {approval.option_id === null ? <span className="shrink-0 text-faint">agent stopped</span> : null}
            {approval.answered_at ? <RelativeTime time={approval.answered_at} className="shrink-0 text-faint" /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
