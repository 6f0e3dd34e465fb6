import { healthSchema, systemStatusSchema, type Health, type SystemStatus } from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import { json, type Operation } from '../../operation.ts';
import type { Services } from '../../services.ts';

const status = (isReady: boolean): SystemStatus => ({
  calls: { ready: true },
  recording: isReady ? { ready: true } : { ready: false, reason: 'S3 cannot be reached' },
  storage: isReady ? { ready: true } : { ready: false, reason: 'S3 cannot be reached' },
  setup: [],
});

/** How old what S3 last answered may be, in ms: each time that it is asked costs. */
const storageAgeMs = 5_000;

const health: Operation = {
  operationId: 'getHealth',
  tag: 'Operation',
  summary: 'Whether the process lives',
  answers: { 200: json('It does', healthSchema, { alive: { status: 'ok' } }) },
};

const readiness: Operation = {
  operationId: 'getReadiness',
  tag: 'Operation',
  summary: 'Whether what the app leans on is there',
  description: 'Asks LiveKit, and S3 unless it has answered anything within the last 5 s: one request each.',
  answers: {
    200: json('LiveKit and S3 answer', systemStatusSchema, { ready: status(true) }),
    503: json('LiveKit or S3 does not answer', systemStatusSchema, { away: status(false) }),
  },
};

/** For operators: `/healthz` says that the process lives, `/readyz` whether what it leans on is there. */
export async function systemRoutes(
  app: FastifyInstance,
  { system }: Pick<Services, 'system'>,
): Promise<void> {
  app.get('/healthz', { config: { operation: health } }, async (): Promise<Health> => ({ status: 'ok' }));

  app.get('/readyz', { config: { operation: readiness } }, async (_request, reply) => {
    await system.check(storageAgeMs);
    return reply.code(system.isReady() ? 200 : 503).send(system.status());
  });
}
