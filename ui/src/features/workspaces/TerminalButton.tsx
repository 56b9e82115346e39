import { SquareTerminal } from 'lucide-react';
import { TERMINAL_KEYS } from '@/shared/keyboard/terminalKeys';
import { Button } from '@/shared/ui/Button';
import { Shortcut } from '@/shared/ui/Kbd';

/** Shows and hides the terminals below. */
export function TerminalButton({ isOpen, onToggle }: { isOpen: boolean; onToggle: () => void }) {
  return (
    <Button size="sm" variant="ghost" aria-pressed={isOpen} className="aria-pressed:bg-accent-soft aria-pressed:text-accent-text" onClick={onToggle}>
      <SquareTerminal size={13} /> Terminal <Shortcut keys={TERMINAL_KEYS.toggle} className="max-lg:hidden" />
    </Button>
  );
}
