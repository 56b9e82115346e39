import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

interface PickerDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Read aloud only. */
  title: string;
  children: ReactNode;
}

/** A light dialog near the top of the window that holds one `Picker`. */
export function PickerDialog({ open, onOpenChange, title, children }: PickerDialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fade-in fixed inset-0 z-40 bg-overlay" />
        <Radix.Content
          aria-describedby={undefined}
          className="pop-in fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl overflow-hidden rounded-xl bg-raised shadow-pop outline-none"
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
