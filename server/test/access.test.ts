import { abilities, type Ability } from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { SignJWT, decodeJwt } from 'jose';
import { hostAbilities } from '../features/access/abilities.ts';
import { procedureRules, routeRules, type Rule } from '../features/access/policy.ts';
import { createPurposeKeys } from '../features/access/purpose-keys.ts';
import { createSigner, newLink } from '../features/sharing/token.ts';
import { appRouter } from '../router.ts';
import { bucketOf, build } from './support/build.ts';
import { call, cookieOf, ourPage, protectedConfig, signIn, viewerCookie } from './support/protected.ts';
import { putSeedRecordings } from './support/seeded.ts';

t.setTimeout(600_000);

/** Headers and query of a request with some credentials. */
interface Credentials {
  headers?: Record<string, string>;
  share?: string;
}

/** Somebody, and what they may do with Ana's room and its recording, and with all of Reelroom. */
interface Walker {
  who: string;
  credentials: Credentials;
  inRoom: readonly Ability[];
  everywhere?: readonly Ability[];
  /** What they may do with recordings of some rooms, whichever those are. */
  library?: readonly Ability[];
  /** What is refused them whatever they ask. */
  refused?: 'KEY_INVALID' | 'SHARE_INVALID' | 'SHARE_EXPIRED' | 'SHARE_SIGN_IN';
  /** Whether they have no credential at all. */
  isNobody?: boolean;
}

/** Whether a procedure changes something. */
const isMutation = (name: string): boolean => {
  const procedure: unknown = Reflect.get(appRouter._def.procedures, name);
  return Reflect.get(Object(Reflect.get(Object(procedure), '_def')), 'type') === 'mutation';
};

/** A request for each rule, about Ana's room or its recording. */
function requestOf(name: string, rule: Rule, recording: string, { share }: Credentials) {
  const fields = {
    ...{ roomName: 'team', name: recording, names: [recording], participantName: 'Ana' },
    ...{ rules: {}, keep: true, id: '0123456789abcdef' },
    ...(rule.share !== undefined && share !== undefined && { share }),
  };
  const query = share === undefined ? '' : `?share=${share}`;
  const [method = '', path = ''] = name.split(' ');
  if (path === '') {
    const input = name === 'keys.create' ? { ...fields, name: 'a', scopes: ['join'] } : fields;
    return isMutation(name)
      ? { method: 'POST', url: `/trpc/${name}`, body: input }
      : { method: 'GET', url: `/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}` };
  }
  const file = { '/live/*': '/index.m3u8', '/thumbs/*': '/index.vtt' }[path] ?? '';
  if (path === '/recordings/zip' && method === 'GET')
    return { method, url: `${path}?name=${encodeURIComponent(recording)}` };
  const url = path.replace('*', encodeURIComponent(recording) + file) + query;
  return method === 'POST' ? { method, url, body: fields } : { method, url };
}

const refusals = new Set([
  ...['UNAUTHENTICATED', 'FORBIDDEN', 'KEY_INVALID'],
  ...['SHARE_INVALID', 'SHARE_EXPIRED', 'SHARE_SIGN_IN'],
]);

