import { useQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { KeyProject, ProjectRole } from '@/shared/api/identity';
import { projectsQuery } from '@/shared/api/projects';
import { PROJECT_ROLES } from '@/shared/identity/projectRoles';
import { Button, IconButton } from '@/shared/ui/Button';
import { NativeSelect } from '@/shared/ui/Field';
import { Picker } from '@/shared/ui/Picker';
import { PickerDialog } from '@/shared/ui/PickerDialog';

/** Most that one key is made for; the server's own number. */
const MOST = 100;

interface KeyProjectsProps {
  chosen: readonly KeyProject[];
  onChange: (chosen: KeyProject[]) => void;
  error: string | undefined;
}

/** The projects that a key is to be for, each with what it may do there: of those that the person is an admin of. */
export function KeyProjects({ chosen, onChange, error }: KeyProjectsProps) {
  const [picking, setPicking] = useState(false);
  const { data: projects = [] } = useQuery(projectsQuery());
  const left = projects.filter(({ id, my_role }) => my_role === 'admin' && !chosen.some(({ project_id }) => project_id === id));
  const add = (id: string) => {
    const project = left.find((each) => each.id === id);
    setPicking(false);
    if (project) onChange([...chosen, { project_id: project.id, name: project.name, role: 'editor' }]);
  };
  const setRole = (id: string, role: ProjectRole) => onChange(chosen.map((each) => (each.project_id === id ? { ...each, role } : each)));
  return (
    <div className="flex flex-col gap-2">
      {chosen.length > 0 ? (
        <ul aria-label="Projects of the key" className="max-h-60 divide-y overflow-y-auto rounded-lg border bg-surface">
          {chosen.map((project) => (
            <li key={project.project_id} className="flex items-center gap-3 py-1.5 pr-2 pl-3">
              <span className="min-w-0 flex-1 truncate">{project.name}</span>
              <div className="w-26 shrink-0 max-sm:w-30">
                <RoleSelect project={project} onRole={(role) => setRole(project.project_id, role)} />
              </div>
              <IconButton label={`Leave ${project.name} out`} onClick={() => onChange(chosen.filter((each) => each !== project))}>
                <X size={14} />
              </IconButton>
            </li>
          ))}
        </ul>
      ) : null}
      <Button className="w-fit" disabled={chosen.length >= MOST} onClick={() => setPicking(true)}>
        <Plus size={14} /> Add a project
      </Button>
      {error ? (
        <p role="alert" className="text-sm text-danger">
          {error}
        </p>
      ) : null}
      <PickerDialog open={picking} onOpenChange={setPicking} title="Add a project">
        <Picker items={left.map(({ id, name }) => ({ id, label: name }))} onPick={add} placeholder="Find a project" emptyText="No project is left of which you are an admin" />
      </PickerDialog>
    </div>
  );
}

function RoleSelect({ project: { name, role }, onRole }: { project: KeyProject; onRole: (role: ProjectRole) => void }) {
  return (
    <NativeSelect aria-label={`Role in ${name}`} title={PROJECT_ROLES.find(({ id }) => id === role)?.may} value={role} onChange={(event) => onRole(event.target.value as ProjectRole)}>
      {PROJECT_ROLES.map((each) => (
        <option key={each.id} value={each.id}>
          {each.name}
        </option>
      ))}
    </NativeSelect>
  );
}
