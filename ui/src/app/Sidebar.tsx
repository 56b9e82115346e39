import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Bot, Inbox, Moon, PanelLeftClose, Plus, Search, Settings, SlidersHorizontal, SquareKanban, Sun, Trash2 } from 'lucide-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { approvalsQuery } from '@/shared/api/instance';
import { projectsQuery } from '@/shared/api/projects';
import type { Project } from '@/shared/api/types';
import { useStore } from '@/shared/hooks/createStore';
import { themeStore } from '@/shared/hooks/theme';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Badge } from '@/shared/ui/Badge';
import { IconButton } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { Shortcut } from '@/shared/ui/Kbd';
import { RestrictedSign } from '@/shared/ui/RestrictedSign';
import { Skeleton } from '@/shared/ui/States';
import { changeTheme, nextTheme } from './changeTheme';
import { ConnectionState } from './ConnectionState';
import { Logo } from '@/shared/ui/Logo';
import { toggleSidebar } from '@/shared/hooks/sidebar';
import { ForMembers } from '@/shared/identity/ForWriters';
import { useReadOnly } from '@/shared/identity/readOnly';
import { overlayStore } from './useGlobalActions';

const UserMenu = lazy(() => import('./UserMenu').then((module) => ({ default: module.UserMenu })));

const ROW = 'flex h-7.5 items-center gap-2 rounded-md px-2 text-muted hover:bg-hover hover:text-fg';

export function Sidebar() {
  const client = useQueryClient();
  const { hosted } = useAuthority();
  const theme = useStore(themeStore, (value) => value);
  const dark = theme === 'system' ? document.documentElement.dataset.theme === 'dark' : theme === 'dark';
  return (
    <nav aria-label="Main" className="flex h-full flex-col gap-3 p-2">
      <div className="flex items-center gap-2 pt-0.5 pl-1.5">
        <Logo />
        <span className="flex-1 font-semibold">Switchyard</span>
        <IconButton label="Hide the sidebar" onClick={toggleSidebar}>
          <PanelLeftClose size={15} />
        </IconButton>
      </div>
      <button type="button" onClick={() => overlayStore.set('palette')} className={cn(ROW, 'border bg-surface')}>
        <Search size={14} />
        <span className="flex-1 text-left">Search or run…</span>
        <Shortcut keys="mod+k" />
      </button>
      <InboxLink />
      <Projects />
      <div className="mt-auto flex flex-col gap-0.5">
        <ConnectionState />
        <NavLink to="/agents" icon={<Bot size={15} />}>
          Agents
        </NavLink>
        <div className="flex items-center gap-0.5">
          <NavLink to="/settings" icon={<Settings size={15} />} className="flex-1">
            Settings
          </NavLink>
          <IconButton label={dark ? 'Use the light theme' : 'Use the dark theme'} onClick={() => void changeTheme(client, nextTheme())}>
            {dark ? <Sun size={15} /> : <Moon size={15} />}
          </IconButton>
        </div>
        {hosted ? (
          <div className="-mx-2 mt-1.5 border-t px-2 pt-1.5">
            <Suspense fallback={<Skeleton className="h-10" />}>
              <UserMenu />
            </Suspense>
          </div>
        ) : null}
      </div>
    </nav>
  );
}

interface NavLinkProps {
  to: '/approvals' | '/agents' | '/settings';
  icon: ReactNode;
  children: ReactNode;
  className?: string;
}

const NavLink = ({ to, icon, children, className }: NavLinkProps) => (
  <Link to={to} className={cn(ROW, className)} activeProps={{ className: 'bg-active text-fg', 'aria-current': 'page' }}>
    {icon}
    {children}
  </Link>
);

function InboxLink() {
  const { data } = useQuery(approvalsQuery());
  const waiting = data?.length ?? 0;
  return (
    <NavLink to="/approvals" icon={<Inbox size={15} />}>
      <span className="flex-1">Approvals</span>
      {waiting > 0 ? (
        <Badge tone="warning">
          <span className="sr-only">waiting: </span>
          {waiting}
        </Badge>
      ) : null}
    </NavLink>
  );
}

function Projects() {
  const { data: projects, isPending } = useQuery(projectsQuery());
  return (
    <div className="flex min-h-0 flex-col">
      <div className="flex items-center pr-0.5 pl-2">
        <h2 className="flex-1 text-xs font-medium text-faint">Projects</h2>
        <ForMembers>
          <IconButton label="New project" onClick={() => overlayStore.set('create-project')}>
            <Plus size={14} />
          </IconButton>
        </ForMembers>
      </div>
      {isPending ? (
        <div className="flex flex-col gap-2 p-2">
          <Skeleton className="h-4 w-3/4" />
          <Skeleton className="h-4 w-1/2" />
        </div>
      ) : null}
      <ul className="flex min-h-0 flex-col gap-0.5 overflow-y-auto">
        {projects?.map((project) => (
          <ProjectRow key={project.id} project={project} />
        ))}
      </ul>
      {projects?.length === 0 ? <p className="px-2 py-1 text-sm text-faint">None yet</p> : null}
    </div>
  );
}

/** How many tasks still want something done. */
function OpenTasks({ counts }: { counts: Project['task_counts'] }) {
  const open = counts.todo + counts.in_progress + counts.in_review;
  if (open === 0) return null;
  const title = `${counts.todo} to do, ${counts.in_progress} in progress, ${counts.in_review} in review`;
  return (
    <span className="text-xs font-normal text-faint tabular-nums" title={title}>
      {open}
      <span className="sr-only"> open tasks</span>
    </span>
  );
}

function ProjectRow({ project }: { project: Project }) {
  const { projectId } = useParams({ strict: false });
  const readOnly = useReadOnly();
  const current = projectId === project.id;
  const sub = 'flex h-6.5 items-center gap-2 rounded-md pl-8 pr-2 text-sm text-muted hover:bg-hover hover:text-fg';
  return (
    <li>
      <Link
        to="/projects/$projectId"
        params={{ projectId: project.id }}
        className={cn(ROW, current && 'font-medium text-fg')}
        activeOptions={{ exact: false, includeSearch: false }}
      >
        <SquareKanban size={15} className={cn('shrink-0', current && 'text-accent-text')} />
        <span className="min-w-0 flex-1 truncate" title={project.name}>
          {project.name}
        </span>
        {project.restricted ? <RestrictedSign /> : null}
        <OpenTasks counts={project.task_counts} />
      </Link>
      {current && !readOnly ? (
        <div className="flex flex-col gap-0.5 py-0.5">
          {project.my_role === 'admin' ? (
            <Link to="/projects/$projectId/settings" params={{ projectId: project.id }} className={sub} activeProps={{ className: 'bg-active text-fg' }}>
              <SlidersHorizontal size={13} /> Project settings
            </Link>
          ) : null}
          <Link to="/projects/$projectId/trash" params={{ projectId: project.id }} className={sub} activeProps={{ className: 'bg-active text-fg' }}>
            <Trash2 size={13} /> Trash
          </Link>
        </div>
      ) : null}
    </li>
  );
}
