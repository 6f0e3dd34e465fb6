import {
  decideInputSchema,
  inviteAcceptInputSchema,
  inviteInputSchema,
  inviteRevokeInputSchema,
  knockInputSchema,
  removeInputSchema,
  roomInputSchema,
} from '@reelroom/shared';
import { forbidden, unauthenticated } from '../../lib/errors.ts';
import { proceduresWith } from '../access/procedures.ts';
import type { Rooms } from '../access/rooms.ts';
import { newGuest } from './guest-cookie.ts';
import type { Invites } from './invites.ts';
import type { Lobby } from './lobby.ts';
import type { PersonOf } from './people.ts';
import type { RemoveParticipant } from './remove-participant.ts';

/** What these procedures delegate to. */
export interface AdmissionCollaborators {
  invites: Pick<Invites, 'create' | 'list' | 'revoke' | 'check' | 'use'>;
  lobby: Pick<Lobby, 'knock' | 'wait' | 'watchWaiting' | 'decide' | 'forgive'>;
  personOf: PersonOf;
  rooms: Pick<Rooms, 'read'>;
  removeParticipant: RemoveParticipant;
}

const procedure = proceduresWith<AdmissionCollaborators>();

/** Whether a room has a waiting room at the moment. */
const hasWaitingRoom =
  ({ rooms }: Pick<AdmissionCollaborators, 'rooms'>, { roomName }: { roomName: string }) =>
  async () =>
    (await rooms.read(roomName)).rules.waitingRoom;

export const invitesProcedures = {
  /** Creates an invite to a room; only this response contains its token, for `/room/NAME?invite=TOKEN`. */
  create: procedure.input(inviteInputSchema).mutation(({ ctx, input }) => ctx.invites.create(input)),

  /** The invites of a room that have not expired, newest first, without their tokens. */
  list: procedure.input(roomInputSchema).query(({ ctx, input }) => ctx.invites.list(input.roomName)),

  /** Revokes an invite, also for those who have accepted it. */
  revoke: procedure.input(inviteRevokeInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.invites.revoke(input.roomName, input.id);
    return {};
  }),

  /**
   * Accepts an invite and stores it in a cookie; accepting it again is not another use. An invite that was created
   * after a removal lifts that. INVITE_INVALID.
   */
  accept: procedure.input(inviteAcceptInputSchema).mutation(async ({ ctx, input }) => {
    const { roomName } = input;
    const { id, role, createdAt } = await ctx.invites.check(roomName, input.invite);
    const guest = ctx.principal.guest ?? newGuest();
    if (guest.invites.some((accepted) => accepted.id === id)) return { role };
    await ctx.invites.use(roomName, id);
    await ctx.keepGuest({ ...guest, invites: [...guest.invites, { room: roomName, id, role }] });
    const person = ctx.personOf({ ...ctx.principal, guest }, roomName);
    if (person !== undefined) await ctx.lobby.forgive(roomName, person, createdAt);
    return { role };
  }),
};

export const lobbyProcedures = {
  /** Knocks at a room with a waiting room; returns the standing. A cookie identifies the person later. */
  knock: procedure.input(knockInputSchema).mutation(async ({ ctx, input }) => {
    const { principal } = ctx;
    const guest = principal.guest ?? (principal.id === undefined ? newGuest() : undefined);
    if (guest && !principal.guest) await ctx.keepGuest(guest);
    const person = ctx.personOf(guest ? { ...principal, guest } : principal, input.roomName);
    if (person === undefined) throw forbidden();
    return { standing: await ctx.lobby.knock(input.roomName, person, input.name) };
  }),

  /** The caller's standing after knocking: now and at each change, until it is decided. */
  wait: procedure.input(roomInputSchema).subscription(async function* ({
    ctx,
    input,
    signal = new AbortController().signal,
  }) {
    const person = ctx.personOf(ctx.principal, input.roomName);
    if (person === undefined) throw unauthenticated();
    yield* ctx.lobby.wait(input.roomName, person, { isOn: hasWaitingRoom(ctx, input), signal });
  }),

  /** The people in a room's waiting room, longest first: now and at each change. */
  waiting: procedure
    .input(roomInputSchema)
    .subscription(({ ctx, input, signal = new AbortController().signal }) =>
      ctx.lobby.watchWaiting(input.roomName, { isOn: hasWaitingRoom(ctx, input), signal }),
    ),

  /** Admits or refuses waiting people; a refused person may knock again after a minute. */
  decide: procedure.input(decideInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.lobby.decide(input.roomName, input.people, input.admit);
    return {};
  }),

  /** Removes a participant, who can only come back by a new invite. LIVEKIT_UNAVAILABLE. */
  remove: procedure.input(removeInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.removeParticipant(input.roomName, input.identity);
    return {};
  }),
};
