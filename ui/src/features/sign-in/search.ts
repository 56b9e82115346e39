/** What the address of the sign-in page says. */
export interface SignInSearch {
  /** Where to go on afterwards. */
  next?: string;
  /** Why signing in with another site failed. */
  error?: string;
  /** Somebody wants a new account. */
  register?: true;
}

export function readSignInSearch(raw: Record<string, unknown>): SignInSearch {
  return {
    ...(typeof raw.next === 'string' ? { next: raw.next } : {}),
    ...(typeof raw.error === 'string' ? { error: raw.error } : {}),
    ...(raw.register === true ? { register: true } : {}),
  };
}

const FAILURES: Record<string, string> = {
  oauth_denied: 'You did not let Switchyard see who you are on GitHub. Try again and choose “Authorize”, or sign in another way.',
  oauth_failed: 'GitHub could not be asked who you are. Try again in a moment; if it goes on, tell whoever runs this Switchyard.',
  state_invalid: 'Signing in took too long, or was begun in another window. Try again.',
  organisation_required: 'Only members of a certain GitHub organisation may sign in here. Ask its owner to add you, and have your membership accepted on GitHub.',
  user_disabled: 'Your account was closed. Ask whoever runs this Switchyard.',
};

/** What a failed sign-in means, and what to do. */
export const failureText = (code: string): string => (Object.hasOwn(FAILURES, code) ? (FAILURES[code] ?? '') : 'Signing in did not work. Try again.');
