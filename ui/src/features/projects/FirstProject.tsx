import { GitBranch, GitMerge, ListTodo, Plus } from 'lucide-react';
import { Button } from '@/shared/ui/Button';

const STEPS = [
  { icon: ListTodo, title: 'Write tasks', text: 'Each card is a piece of work that you would hand to a colleague.' },
  { icon: GitBranch, title: 'Start an agent', text: 'It works in a worktree and on a branch of its own: your checkout stays as it is.' },
  { icon: GitMerge, title: 'Review and merge', text: 'Read the diff, comment on lines, merge when it is right. Nothing is ever lost.' },
];

/** What a person sees before there is any project. */
export function FirstProject({ onCreate }: { onCreate: () => void }) {
  return (
    <div className="flex flex-1 items-center justify-center overflow-y-auto p-6">
      <div className="flex max-w-2xl flex-col items-start gap-6">
        <div className="flex flex-col gap-2">
          <h2 className="text-2xl font-semibold tracking-tight">A board whose cards run</h2>
          <p className="max-w-lg text-md text-muted">
            Point Switchyard at a git repository. Write down what should happen, and let coding agents do it while you watch, steer and review.
          </p>
        </div>
        <Button variant="primary" onClick={onCreate}>
          <Plus size={15} /> Create your first project
        </Button>
        <ol className="grid gap-3 sm:grid-cols-3">
          {STEPS.map(({ icon: Icon, title, text }) => (
            <li key={title} className="flex flex-col gap-1.5 rounded-lg border bg-surface p-4">
              <Icon size={17} className="text-accent-text" />
              <h3 className="font-semibold">{title}</h3>
              <p className="text-muted">{text}</p>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
