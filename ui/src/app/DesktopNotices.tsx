import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { availableActions } from '@/shared/actions/actions';
import { shell, type Shell } from '@/shared/transport/shell';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';

/** Does what the desktop app's menus, links and closing ask of the page. Nothing in a browser. */
export function DesktopNotices() {
  const app = shell();
  return app ? <Listening app={app} /> : null;
}

function Listening({ app }: { app: Shell }) {
  const navigate = useNavigate();
  const [agents, setAgents] = useState<number | null>(null);

  useEffect(() => {
    app.listen((notice) => {
      if (notice.kind === 'open') void navigate({ to: notice.path });
      else if (notice.kind === 'quit') setAgents(notice.agents);
      else availableActions().find((action) => action.id === notice.id)?.run();
    });
  }, [app, navigate]);

  const answer = (choice: 'keep' | 'stop' | 'stay') => {
    setAgents(null);
    app.quit(choice);
  };
  return agents === null ? null : <QuitDialog agents={agents} onAnswer={answer} />;
}

function QuitDialog({ agents, onAnswer }: { agents: number; onAnswer: (choice: 'keep' | 'stop' | 'stay') => void }) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onAnswer('stay')}
      title={agents === 1 ? 'An agent is at work' : `${agents} agents are at work`}
      description="Kept running, they go on without a window and you find them here when you open Switchyard again. Stopped, their sessions can be resumed."
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
