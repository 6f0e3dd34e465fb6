import type { ErrorCode } from '@reelroom/shared';
import { z } from 'zod';
import { binary, errors, type ResponseDoc, type Operation } from '../../http/route-doc.ts';
import { linkErrors, linkQuery } from '../sharing/check-link.ts';
import { nameParams } from '../../http/params.ts';
import { invalidTimeZone, timeZoneSchema } from '../library/time-zone.ts';

const common = z.object({ 'Accept-Ranges': z.literal('bytes'), 'Cache-Control': z.string() });

const validators = common.extend({
  ETag: z.string().describe('The strong entity tag of the file'),
  'Last-Modified': z.string().describe('When it was stored'),
});

const length = validators.extend({
  'Content-Length': z.string().describe('Bytes of this answer'),
});

/** The preconditions of a request: see preconditions.ts. */
const conditions = z.object({
  'If-Match': z.string().describe('Entity tags, one of which must be that of the file: else 412').optional(),
  'If-None-Match': z
    .string()
    .describe('Entity tags that are at hand: 304 if one is that of the file')
    .optional(),
  'If-Modified-Since': z.string().describe('An HTTP date: 304 if the file is not newer').optional(),
  'If-Unmodified-Since': z.string().describe('An HTTP date: 412 if the file is newer').optional(),
});

const query = linkQuery.extend({
  download: z
    .string()
    .describe('Has browsers save the file; what it says is a title to call it by, and may be empty')
    .optional(),
  tz: timeZoneSchema.optional(),
});

const wrongZone: [ErrorCode, string] = ['INVALID_INPUT', invalidTimeZone];

const redirect: ResponseDoc = {
  description: 'It is at S3, for a short while: of a server with PLAYBACK=redirect',
  headers: z.object({ Location: z.string().describe('A presigned URL'), 'Cache-Control': z.string() }),
};

const notModified: ResponseDoc = { description: 'What is at hand is the file as it is', headers: validators };

/** The request headers of everything that is sent in ranges: see send-object.ts. */
export const fileHeaders = conditions.extend({
  Range: z.string().describe('bytes=0-1023, bytes=1024- or bytes=-1024 for the last bytes').optional(),
  'If-Range': z
    .string()
    .describe('The entity tag or the date of what is at hand: if the file is another, all of it comes')
    .optional(),
});

/** The responses to them; a ZIP has no date. */
export function fileResponses(types: string[], { hasDate = true } = {}): Operation['responses'] {
  const content = Object.assign({}, ...types.map(binary));
  const its = hasDate ? validators : validators.omit({ 'Last-Modified': true });
  const headers = its.extend({ 'Content-Length': z.string().describe('Bytes of this answer') });
  return {
    200: { description: 'The whole', headers, content },
    206: {
      description: 'A range of it',
      headers: headers.extend({ 'Content-Range': z.string().describe('bytes 0-1023/48211904') }),
      content,
    },
    304: { ...notModified, headers: its },
    416: {
      description: 'The range begins after the end; no body',
      headers: common.extend({ 'Content-Range': z.string().describe('bytes */48211904: the size') }),
    },
    ...errors('PRECONDITION_FAILED'),
  };
}

/** `GET /recordings/:recordingName` */
export const getVideo: Operation = {
  operationId: 'getVideo',
  tag: 'Video',
  summary: 'The video, or a range of it',
  description:
    'By RFC 9110 §13 to §15. A Range that is malformed, or has several parts, counts as not sent; one without an end may be answered in part.',
  params: nameParams,
  query,
  headers: fileHeaders,
  responses: {
    ...fileResponses(['video/mp4']),
    302: redirect,
    ...errors(wrongZone, ...linkErrors, 'RECORDING_NOT_FOUND', 'STORAGE_UNAVAILABLE'),
  },
};

/** `HEAD /recordings/:recordingName` */
export const headVideo: Operation = {
  operationId: 'headVideo',
  tag: 'Video',
  summary: 'What GET would say of the whole video',
  params: nameParams,
  query,
  headers: conditions,
  responses: {
    200: { description: 'Its size and its validators', headers: length },
    302: redirect,
    304: notModified,
    ...errors(wrongZone, ...linkErrors, 'RECORDING_NOT_FOUND', 'PRECONDITION_FAILED'),
    ...errors('STORAGE_UNAVAILABLE'),
  },
};
