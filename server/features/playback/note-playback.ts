import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Playbacks } from './playbacks.ts';

/** A playback, or a download, that has begun. */
export interface Playback {
  /** The recording's name. */
  name: string;
  isDownload: boolean;
  request: FastifyRequest;
}

/** Notes that a request for a recording's video was answered. No request. */
export type NotePlayback = (request: FastifyRequest, reply: FastifyReply) => void;

const querySchema = z.object({ download: z.unknown().optional() }).catch({});

const paramsSchema = z.object({ '*': z.string() });

/**
 * Creates what tells `onBegin` of each playback once, by the answers to its many requests.
 */
export const createNotePlayback =
  ({ playbacks, onBegin }: { playbacks: Playbacks; onBegin: (playback: Playback) => void }): NotePlayback =>
  (request, { statusCode }) => {
    if (request.method !== 'GET' || ![200, 206, 302].includes(statusCode)) return;
    const name = paramsSchema.parse(request.params)['*'];
    const isDownload = querySchema.parse(request.query).download !== undefined;
    const { reelroomLink, reelroomPrincipal, ip, headers } = request;
    const begins = playbacks.begins({
      ...{ name, isDownload },
      who: reelroomLink?.id ?? reelroomPrincipal.id ?? '',
      address: ip,
      userAgent: headers['user-agent'] ?? '',
    });
    if (begins) onBegin({ name, isDownload, request });
  };
