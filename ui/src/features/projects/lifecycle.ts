import type { QueryClient } from '@tanstack/react-query';
import { keys } from '@/shared/api/keys';
import { projectCalls } from '@/shared/api/projects';
import type { Project } from '@/shared/api/types';
import { toast } from '@/shared/ui/toast';

async function refresh(client: QueryClient): Promise<void> {
  // One prefix covers the living and the archived ones.
  await client.invalidateQueries({ queryKey: keys.projects });
}

/** Puts a project away or takes it out again. True once done. */
export async function setArchived(client: QueryClient, project: Project, archived: boolean): Promise<boolean> {
  try {
    const saved = await projectCalls.change(project.id, project.version, { archived });
    client.setQueryData(keys.project(project.id), saved);
    await refresh(client);
    if (archived) toast.done(`Archived “${project.name}”`, () => void setArchived(client, saved, false));
    return true;
  } catch (error) {
    toast.failed(`“${project.name}” could not be ${archived ? 'archived' : 'brought back'}`, error);
    return false;
  }
}

/** Deletes a project with its tasks, with a way back. The repositories stay as they are. */
export async function deleteProject(client: QueryClient, project: Project): Promise<boolean> {
  const restore = async () => {
    try {
      await projectCalls.restore(project.id);
      await refresh(client);
    } catch (error) {
      toast.failed(`“${project.name}” could not be restored`, error);
    }
  };
  try {
    await projectCalls.remove(project.id, project.version);
    await refresh(client);
    toast.done(`Deleted “${project.name}”`, () => void restore());
    return true;
  } catch (error) {
    toast.failed(`“${project.name}” could not be deleted`, error);
    return false;
  }
}
