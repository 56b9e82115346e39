import { ChevronRight } from 'lucide-react';
import type { AuditEntry } from '@/shared/api/identity';
import { Avatar } from '@/shared/ui/Avatar';
import { cn } from '@/shared/ui/cn';
import { RelativeTime } from '@/shared/ui/RelativeTime';
import type { AuditSearch } from './search';
import { actionText, isRefusal, plain } from './words';

interface AuditRowProps {
  entry: AuditEntry;
  isOpen: boolean;
  onToggle: () => void;
  onOnly: (patch: AuditSearch) => void;
}

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const LINK = 'text-accent-text hover:underline';

/** One entry on a line; opened, all that is known of it. */
export function AuditRow({ entry, isOpen, onToggle, onOnly }: AuditRowProps) {
  const facts = Object.entries(entry.details);
  const gist = facts.map(([name, value]) => `${plain(name).toLowerCase()} ${value}`).join(', ');
  return (
    <div>
      <button type="button" aria-expanded={isOpen} onClick={onToggle} className="flex min-h-10 w-full items-center gap-2.5 px-3 py-1.5 text-left -outline-offset-2 hover:bg-hover">
        <ChevronRight size={13} className={cn('shrink-0 text-faint transition-transform', isOpen && 'rotate-90')} />
        <Avatar name={entry.user.name} size={22} />
        <span className="w-32 shrink-0 truncate font-medium max-sm:w-24">{entry.user.name}</span>
        <span className={cn('shrink-0 truncate max-sm:min-w-0 max-sm:flex-1', isRefusal(entry.action) && 'text-danger')}>{actionText(entry.action)}</span>
        <span className="min-w-0 flex-1 truncate text-muted max-sm:hidden">{gist}</span>
        <RelativeTime time={entry.at} className="shrink-0 text-right text-sm text-faint sm:w-24" />
      </button>
      {isOpen ? (
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 pt-1 pr-3 pb-3 pl-[3.25rem]">
          <Fact name="When">{full.format(Date.parse(entry.at))}</Fact>
          <Fact name="Who">
            {entry.user.name}{' '}
            <button type="button" className={LINK} onClick={() => onOnly({ user: entry.user.id })}>
              only theirs
            </button>
          </Fact>
          <Fact name="Action">
            <code className="font-mono text-sm">{entry.action}</code>{' '}
            <button type="button" className={LINK} onClick={() => onOnly({ action: entry.action })}>
              only these
            </button>
          </Fact>
          <Fact name="Thing">
            {plain(entry.entity_type)}{' '}
            {entry.entity_id ? (
              <>
                <code className="font-mono text-sm break-all">{entry.entity_id}</code>{' '}
                <button type="button" className={LINK} onClick={() => onOnly({ type: entry.entity_type, id: entry.entity_id ?? '' })}>
                  only this one
                </button>
              </>
            ) : null}
          </Fact>
          {facts.map(([name, value]) => (
            <Fact key={name} name={plain(name)}>
              <span className="whitespace-pre-wrap">{value}</span>
            </Fact>
          ))}
        </dl>
      ) : null}
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <>
    <dt className="text-muted">{name}</dt>
    <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
  </>
);
