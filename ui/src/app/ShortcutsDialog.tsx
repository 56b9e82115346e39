import { useMemo } from 'react';
import { mountedActions, shortcutsOf, type Action } from '@/shared/actions/actions';
import { Dialog } from '@/shared/ui/Dialog';
import { Shortcut } from '@/shared/ui/Kbd';

/** The shortcuts of this page, read from the actions themselves. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const groups = useMemo(() => {
    const byGroup = new Map<string, Action[]>();
    for (const action of mountedActions()) {
      if (shortcutsOf(action).length > 0) byGroup.set(action.group, [...(byGroup.get(action.group) ?? []), action]);
    }
    return [...byGroup];
  }, []);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Keyboard shortcuts" width="lg">
      <div className="gap-8 sm:columns-2">
        {groups.map(([group, actions]) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-sm font-medium text-faint">{group}</h3>
            <dl>
              {actions.map((action) => (
                <div key={action.id} className="flex items-center justify-between gap-3 border-b py-1.5">
                  <dt>{action.title}</dt>
                  <dd className="flex gap-2">
                    {shortcutsOf(action).map((keys) => (
                      <span key={keys}>
                        <Shortcut keys={keys} />
                        <span className="sr-only">{keys}</span>
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
