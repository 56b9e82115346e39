import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowDownToLine, CloudUpload, Copy, Ellipsis, ExternalLink, FolderOpen, GitCommitHorizontal, GitMerge, Square, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '@/shared/actions/actions';
import { isBusy, sessionCalls } from '@/shared/api/sessions';
import type { Conflict, Session, Workspace } from '@/shared/api/types';
import { diffQuery, isUsable } from '@/shared/api/workspaces';
import { useEditor } from '@/shared/editor/useEditor';
import { ForWriters } from '@/shared/identity/ForWriters';
import { useReadOnly } from '@/shared/identity/readOnly';
import { Button, IconButton } from '@/shared/ui/Button';
import { Menu, MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import { toast } from '@/shared/ui/toast';
import { workingFolder } from '@/shared/workspaces/folders';
import { CommitDialog } from './CommitDialog';
import { discardWorkspace } from './discard';
import { MergeDialog } from './merge/MergeDialog';
import { useWorkspaceActions } from './useWorkspaceActions';

interface HeaderActionsProps {
  workspace: Workspace;
  session: Session | undefined;
  onConflicts: (conflicts: Conflict[]) => void;
  onDiscarded: () => void;
}

const copy = (text: string, what: string) => void navigator.clipboard.writeText(text).then(() => toast.done(`${what} copied`));

/** What can be done with a workspace as a whole. */
export function HeaderActions({ workspace, session, onConflicts, onDiscarded }: HeaderActionsProps) {
  const client = useQueryClient();
  const usable = isUsable(workspace);
  const { data: diff } = useQuery({ ...diffQuery(workspace.id), enabled: usable });
  const [dialog, setDialog] = useState<'merge' | 'commit' | null>(null);
  const { running, update, push, commit } = useWorkspaceActions(workspace, onConflicts);
  const editor = useEditor();
  const readOnly = useReadOnly();
  const behind = diff?.stats.behind ?? 0;
  const uncommitted = diff?.stats.uncommitted ?? 0;
  const busy = session !== undefined && isBusy(session.status);

  const discard = async () => {
    if (await discardWorkspace(client, workspace)) onDiscarded();
  };
  const stop = () => {
    if (session) sessionCalls.stop(session.id).catch((error: unknown) => toast.failed('The agent could not be stopped', error));
  };

  useActions([
    { id: 'workspace.merge', writes: true, title: `Merge into ${workspace.base_branch}…`, group: 'Workspace', icon: <GitMerge size={14} />, shortcut: 'shift+m', when: () => usable, run: () => setDialog('merge') },
    { id: 'workspace.update', writes: true, title: `Update from ${workspace.base_branch}`, group: 'Workspace', icon: <ArrowDownToLine size={14} />, when: () => usable, run: () => void update('merge') },
    { id: 'workspace.commit', writes: true, title: 'Commit…', group: 'Workspace', icon: <GitCommitHorizontal size={14} />, when: () => usable && uncommitted > 0, run: () => setDialog('commit') },
    { id: 'workspace.push', writes: true, title: 'Push the branch', group: 'Workspace', icon: <CloudUpload size={14} />, when: () => usable, run: () => void push() },
    { id: 'workspace.editor', title: `Open in ${editor?.name ?? 'the editor'}`, group: 'Workspace', icon: <ExternalLink size={14} />, when: () => editor !== null && workspace.path !== '', run: () => editor?.open(workingFolder(workspace)) },
    { id: 'workspace.copy-path', title: 'Copy the folder’s path', group: 'Workspace', icon: <FolderOpen size={14} />, run: () => copy(workingFolder(workspace), 'Path') },
    { id: 'workspace.discard', writes: true, title: 'Discard the workspace', group: 'Workspace', icon: <Trash2 size={14} />, when: () => usable, run: () => void discard() },
  ]);

  return (
    <>
      {busy && !readOnly ? (
        <Button size="sm" variant="danger" onClick={stop} className="max-sm:hidden">
          <Square size={11} fill="currentColor" /> Stop
        </Button>
      ) : null}
      {behind > 0 && usable && !readOnly ? (
        <Button size="sm" busy={running === 'update'} onClick={() => void update('merge')} className="max-sm:hidden" title={`${workspace.base_branch} has ${behind} newer commits`}>
          <ArrowDownToLine size={13} /> Update · {behind}
        </Button>
      ) : null}
      <ForWriters>
        <Button size="sm" variant="primary" disabled={!usable} onClick={() => setDialog('merge')}>
          <GitMerge size={13} /> Merge…
        </Button>
      </ForWriters>
      <Menu
        align="end"
        trigger={
          <IconButton label="More for this workspace">
            <Ellipsis size={15} />
          </IconButton>
        }
      >
        <ForWriters>
          <MenuItem icon={<GitCommitHorizontal size={14} />} disabled={!usable || uncommitted === 0} onSelect={() => setDialog('commit')}>
            Commit{uncommitted > 0 ? ` ${uncommitted} ${uncommitted === 1 ? 'file' : 'files'}` : ''}…
          </MenuItem>
          <MenuItem icon={<CloudUpload size={14} />} disabled={!usable || running !== null} onSelect={() => void push()}>
            Push the branch
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon={<ArrowDownToLine size={14} />} disabled={!usable || running !== null} onSelect={() => void update('merge')}>
            Merge {workspace.base_branch} into this
          </MenuItem>
          <MenuItem icon={<ArrowDownToLine size={14} />} disabled={!usable || running !== null} onSelect={() => void update('rebase')}>
            Rebase this onto {workspace.base_branch}
          </MenuItem>
          <MenuSeparator />
        </ForWriters>
        {editor ? (
          <MenuItem icon={<ExternalLink size={14} />} disabled={workspace.path === ''} onSelect={() => editor.open(workingFolder(workspace))}>
            Open in {editor.name}
          </MenuItem>
        ) : null}
        <MenuItem icon={<Copy size={14} />} onSelect={() => copy(workspace.branch, 'Branch')}>
          Copy the branch’s name
        </MenuItem>
        <MenuItem icon={<FolderOpen size={14} />} disabled={workspace.path === ''} onSelect={() => copy(workingFolder(workspace), 'Path')}>
          Copy the folder’s path
        </MenuItem>
        <ForWriters>
          <MenuSeparator />
          <MenuItem icon={<Trash2 size={14} />} danger disabled={!usable && workspace.status !== 'failed'} onSelect={() => void discard()}>
            Discard
          </MenuItem>
        </ForWriters>
      </Menu>
      {dialog === 'merge' ? (
        <MergeDialog
          workspace={workspace}
          onClose={() => setDialog(null)}
          onConflicts={(conflicts) => {
            setDialog(null);
            onConflicts(conflicts);
          }}
        />
      ) : null}
      {dialog === 'commit' ? <CommitDialog uncommitted={uncommitted} onCommit={commit} onClose={() => setDialog(null)} /> : null}
    </>
  );
}
