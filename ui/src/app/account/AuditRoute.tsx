import { useNavigate, useSearch } from '@tanstack/react-router';
import { AuditPage } from '@/features/audit/AuditPage';
import type { AuditSearch } from '@/features/audit/search';

export function AuditRoute() {
  const search = useSearch({ from: '/settings/audit' });
  const navigate = useNavigate();
  return <AuditPage search={search} onSearch={(next: AuditSearch) => void navigate({ to: '/settings/audit', search: next, replace: true })} />;
}
