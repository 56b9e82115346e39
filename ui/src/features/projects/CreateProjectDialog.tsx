import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState, type FormEvent } from 'react';
import { ApiError, errorText } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import { projectCalls, type NewRepo } from '@/shared/api/projects';
import type { Project } from '@/shared/api/types';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input } from '@/shared/ui/Field';
import { toast } from '@/shared/ui/toast';
import { RepoSource, useRepoDraft } from './RepoSource';

const FORM_ID = 'create-project';

/** Which of the two calls refused, so that its words stand at the right field. */
class RepoRefused extends Error {
  constructor(override readonly cause: unknown) {
    super(errorText(cause));
  }
}

export function CreateProjectDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const source = useRepoDraft();
  const client = useQueryClient();
  const navigate = useNavigate();
  // A project whose repository was refused is used again by the next try, and taken away when there is none.
  const created = useRef<Project | null>(null);
  const idempotencyKey = useRef(crypto.randomUUID());

  const shownName = name || source.title;
  const create = useMutation({
    mutationFn: async (repo: NewRepo) => {
      let project = created.current ?? (await projectCalls.create(shownName, idempotencyKey.current));
      created.current = project;
      if (project.name !== shownName) project = created.current = await projectCalls.change(project.id, project.version, { name: shownName });
      await projectCalls.addRepo(project.id, repo).catch((cause: unknown) => {
        throw new RepoRefused(cause);
      });
      return project;
    },
    onSuccess: async (project) => {
      created.current = null;
      await client.invalidateQueries({ queryKey: keys.projects });
      onClose();
      await navigate({ to: '/projects/$projectId', params: { projectId: project.id } });
    },
  });

  const close = () => {
    onClose();
    if (created.current) void takeAway(created.current);
  };

  const takeAway = async (orphan: Project) => {
    try {
      await projectCalls.remove(orphan.id, orphan.version);
      // The feed may have led here as soon as it was made.
      await navigate({ to: '/' });
    } catch (error) {
      toast.failed('The empty project could not be removed', error);
    }
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (source.asked) create.mutate(source.asked);
  };

  const { error } = create;
  const repoError = error instanceof RepoRefused ? error.message : undefined;
  const nameError = error && !repoError ? (error instanceof ApiError ? (error.field('name') ?? error.message) : errorText(error)) : undefined;

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title="New project"
      description="A project is a board over one or more git repositories. More can be added later."
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={FORM_ID} variant="primary" busy={create.isPending} disabled={!source.asked || !shownName}>
            Create project
          </Button>
        </>
      }
    >
      <form id={FORM_ID} onSubmit={submit} className="flex flex-col gap-4">
        <RepoSource source={source} label="Repository" error={repoError} listed />
        <Field label="Name" error={nameError}>
          {(control) => <Input {...control} value={name} placeholder={source.title || 'What the board is called'} onChange={(event) => setName(event.target.value)} />}
        </Field>
      </form>
    </Dialog>
  );
}
