import { PanelLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useStore } from '@/shared/hooks/createStore';
import { sidebarStore, toggleSidebar } from '@/shared/hooks/sidebar';
import { IconButton } from './Button';
import { cn } from './cn';

interface PageHeaderProps {
  title: ReactNode;
  /** Right of the title: buttons and the like. */
  children?: ReactNode;
}

/** The bar at the top of a page. It opens the navigation where that is hidden. */
export function PageHeader({ title, children }: PageHeaderProps) {
  const sidebarOpen = useStore(sidebarStore, (state) => state.open);
  return (
    <header className="flex h-11 shrink-0 items-center gap-2 border-b px-3">
      <IconButton label="Show or hide the navigation" className={cn(sidebarOpen && 'md:hidden')} onClick={toggleSidebar}>
        <PanelLeft size={15} />
      </IconButton>
      <h1 className="min-w-0 flex-1 truncate font-semibold">{title}</h1>
      {children}
    </header>
  );
}

/** A page of text and forms: one readable column. */
export function PageBody({ children }: { children: ReactNode }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-8 px-4 py-6 sm:px-6">{children}</div>
    </div>
  );
}

/** A titled part of such a page. */
export function Section({ title, id, description, children }: { title: string; id?: string; description?: ReactNode; children: ReactNode }) {
  return (
    <section id={id} className="flex flex-col gap-3">
      <div>
        <h2 className="text-md font-semibold">{title}</h2>
        {description ? <p className="text-muted">{description}</p> : null}
      </div>
      {children}
    </section>
  );
}
