import { askingMode, type StartOptions } from '@reelroom/shared';
import {
  EgressClient,
  ParticipantInfo_State,
  RoomServiceClient,
  ServerError,
  TrackSource,
  WebhookReceiver,
  WebhookConfig,
  type EgressInfo,
  type ParticipantInfo,
  type Room,
  type VideoGrant,
  type WebhookEvent,
} from 'livekit-server-sdk';
import { createEgressRequests, type EgressFiles } from './egress-request.ts';
import { readIdentity, signToken } from './access-token.ts';
import { publicLivekitUrl } from './public-url.ts';
import { livekitUnavailable, noRecorder, recorderNotResponding, roomNotFound } from '../../lib/errors.ts';
import type { Options } from '../../config/options.ts';

/** LiveKit answers in milliseconds; a slower one counts as unavailable. */
const requestTimeoutSeconds = 3;

/**
 * How long a recorder may take to answer, in seconds. LiveKit itself waits 22 s for one to take a job, 3 s
 * for one to stop.
 */
const recorderTimeoutSeconds = 4;

/**
 * How far our clock may differ from LiveKit's when a webhook is verified, in seconds: five minutes and the
 * transfer.
 */
const clockToleranceSeconds = 330;

/** How long a webhook's signature may be valid, in ms: LiveKit signs for five minutes. */
export const webhookLifetimeMs = (5 * 60 + 2 * clockToleranceSeconds) * 1_000;

/**
 * How long a token for joining is valid. One is fetched for each join, and LiveKit itself gives a participant a new
 * one at once and every five minutes, for the ten minutes that a broken connection may take to come back; but for as
 * long as the first one, were that longer.
 */
const joinTtl = '10m';

/** What a participant may publish. */
const sources = [
  TrackSource.CAMERA,
  TrackSource.MICROPHONE,
  TrackSource.SCREEN_SHARE,
  TrackSource.SCREEN_SHARE_AUDIO,
];

const isUnavailable = (error: unknown) =>
  error instanceof ServerError ? error.status >= 500 || error.status === 401 : error instanceof Error;

const isTimeout = (error: unknown) => error instanceof Error && error.name === 'TimeoutError';

const isNotFound = (error: unknown) => error instanceof ServerError && error.code === 'not_found';

/** Awaits `call`; LiveKit being unreachable, or refusing our key, throws LIVEKIT_UNAVAILABLE. */
async function mapLivekitError<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw isUnavailable(error) ? livekitUnavailable(error) : error;
  }
}

const undefinedIfNotFound = (error: unknown): undefined => {
  if (!isNotFound(error)) throw error;
};

