import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn';

type Variant = 'primary' | 'secondary' | 'ghost' | 'danger' | 'quiet-accent' | 'quiet-danger';
type Size = 'sm' | 'md';

const BASE =
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors duration-75 disabled:pointer-events-none disabled:opacity-50 aria-disabled:opacity-50';
const VARIANTS: Record<Variant, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  secondary: 'border border-line-strong bg-surface text-fg hover:bg-hover',
  ghost: 'text-muted hover:bg-hover hover:text-fg aria-expanded:bg-hover aria-expanded:text-fg',
  'quiet-accent': 'text-accent-text hover:bg-accent-soft',
  'quiet-danger': 'text-danger hover:bg-danger-soft',
  danger: 'border border-line-strong bg-surface text-danger hover:bg-danger-soft',
};
const SIZES: Record<Size, string> = { sm: 'h-6.5 px-2 text-sm', md: 'h-8 px-3 text-base' };

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: Variant;
  size?: Size;
  /** Disables the button and says so while a call is under way. */
  busy?: boolean;
}

export function Button({ variant = 'secondary', size = 'md', busy = false, className, disabled, type = 'button', ...props }: ButtonProps) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cn(BASE, VARIANTS[variant], SIZES[size], busy && 'animate-pulse', className)}
      {...props}
    />
  );
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** Read aloud, and shown as the tooltip. */
  label: string;
  children: ReactNode;
  size?: Size;
}

export function IconButton({ label, size = 'sm', className, type = 'button', ...props }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={cn(BASE, VARIANTS.ghost, size === 'sm' ? 'size-6.5' : 'size-8', className)}
      {...props}
    />
  );
}
