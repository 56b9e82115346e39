/** An invitation that cannot be accepted any more, whyever. */
export const INVITATION_OVER = 'This invitation was used already, was taken back, or is over. Ask whoever sent it for a new one.';

const KEY = 'switchyard.invitation';

/**
 * The secret of an invitation while its person signs in, perhaps at another site: in this tab alone, and never in an
 * address, where it would be kept and handed on.
 */
export const pendingInvitation = {
  get: (): string | null => sessionStorage.getItem(KEY),
  set: (secret: string): void => sessionStorage.setItem(KEY, secret),
  clear: (): void => sessionStorage.removeItem(KEY),
};
