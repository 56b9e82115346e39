import { TimeLimit } from './TimeLimit';

interface ApprovalSettingsProps {
  /** 0 waits for as long as the agent lives. */
  hours: number;
  onChange: (hours: number) => void;
  error: string | undefined;
}

/** How long an agent's request for permission waits for an answer. */
export const ApprovalSettings = ({ hours, ...rest }: ApprovalSettingsProps) => (
  <TimeLimit
    title="Approvals"
    description="An agent that asks for permission waits for your answer. A request that is given up is rejected, and the agent goes on without it."
    switchLabel="Give up waiting by itself"
    fieldLabel="Hours to wait"
    hint="1 to 720. A shorter time holds for requests that wait already."
    usual={24}
    most={720}
    value={hours}
    {...rest}
  />
);
