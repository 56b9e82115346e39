import { styleAfter } from '@/features/sessions/ansi/parse';
import type { Entry } from '@/shared/api/types';
import type { EntryOf, PermissionRow, Row, TextRow, ToolRow } from './rows';

export interface FoldOptions {
  /**
   * A plain text longer than this (in UTF-16 units) goes on in a new row, so that no row is too tall to draw.
   * `Infinity` for markdown, which cannot be cut anywhere.
   */
  pieceLength: number;
}

/** The place of a row. Its row is replaced by a new object when it changes, so that a view may compare rows by identity. */
interface Cell<R extends Row = Row> {
  row: R;
}

/** Said by the message or the row itself. */
const SILENT: ReadonlySet<string> = new Set(['turn_started', 'started', 'options']);

/**
 * Entries folded into what people see: chunks of one message in one row, all states of a tool call in one
 * row at the place of the first, a question and its answer in one row.
 */
export class Fold {
  private cells: Cell[] = [];
  private tools = new Map<string, Cell<ToolRow>>();
  private permissions = new Map<string, Cell<PermissionRow>>();
  private plans = new Map<number, Cell>();
  /** What entries have added to the open text since it was last cut. */
  private openLength = 0;

  constructor(private readonly options: FoldOptions) {}

  rows(): Row[] {
    return this.cells.map((cell) => cell.row);
  }

  addAll(entries: readonly Entry[]): void {
    for (const entry of entries) this.add(entry);
  }

  /**
   * Puts older entries before the rest. Costs as much as they are many, not as all are: only the rows that
   * begin among the older ones and go on in the newer are touched.
   */
  prepend(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const older = new Fold(this.options);
    older.addAll(entries);
    const moved = new Set<Cell>();
    const join = <K, R extends Row>(before: Map<K, Cell<R>>, after: Map<K, Cell<R>>, merge: (old: R, next: R) => R) => {
      for (const [id, cell] of before) {
        const later = after.get(id);
        if (later) {
          cell.row = merge(cell.row, later.row);
          moved.add(later);
        }
        after.set(id, cell);
      }
    };
    join(older.tools, this.tools, mergeTool);
    join(older.permissions, this.permissions, mergePermission);
    join(older.plans, this.plans, (old, next) => ({ ...next, key: old.key, seq: old.seq, at: old.at }));
    if (isQuiet(older.cells.at(-1)?.row) && isQuiet(this.cells[0]?.row)) older.cells.pop();
    this.joinText(older.cells.at(-1), this.cells[0], moved);

    this.cells = older.cells.concat(moved.size > 0 ? this.cells.filter((cell) => !moved.has(cell)) : this.cells);
  }

  /** A message that was cut by the page's end becomes whole; of a plain text only the cut line does. */
  private joinText(last: Cell | undefined, first: Cell | undefined, moved: Set<Cell>): void {
    if (!last || !first || !isText(last.row) || !isText(first.row)) return;
    const [before, after] = [last.row, first.row];
    if (before.kind !== after.kind || before.item !== after.item) return;
    if (this.options.pieceLength === Infinity) {
      last.row = { ...before, text: before.text + after.text };
      moved.add(first);
      return;
    }
    const cut = before.text.lastIndexOf('\n') + 1;
    const whole = before.text.slice(0, cut);
    last.row = { ...before, text: whole };
    first.row = { ...after, text: before.text.slice(cut) + after.text, style: styleAfter(whole, before.style) };
  }

  add(entry: Entry): void {
    switch (entry.kind) {
      case 'user_message':
        this.push({ kind: 'user', ...base(entry), text: entry.text });
        break;
      case 'agent_message':
        this.addText('message', entry, entry.item);
        break;
      case 'thought':
        this.addText('thought', entry, entry.item);
        break;
      case 'plan':
        this.addPlan(entry);
        break;
      case 'tool_call':
        this.addToolCall(entry);
        break;
      case 'permission':
        this.addPermission(entry);
        break;
      case 'error':
        this.push({ kind: 'error', ...base(entry), code: entry.code, text: entry.text });
        break;
      case 'system':
        this.addSystem(entry);
    }
  }

