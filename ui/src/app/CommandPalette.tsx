import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { SquareKanban } from 'lucide-react';
import { useMemo, useState } from 'react';
import { availableActions, shortcutsOf } from '@/shared/actions/actions';
import { projectsQuery } from '@/shared/api/projects';
import { taskSearchQuery } from '@/shared/api/tasks';
import { useDebounced } from '@/shared/hooks/useDebounced';
import { StatusIcon } from '@/shared/ui/TaskIcons';
import { Shortcut } from '@/shared/ui/Kbd';
import { filterItems, Picker, type PickerItem } from '@/shared/ui/Picker';
import { PickerDialog } from '@/shared/ui/PickerDialog';

const SEARCH_DELAY_MS = 120;

/** Everything that can be done and everywhere one can go, by typing. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState('');
  const navigate = useNavigate();
  const { projectId } = useParams({ strict: false });
  const { data: projects = [] } = useQuery(projectsQuery());
  const searched = useDebounced(query.trim(), SEARCH_DELAY_MS);
  const { data: tasks = [] } = useQuery({ ...taskSearchQuery(projectId ?? '', searched), enabled: Boolean(projectId) && searched.length > 1 });

  // What was available when the palette opened: the palette itself must not change it.
  const actions = useMemo(() => availableActions().filter((action) => !action.paletteHidden), []);

  const items: (PickerItem & { run: () => void })[] = [
    ...actions.map((action) => ({
      id: `action:${action.id}`,
      label: action.title,
      icon: action.icon,
      keywords: action.group,
      hint: shortcutsOf(action)[0] ? <Shortcut keys={shortcutsOf(action)[0] ?? ''} /> : action.group,
      run: action.run,
    })),
    ...projects.map((project) => ({
      id: `project:${project.id}`,
      label: project.name,
      icon: <SquareKanban size={14} />,
      keywords: 'project board',
      hint: 'Project',
      run: () => void navigate({ to: '/projects/$projectId', params: { projectId: project.id } }),
    })),
  ];
  const found = filterItems(items, query) as typeof items;
  // The server searched the descriptions too, so its tasks are not filtered again by title.
  const shown = [
    ...found,
    ...(searched.length > 1 ? tasks : []).map((task) => ({
      id: `task:${task.id}`,
      label: task.title,
      icon: <StatusIcon status={task.status} />,
      hint: 'Task',
      run: () => void navigate({ to: '/projects/$projectId/tasks/$taskId', params: { projectId: task.project_id, taskId: task.id } }),
    })),
  ];

  return (
    <PickerDialog open onOpenChange={(open) => !open && onClose()} title="Command palette">
      <Picker
        items={shown}
        query={query}
        onQuery={setQuery}
        placeholder="Type a command, a project or a task…"
        emptyText="Nothing matches. Try fewer letters."
        maxHeight="min(50vh, 420px)"
        onPick={(id) => {
          onClose();
          shown.find((item) => item.id === id)?.run();
        }}
      />
    </PickerDialog>
  );
}
