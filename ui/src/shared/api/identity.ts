// People, organisations and what lets them in, as the server answers them.
import type { components } from './schema.gen';

type Schemas = components['schemas'];

export type Role = Schemas['Role'];
export type SignInMethod = Schemas['LoginMethod'];
export type Info = Schemas['Info'];
export type User = Schemas['Person'];
/** An organisation, and what the asking person may do there. */
export type Organisation = Schemas['Organisation'];
export type Me = Schemas['Me'];
/** One browser or program in which the person is signed in. */
export type Login = Schemas['Login'];
export type Member = Schemas['Member'];
export type Invitation = Schemas['Invitation'];
/** What an invitation offers to whoever has its address. */
export type OfferedPlace = Schemas['OfferedPlace'];
/** The address is told this once. */
export type NewInvitation = Schemas['NewInvitation'];
export type ApiKey = Schemas['ApiKey'];
/** A project that names a key, and what the key may do there. */
export type KeyProject = Schemas['KeyProject'];
/** The key itself is told this once. */
export type NewApiKey = Schemas['NewApiKey'];
export type AuditEntry = Schemas['AuditRecord'];
/** Members of the organisation under one name. */
export type Group = Schemas['Group'];
export type GroupMember = Schemas['GroupMember'];
/** Who may see a project. */
export type Access = Schemas['Access'];
export type AccessEntry = Schemas['AccessEntry'];
export type Subject = Schemas['Subject'];
export type SubjectKind = Schemas['SubjectKind'];
export type ProjectRole = Schemas['ProjectRole'];
