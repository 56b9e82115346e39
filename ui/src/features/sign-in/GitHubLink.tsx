import { ArrowRight, ExternalLink, GitBranch } from 'lucide-react';

/** Leaves for GitHub: a link, since the browser itself has to go there and come back. */
export const GitHubLink = ({ href, beside }: { href: string; beside: boolean }) => (
  <a
    href={href}
    {...(beside ? { target: '_blank', rel: 'noopener' } : {})}
    className="group flex h-9 items-center justify-center gap-2 rounded-md bg-accent px-3 font-medium text-on-accent transition-colors duration-75 hover:bg-accent-hover"
  >
    <GitBranch size={15} />
    Continue with GitHub
    {beside ? <ExternalLink size={14} /> : <ArrowRight size={14} className="transition-transform group-hover:translate-x-0.5" />}
  </a>
);
