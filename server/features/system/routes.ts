import {
  healthSchema,
  readinessSchema,
  type Health,
  type JobStatus,
  type Readiness,
  type SystemStatus,
} from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import { getAndHead } from '../../http/get-and-head.ts';
import { json, type Operation } from '../../http/route-doc.ts';
import type { System } from './system.ts';

/** How long a check of LiveKit and S3 is reused, in ms. */
const readinessMs = 1_000;

const up = { ready: true };
const noCalls = { ready: false, reason: 'The video-call server (LiveKit) cannot be reached at the moment' };
const noStorage = { ready: false, reason: 'The storage of recordings (S3) cannot be reached at the moment' };

const status = (parts: Partial<SystemStatus>): Readiness => ({
  ...{ calls: up, recording: up, storage: up, setup: [] },
  jobs: [{ name: 'reconcile', lastRunAt: 1769854530123 }],
  ...parts,
});

/** How old S3's last answer may be, in ms: every request to it costs. */
const storageAgeMs = 5_000;

const health: Operation = {
  operationId: 'getHealth',
  tag: 'Operation',
  summary: 'Whether the process lives',
  responses: { 200: json('It does', healthSchema, { alive: { status: 'ok' } }) },
};

const readiness: Operation = {
  operationId: 'getReadiness',
  tag: 'Operation',
  summary: 'Whether the app can serve requests',
  description:
    'It can while S3 answers: without LiveKit the library is there, and the body says that there are no calls. LiveKit is asked once a second at most, S3 once in 5 s.',
  responses: {
    200: json('It can', readinessSchema, {
      ready: status({}),
      'without LiveKit': status({ calls: noCalls, recording: noCalls }),
    }),
    503: json('S3 does not answer', readinessSchema, {
      away: status({ recording: noStorage, storage: noStorage }),
    }),
  },
};

/** For operators: `/healthz` (liveness) and `/readyz` (readiness, at most a second old). */
export async function systemRoutes(
  app: FastifyInstance,
  { system, jobStatus }: { system: Pick<System, 'checkIfOld' | 'status'>; jobStatus: () => JobStatus[] },
): Promise<void> {
  getAndHead(app, '/healthz', { operation: health }, (): Promise<Health> =>
    Promise.resolve({ status: 'ok' }),
  );

  getAndHead(app, '/readyz', { operation: readiness }, async (_request, reply) => {
    await system.checkIfOld(readinessMs, storageAgeMs);
    const readiness: Readiness = { ...system.status(), jobs: jobStatus() };
    return reply.code(readiness.storage.ready ? 200 : 503).send(readiness);
  });
}
