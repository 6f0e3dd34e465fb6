import type { Context } from './features/access/context.ts';
import { procedureRules, type Rule } from './features/access/policy.ts';
import {
  invitesProcedures,
  lobbyProcedures,
  type AdmissionCollaborators,
} from './features/admission/router.ts';
import { auditProcedures, type AuditCollaborators } from './features/audit/router.ts';
import { keysProcedures, sessionProcedures, type AccessCollaborators } from './features/access/router.ts';
import { libraryProcedures, type LibraryCollaborators } from './features/library/router.ts';
import { recordingProcedures, type RecordingCollaborators } from './features/recording/router.ts';
import { roomsProcedures, type RoomsCollaborators } from './features/rooms/router.ts';
import { sharingProcedures, type SharingCollaborators } from './features/sharing/router.ts';
import { systemProcedures, type SystemCollaborators } from './features/system/router.ts';
import { tokensProcedures, type TokensCollaborators } from './features/tokens/router.ts';
import { createTrpc } from './http/trpc.ts';

const { router } = createTrpc<Context>();

// Named, so that the published declarations keep the docstrings.
type RecordingsProcedures = typeof recordingProcedures & typeof libraryProcedures & typeof sharingProcedures;

const recordings: RecordingsProcedures = {
  ...recordingProcedures,
  ...libraryProcedures,
  ...sharingProcedures,
};

/** The tRPC API. */
export const appRouter = router({
  audit: router(auditProcedures),
  invites: router(invitesProcedures),
  keys: router(keysProcedures),
  lobby: router(lobbyProcedures),
  recordings: router(recordings),
  rooms: router(roomsProcedures),
  session: router(sessionProcedures),
  system: router(systemProcedures),
  tokens: router(tokensProcedures),
});

export type AppRouter = typeof appRouter;

/** What all of its procedures delegate to. */
export type Collaborators = RecordingCollaborators &
  AccessCollaborators &
  AuditCollaborators &
  AdmissionCollaborators &
  LibraryCollaborators &
  SharingCollaborators &
  RoomsCollaborators &
  SystemCollaborators &
  TokensCollaborators;

type Procedures = AppRouter['_def']['record'];
type ProcedurePath = {
  [Name in keyof Procedures]: `${Name}.${keyof Procedures[Name] & string}`;
}[keyof Procedures];

// Each procedure has a row in the policy.
procedureRules satisfies Record<ProcedurePath, Rule>;
