import { createHash, createHmac } from 'node:crypto';
import type { Config } from '../../server/config.ts';

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * A URL that lists a bucket for an hour without an SDK, so that a load on the S3 server is
 * not one on the program that makes it (AWS, "Authenticating requests: query parameters").
 */
export function presignedList(
  { endpoint, region, accessKey, secretKey, bucket }: Config['s3'],
  parameters: Record<string, string>,
): string {
  const now = new Date().toISOString().replace(/[:-]|\.\d+/g, '');
  const scope = `${now.slice(0, 8)}/${region}/s3/aws4_request`;
  const query = Object.entries({
    ...parameters,
    'list-type': '2',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${accessKey}/${scope}`,
    'X-Amz-Date': now,
    'X-Amz-Expires': '3600',
    'X-Amz-SignedHeaders': 'host',
  })
    .sort()
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  const path = `/${bucket}`;
  const request = ['GET', path, query, `host:${new URL(endpoint).host}`, '', 'host', 'UNSIGNED-PAYLOAD'];
  const hash = createHash('sha256').update(request.join('\n')).digest('hex');
  const key = [now.slice(0, 8), region, 's3', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secretKey}`,
  );
  const signature = hmac(key, ['AWS4-HMAC-SHA256', now, scope, hash].join('\n')).toString('hex');
  return `${endpoint}${path}?${query}&X-Amz-Signature=${signature}`;
}
