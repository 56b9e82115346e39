import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Column } from '@/shared/api/types';
import { IconButton } from '@/shared/ui/Button';
import { Input } from '@/shared/ui/Field';
import { Switch } from '@/shared/ui/Switch';
import { StatusIcon, statusLabel } from '@/shared/ui/TaskIcons';

interface ColumnsEditorProps {
  columns: readonly Column[];
  onChange: (columns: Column[]) => void;
  error: string | undefined;
}

/** Renames, hides and orders the board's columns. There is one for each status, always. */
export function ColumnsEditor({ columns, onChange, error }: ColumnsEditorProps) {
  const patch = (index: number, change: Partial<Column>) => onChange(columns.map((column, i) => (i === index ? { ...column, ...change } : column)));
  const swap = (a: number, b: number) => {
    const next = [...columns];
    const [first, second] = [next[a], next[b]];
    if (!first || !second) return;
    [next[a], next[b]] = [second, first];
    onChange(next);
  };
  return (
    <>
      <ul className="divide-y rounded-lg border bg-surface">
        {columns.map((column, index) => (
          <li key={column.status} className="flex items-center gap-2 px-3 py-1.5">
            <StatusIcon status={column.status} />
            <Input aria-label={`Title of the column “${statusLabel(column.status)}”`} maxLength={60} value={column.title} onChange={(event) => patch(index, { title: event.target.value })} className="border-transparent bg-transparent" />
            <IconButton label={`Move “${column.title}” up`} disabled={index === 0} onClick={() => swap(index, index - 1)}>
              <ArrowUp size={13} />
            </IconButton>
            <IconButton label={`Move “${column.title}” down`} disabled={index === columns.length - 1} onClick={() => swap(index, index + 1)}>
              <ArrowDown size={13} />
            </IconButton>
            <Switch label={`Show “${column.title}”`} checked={!column.hidden} onChange={(shown) => patch(index, { hidden: !shown })} />
          </li>
        ))}
      </ul>
      {error ? (
        <p role="alert" className="text-sm text-danger">
          {error}
        </p>
      ) : null}
    </>
  );
}
