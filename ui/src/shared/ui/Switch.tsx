import { Switch as Radix } from 'radix-ui';

interface SwitchProps {
  id?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  label?: string;
  disabled?: boolean;
}

export function Switch({ checked, onChange, label, ...props }: SwitchProps) {
  return (
    <Radix.Root
      {...props}
      checked={checked}
      onCheckedChange={onChange}
      aria-label={label}
      className="relative h-4.5 w-8 shrink-0 rounded-full bg-line-strong transition-colors data-[state=checked]:bg-accent disabled:opacity-50"
    >
      <Radix.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-white shadow-card transition-transform data-[state=checked]:translate-x-4" />
    </Radix.Root>
  );
}
