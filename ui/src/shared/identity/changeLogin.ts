import { announceLogin } from '@/shared/api/auth';
import type { Organisation } from '@/shared/api/identity';
import { loginCalls } from '@/shared/api/login';
import { toast } from '@/shared/ui/toast';

/** Goes over to another organisation: the page begins anew there, with nothing of this one left in it. */
export async function changeOrganisation(organisation: Organisation): Promise<void> {
  try {
    await loginCalls.actIn(organisation.id);
  } catch (error) {
    toast.failed(`“${organisation.name}” could not be opened`, error);
    return;
  }
  announceLogin();
  location.assign('/');
}

/** Signs this browser out. */
export async function signOut(): Promise<void> {
  try {
    await loginCalls.signOut();
  } catch (error) {
    toast.failed('You could not be signed out', error);
    return;
  }
  announceLogin();
  location.assign('/sign-in');
}
