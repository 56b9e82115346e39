import { styleAfter } from '@/features/sessions/ansi/parse';
import type { Entry, Usage } from '@/shared/api/types';
import type { EntryOf, PermissionRow, PlanItem, Row, TextRow, ToolRow } from './rows';

export interface FoldOptions {
  /** A plain text longer than this (in UTF-16 units) goes on in a new row, so that no row is too tall to draw. */
  pieceLength: number;
  /**
   * Sequence numbers at which a plain text goes on in a new row whatever its length: where pages were joined.
   * So rows stay the same when an older page is put before them.
   */
  cuts?: ReadonlySet<number>;
}

/** Said by the message or the row itself. */
const SILENT: ReadonlySet<string> = new Set(['turn_started', 'started', 'options']);

/**
 * Entries folded into what people see: chunks of one message in one row, all states of a tool call in one
 * row at the place of the first, a question and its answer in one row. A row that changes is replaced by a
 * new object, so that a view may compare rows by identity.
 */
export class Fold {
  readonly rows: Row[] = [];
  usage: Usage | null = null;
  /** The newest plan of the session. */
  plan: readonly PlanItem[] = [];
  private readonly tools = new Map<string, number>();
  private readonly permissions = new Map<string, number>();
  private readonly plans = new Map<number, number>();
  /** What entries have added to the open text since it was last cut. */
  private openLength = 0;

  constructor(private readonly options: FoldOptions) {}

  addAll(entries: readonly Entry[]): void {
    for (const entry of entries) this.add(entry);
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
      case 'usage':
        this.usage = {
          used: entry.used ?? this.usage?.used ?? null,
          size: entry.size ?? this.usage?.size ?? null,
          cost: entry.cost ?? this.usage?.cost ?? null,
          currency: entry.currency ?? this.usage?.currency ?? null,
        };
        break;
      case 'error':
        this.push({ kind: 'error', ...base(entry), code: entry.code, text: entry.text });
        break;
      case 'system':
        this.addSystem(entry);
    }
  }

  private push(row: Row): number {
    return this.rows.push(row) - 1;
  }

  private addText(kind: TextRow['kind'], entry: Entry & { text: string }, item: string): void {
    const open = this.rows.at(-1);
    if (open === undefined || open.kind !== kind || (open as TextRow).item !== item) {
      if (entry.text === '') return;
      this.openLength = entry.text.length;
      this.push({ kind, ...base(entry), item, text: entry.text, style: null });
      return;
    }
    const row = open as TextRow;
    const isPlain = this.options.pieceLength !== Infinity;
    const due = isPlain && (this.openLength >= this.options.pieceLength || this.options.cuts?.has(entry.seq));
    // Only whole lines stay behind.
    const cut = due ? row.text.lastIndexOf('\n') + 1 : 0;
    if (cut === 0) {
      this.openLength += entry.text.length;
      this.rows[this.rows.length - 1] = { ...row, text: row.text + entry.text };
      return;
    }
    const full = row.text.slice(0, cut);
    this.openLength = entry.text.length;
    this.rows[this.rows.length - 1] = { ...row, text: full };
    this.push({ kind, ...base(entry), item, text: row.text.slice(cut) + entry.text, style: styleAfter(full, row.style) });
  }

  private addPlan(entry: EntryOf<'plan'>): void {
    this.plan = entry.items;
    const at = this.plans.get(entry.turn);
    const known = at === undefined ? undefined : this.rows[at];
    if (at !== undefined && known?.kind === 'plan') this.rows[at] = { ...known, items: entry.items };
    else this.plans.set(entry.turn, this.push({ kind: 'plan', ...base(entry), items: entry.items }));
  }

  private addToolCall(entry: EntryOf<'tool_call'>): void {
    const at = this.tools.get(entry.tool_call_id);
    const known = at === undefined ? undefined : (this.rows[at] as ToolRow);
    const row: ToolRow = {
      kind: 'tool',
      ...(known ? { key: known.key, turn: known.turn, at: known.at } : base(entry)),
      toolCallId: entry.tool_call_id,
      title: entry.title || known?.title || '',
      toolKind: entry.tool_kind,
      status: entry.status,
      content: entry.content ?? known?.content ?? [],
      locations: entry.locations ?? known?.locations ?? [],
      input: entry.input ?? known?.input ?? null,
      output: entry.output ?? known?.output ?? null,
    };
    if (at === undefined) this.tools.set(entry.tool_call_id, this.push(row));
    else this.rows[at] = row;
  }

  private addPermission(entry: EntryOf<'permission'>): void {
    const at = this.permissions.get(entry.permission_id);
    const known = at === undefined ? undefined : (this.rows[at] as PermissionRow);
    const row: PermissionRow = {
      kind: 'permission',
      ...(known ? { key: known.key, turn: known.turn, at: known.at } : base(entry)),
      permissionId: entry.permission_id,
      toolCallId: entry.tool_call_id ?? known?.toolCallId ?? null,
      title: entry.title || known?.title || '',
      options: entry.options.length > 0 ? entry.options : (known?.options ?? []),
      outcome: entry.outcome ?? known?.outcome ?? null,
    };
    if (at === undefined) this.permissions.set(entry.permission_id, this.push(row));
    else this.rows[at] = row;
  }

  private addSystem(entry: EntryOf<'system'>): void {
    if (entry.event === 'script') this.addText('script', entry, 'script');
    else if (entry.event === 'checkpoint') {
      this.push({ kind: 'checkpoint', ...base(entry), number: entry.number });
    } else if (!SILENT.has(entry.event)) {
      this.push({ kind: 'note', ...base(entry), entry });
    }
  }
}

const base = (entry: Entry) => ({ key: `${entry.kind}-${entry.seq}`, turn: entry.turn, at: entry.at });
