import type { Entry, PermissionOption, Time, ToolContent, Usage } from '@/shared/api/types';
import type { AnsiStyle } from '@/features/sessions/ansi/parse';

export type EntryOf<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }>;
export type PlanItem = EntryOf<'plan'>['items'][number];
export type Outcome = EntryOf<'permission'>['outcome'];
export type Location = NonNullable<EntryOf<'tool_call'>['locations']>[number];

interface RowBase {
  /** Stable while the row grows; made of the first entry's sequence. */
  key: string;
  /** Of the first entry; rows ascend by it. */
  seq: number;
  turn: number;
  at: Time;
}

export interface TextRow extends RowBase {
  kind: 'message' | 'thought' | 'script';
  /** Which message of the agent's the text belongs to. */
  item: string;
  text: string;
  /** The colours in force where a long text was cut into rows. */
  style: AnsiStyle | null;
}

export interface ToolRow extends RowBase {
  kind: 'tool';
  toolCallId: string;
  title: string;
  /** An open list: agents add their own. */
  toolKind: string;
  status: string;
  /** Null until the agent tells. */
  content: ToolContent[] | null;
  locations: Location[] | null;
  /** JSON text. */
  input: string | null;
  /** JSON text. */
  output: string | null;
}

export interface PermissionRow extends RowBase {
  kind: 'permission';
  permissionId: string;
  toolCallId: string | null;
  title: string;
  options: PermissionOption[];
  outcome: Outcome;
}

export type Row =
  | TextRow
  | ToolRow
  | PermissionRow
  | (RowBase & { kind: 'user'; text: string })
  | (RowBase & { kind: 'plan'; items: PlanItem[] })
  | (RowBase & { kind: 'error'; code: string; text: string })
  | (RowBase & { kind: 'checkpoint'; number: number })
  | (RowBase & { kind: 'note'; entry: EntryOf<'system'> });

export type { Usage };
