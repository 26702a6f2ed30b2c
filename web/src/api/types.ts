// Names for the objects of the HTTP API. Their shapes are generated from docs/openapi.json.
import type { components } from './schema';

type Schemas = components['schemas'];
/** The items of a list: of some fields the document knows the values only where the object stands alone. */
type Item<L extends { items: unknown[] }> = L['items'][number];
export type Problem = Schemas['Problem'];
export type User = Item<Schemas['ListView_UserView']>;
export type Collection = Schemas['CollectionView'];
export type Document_ = Schemas['DocumentView'];
export type Job = Item<Schemas['ListView_JobView']>;
export type Session = Schemas['SessionView'];
export type Message = Item<Schemas['ListView_MessageView']>;
export type Citation = Schemas['CitationView'];
export type Sources = Schemas['SourcesView'];
export type Turn = Schemas['TurnIdsView'];
export type Source = Schemas['SourceView'];
export type Answer = Schemas['AnswerView'];
export type Passage = Schemas['PassageView'];
export type SearchBody = Schemas['SearchBody'];
export type SearchResult = Schemas['SearchView'];
export type Step = Schemas['StepView'];
export type Tokens = Schemas['TokensView'];
export type Key = Item<Schemas['ListView_KeyView']>;
export type Invitation = Schemas['InvitationView'];
export type Login = Schemas['LoginView'];
export type Organisation = Schemas['OrganisationView'];
export type AuditEvent = Schemas['AuditEventView'];
export type Chunk = Schemas['ChunkView'];
export type Member = Schemas['MemberView'];
export type Link = Schemas['LinkView'];
export type Accepted = Schemas['AcceptedView'];
export type Scope = Schemas['CreateKeyBody']['scopes'][number];
export type Role = NonNullable<Schemas['UpdateUserBody']['role']>;
export type State = NonNullable<Schemas['UpdateUserBody']['state']>;
export type MemberRole = Schemas['ShareBody']['role'];
