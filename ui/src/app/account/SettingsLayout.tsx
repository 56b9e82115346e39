import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useAuthority } from '@/shared/identity/useAuthority';
import { PageHeader } from '@/shared/ui/Page';

const PAGES = [
  { to: '/settings', label: 'General' },
  { to: '/settings/organisation', label: 'Organisation' },
  { to: '/settings/groups', label: 'Groups' },
  { to: '/settings/keys', label: 'API keys' },
  { to: '/settings/devices', label: 'Signed-in devices' },
  { to: '/settings/audit', label: 'Audit log' },
] as const;

/** The settings with their pages; a desktop has only the first. */
export function SettingsLayout() {
  const { hosted } = useAuthority();
  const nav = useRef<HTMLElement>(null);
  const pathname = useLocation({ select: (place) => place.pathname });
  // On a phone the last ones lie outside.
  useEffect(() => {
    nav.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  return (
    <>
      <PageHeader title="Settings" />
      {hosted ? (
        <nav ref={nav} aria-label="Settings" className="flex shrink-0 gap-0.5 overflow-x-auto overflow-y-hidden border-b px-2 [scrollbar-width:none]">
          {PAGES.map(({ to, label }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: true, includeSearch: false }}
              className="shrink-0 border-b-2 px-2 py-2 text-muted -outline-offset-2 hover:text-fg"
              inactiveProps={{ className: 'border-transparent' }}
              activeProps={{ className: 'border-accent font-medium text-fg', 'aria-current': 'page' }}
            >
              {label}
            </Link>
          ))}
        </nav>
      ) : null}
      <Outlet />
    </>
  );
}
