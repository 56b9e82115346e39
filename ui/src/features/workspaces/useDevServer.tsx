import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Play, RotateCcw, Square } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useActions } from '@/shared/actions/actions';
import { projectQuery } from '@/shared/api/projects';
import { exitSentence, isDevServer, terminalCalls, terminalsQuery } from '@/shared/api/terminals';
import type { Uuid, Workspace } from '@/shared/api/types';
import { isUsable } from '@/shared/api/workspaces';
import { TERMINAL_KEYS } from '@/shared/keyboard/terminalKeys';
import { toast } from '@/shared/ui/toast';
import type { Wanted } from './useTerminalDock';

/** Where the terminals are. */
interface Dock {
  isShown: boolean;
  show: (wants: Wanted) => void;
}

async function tellEnd(id: Uuid, show: () => void): Promise<void> {
  const { status, closed_reason, exit_code } = await terminalCalls.get(id);
  if (status === 'open' || closed_reason === 'closed') return;
  toast.withAction(closed_reason === 'lost' ? 'The dev server was stopped together with the runner.' : exitSentence('The dev server', exit_code), 'Show', show);
}

/** The dev server of a workspace, and what can be done with it. Where the terminals are hidden, its end is told. */
export function useDevServer(workspace: Workspace, dock: Dock) {
  const navigate = useNavigate();
  const usable = isUsable(workspace);
  const { data: project } = useQuery(projectQuery(workspace.project_id));
  const { data: terminals } = useQuery({ ...terminalsQuery(workspace.id), enabled: usable });
  const running = terminals?.find(isDevServer);
  const isRunning = running !== undefined;
  const hasScript = project === undefined || (project.settings.dev_server_script ?? '').trim() !== '';

  const latest = useRef(dock);
  useEffect(() => {
    latest.current = dock;
  });
  const before = useRef<Uuid | undefined>(undefined);
  const id = running?.id;
  useEffect(() => {
    if (!terminals) return;
    const ended = before.current;
    before.current = id;
    // What cannot be asked after is a workspace that is gone or a server that is away, of which the page tells.
    if (ended !== undefined && ended !== id && !latest.current.isShown) tellEnd(ended, () => latest.current.show('any')).catch(() => undefined);
  }, [terminals, id]);

  /** Starts it or shows the one that runs; where there is no script, leads to where one is written. */
  const start = () => {
    if (hasScript || isRunning) dock.show('dev-server');
    else void navigate({ to: '/projects/$projectId/settings', params: { projectId: workspace.project_id }, hash: 'dev-server' });
  };
  const stop = () => {
    if (running) terminalCalls.close(running).catch((error: unknown) => toast.failed('The dev server could not be stopped', error));
  };

  useActions([
    { id: 'dev-server.start', writes: true, title: isRunning ? 'Show the dev server' : 'Start the dev server', group: 'Terminal', icon: <Play size={14} />, shortcut: TERMINAL_KEYS.devServer, inFields: true, when: () => usable, run: start },
    { id: 'dev-server.restart', writes: true, title: 'Restart the dev server', group: 'Terminal', icon: <RotateCcw size={14} />, when: () => isRunning, run: () => dock.show('dev-server-anew') },
    { id: 'dev-server.stop', writes: true, title: 'Stop the dev server', group: 'Terminal', icon: <Square size={14} />, when: () => isRunning, run: stop },
  ]);

  return { isRunning, hasScript, start };
}
