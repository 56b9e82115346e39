import { Play, Server } from 'lucide-react';
import { TERMINAL_KEYS } from '@/shared/keyboard/terminalKeys';
import { Button, IconButton } from '@/shared/ui/Button';
import { shortcutText } from '@/shared/ui/Kbd';

interface DevServerButtonProps {
  isRunning: boolean;
  hasScript: boolean;
  /** The icon alone. */
  compact?: boolean;
  onClick: () => void;
}

/** Starts the dev server of a workspace, or shows the one that runs. */
export function DevServerButton({ isRunning, hasScript, compact = false, onClick }: DevServerButtonProps) {
  const label = isRunning ? 'Show the dev server' : 'Start the dev server';
  const icon = isRunning ? <Server size={13} className="text-success" /> : <Play size={13} />;
  const title = !hasScript && !isRunning ? 'The project has no dev-server script yet: write one in its settings' : `${label} (${shortcutText(TERMINAL_KEYS.devServer)})`;
  if (compact)
    return (
      <IconButton label={label} onClick={onClick}>
        {icon}
      </IconButton>
    );
  return (
    <Button size="sm" variant="ghost" aria-label={label} title={title} onClick={onClick}>
      {icon} <span className="max-lg:hidden">Dev server</span>
    </Button>
  );
}
