import { Eye, EyeOff } from 'lucide-react';
import { useState, type ComponentProps } from 'react';
import { IconButton } from './Button';
import { cn } from './cn';
import { Input } from './Field';

type PasswordInputProps = Omit<ComponentProps<typeof Input>, 'type' | 'autoComplete'> & {
  /** Tells password managers what to do. */
  autoComplete: 'current-password' | 'new-password';
};

/** A password, hidden until one wants to see it. */
export function PasswordInput({ className, ...props }: PasswordInputProps) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <Input {...props} type={shown ? 'text' : 'password'} autoCapitalize="none" className={cn(className, 'pr-9')} />
      <IconButton label={shown ? 'Hide the password' : 'Show the password'} aria-pressed={shown} className="absolute inset-y-0 right-0.5 my-auto" onClick={() => setShown(!shown)}>
        {shown ? <EyeOff size={14} /> : <Eye size={14} />}
      </IconButton>
    </div>
  );
}
