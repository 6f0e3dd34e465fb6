import {
  roomInputSchema,
  startedSchema,
  startInputSchema,
  stoppedSchema,
  type Started,
  type Stopped,
} from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import { parseInput } from '../../lib/errors.ts';
import { errors, json, type Operation } from '../../http/route-doc.ts';
import type { Lifecycle } from './lifecycle.ts';

const example = { name: 'team-RM_fC7Rk3PmWb2a-2026-01-31T101530123.mp4', startedAt: 1769854530123 };

const start: Operation = {
  operationId: 'startRecording',
  tag: 'Recordings',
  summary: 'Starts recording a room',
  description:
    'Answers as soon as a recorder has taken the job; everyone in the room is shown how it goes on.',
  body: { 'application/json': { schema: startInputSchema, example: { roomName: 'team' } } },
  responses: {
    200: json('A recorder has taken the job', startedSchema, {
      started: { message: 'Recording started', recording: example } satisfies Started,
    }),
    ...errors('INVALID_INPUT', 'ROOM_NOT_FOUND', 'RECORDING_ALREADY_STARTED'),
    ...errors(
      'NO_RECORDER',
      'TOO_MANY_RECORDINGS',
      'LIVEKIT_UNAVAILABLE',
      'STORAGE_UNAVAILABLE',
      'STORAGE_REFUSED',
      'STORAGE_NEWER',
    ),
  },
};

const stop: Operation = {
  operationId: 'stopRecording',
  tag: 'Recordings',
  summary: "Stops a room's recording",
  description:
    'Answers at once, while the file is still being finished; asked again meanwhile it answers the same.',
  body: { 'application/json': { schema: roomInputSchema, example: { roomName: 'team' } } },
  responses: {
    200: json('The recorder is told to end', stoppedSchema, {
      stopped: { message: 'Recording stopped', recording: { ...example, size: 0 } } satisfies Stopped,
    }),
    ...errors(
      'INVALID_INPUT',
      'RECORDING_NOT_STARTED',
      'RECORDER_NOT_RESPONDING',
      'LIVEKIT_UNAVAILABLE',
      'STORAGE_UNAVAILABLE',
      'STORAGE_REFUSED',
      'STORAGE_NEWER',
    ),
  },
};

/** `POST /recordings/start` and `/recordings/stop`: the seed's, over the same service as tRPC. */
export async function recordingRoutes(
  app: FastifyInstance,
  { lifecycle }: { lifecycle: Pick<Lifecycle, 'start' | 'stop'> },
): Promise<void> {
  app.post(
    '/recordings/start',
    { config: { failure: 'Error starting recording', operation: start } },
    async ({ body }): Promise<Started> => {
      const { name, startedAt } = await lifecycle.start(parseInput(startInputSchema, body ?? {}));
      return { message: 'Recording started', recording: { name, startedAt } };
    },
  );

  app.post(
    '/recordings/stop',
    { config: { failure: 'Error stopping recording', operation: stop } },
    async ({ body }): Promise<Stopped> => {
      const { roomName } = parseInput(roomInputSchema, body ?? {});
      const { name, startedAt, size } = await lifecycle.stop(roomName);
      return { message: 'Recording stopped', recording: { name, startedAt, size } };
    },
  );
}
