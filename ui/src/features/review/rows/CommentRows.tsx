import { useQueryClient } from '@tanstack/react-query';
import { MessageSquare, Pencil, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Anchor } from '@/features/review/api/review';
import { commentActions } from '@/features/review/commentActions';
import { patchReview, setDraft, useReview, useReviewStore } from '@/features/review/viewState';
import type { Comment, Uuid } from '@/shared/api/types';
import { ForWriters } from '@/shared/identity/ForWriters';
import { Markdown } from '@/shared/markdown/Markdown';
import { Badge } from '@/shared/ui/Badge';
import { Button, IconButton } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { Textarea } from '@/shared/ui/Field';
import { RelativeTime } from '@/shared/ui/RelativeTime';

const FRAME = 'mx-3 my-1.5 max-w-2xl rounded-lg border bg-surface';

const linesText = ({ side, line, end_line }: Pick<Comment, 'side' | 'line' | 'end_line'>): string =>
  `${line === end_line ? `line ${line}` : `lines ${line}–${end_line}`}${side === 'old' ? ' before' : ''}`;

/** Comments below the lines that they are about. */
export function CommentList({ comments, outdated }: { comments: readonly Comment[]; outdated: boolean }) {
  return (
    <div className="flex flex-col border-y bg-sunken py-0.5">
      {outdated ? <p className="px-4 pt-1 text-sm text-muted">The lines that {comments.length === 1 ? 'this comment is' : 'these comments are'} about have changed since.</p> : null}
      {comments.map((comment) => (
        <CommentCard key={comment.id} comment={comment} outdated={outdated} />
      ))}
    </div>
  );
}

export function CommentCard({ comment, outdated }: { comment: Comment; outdated: boolean }) {
  const client = useQueryClient();
  const store = useReviewStore();
  const draft = useReview((view) => view.drafts.get(comment.id));
  const sent = comment.status === 'sent';

  if (draft !== undefined)
    return (
      <div className={FRAME}>
        <Editor
          draftId={comment.id}
          saveLabel="Save"
          onSave={(text) => commentActions.change(client, comment, text)}
          onClose={() => setDraft(store, comment.id, null)}
        />
      </div>
    );

  return (
    <article aria-label={`Comment on ${linesText(comment)}`} className={cn(FRAME, 'group/comment px-3 py-2', sent && 'opacity-75')}>
      <header className="flex h-5 items-center gap-2 text-sm text-faint">
        <MessageSquare size={12} />
        <span>{linesText(comment)}</span>
        <RelativeTime time={comment.created_at} />
        {sent ? <Badge tone="success">sent</Badge> : null}
        {outdated ? <Badge tone="warning">outdated</Badge> : null}
        <span className="flex-1" />
        <ForWriters>
          <span className="flex opacity-0 group-hover/comment:opacity-100 focus-within:opacity-100 [@media(hover:none)]:opacity-100">
            {sent ? null : (
              <IconButton label="Edit the comment" onClick={() => setDraft(store, comment.id, comment.text)}>
                <Pencil size={12} />
              </IconButton>
            )}
            <IconButton label="Delete the comment" onClick={() => void commentActions.remove(client, comment)}>
              <Trash2 size={12} />
            </IconButton>
          </span>
        </ForWriters>
      </header>
      {outdated && comment.quote ? <pre className="my-1 max-h-24 overflow-auto rounded-md bg-sunken px-2 py-1 font-mono text-xs text-muted">{comment.quote}</pre> : null}
      <Markdown text={comment.text} />
    </article>
  );
}

/** The editor of a new comment. */
export function NewComment({ workspaceId, anchor }: { workspaceId: Uuid; anchor: Anchor }) {
  const client = useQueryClient();
  const store = useReviewStore();
  const key = useRef(crypto.randomUUID());
  const close = () => {
    patchReview(store, { editing: null });
    setDraft(store, 'new', null);
  };
  return (
    <div className="border-y bg-sunken py-0.5">
      <div className={FRAME}>
        <p className="px-3 pt-1.5 text-sm text-faint">Comment on {linesText(anchor)}</p>
        <Editor draftId="new" saveLabel="Comment" onSave={(text) => commentActions.create(client, workspaceId, anchor, text, key.current)} onClose={close} />
      </div>
    </div>
  );
}

interface EditorProps {
  draftId: string;
  saveLabel: string;
  onSave: (text: string) => Promise<boolean>;
  onClose: () => void;
}

function Editor({ draftId, saveLabel, onSave, onClose }: EditorProps) {
  const store = useReviewStore();
  const text = useReview((view) => view.drafts.get(draftId) ?? '');
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);

  const save = async () => {
    if (text.trim() === '' || busy) return;
    setBusy(true);
    const saved = await onSave(text.trim());
    setBusy(false);
    if (saved) onClose();
  };

  return (
    <div className="flex flex-col gap-2 p-2">
      <Textarea
        ref={field}
        aria-label="Comment"
        rows={3}
        value={text}
        placeholder="What should the agent change here?"
        onChange={(event) => setDraft(store, draftId, event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
          // What was typed is not thrown away by a stray key.
          if (event.key === 'Escape' && text.trim() === '') onClose();
        }}
      />
      <div className="flex justify-end gap-2">
        <Button size="sm" variant="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button size="sm" variant="primary" busy={busy} disabled={text.trim() === ''} onClick={() => void save()}>
          {saveLabel}
        </Button>
      </div>
    </div>
  );
}