/** What is answered: the code of a refusal, or nothing. A stream is left after its first piece. */
async function answerTo(
  origin: string,
  { method, url, body }: ReturnType<typeof requestOf> & { body?: unknown },
  { headers }: Credentials,
): Promise<string | undefined> {
  const left = new AbortController();
  const response = await fetch(origin + url, {
    method,
    redirect: 'manual',
    signal: left.signal,
    headers: { ...ourPage, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  let text = '';
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    const reader = response.body?.getReader();
    // The first event is that the stream is open.
    for (let pieces = 0; reader && pieces < 2 && !text.includes('reset'); pieces += 1) {
      const { done, value } = await reader.read();
      text += Buffer.from(value ?? '').toString();
      if (done) break;
    }
  } else if (response.status >= 400) text = await response.text();
  left.abort();
  const code = /"errorCode":"(\w+)"/.exec(text) ?? /"code":"(\w+)"/.exec(text);
  return code && refusals.has(code[1] ?? '') ? code[1] : undefined;
}

/** What the table says of a rule for somebody. */
function expected(name: string, { needs, on, share }: Rule, walker: Walker): string | undefined {
  const isFree = needs === 'nothing' || needs === 'signature';
  const takesLink =
    share !== undefined ||
    ['GET /recordings/*', 'GET /posters/*', 'GET /thumbs/*', 'GET /live/*'].includes(name);
  if (walker.refused === 'KEY_INVALID') return walker.refused;
  if (walker.refused !== undefined && takesLink) return walker.refused;
  if (isFree || needs === 'procedure') return undefined;
  const everywhere = walker.everywhere ?? [];
  const counts = walker.credentials.share === undefined || takesLink;
  const here = on === 'server' || on === 'library' ? [] : counts ? walker.inRoom : [];
  if ([...everywhere, ...here].includes(needs)) return undefined;
  if (on === 'library' && walker.library?.includes(needs)) return undefined;
  return walker.isNobody || (walker.credentials.share !== undefined && !takesLink)
    ? 'UNAUTHENTICATED'
    : 'FORBIDDEN';
}

/** The `Cookie` header of a session as if its token expired then, in s since 1970. */
async function expiring(cookie: string, key: Buffer | undefined, exp: number): Promise<string> {
  const [name = '', token = ''] = cookie.split('=');
  if (!key) throw new Error('there is no key');
  const moved = new SignJWT({ ...decodeJwt(token), exp }).setProtectedHeader({ alg: 'HS256' });
  return `${name}=${await moved.sign(key)}`;
}

async function makeKey(
  app: FastifyInstance,
  cookie: string,
  key: { scopes: readonly Ability[]; rooms?: string[] },
) {
  const made = await call(app, 'keys.create', { name: 'a', ...key }, { headers: { cookie } });
  const { id, key: secret } = made.json<{ result: { data: { id: string; key: string } } }>().result.data;
  return { id, headers: { authorization: `Bearer ${secret}` } };
}

t.test('every route and procedure, for everybody, is as the table says', async (t) => {
  // A provider that is down: who goes there is sent back.
  const provider = { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'a', OIDC_ADMIN_GROUPS: 'b' };
  const config = await protectedConfig(provider);
  const { put } = await bucketOf(config);
  const startedAt = Date.UTC(2026, 0, 31);
  const [recording = '', other = ''] = await putSeedRecordings(put, [
    { roomName: 'team', roomId: 'RM_1', startedAt },
    { roomName: 'other', roomId: 'RM_2', startedAt },
  ]);
  const app = await build(t, config);
  const origin = await app.listen({ port: 0 });
  const [admin, ana, ben] = [await signIn(app, 'admin'), await signIn(app, 'ana'), await signIn(app, 'ben')];
  const as = (cookie: string) => ({ headers: { cookie } });

  // Rooms that have recordings are made by nobody but an admin; so each member owns one that an object says.
  for (const [roomName, owner] of [
    ['team', 'member:ana'],
    ['other', 'member:ben'],
  ] as const) {
    const key = `recordings/.reelroom/rooms/${Buffer.from(roomName).toString('base64url')}`;
    await put(
      key,
      JSON.stringify({
        owner,
        createdAt: 0,
        rules: { join: 'invited', record: 'hosts', waitingRoom: false },
      }),
    );
  }
  const tokenOf = async (name: string, cookie: string, how = {}) => {
    const shared = await call(app, 'recordings.share', { name, ...how }, as(cookie));
    const { url, id } = shared.json<{ result: { data: { url: string; id: string } } }>().result.data;
    return { share: new URL(url).searchParams.get('share') ?? '', id };
  };
  const link = await tokenOf(recording, ana);
  const forDownload = await tokenOf(recording, ana, { download: true });
  const revokedLink = await tokenOf(recording, ana);
  await call(app, 'recordings.unshare', { name: recording, id: revokedLink.id }, as(ana));
  const revokedKey = await makeKey(app, admin, { scopes: abilities });
  await call(app, 'keys.revoke', { id: revokedKey.id }, as(admin));
  const signedOut = await signIn(app, 'admin');
  await call(app, 'session.signOut', undefined, as(signedOut));
  const keyOfAll = await makeKey(app, admin, { scopes: abilities });

  const { keysFor } = createPurposeKeys(config.signIn.sessionSecrets);
  const [sessionKey] = keysFor('sessions');
  const now = Math.floor(Date.now() / 1_000);
  const stillGood = await expiring(ana, sessionKey, now + 600);
  const session = await app.inject({ url: '/trpc/session.get', headers: { cookie: stillGood } });
  t.match(session.json(), { result: { data: { account: { name: 'ana' } } } });
  const expiredLink = newLink({ createdAt: Date.now() - 60_000, expiresInSeconds: 59, download: true });
  await put(`recordings/.reelroom/shares/${recording.slice(0, -4)}/${expiredLink.id}`, '');
  const ofDomain = await tokenOf(recording, ana, { domains: ['Partner.example'] });
  const viewerOf = (email: string, expiresAt = now + 600) => viewerCookie(config, email, expiresAt);
  const cara = await viewerOf('cara@partner.example');

  const walkers: Walker[] = [
    { who: 'nobody', credentials: {}, inRoom: [], isNobody: true },
    { who: 'signed out', credentials: as(signedOut), inRoom: [], isNobody: true },
    { who: 'a forged session', credentials: as(`${ana.slice(0, -4)}AAAA`), inRoom: [], isNobody: true },
    {
      who: 'a session that has expired',
      credentials: as(await expiring(ana, sessionKey, now - 1)),
      inRoom: [],
      isNobody: true,
    },
    { who: 'a viewer, known by an address', credentials: as(cara), inRoom: [], isNobody: true },
    {
      who: "a viewer with a link for the address's domain",
      credentials: { ...as(cara), share: ofDomain.share },
      inRoom: ['play'],
      isNobody: true,
    },
    {
      who: 'the holder of a link for a domain, whom nobody knows',
      credentials: { share: ofDomain.share },
      inRoom: [],
      refused: 'SHARE_SIGN_IN',
      isNobody: true,
    },
    {
      who: 'a viewer with a link for another domain',
      credentials: { ...as(await viewerOf('foe@elsewhere.example')), share: ofDomain.share },
      inRoom: [],
      refused: 'SHARE_SIGN_IN',
      isNobody: true,
    },
    {
      who: 'a viewer whose address is not believed any more',
      credentials: { ...as(await viewerOf('cara@partner.example', now - 1)), share: ofDomain.share },
      inRoom: [],
      refused: 'SHARE_SIGN_IN',
      isNobody: true,
    },
    {
      who: 'the holder of an expired link',
      credentials: { share: createSigner(keysFor('share links')).tokenOf(expiredLink, recording) },
      inRoom: [],
      refused: 'SHARE_EXPIRED',
    },
    { who: 'a key that was revoked', credentials: revokedKey, inRoom: [], refused: 'KEY_INVALID' },
    {
      who: 'a forged key',
      credentials: { headers: { authorization: `Bearer rr_${keyOfAll.id}_${'A'.repeat(43)}` } },
      inRoom: [],
      refused: 'KEY_INVALID',
    },
    { who: 'the holder of a link', credentials: { share: link.share }, inRoom: ['play'] },
    {
      who: 'the holder of a link to download',
      credentials: { share: forDownload.share },
      inRoom: ['play', 'download'],
    },
    {
      who: "the holder of another recording's link",
      credentials: { share: (await tokenOf(other, ben)).share },
      inRoom: [],
      refused: 'SHARE_INVALID',
    },
    {
      who: 'the holder of a forged link',
      credentials: { share: `${link.share.slice(0, -1)}x` },
      inRoom: [],
      refused: 'SHARE_INVALID',
    },
    {
      who: 'the holder of a revoked link',
      credentials: { share: revokedLink.share },
      inRoom: [],
      refused: 'SHARE_EXPIRED',
    },
  ];
  const invitedTo = async (roomName: string, role: 'guest' | 'host', host: string) => {
    const made = await call(app, 'invites.create', { roomName, role }, as(host));
    const { token } = made.json<{ result: { data: { token: string } } }>().result.data;
    return as(cookieOf(await call(app, 'invites.accept', { roomName, invite: token })));
  };
  walkers.push(
    { who: 'a guest', credentials: await invitedTo('team', 'guest', ana), inRoom: ['join'] },
    { who: 'a guest of another room', credentials: await invitedTo('other', 'guest', ben), inRoom: [] },
    {
      who: 'a host by invitation, of another room',
      credentials: await invitedTo('other', 'host', ben),
      inRoom: [],
      library: hostAbilities,
    },
  );
  const hostByInvite = await invitedTo('team', 'host', ana);
  // Last, since they delete the recording, and its links with it.
  const deleting: Walker[] = [
    { who: 'the host', credentials: as(ana), inRoom: hostAbilities, library: hostAbilities },
    { who: 'a host by invitation', credentials: hostByInvite, inRoom: hostAbilities, library: hostAbilities },
    { who: 'the host of another room', credentials: as(ben), inRoom: [], library: hostAbilities },
    { who: 'an admin', credentials: as(admin), inRoom: abilities, everywhere: abilities },
  ];
  for (const scope of abilities) {
    const key = await makeKey(app, admin, { scopes: [scope] });
    walkers.push({ who: `a key that may ${scope}`, credentials: key, inRoom: [scope], everywhere: [scope] });
    const inTeam = await makeKey(app, admin, { scopes: [scope], rooms: ['team'] });
    const library = [scope];
    walkers.push({
      who: `a key that may ${scope} in the room`,
      credentials: inTeam,
      inRoom: [scope],
      library,
    });
    const elsewhere = await makeKey(app, admin, { scopes: [scope], rooms: ['other'] });
    walkers.push({
      who: `a key that may ${scope} in another room`,
      credentials: elsewhere,
      inRoom: [],
      library,
    });
  }

  walkers.push(...deleting);

  const rules: Record<string, Rule> = { ...procedureRules, ...routeRules };
  for (const walker of walkers)
    await t.test(walker.who, async (t) => {
      for (const [name, rule] of Object.entries(rules)) {
        // These end the session, or are tried by themselves.
        if (['session.signOut', 'session.signIn'].includes(name) || /\*\*$|^OPTIONS/.test(name)) continue;
        const isFileOfAll = rule.needs === 'nothing' && rule.cost === 'free' && name.includes(' ');
        const wanted = isFileOfAll ? undefined : expected(name, rule, walker);
        if (rule.needs === 'procedure') continue;
        const answer = await answerTo(
          origin,
          requestOf(name, rule, recording, walker.credentials),
          walker.credentials,
        );
        t.equal(answer, wanted, name);
      }
    });
});
