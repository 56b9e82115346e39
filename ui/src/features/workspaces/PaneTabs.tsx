import { useActions } from '@/shared/actions/actions';
import { cn } from '@/shared/ui/cn';
import { TABS, type WorkspaceTab } from './search';

const LABELS: Record<WorkspaceTab, string> = { conversation: 'Conversation', changes: 'Changes', files: 'Files', checkpoints: 'Checkpoints' };

interface PaneTabsProps {
  value: WorkspaceTab;
  onChange: (tab: WorkspaceTab) => void;
  /** At phone width the conversation is one of the tabs. */
  withConversation?: boolean;
}

export function PaneTabs({ value, onChange, withConversation = false }: PaneTabsProps) {
  const tabs = TABS.filter((tab) => withConversation || tab !== 'conversation');
  useActions(tabs.map((tab, i) => ({ id: `workspace.tab-${tab}`, title: `Show: ${LABELS[tab]}`, group: 'Workspace', shortcut: `alt+${i + 1}`, inFields: true, run: () => onChange(tab) })));
  return (
    <div role="tablist" aria-label="Parts of the workspace" className="flex h-9 shrink-0 items-end gap-0.5 overflow-x-auto border-b px-1.5">
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
}
