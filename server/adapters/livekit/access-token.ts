import { decodeJwt, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { AccessToken, RoomConfiguration, type VideoGrant } from 'livekit-server-sdk';

/** What a token allows, and to whom. */
interface TokenOptions {
  grant: VideoGrant;
  identity?: string;
  name?: string;
  /** The room that a join opens with it: how long it stays open once it is empty, in seconds. */
  room?: { departureTimeout: number };
  /** Its lifetime, such as `10m`; LiveKit's default when absent. */
  ttl?: string;
}

/**
 * A LiveKit access token without `nbf` (not before): the SDK sets it by our own clock, and LiveKit refuses
 * every token of an app whose clock is a minute ahead.
 */
export async function signToken(
  { apiKey, apiSecret }: { apiKey: string; apiSecret: string },
  { grant, room, ...options }: TokenOptions,
): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret, options);
  token.addGrant(grant);
  if (room) token.roomConfig = new RoomConfiguration(room);
  const { nbf: _notBefore, ...claims } = decodeJwt(await token.toJwt());
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(apiSecret));
}

/** How long an expired token still identifies its participant, in seconds. */
const expiredToleranceSeconds = 24 * 60 * 60;

const joinClaims = z.object({
  sub: z.string().min(1),
  video: z.object({ roomJoin: z.literal(true), room: z.string() }),
});

/**
 * The participant's identity in a token to join `roomName`; undefined where we did not sign it, or for
 * another room.
 */
export async function readIdentity(
  { apiKey, apiSecret }: { apiKey: string; apiSecret: string },
  token: string,
  roomName: string,
): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(apiSecret), {
      algorithms: ['HS256'],
      issuer: apiKey,
      clockTolerance: expiredToleranceSeconds,
    });
    const { sub, video } = joinClaims.parse(payload);
    return video.room === roomName ? sub : undefined;
  } catch {
    return undefined;
  }
}
