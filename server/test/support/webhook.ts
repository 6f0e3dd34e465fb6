import { createHash } from 'node:crypto';
import { AccessToken } from 'livekit-server-sdk';

/** The `Authorization` that LiveKit gives a webhook with this body. */
export function signWebhook(
  body: string,
  { apiKey, apiSecret }: { apiKey: string; apiSecret: string },
): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret);
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return token.toJwt();
}
