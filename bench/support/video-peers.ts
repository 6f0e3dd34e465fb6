import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable, pipeline } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { Agent, request } from 'undici';
import { sdkClient } from './sdk.ts';

// What the app's video is measured against, in a process of its own that is told its bucket,
// the key and a signed URL of one object: `/seed` does what the seed does, `/bare` passes on
// what S3 answers.

const [bucket = '', Key = '', signedUrl = ''] = process.argv.slice(2);
const client = sdkClient(bucket);
const object = { Bucket: bucket, Key };
const agent = new Agent();
const ended = () => undefined;

/** HEAD to see whether it is there, HEAD for its size where a range is asked for, then GetObject, piped. */
async function seed({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  await client.send(new HeadObjectCommand(object));
  if (headers.range) await client.send(new HeadObjectCommand(object));
  const { Body, ContentLength, ContentRange } = await client.send(
    new GetObjectCommand({ ...object, Range: headers.range }),
  );
  response.writeHead(206, {
    'content-length': ContentLength,
    ...(ContentRange && { 'content-range': ContentRange }),
  });
  if (Body instanceof Readable) Body.pipe(response);
}

async function bare({ headers: { range } }: IncomingMessage, response: ServerResponse): Promise<void> {
  const { statusCode, headers, body } = await request(signedUrl, {
    dispatcher: agent,
    headers: range === undefined ? {} : { range },
  });
  response.writeHead(statusCode, { 'content-length': String(headers['content-length']) });
  pipeline(body, response, ended);
}

const server = createServer((incoming, response) => {
  void (incoming.url === '/seed' ? seed : bare)(incoming, response);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
process.once('disconnect', () => process.exit(0));
