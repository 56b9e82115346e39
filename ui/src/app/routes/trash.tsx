import { useParams } from '@tanstack/react-router';
import { DiscardedWorkspaces } from '@/app/work/slots';
import { DeletedTasks } from '@/features/tasks/DeletedTasks';
import { useProjectRights } from '@/shared/identity/useProjectRights';
import { PageBody, PageHeader, Section } from '@/shared/ui/Page';

export function TrashRoute() {
  const { projectId } = useParams({ from: '/projects/$projectId/trash' });
  useProjectRights(projectId);
  return (
    <>
      <PageHeader title="Trash" />
      <PageBody>
        <Section title="Discarded workspaces" description="Their branches and uncommitted work are kept until the retention time in the settings is over.">
          <DiscardedWorkspaces projectId={projectId} />
        </Section>
        <Section title="Deleted tasks">
          <DeletedTasks projectId={projectId} />
        </Section>
      </PageBody>
    </>
  );
}
