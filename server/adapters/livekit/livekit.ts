import type { StartOptions } from '@reelroom/shared';
import {
  EgressClient,
  ParticipantInfo_State,
  RoomServiceClient,
  ServerError,
  WebhookReceiver,
  WebhookConfig,
  type EgressInfo,
  type Room,
  type VideoGrant,
  type WebhookEvent,
} from 'livekit-server-sdk';
import { createEgressRequests, type EgressFiles } from './egress-request.ts';
import { readIdentity, signToken } from './access-token.ts';
import { publicLivekitUrl } from './public-url.ts';
import { livekitUnavailable, noRecorder, recorderNotResponding, roomNotFound } from '../../lib/errors.ts';
import type { Options } from '../../config/options.ts';

/** LiveKit answers in milliseconds; one that takes longer counts as away. */
const requestTimeoutSeconds = 3;

/** How long a recorder may take to answer, in seconds. LiveKit itself waits 22 for one to take a job, 3 for one to stop. */
const recorderTimeoutSeconds = 4;

/** How far, in seconds, our clock may be from LiveKit's when it signs webhooks: five minutes, and the way here. */
const clockTolerance = 330;

/** For how long a webhook's signature may be good, in ms: LiveKit signs for five minutes. */
export const webhookLifetimeMs = (5 * 60 + 2 * clockTolerance) * 1_000;

const isAway = (error: unknown) =>
  error instanceof ServerError ? error.status >= 500 || error.status === 401 : error instanceof Error;

const isTimeout = (error: unknown) => error instanceof Error && error.name === 'TimeoutError';

const isNotFound = (error: unknown) => error instanceof ServerError && error.code === 'not_found';

/** `call`, with every failure that means "LiveKit is away" (or refuses our key) told as such. */
async function reach<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw isAway(error) ? livekitUnavailable(error) : error;
  }
}

const nothingIfNotFound = (error: unknown): undefined => {
  if (!isNotFound(error)) throw error;
};

/**
 * LiveKit and its Egress as the rest of the server sees them: the only place that
 * knows the SDK's clients. Each method is one request unless it says more, and throws
 * `LIVEKIT_UNAVAILABLE` when LiveKit cannot be reached or refuses the API key.
 * @param ownUrl where LiveKit and Egress reach us
 * @param files where Egress puts what survives a recorder
 */
