import type { StartOptions } from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import {
  EgressClient,
  RoomServiceClient,
  ServerError,
  WebhookReceiver,
  WebhookConfig,
  type EgressInfo,
  type Room,
  type VideoGrant,
  type WebhookEvent,
} from 'livekit-server-sdk';
import { createEgressRequests } from './egress-request.ts';
import { signToken } from './livekit-token.ts';
import { basePath } from '../base-path.ts';
import { livekitUnavailable, noRecorder, roomNotFound } from '../errors.ts';
import type { Options } from '../options.ts';

/** LiveKit answers in milliseconds; one that takes longer counts as away. */
const requestTimeoutSeconds = 3;

/** How long a recorder may take to answer, in seconds. LiveKit itself waits 22 for one to take a job, 3 for one to stop. */
const recorderTimeoutSeconds = 4;

/** How far, in seconds, our clock may be from LiveKit's when it signs webhooks. */
const clockTolerance = 600;

const isAway = (error: unknown) =>
  error instanceof ServerError ? error.status >= 500 || error.status === 401 : error instanceof Error;

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
 */
export function createLivekit(
  config: Pick<Options, 'livekit' | 'rooms' | 's3' | 'recordings'>,
  ownUrl: () => string,
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
  const { outputsOf, encodingOf } = createEgressRequests(config);

  return {
    /** Where browsers connect. */
    url,

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

    /** How many people are in a room: not recorders, which are hidden. Unlike a room's own count it is never old. */
    async countPeople(roomName: string): Promise<number> {
      const everyone = await reach(rooms.listParticipants(roomName));
      return everyone.filter(({ permission }) => !permission?.hidden).length;
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
        const tookTooLong = error instanceof Error && error.name === 'TimeoutError';
        const noneFree =
          error instanceof ServerError && ['unavailable', 'resource_exhausted'].includes(error.code ?? '');
        if (tookTooLong || noneFree) throw noRecorder(error);
        throw isAway(error) ? livekitUnavailable(error) : error;
      }
    },

    stopEgress(egressId: string): Promise<EgressInfo> {
      return reach(recorders.stopEgress(egressId));
    },

    /**
     * Whether a recorder answers when it is asked to stop, also where LiveKit has
     * forgotten it; one that is ending does nothing else. One that is lost costs LiveKit
     * 3 s to notice.
     */
    async answersStop(egressId: string): Promise<boolean> {
      try {
        await recorders.stopEgress(egressId);
        return true;
      } catch (error) {
        if (error instanceof ServerError) return false;
        throw livekitUnavailable(error);
      }
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

/** LiveKit for a plugin: it reaches us where `appUrl` says, else where the application listens. */
export const openLivekit = (app: FastifyInstance, options: Options): Livekit =>
  createLivekit(options, () => (options.appUrl ?? app.listeningOrigin) + basePath(app));
