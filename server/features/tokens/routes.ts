import { tokenInputSchema, tokenSchema, type Token } from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalidInput, parseInput } from '../../lib/errors.ts';
import { errors, json, type Operation } from '../../http/route-doc.ts';
import type { Access } from '../access/access.ts';
import { rightsOf } from '../access/context.ts';
import type { Tokens } from './tokens.ts';

const given = z.object({ roomName: z.string().min(1), participantName: z.string().min(1) });

const operation: Operation = {
  operationId: 'createToken',
  tag: 'Rooms',
  summary: 'A token to join a room',
  description: 'It joins that room, under that name, and does no more.',
  body: {
    'application/json': { schema: tokenInputSchema, example: { roomName: 'team', participantName: 'Ana' } },
  },
  responses: {
    200: json('The token', tokenSchema, {
      token: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJBbmEifQ.c2lnbmVk' },
    }),
    ...errors('INVALID_INPUT', 'LIVEKIT_UNAVAILABLE'),
    ...errors('CONSENT_REQUIRED', 'ORIGIN_NOT_ALLOWED', 'FORBIDDEN', 'WAITING_ROOM', 'REMOVED_FROM_ROOM'),
  },
};

/** `POST /token`: the seed's way to a token. */
export async function tokenRoutes(
  app: FastifyInstance,
  { tokens, access }: { tokens: Tokens; access: Access },
): Promise<void> {
  app.post('/token', { config: { operation } }, async ({ body, reelroomPrincipal }): Promise<Token> => {
    if (!given.safeParse(body).success) throw invalidInput('roomName and participantName are required');
    const rights = rightsOf(access, reelroomPrincipal);
    const { token } = await tokens.create(parseInput(tokenInputSchema, body), rights);
    return { token };
  });
}
