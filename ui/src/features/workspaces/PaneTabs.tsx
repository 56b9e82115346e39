import type { ReactNode } from 'react';
import { useActions } from '@/shared/actions/actions';
import { useReadOnly } from '@/shared/identity/readOnly';
import { cn } from '@/shared/ui/cn';
import { TABS, type WorkspaceTab } from './search';

const LABELS: Record<WorkspaceTab, string> = { conversation: 'Conversation', changes: 'Changes', files: 'Files', checkpoints: 'Checkpoints', terminal: 'Terminal' };

interface PaneTabsProps {
  value: WorkspaceTab;
  onChange: (tab: WorkspaceTab) => void;
  /** At phone width the conversation and the terminals are among the tabs. */
  withAll?: boolean;
  /** At the end of the bar. */
  children?: ReactNode;
}

export function PaneTabs({ value, onChange, withAll = false, children }: PaneTabsProps) {
  const readOnly = useReadOnly();
  const tabs = TABS.filter((tab) => (withAll && !(readOnly && tab === 'terminal')) || (tab !== 'conversation' && tab !== 'terminal'));
  useActions(tabs.map((tab, i) => ({ id: `workspace.tab-${tab}`, title: `Show: ${LABELS[tab]}`, group: 'Workspace', shortcut: `alt+${i + 1}`, inFields: true, run: () => onChange(tab) })));
  const list = (
    <div role="tablist" aria-label="Parts of the workspace" className="flex min-w-0 flex-1 items-end gap-0.5 overflow-x-auto px-1.5">
      {tabs.map((tab, i) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`pane-tab-${tab}`}
          aria-selected={tab === value}
          aria-controls="pane"
          tabIndex={tab === value ? 0 : -1}
          onKeyDown={(event) => {
            const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
            const next = step ? tabs[(i + step + tabs.length) % tabs.length] : undefined;
            if (!next) return;
            onChange(next);
            document.getElementById(`pane-tab-${next}`)?.focus();
          }}
          onClick={() => onChange(tab)}
          className={cn('-mb-px shrink-0 border-b-2 px-2.5 py-1.5', tab === value ? 'border-accent text-fg' : 'border-transparent text-muted hover:text-fg')}
        >
          {LABELS[tab]}
        </button>
      ))}
    </div>
  );
  return (
    <div className="flex h-9 shrink-0 items-end border-b">
      {list}
      {children ? <div className="flex h-full shrink-0 items-center gap-0.5 pr-2">{children}</div> : null}
    </div>
  );
}