export function createLivekit(
  config: Pick<Options, 'livekit' | 'rooms' | 's3' | 'recordings'>,
  { ownUrl, files }: { ownUrl: () => string; files: EgressFiles },
) {
  const { livekit } = config;
  const departureTimeout = config.rooms.emptySeconds;
  const { url, apiKey, apiSecret } = livekit;
  const options = { requestTimeout: requestTimeoutSeconds, failover: false };
  const rooms = new RoomServiceClient(url, apiKey, apiSecret, options);
  const egress = new EgressClient(url, apiKey, apiSecret, options);
  const recorders = new EgressClient(url, apiKey, apiSecret, {
    ...options,
    requestTimeout: recorderTimeoutSeconds,
  });
  const authHeader = async (grant: VideoGrant) => ({
    Authorization: `Bearer ${await signToken(livekit, { grant, ttl: '10m' })}`,
  });
  for (const client of [rooms, egress, recorders]) client.authHeader = authHeader;
  const webhooks = new WebhookReceiver(apiKey, apiSecret);
  const { outputsOf, encodingOf } = createEgressRequests(config, files);

  return {
    /** Where a browser connects that has our page from an address. No request. */
    urlFor: (pageUrl: string): string => publicLivekitUrl(livekit, pageUrl),

    /** Throws when LiveKit is away. */
    async check(): Promise<void> {
      await reach(rooms.listRooms(['-']));
    },

    /**
     * A token to join `roomName` and publish there. It carries no `roomRecord`, which
     * LiveKit does not limit to a room: whoever holds it may stop every recording. The
     * room that a join with it opens stays open for a while after everyone has left. No request.
     */
    createToken(roomName: string, participant: { identity: string; name: string }): Promise<string> {
      return signToken(livekit, {
        ...participant,
        grant: { roomJoin: true, room: roomName },
        room: { departureTimeout },
      });
    },

    /** The identity that a token was made for by {@link createToken}, for `roomName`; nothing where it was not. No request. */
    identityOf: (token: string, roomName: string): Promise<string | undefined> =>
      readIdentity(livekit, token, roomName),

    async findRoom(roomName: string): Promise<Room | undefined> {
      return (await reach(rooms.listRooms([roomName])))[0];
    },

    /** All rooms that are open. */
    openRooms(): Promise<Room[]> {
      return reach(rooms.listRooms());
    },

    /** A room, opened if it was not. */
    openRoom(roomName: string): Promise<Room> {
      return reach(rooms.createRoom({ name: roomName, departureTimeout }));
    },

    /**
     * How many people are in a room: not recorders, which are hidden, and not who has gone
     * and is still listed. Unlike a room's own count it is never old.
     */
    async countPeople(roomName: string): Promise<number> {
      const everyone = await reach(rooms.listParticipants(roomName));
      const people = everyone.filter(
        ({ permission, state }) => !permission?.hidden && state !== ParticipantInfo_State.DISCONNECTED,
      );
      return new Set(people.map(({ identity }) => identity)).size;
    },

    /** Sets a room's metadata as a whole; a room that is gone has none to set. */
    async setRoomMetadata(roomName: string, metadata: string): Promise<void> {
      await reach(rooms.updateRoomMetadata(roomName, metadata)).catch(nothingIfNotFound);
    },

    /** Egresses that have not ended: of one room, or of all. */
    activeEgresses(roomName?: string): Promise<EgressInfo[]> {
      return reach(egress.listEgress({ active: true, ...(roomName !== undefined && { roomName }) }));
    },

    /** An egress; nothing where LiveKit does not know it, or not any more. */
    async findEgress(egressId: string): Promise<EgressInfo | undefined> {
      return (await reach(egress.listEgress({ egressId })).catch(nothingIfNotFound))?.[0];
    },

    /** All egresses; LiveKit forgets those that have ended after a day. */
    allEgresses(): Promise<EgressInfo[]> {
      return reach(egress.listEgress());
    },

    /** Whether somebody, or a recorder (its identity is the egress's id), is in a room. */
    async hasParticipant(roomName: string, identity: string): Promise<boolean> {
      const found = await reach(rooms.getParticipant(roomName, identity)).catch(nothingIfNotFound);
      return found !== undefined;
    },

    /** Has somebody, or a recorder, leave a room; who is not there has left. */
    async removeParticipant(roomName: string, identity: string): Promise<void> {
      await reach(rooms.removeParticipant(roomName, identity)).catch(nothingIfNotFound);
    },

    /**
     * Has a recorder take the job of recording a room into the recording `name`.
     * @throws {ReelroomError} NO_RECORDER when none took it in time; it may do so yet.
     *   ROOM_NOT_FOUND when the room is gone.
     */
    async startRecording(name: string, options: StartOptions): Promise<EgressInfo> {
      const outputs = await outputsOf(name, options);
      try {
        return await recorders.startRoomCompositeEgress(options.roomName, outputs, {
          layout: options.layout,
          audioOnly: options.audioOnly,
          encodingOptions: encodingOf(options),
          customBaseUrl: `${ownUrl()}/recorder.html`,
          // A newer Egress tells us by itself; LiveKit need not be configured for it.
          webhooks: [new WebhookConfig({ url: `${ownUrl()}/livekit/webhook`, signingKey: apiKey })],
        });
      } catch (error) {
        if (isNotFound(error)) throw roomNotFound();
        const noneFree =
          error instanceof ServerError && ['unavailable', 'resource_exhausted'].includes(error.code ?? '');
        if (isTimeout(error) || noneFree) throw noRecorder(error);
        throw isAway(error) ? livekitUnavailable(error) : error;
      }
    },

    /**
     * Has a recorder stop, also one that LiveKit has forgotten: its egress as it then is. One
     * that has ended already says so, which is a second request.
     * @throws {ReelroomError} RECORDER_NOT_RESPONDING when it does not answer, which LiveKit
     *   notices after 3 s
     */
    async stopEgress(egressId: string): Promise<EgressInfo> {
      try {
        return await recorders.stopEgress(egressId);
      } catch (error) {
        if (isTimeout(error)) throw recorderNotResponding(error);
        if (!(error instanceof ServerError)) throw livekitUnavailable(error);
        const ended = error.code === 'failed_precondition' ? await this.findEgress(egressId) : undefined;
        if (ended) return ended;
        if (error.code === 'deadline_exceeded' || isNotFound(error)) throw recorderNotResponding(error);
        throw isAway(error) ? livekitUnavailable(error) : error;
      }
    },

    /**
     * For how long somebody, or a recorder, has been in a room, in ms, all of it by LiveKit's
     * clock; nothing where they are not there, or its time is not known. Two requests.
     */
    async presentFor(roomName: string, identity: string): Promise<number | undefined> {
      const found = await reach(rooms.getParticipant(roomName, identity)).catch(nothingIfNotFound);
      if (!found) return undefined;
      const signal = AbortSignal.timeout(requestTimeoutSeconds * 1_000);
      const answer = await fetch(url.replace(/^ws/, 'http'), { method: 'HEAD', signal }).catch(
        () => undefined,
      );
      const now = Date.parse(answer?.headers.get('date') ?? '');
      return Number.isNaN(now) ? undefined : Math.max(0, now - Number(found.joinedAt) * 1_000);
    },

    /**
     * The event of a webhook request, its signature checked over the raw `body`
     * (LiveKit, "Webhooks"). Throws when the signature is not ours.
     */
    receiveWebhook(body: string, authorization: string | undefined): Promise<WebhookEvent> {
      return webhooks.receive(body, authorization, false, clockTolerance);
    },
  };
}

export type Livekit = ReturnType<typeof createLivekit>;
