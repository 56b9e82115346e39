import { useQueryClient } from '@tanstack/react-query';
import { Archive, Trash2 } from 'lucide-react';
import type { Project } from '@/shared/api/types';
import { Button } from '@/shared/ui/Button';
import { Section } from '@/shared/ui/Page';
import { deleteProject, setArchived } from './lifecycle';

/** What makes a project go away. Both can be undone. */
export function DangerZone({ project, onLeave }: { project: Project; onLeave: () => void }) {
  const client = useQueryClient();
  const archive = async () => {
    if (await setArchived(client, project, true)) onLeave();
  };
  const remove = async () => {
    if (await deleteProject(client, project)) onLeave();
  };
  return (
    <Section title="Archive or delete">
      <div className="divide-y rounded-lg border">
        <div className="flex items-center gap-4 p-3">
          <p className="flex-1 text-muted">Archiving takes the project out of the sidebar. The general settings list archived projects.</p>
          <Button onClick={() => void archive()}>
            <Archive size={14} /> Archive
          </Button>
        </div>
        <div className="flex items-center gap-4 p-3">
          <p className="flex-1 text-muted">Deleting takes the project and its tasks away. Your repositories, their branches and files stay as they are.</p>
          <Button variant="danger" onClick={() => void remove()}>
            <Trash2 size={14} /> Delete
          </Button>
        </div>
      </div>
    </Section>
  );
}
