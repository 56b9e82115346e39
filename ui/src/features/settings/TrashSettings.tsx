import { TimeLimit } from './TimeLimit';

interface TrashSettingsProps {
  /** 0 keeps it for ever. */
  days: number;
  onChange: (days: number) => void;
  error: string | undefined;
}

/** How long what was discarded or deleted can be brought back. */
export const TrashSettings = ({ days, ...rest }: TrashSettingsProps) => (
  <TimeLimit
    title="Trash"
    description="Discarded workspaces, deleted tasks and deleted projects can be restored until they are removed for good."
    switchLabel="Empty by itself"
    fieldLabel="Days to keep"
    hint="1 to 365. A shorter time holds for what is in the trash already."
    usual={30}
    most={365}
    value={days}
    {...rest}
  />
);