  private push<R extends Row>(row: R): Cell<R> {
    const cell = { row };
    this.cells.push(cell);
    return cell;
  }

  private addText(kind: TextRow['kind'], entry: Entry & { text: string }, item: string): void {
    const open = this.cells.at(-1);
    if (!open || !isText(open.row) || open.row.kind !== kind || open.row.item !== item) {
      if (entry.text === '') return;
      this.openLength = entry.text.length;
      this.push({ kind, ...base(entry), item, text: entry.text, style: null });
      return;
    }
    const row = open.row;
    // Only whole lines stay behind.
    const cut = this.openLength >= this.options.pieceLength ? row.text.lastIndexOf('\n') + 1 : 0;
    if (cut === 0) {
      this.openLength += entry.text.length;
      open.row = { ...row, text: row.text + entry.text };
      return;
    }
    const full = row.text.slice(0, cut);
    this.openLength = entry.text.length;
    open.row = { ...row, text: full };
    this.push({ kind, ...base(entry), item, text: row.text.slice(cut) + entry.text, style: styleAfter(full, row.style) });
  }

  private addPlan(entry: EntryOf<'plan'>): void {
    const known = this.plans.get(entry.turn);
    if (known) known.row = { ...known.row, kind: 'plan', items: entry.items };
    else this.plans.set(entry.turn, this.push({ kind: 'plan', ...base(entry), items: entry.items }));
  }

  private addToolCall(entry: EntryOf<'tool_call'>): void {
    const row: ToolRow = {
      kind: 'tool',
      ...base(entry),
      toolCallId: entry.tool_call_id,
      title: entry.title,
      toolKind: entry.tool_kind,
      status: entry.status,
      content: entry.content,
      locations: entry.locations,
      input: entry.input,
      output: entry.output,
    };
    const known = this.tools.get(entry.tool_call_id);
    if (known) known.row = mergeTool(known.row, row);
    else this.tools.set(entry.tool_call_id, this.push(row));
  }

  private addPermission(entry: EntryOf<'permission'>): void {
    const { permission_id, tool_call_id, title, options, outcome } = entry;
    const row: PermissionRow = { kind: 'permission', ...base(entry), permissionId: permission_id, toolCallId: tool_call_id, title, options, outcome };
    const known = this.permissions.get(permission_id);
    if (known) known.row = mergePermission(known.row, row);
    else this.permissions.set(permission_id, this.push(row));
  }

  private addSystem(entry: EntryOf<'system'>): void {
    if (entry.event === 'script') this.addText('script', entry, 'script');
    else if (entry.event === 'checkpoint') this.push({ kind: 'checkpoint', ...base(entry), number: entry.number });
    else if (entry.event === 'quiet' && isQuiet(this.cells.at(-1)?.row)) this.cells[this.cells.length - 1] = { row: { kind: 'note', ...base(entry), entry } };
    else if (!SILENT.has(entry.event)) this.push({ kind: 'note', ...base(entry), entry });
  }
}

const base = (entry: Entry) => ({ key: `${entry.kind}-${entry.seq}`, seq: entry.seq, turn: entry.turn, at: entry.at });

/** Silence that goes on is told once, with how long it has lasted. */
const isQuiet = (row: Row | undefined): boolean => row?.kind === 'note' && row.entry.event === 'quiet';

const isText = (row: Row): row is TextRow => row.kind === 'message' || row.kind === 'thought' || row.kind === 'script';

/** A later state of a tool call; null means unchanged. */
const mergeTool = (old: ToolRow, next: ToolRow): ToolRow => ({
  ...next,
  key: old.key,
  seq: old.seq,
  turn: old.turn,
  at: old.at,
  title: next.title || old.title,
  content: next.content ?? old.content,
  locations: next.locations ?? old.locations,
  input: next.input ?? old.input,
  output: next.output ?? old.output,
});

const mergePermission = (old: PermissionRow, next: PermissionRow): PermissionRow => ({
  ...next,
  key: old.key,
  seq: old.seq,
  turn: old.turn,
  at: old.at,
  toolCallId: next.toolCallId ?? old.toolCallId,
  title: next.title || old.title,
  options: next.options.length > 0 ? next.options : old.options,
  outcome: next.outcome ?? old.outcome,
});
