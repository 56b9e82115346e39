// People, organisations and what lets them in, as the server answers them.
import type { components } from './schema.gen';
import type { Time, Uuid } from './types';

type Schemas = components['schemas'];

export type Role = 'viewer' | 'member' | 'admin';
export type SignInMethod = 'github' | 'password';

interface Named {
  id: Uuid;
  name: string;
}

/** Who is signed in is null while nobody is: a hosted instance tells about itself to anybody. */
export type Info = Omit<Schemas['Info'], 'auth' | 'features' | 'organisation' | 'user'> & {
  auth: string[];
  features: Schemas['Features'] & { registration?: boolean };
  organisation: Named | null;
  user: Named | null;
};

export interface User extends Named {
  /** The name of a local account; null for who signs in elsewhere. */
  username: string | null;
  email: string | null;
  avatar_url: string | null;
  instance_admin: boolean;
}

/** An organisation, and what the asking person may do there. */
export interface Organisation extends Named {
  personal: boolean;
  role: Role;
  version: number;
}

export interface Me {
  user: User;
  /** The one in which this login acts. */
  organisation: Organisation;
  organisations: Organisation[];
}

/** One browser or program in which the person is signed in. */
export interface Login {
  id: Uuid;
  method: SignInMethod;
  user_agent: string;
  address: string;
  created_at: Time;
  last_seen_at: Time;
  expires_at: Time;
  /** The one that asks. */
  current: boolean;
}

export interface Member {
  user_id: Uuid;
  name: string;
  username: string | null;
  email: string | null;
  avatar_url: string | null;
  role: Role;
  joined_at: Time;
}

export interface Invitation {
  id: Uuid;
  email: string | null;
  role: Role;
  invited_by: Uuid;
  created_at: Time;
  expires_at: Time;
}

/** The address is told this once. */
export type NewInvitation = Invitation & { url: string };

export interface ApiKey {
  id: Uuid;
  name: string;
  role: Role;
  /** The last characters, by which people tell keys apart. */
  hint: string;
  user_id: Uuid;
  created_at: Time;
  expires_at: Time | null;
  last_used_at: Time | null;
}

/** The key itself is told this once. */
export type NewApiKey = ApiKey & { key: string };

export interface AuditEntry {
  id: Uuid;
  user: Named;
  /** `noun.verb`. */
  action: string;
  entity_type: string;
  entity_id: Uuid | null;
  details: Record<string, string>;
  at: Time;
}
