import type { FastifyInstance } from 'fastify';
import type { Services } from '../../services.ts';

/** For operators: `/healthz` says that the process lives, `/readyz` whether what it leans on is there. */
export async function systemRoutes(
  app: FastifyInstance,
  { system }: Pick<Services, 'system'>,
): Promise<void> {
  app.get('/healthz', async () => ({ status: 'ok' }));

  app.get('/readyz', async (_request, reply) => {
    await system.check();
    return reply.code(system.isReady() ? 200 : 503).send(system.status());
  });
}
