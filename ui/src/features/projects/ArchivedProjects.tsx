import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ArchiveRestore } from 'lucide-react';
import { archivedProjectsQuery } from '@/shared/api/projects';
import { Button } from '@/shared/ui/Button';
import { Section } from '@/shared/ui/Page';
import { setArchived } from './lifecycle';

/** Projects that were put away, to take them out again. */
export function ArchivedProjects() {
  const client = useQueryClient();
  const { data: projects = [] } = useQuery(archivedProjectsQuery());
  if (projects.length === 0) return null;
  return (
    <Section title="Archived projects">
      <ul className="divide-y rounded-lg border bg-surface">
        {projects.map((project) => (
          <li key={project.id} className="flex items-center gap-2 py-2 pr-2 pl-3">
            <span className="min-w-0 flex-1 truncate">{project.name}</span>
            {project.my_role === 'admin' ? (
              <Button size="sm" onClick={() => void setArchived(client, project, false)}>
                <ArchiveRestore size={13} /> Bring back
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}
