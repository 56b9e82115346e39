import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { availableActions } from '@/shared/actions/actions';
import { shell, type AtWork, type Shell } from '@/shared/transport/shell';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';

/** Does what the desktop app's menus, links and closing ask of the page. Nothing in a browser. */
export function DesktopNotices() {
  const app = shell();
  return app ? <Listening app={app} /> : null;
}

function Listening({ app }: { app: Shell }) {
  const navigate = useNavigate();
  const [atWork, setAtWork] = useState<AtWork | null>(null);

  useEffect(() => {
    app.listen((notice) => {
      if (notice.kind === 'open') void navigate({ to: notice.path });
      else if (notice.kind === 'quit') setAtWork(notice);
      else availableActions().find((action) => action.id === notice.id)?.run();
    });
  }, [app, navigate]);

  const answer = (choice: 'keep' | 'stop' | 'stay') => {
    setAtWork(null);
    app.quit(choice);
  };
  return atWork === null ? null : <QuitDialog atWork={atWork} onAnswer={answer} />;
}

/** What is at work, as a title. */
function namesOf({ agents, terminals }: AtWork): string {
  const theAgents = agents === 1 ? 'An agent is at work' : `${agents} agents are at work`;
  if (terminals === 0) return theAgents;
  const where = terminals === 1 ? 'a terminal' : `${terminals} terminals`;
  return agents === 0 ? `A program is running in ${where}` : `${theAgents}, and a program is running in ${where}`;
}

/** What stopping does to it. */
function lossesOf({ agents, terminals }: AtWork): string {
  const ofAgents = 'agents’ sessions can be resumed';
  const ofTerminals = 'terminals are closed with what runs in them';
  return terminals === 0 ? ofAgents : agents === 0 ? ofTerminals : `${ofAgents}, ${ofTerminals}`;
}

function QuitDialog({ atWork, onAnswer }: { atWork: AtWork; onAnswer: (choice: 'keep' | 'stop' | 'stay') => void }) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onAnswer('stay')}
      title={namesOf(atWork)}
      description={`Kept running, all goes on without a window, for up to three days, and you find it here when you open Switchyard again. Stopped, ${lossesOf(atWork)}.`}
      width="sm"
      footer={
        <>
          <Button onClick={() => onAnswer('stay')}>Cancel</Button>
          <Button variant="danger" onClick={() => onAnswer('stop')}>
            Stop and quit
          </Button>
          <Button variant="primary" onClick={() => onAnswer('keep')}>
            Keep running and quit
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}
