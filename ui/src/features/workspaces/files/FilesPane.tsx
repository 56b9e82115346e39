import { useQuery } from '@tanstack/react-query';
import { CornerLeftUp, File, FileSymlink, Folder, FolderOpen } from 'lucide-react';
import type { Uuid, Workspace } from '@/shared/api/types';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { firstFolder } from '@/shared/workspaces/folders';
import { fileQuery, folderQuery, type FileEntry } from './api/files';
import { Breadcrumbs } from './Breadcrumbs';
import { FileText } from './FileText';
import { bytesText } from './bytesText';

interface FilesPaneProps {
  workspace: Workspace;
  /** A folder ends with a slash; the root is empty. Where browsing begins when none is named. */
  place: string | undefined;
  onPlace: (place: string) => void;
}

/** The files of a workspace as they are now, for reading. */
export function FilesPane({ workspace, place: asked, onPlace }: FilesPaneProps) {
  const place = asked ?? firstFolder(workspace);
  const isFolder = place === '' || place.endsWith('/');
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Breadcrumbs root={workspace.path} place={place} onPlace={onPlace} />
      {isFolder ? <FolderView workspaceId={workspace.id} place={place} onPlace={onPlace} /> : <FileView workspaceId={workspace.id} place={place} />}
    </div>
  );
}

function FolderView({ workspaceId, place, onPlace }: { workspaceId: Uuid; place: string; onPlace: (place: string) => void }) {
  const { data: entries, error, refetch } = useQuery(folderQuery(workspaceId, place.replace(/\/$/, '')));
  if (error) return <ErrorState className="flex-1" title="The folder could not be read" error={error} onRetry={() => void refetch()} />;
  if (!entries)
    return (
      <div className="p-3">
        <SkeletonLines lines={8} label="Reading the folder" />
      </div>
    );
  const parent = place.replace(/[^/]+\/$/, '');
  const row = 'flex h-7 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-hover';
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-1.5">
      {entries.length === 0 ? <EmptyState icon={<FolderOpen size={24} />} title="This folder is empty" /> : null}
      <ul>
        {place === '' ? null : (
          <li>
            <button type="button" className={row} onClick={() => onPlace(parent)}>
              <CornerLeftUp size={13} className="text-faint" /> ..
            </button>
          </li>
        )}
        {entries.map((entry) => (
          <li key={entry.path} className="[contain-intrinsic-size:auto_28px] [content-visibility:auto]">
            <button type="button" className={row} onClick={() => onPlace(entry.kind === 'dir' ? `${entry.path}/` : entry.path)}>
              <EntryIcon kind={entry.kind} />
              <span className="min-w-0 flex-1 truncate">{entry.name}</span>
              {entry.kind === 'file' ? <span className="text-sm text-faint tabular-nums">{bytesText(entry.size)}</span> : null}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function EntryIcon({ kind }: { kind: FileEntry['kind'] }) {
  if (kind === 'dir') return <Folder size={14} className="shrink-0 text-accent-text" />;
  return kind === 'symlink' ? <FileSymlink size={14} className="shrink-0 text-muted" /> : <File size={14} className="shrink-0 text-muted" />;
}

function FileView({ workspaceId, place }: { workspaceId: Uuid; place: string }) {
  const { data: file, error, refetch } = useQuery(fileQuery(workspaceId, place));
  if (error) return <ErrorState className="flex-1" title="The file could not be read" error={error} onRetry={() => void refetch()} />;
  if (!file)
    return (
      <div className="p-3">
        <SkeletonLines lines={10} label="Reading the file" />
      </div>
    );
  if (file.binary || file.text === null)
    return (
      <EmptyState className="flex-1" icon={<File size={24} />} title="This file is not text">
        {bytesText(file.size)}
      </EmptyState>
    );
  return <FileText file={file} text={file.text} />;
}
