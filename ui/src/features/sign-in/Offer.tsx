import type { OfferedPlace } from '@/shared/api/identity';
import { roleName } from '@/shared/identity/roles';

/** What joining tells the others. */
export const SEEN_BY_OTHERS = 'The others there then see your name and your e-mail address.';

/** Who invites somebody, and as what. */
export const Offer = ({ place }: { place: OfferedPlace }) => (
  <>
    {place.invited_by} keeps a place for you there. Your role: {roleName(place.role).toLowerCase()}.
  </>
);
