import { useInfiniteQuery } from '@tanstack/react-query';
import { Download, ScrollText } from 'lucide-react';
import { useMemo } from 'react';
import { auditExportAddress, auditQuery } from '@/shared/api/audit';
import { useAuthority } from '@/shared/identity/useAuthority';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { AuditFilters } from './AuditFilters';
import { AuditList } from './AuditList';
import { filterOf, type AuditSearch } from './search';

interface AuditPageProps {
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
}

/** Who did what, and when: for admins all of the organisation, for others their own part. */
export function AuditPage({ search, onSearch }: AuditPageProps) {
  const { isAdmin } = useAuthority();
  const filter = useMemo(() => filterOf(search), [search]);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = useInfiniteQuery(auditQuery(filter));
  const entries = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const isFiltered = Object.keys(search).length > 0;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-start gap-2 border-b px-3 py-2 max-sm:flex-col max-sm:items-stretch">
        <AuditFilters search={search} onSearch={onSearch} entries={entries ?? []} />
        <a
          href={auditExportAddress(filter)}
          download
          title="All entries that the filters admit, a JSON object a line"
          className="ml-auto inline-flex h-8 w-fit shrink-0 items-center gap-1.5 rounded-md border border-line-strong bg-surface px-3 font-medium hover:bg-hover"
        >
          <Download size={14} /> Export
        </a>
      </div>
      {entries && entries.length > 0 ? (
        <AuditList
          entries={entries}
          hasMore={hasNextPage}
          isLoading={isFetchingNextPage}
          failure={isFetchNextPageError ? error : null}
          onMore={() => void fetchNextPage()}
          onOnly={(patch) => onSearch({ ...search, ...patch })}
        />
      ) : entries ? (
        <EmptyState className="flex-1" icon={<ScrollText size={26} />} title={isFiltered ? 'Nothing matches these filters' : 'Nothing has happened yet'}>
          {isFiltered ? 'Take one away, or widen the time.' : isAdmin ? 'What members do here is written down from now on.' : 'What you do here is written down from now on.'}
        </EmptyState>
      ) : error ? (
        <ErrorState className="flex-1" title="The log could not be read" error={error} onRetry={() => void refetch()} />
      ) : (
        <div className="p-4">
          <SkeletonLines lines={10} />
        </div>
      )}
    </div>
  );
}
