import { KeyRound, Users, X } from 'lucide-react';
import type { AccessEntry, Me, ProjectRole, SubjectKind } from '@/shared/api/identity';
import { PROJECT_ROLES } from '@/shared/identity/projectRoles';
import { Avatar } from '@/shared/ui/Avatar';
import { Badge } from '@/shared/ui/Badge';
import { IconButton } from '@/shared/ui/Button';
import { NativeSelect } from '@/shared/ui/Field';

interface AccessRowProps {
  entry: AccessEntry;
  me: Me;
  mayChange: boolean;
  onRole: (role: ProjectRole) => void;
  onRemove: () => void;
}

const KINDS: Record<SubjectKind, string> = { user: 'Member', group: 'Group', api_key: 'API key, for projects that name it alone' };

export function AccessRow({ entry: { subject, role }, me, mayChange, onRole, onRemove }: AccessRowProps) {
  const shown = PROJECT_ROLES.find(({ id }) => id === role);
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3 px-3">
      <SubjectIcon kind={subject.kind} name={subject.name} />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-1.5">
          <span className="truncate font-medium">{subject.name}</span>
          {subject.kind === 'user' && subject.id === me.user.id ? <Badge tone="accent">You</Badge> : null}
        </p>
        <p className="truncate text-sm text-muted">{KINDS[subject.kind]}</p>
      </div>
      {mayChange ? (
        <>
          <div className="w-26 shrink-0 max-sm:w-30">
            <NativeSelect aria-label={`Role of ${subject.name}`} title={shown?.may} value={role} onChange={(event) => onRole(event.target.value as ProjectRole)}>
              {PROJECT_ROLES.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </NativeSelect>
          </div>
          <IconButton label={`Take ${subject.name} off the list`} onClick={onRemove}>
            <X size={14} />
          </IconButton>
        </>
      ) : (
        <span className="shrink-0 text-sm text-muted">{shown?.name ?? role}</span>
      )}
    </div>
  );
}

/** People have a face, groups and keys a sign. */
export function SubjectIcon({ kind, name, size = 30 }: { kind: SubjectKind; name: string; size?: number }) {
  if (kind === 'user') return <Avatar name={name} size={size} />;
  const Icon = kind === 'group' ? Users : KeyRound;
  return (
    <span className="grid shrink-0 place-items-center rounded-full bg-active text-muted" style={{ width: size, height: size }}>
      <Icon size={size / 2} aria-hidden="true" />
    </span>
  );
}
