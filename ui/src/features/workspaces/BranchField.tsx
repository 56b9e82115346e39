import { useQuery } from '@tanstack/react-query';
import { ChevronDown, GitBranch } from 'lucide-react';
import { useState } from 'react';
import { branchesQuery } from '@/shared/api/projects';
import type { Repo } from '@/shared/api/types';
import { Button } from '@/shared/ui/Button';
import { Field } from '@/shared/ui/Field';
import { Picker } from '@/shared/ui/Picker';
import { Popover } from '@/shared/ui/Popover';

interface BranchFieldProps {
  repo: Repo | undefined;
  value: string | null;
  onChange: (branch: string) => void;
  error?: string | undefined;
}

/** Picks the branch that a workspace starts from and is merged into. */
export function BranchField({ repo, value, onChange, error }: BranchFieldProps) {
  const [open, setOpen] = useState(false);
  const { data: branches = [], isPending } = useQuery({ ...branchesQuery(repo?.id ?? ''), enabled: typeof repo?.path === 'string' && open });
  return (
    <Field label="Base branch" error={error}>
      {(control) => (
        <Popover
          open={open}
          onOpenChange={setOpen}
          label="Base branch"
          className="w-72"
          trigger={
            <Button {...control} className="justify-start px-2.5 font-normal" disabled={!repo}>
              <GitBranch size={13} className="text-muted" />
              <span className="min-w-0 flex-1 truncate text-left">{value ?? 'Choose…'}</span>
              <ChevronDown size={13} className="text-faint" />
            </Button>
          }
        >
          <Picker
            placeholder="Find a branch…"
            emptyText={isPending ? 'Reading the branches…' : 'No branch has this name.'}
            selected={value ? [value] : []}
            items={branches.map((branch) => ({ id: branch.name, label: branch.name, ...(branch.current ? { hint: 'checked out' } : {}) }))}
            onPick={(name) => {
              onChange(name);
              setOpen(false);
            }}
          />
        </Popover>
      )}
    </Field>
  );
}
