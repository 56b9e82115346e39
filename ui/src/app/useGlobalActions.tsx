import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Bot, FolderPlus, Inbox, Keyboard, PanelLeft, Search, Settings, SquareKanban, SunMoon, Undo2 } from 'lucide-react';
import { useActions } from '@/shared/actions/actions';
import { createStore } from '@/shared/hooks/createStore';
import { undoLatest } from '@/shared/ui/toast';
import { changeTheme, nextTheme } from './changeTheme';
import { lastProject } from './lastProject';
import { toggleSidebar } from '@/shared/hooks/sidebar';
import { readOnlyStore } from '@/shared/identity/readOnly';

/** The dialog that lies over the page, if any. */
export const overlayStore = createStore<'palette' | 'shortcuts' | 'create-project' | 'new-organisation' | 'switch-organisation' | null>(null);

/** What can be done on every page. */
export function useGlobalActions(): void {
  const navigate = useNavigate();
  const client = useQueryClient();
  useActions([
    {
      id: 'palette.open',
      title: 'Open the command palette',
      group: 'General',
      icon: <Search size={14} />,
      shortcut: 'mod+k',
      inFields: true,
      paletteHidden: true,
      run: () => overlayStore.set('palette'),
    },
    {
      id: 'shortcuts.show',
      title: 'Show keyboard shortcuts',
      group: 'General',
      icon: <Keyboard size={14} />,
      shortcut: '?',
      run: () => overlayStore.set('shortcuts'),
    },
    {
      id: 'change.undo',
      title: 'Undo the last change',
      group: 'General',
      icon: <Undo2 size={14} />,
      shortcut: 'mod+z',
      run: () => void undoLatest(),
    },
    { id: 'sidebar.toggle', title: 'Show or hide the sidebar', group: 'General', icon: <PanelLeft size={14} />, shortcut: 'mod+b', run: toggleSidebar },
    {
      id: 'theme.toggle',
      title: 'Switch between light and dark',
      group: 'General',
      icon: <SunMoon size={14} />,
      run: () => void changeTheme(client, nextTheme()),
    },
    { id: 'project.create', when: () => !readOnlyStore.get(), title: 'New project…', group: 'Projects', icon: <FolderPlus size={14} />, run: () => overlayStore.set('create-project') },
    {
      id: 'go.board',
      title: 'Go to the board',
      group: 'Go to',
      icon: <SquareKanban size={14} />,
      shortcut: 'g b',
      run: () => {
        const projectId = lastProject.get();
        void (projectId ? navigate({ to: '/projects/$projectId', params: { projectId } }) : navigate({ to: '/' }));
      },
    },
    { id: 'go.approvals', title: 'Go to approvals', group: 'Go to', icon: <Inbox size={14} />, shortcut: 'g i', run: () => void navigate({ to: '/approvals' }) },
    { id: 'go.agents', title: 'Go to agents', group: 'Go to', icon: <Bot size={14} />, shortcut: 'g a', run: () => void navigate({ to: '/agents' }) },
    { id: 'go.settings', title: 'Go to settings', group: 'Go to', icon: <Settings size={14} />, shortcut: 'g s', run: () => void navigate({ to: '/settings' }) },
  ]);
}
