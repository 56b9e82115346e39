import type { ProjectRole } from '@/shared/api/identity';

/** What the roles in a project are called, and what they let one do; the least first. */
export const PROJECT_ROLES: readonly { id: ProjectRole; name: string; may: string }[] = [
  { id: 'viewer', name: 'Viewer', may: 'sees everything in it, changes nothing' },
  { id: 'editor', name: 'Editor', may: 'makes tasks and runs agents' },
  { id: 'admin', name: 'Admin', may: 'also changes its settings and who may see it' },
];

export const projectRoleName = (role: ProjectRole): string => PROJECT_ROLES.find(({ id }) => id === role)?.name ?? role;