/**
 * LiveKit and its Egress: the only place that knows the SDK's clients. Each method is one request unless
 * documented otherwise, and throws `LIVEKIT_UNAVAILABLE` when LiveKit cannot be reached or refuses the API
 * key.
 * @param ownUrl where LiveKit and Egress reach us
 * @param files where Egress stores segments and thumbnails
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
  const asking = askingMode(config.recordings.consent);
  const { outputsOf, encodingOf } = createEgressRequests(config, files);

  const findParticipant = (roomName: string, identity: string): Promise<ParticipantInfo | undefined> =>
    mapLivekitError(rooms.getParticipant(roomName, identity)).catch(undefinedIfNotFound);

  return {
    /** Where a browser connects that has our page from an address. No request. */
    urlFor: (pageUrl: string): string => publicLivekitUrl(livekit, pageUrl),

    /** Throws when LiveKit is unavailable. */
    async check(): Promise<void> {
      await mapLivekitError(rooms.listRooms(['-']));
    },

    /**
     * A token to join `roomName`, to publish camera, microphone and screen there, and to send data, which the chat
     * is; for ten minutes. It carries no `roomRecord`, which LiveKit does not scope to a room: its holder could stop
     * every recording; nor what lets a participant pass for another (`canUpdateOwnMetadata`) or remove one
     * (`roomAdmin`). A room opened by it stays open for `departureTimeout` after everyone has left. No request.
     */
    createToken(
      roomName: string,
      participant: { identity: string; name: string; attributes: Record<string, string> },
    ): Promise<string> {
      return signToken(livekit, {
        ...participant,
        grant: {
          roomJoin: true,
          room: roomName,
          canPublishSources: sources,
          canPublishData: true,
          canUpdateOwnMetadata: false,
        },
        ttl: joinTtl,
        room: { departureTimeout },
      });
    },

    /**
     * The identity in a token made by {@link createToken} for `roomName`; undefined in any other. No request.
     */
    identityOf: (token: string, roomName: string): Promise<string | undefined> =>
      readIdentity(livekit, token, roomName),

    async findRoom(roomName: string): Promise<Room | undefined> {
      return (await mapLivekitError(rooms.listRooms([roomName])))[0];
    },

    /** All rooms that are open. */
    openRooms(): Promise<Room[]> {
      return mapLivekitError(rooms.listRooms());
    },

    /** A room, created if it was not open. */
    openRoom(roomName: string): Promise<Room> {
      return mapLivekitError(rooms.createRoom({ name: roomName, departureTimeout }));
    },

    /**
     * How many people are in a room, without recorders (hidden) and disconnected participants that are still
     * listed. Unlike a room's own count it is current.
     */
    async countPeople(roomName: string): Promise<number> {
      const everyone = await mapLivekitError(rooms.listParticipants(roomName));
      const people = everyone.filter(
        ({ permission, state }) => !permission?.hidden && state !== ParticipantInfo_State.DISCONNECTED,
      );
      return new Set(people.map(({ identity }) => identity)).size;
    },

    /** Replaces a room's metadata; does nothing where the room is gone. */
    async setRoomMetadata(roomName: string, metadata: string): Promise<void> {
      await mapLivekitError(rooms.updateRoomMetadata(roomName, metadata)).catch(undefinedIfNotFound);
    },

    /** Egresses that have not ended, of one room or of all. */
    activeEgresses(roomName?: string): Promise<EgressInfo[]> {
      return mapLivekitError(
        egress.listEgress({ active: true, ...(roomName !== undefined && { roomName }) }),
      );
    },

    /** An egress; undefined where LiveKit does not know it, or has forgotten it. */
    async findEgress(egressId: string): Promise<EgressInfo | undefined> {
      return (await mapLivekitError(egress.listEgress({ egressId })).catch(undefinedIfNotFound))?.[0];
    },

    /** All egresses; LiveKit keeps ended ones for a day. */
    allEgresses(): Promise<EgressInfo[]> {
      return mapLivekitError(egress.listEgress());
    },

    /** A participant of a room, if it is there. */
    findParticipant,

    /** Whether a participant is in a room; a recorder's identity is the egress's id. */
    hasParticipant: async (roomName: string, identity: string): Promise<boolean> =>
      (await findParticipant(roomName, identity)) !== undefined,

    /** Sets attributes of a participant, beside those that it has; does nothing where it has left. */
    async setAttributes(
      roomName: string,
      identity: string,
      attributes: Record<string, string>,
    ): Promise<void> {
      await mapLivekitError(rooms.updateParticipant(roomName, identity, { attributes })).catch(
        undefinedIfNotFound,
      );
    },

    /** Removes a participant from a room; does nothing where it has left. */
    async removeParticipant(roomName: string, identity: string): Promise<void> {
      await mapLivekitError(rooms.removeParticipant(roomName, identity)).catch(undefinedIfNotFound);
    },

    /**
     * Starts an egress that records a room into the file `name`.
     * @throws {ReelroomError} NO_RECORDER when no recorder took the job in time; one may still take it later.
     *   ROOM_NOT_FOUND when the room is gone.
     */
    async startRecording(name: string, options: StartOptions): Promise<EgressInfo> {
      const outputs = await outputsOf(name, options);
      try {
        return await recorders.startRoomCompositeEgress(options.roomName, outputs, {
          layout: options.layout,
          audioOnly: options.audioOnly,
          encodingOptions: encodingOf(options),
          customBaseUrl: `${ownUrl()}/recorder.html${asking === undefined ? '' : `?${new URLSearchParams({ recording: name })}`}`,
          // A newer Egress sends these itself, without webhooks configured in LiveKit.
          webhooks: [new WebhookConfig({ url: `${ownUrl()}/livekit/webhook`, signingKey: apiKey })],
        });
      } catch (error) {
        if (isNotFound(error)) throw roomNotFound();
        const noneFree =
          error instanceof ServerError && ['unavailable', 'resource_exhausted'].includes(error.code ?? '');
        if (isTimeout(error) || noneFree) throw noRecorder(error);
        throw isUnavailable(error) ? livekitUnavailable(error) : error;
      }
    },

    /**
     * Stops an egress, also one that LiveKit has forgotten, and returns its state. One that has already ended
     * costs a second request.
     * @throws {ReelroomError} RECORDER_NOT_RESPONDING when the recorder does not answer LiveKit within 3 s
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
        throw isUnavailable(error) ? livekitUnavailable(error) : error;
      }
    },

    /**
     * How long a participant has been in a room, in ms, measured by LiveKit's clock; undefined where it is
     * not in the room, or LiveKit's time is unknown. Two requests.
     */
    async presentFor(roomName: string, identity: string): Promise<number | undefined> {
      const found = await findParticipant(roomName, identity);
      if (!found) return undefined;
      const signal = AbortSignal.timeout(requestTimeoutSeconds * 1_000);
      const answer = await fetch(url.replace(/^ws/, 'http'), { method: 'HEAD', signal }).catch(
        () => undefined,
      );
      const now = Date.parse(answer?.headers.get('date') ?? '');
      return Number.isNaN(now) ? undefined : Math.max(0, now - Number(found.joinedAt) * 1_000);
    },

    /**
     * Verifies a webhook's signature over the raw `body` (LiveKit, "Webhooks") and returns its event. Throws
     * when the signature is invalid.
     */
    receiveWebhook(body: string, authorization: string | undefined): Promise<WebhookEvent> {
      return webhooks.receive(body, authorization, false, clockToleranceSeconds);
    },
  };
}

export type Livekit = ReturnType<typeof createLivekit>;
