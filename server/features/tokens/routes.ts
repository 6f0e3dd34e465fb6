import { tokenInputSchema } from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalidInput, parseInput } from '../../errors.ts';
import type { Services } from '../../services.ts';

const given = z.object({ roomName: z.string().min(1), participantName: z.string().min(1) });

/** `POST /token`: the seed's way to a token. */
export async function tokenRoutes(app: FastifyInstance, { tokens }: Pick<Services, 'tokens'>): Promise<void> {
  app.post('/token', async ({ body }) => {
    if (!given.safeParse(body).success) throw invalidInput('roomName and participantName are required');
    const { token } = await tokens.create(parseInput(tokenInputSchema, body));
    return { token };
  });
}
