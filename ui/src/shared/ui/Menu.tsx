import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { cn } from './cn';
import { Shortcut } from './Kbd';

const ITEM =
  'flex h-7.5 cursor-default select-none items-center gap-2 rounded-md px-2 outline-none data-highlighted:bg-active data-disabled:opacity-50';

interface Placement {
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom' | 'left' | 'right';
}

interface MenuProps extends Placement {
  trigger: ReactElement;
  children: ReactNode;
}

export function Menu({ trigger, children, ...placement }: MenuProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <MenuContent {...placement}>{children}</MenuContent>
    </Radix.Root>
  );
}

/** The surface of a menu, for menus that are opened otherwise than by a button. */
export function MenuContent({ children, label, align = 'start', side = 'bottom' }: Placement & { children: ReactNode; label?: string }) {
  return (
    <Radix.Portal>
      <Radix.Content
        {...(label ? { 'aria-label': label } : {})}
        align={align}
        side={side}
        sideOffset={4}
        collisionPadding={8}
        className="pop-in z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-lg bg-raised p-1 shadow-pop"
      >
        {children}
      </Radix.Content>
    </Radix.Portal>
  );
}

interface MenuItemProps {
  icon?: ReactNode;
  children: ReactNode;
  onSelect: () => void;
  shortcut?: string | undefined;
  danger?: boolean;
  disabled?: boolean;
  /** Shows a check mark; also read aloud. */
  checked?: boolean;
}

export function MenuItem({ icon, children, onSelect, shortcut, danger, disabled, checked }: MenuItemProps) {
  const body = (
    <>
      {icon ? <span className="flex size-4 items-center justify-center text-muted">{icon}</span> : null}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {checked ? <Check size={14} className="text-accent-text" /> : null}
      {shortcut ? <Shortcut keys={shortcut} /> : null}
    </>
  );
  const className = cn(ITEM, danger && 'text-danger');
  return checked === undefined ? (
    <Radix.Item className={className} disabled={disabled ?? false} onSelect={onSelect}>
      {body}
    </Radix.Item>
  ) : (
    <Radix.CheckboxItem className={className} disabled={disabled ?? false} checked={checked} onSelect={onSelect}>
      {body}
    </Radix.CheckboxItem>
  );
}

export const MenuSeparator = () => <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Radix.Label className="px-2 pt-1.5 pb-1 text-xs font-medium text-faint">{children}</Radix.Label>
);
