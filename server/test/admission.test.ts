import { randomUUID } from 'node:crypto';
import { waitingPersonSchema } from '@reelroom/shared';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { build, livekitClients, serve } from './support/build.ts';
import { joinRoom } from './support/participant.ts';
import { ask, call, cookieOf, ourPage, protectedConfig, signIn } from './support/protected.ts';
import { until } from './support/until.ts';
import { signWebhook } from './support/webhook.ts';

type App = Awaited<ReturnType<typeof build>>;

const codeOf = (answer: { json: () => { error?: { data: { errorCode: string } } } }) =>
  answer.json().error?.data.errorCode;

/** Asks for a token to join the room `team`. */
const join = (app: App, cookie = '', roomName = 'team') =>
  call(app, 'tokens.create', { roomName, participantName: 'Gus' }, { headers: { cookie } });

/** A protected server with Ana's room `team`. */
async function withRoom(t: Test, rules: object = {}) {
  const config = await protectedConfig();
  const app = await build(t, config);
  const ana = await signIn(app, 'ana');
  t.equal((await join(app, ana)).statusCode, 200);
  const answer = await call(app, 'rooms.setRules', { roomName: 'team', rules }, { headers: { cookie: ana } });
  t.equal(answer.statusCode, 200, answer.body);
  const asAna = (path: string, input: object) =>
    call(app, path, { roomName: 'team', ...input }, { headers: { cookie: ana } });
  return { app, config, ana, asAna };
}

t.test('an invite lets in who has it, until it expires, is revoked or is used up', async (t) => {
  const { app, config, asAna } = await withRoom(t, { join: 'invited' });
  const made = (await asAna('invites.create', {})).json().result.data;
  t.match(made, { role: 'guest', used: 0, uses: undefined });
  t.equal(made.expiresAt - made.createdAt, 7 * 24 * 3_600_000);
  t.equal(codeOf(await join(app)), 'UNAUTHENTICATED');

  const accept = (invite: string, cookie = '', roomName = 'team') =>
    call(app, 'invites.accept', { roomName, invite }, { headers: { cookie } });
  const accepted = await accept(made.token);
  t.same(accepted.json().result.data, { role: 'guest' });
  const guest = cookieOf(accepted);
  t.equal((await join(app, guest)).statusCode, 200);
  t.equal(codeOf(await join(app, guest, 'other')), 'FORBIDDEN', 'not into another room');
  t.equal(
    codeOf(await call(app, 'recordings.start', { roomName: 'team' }, { headers: { cookie: guest } })),
    'FORBIDDEN',
  );
  t.equal(codeOf(await ask(app, 'recordings.list', {}, { cookie: guest })), 'FORBIDDEN');
  t.equal((await accept(made.token, guest)).statusCode, 200);
  const [listed] = (
    await ask(app, 'invites.list', { roomName: 'team' }, { cookie: await signIn(app, 'ana') })
  ).json().result.data;
  t.match(listed, { id: made.id, used: 1 }, 'accepting again is no other use');
  t.notOk(JSON.stringify(listed).includes(made.token.split('.')[1]), 'its secret is not listed');

  for (const [what, token] of [
    ['a changed secret', made.token.slice(0, -1) + (made.token.endsWith('A') ? 'B' : 'A')],
    ['a shortened one', made.token.slice(0, -1)],
    ['another id', made.token.replace(/[0-9a-f]\./, (end: string) => (end[0] === '0' ? '1.' : '0.'))],
    ['none', 'x'],
    ['a path', '../../rooms/x'],
  ] as const)
    t.equal(codeOf(await accept(token)), 'INVITE_INVALID', what);
  t.equal(codeOf(await accept(made.token, '', 'other')), 'INVITE_INVALID', 'for another room');
  t.equal(codeOf(await join(app, guest.slice(0, -1))), 'UNAUTHENTICATED', 'a forged cookie');

  const single = (await asAna('invites.create', { uses: 1 })).json().result.data;
  const both = await Promise.all([accept(single.token), accept(single.token)]);
  t.same(both.map(codeOf).sort(), ['INVITE_INVALID', undefined].sort(), 'of two at once one');

  const other = await build(t, config);
  t.equal((await join(other, guest)).statusCode, 200);
  await asAna('invites.revoke', { id: made.id });
  t.equal(codeOf(await join(app, guest)), 'UNAUTHENTICATED');
  await until('another process knows', async () => codeOf(await join(other, guest)) === 'UNAUTHENTICATED');

  const host = (await asAna('invites.create', { role: 'host' })).json().result.data;
  const asHost = cookieOf(await accept(host.token));
  t.equal((await ask(app, 'invites.list', { roomName: 'team' }, { cookie: asHost })).statusCode, 200);
  t.equal(codeOf(await ask(app, 'invites.list', { roomName: 'other' }, { cookie: asHost })), 'FORBIDDEN');

  const gone = await accept(single.token, cookieOf(await accept(host.token)));
  t.equal(codeOf(gone), 'INVITE_INVALID');
  for (const input of [{ expiresInSeconds: 1 }, { uses: 0 }, { role: 'admin' }])
    t.equal(codeOf(await asAna('invites.create', input)), 'INVALID_INPUT', JSON.stringify(input));
});

/** The data of a subscription's events, as they come. */
async function follow(t: Test, url: string, path: string, input: object, cookie: string) {
  const leave = new AbortController();
  t.teardown(() => leave.abort());
  const query = encodeURIComponent(JSON.stringify(input));
  const response = await fetch(`${url}/trpc/${path}?input=${query}`, {
    signal: leave.signal,
    headers: { cookie, accept: 'text/event-stream', ...ourPage },
  });
  const seen: unknown[] = [];
  const state = { seen, isOpen: true, leave: () => leave.abort() };
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  void (async () => {
    let text = '';
    for (;;) {
      const { done, value = '' } = (await reader?.read().catch(() => undefined)) ?? { done: true };
      if (done) break;
      text += value;
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages)
        if (!/^event:/m.test(message)) seen.push(JSON.parse(/^data: (.*)$/m.exec(message)?.[1] ?? 'null'));
    }
    state.isOpen = false;
  })();
  return state;
}

t.test('who waits is admitted or refused, and knows nothing of the room before', async (t) => {
  const { config, ana, asAna } = await withRoom(t, { join: 'anyone', waitingRoom: true, record: 'everyone' });
  const [here, there] = [await serve(t, { ...config, port: 0 }), await serve(t, { ...config, port: 0 })];
  const knock = (name: string, cookie = '') =>
    call(here.app, 'lobby.knock', { roomName: 'team', name }, { headers: { cookie } });
  t.equal(codeOf(await join(here.app)), 'WAITING_ROOM');
  const [gus, eve] = [await knock('Gus <img onerror=alert(1)>'), await knock('Eve')];
  t.same(gus.json().result.data, { standing: 'waiting' });
  const [gusCookie, eveCookie] = [cookieOf(gus), cookieOf(eve)];

  // The host is at the other process, which hears of it without Redis.
  const host = await follow(t, there.url, 'lobby.waiting', { roomName: 'team' }, ana);
  const latest = () => z.array(waitingPersonSchema).optional().parse(host.seen.at(-1));
  await until('two people to be shown', async () => latest()?.length === 2);
  t.same(
    latest()
      ?.map(({ name }) => name)
      .sort(),
    ['Eve', 'Gus <img onerror=alert(1)>'],
  );

  for (const cookie of [gusCookie, eveCookie]) {
    t.equal(codeOf(await join(here.app, cookie)), 'WAITING_ROOM');
    for (const [path, input] of [
      ['recordings.start', { roomName: 'team' }],
      ['recordings.stop', { roomName: 'team' }],
      ['recordings.keepRecording', { roomName: 'team' }],
      ['lobby.decide', { roomName: 'team', people: latest()?.map(({ id }) => id), admit: true }],
    ] as const)
      t.match(
        codeOf(await call(here.app, path, input, { headers: { cookie } })),
        /UNAUTHENTICATED|WAITING_ROOM/,
        path,
      );
    const status = await follow(t, here.url, 'rooms.status', { roomName: 'team' }, cookie);
    await until('the status to be refused', async () => !status.isOpen || status.seen.length > 0);
    t.same(status.seen, [], 'whether it is recorded');
    t.same((await ask(here.app, 'rooms.get', { roomName: 'team' }, { cookie })).json().result.data, {
      abilities: ['knock'],
    });
  }

  const [waits, alsoWaits] = await Promise.all(
    [gusCookie, eveCookie].map((cookie) => follow(t, here.url, 'lobby.wait', { roomName: 'team' }, cookie)),
  );
  await until(
    'both to be told that they wait',
    async () => waits?.seen[0] === 'waiting' && alsoWaits?.seen[0] === 'waiting',
  );
  const idOf = (name: string) => latest()?.find((person) => person.name.startsWith(name))?.id;
  t.equal(codeOf(await asAna('lobby.decide', { people: ['../x'], admit: true })), 'INVALID_INPUT');
  const [gusId, eveId] = [idOf('Gus'), idOf('Eve')];
  await asAna('lobby.decide', { people: [gusId], admit: true });
  await asAna('lobby.decide', { people: [eveId, 'n'.repeat(22)], admit: false });
  await until(
    'both to be told',
    async () => waits?.seen.at(-1) === 'admitted' && alsoWaits?.seen.at(-1) === 'refused',
  );
  await until('the host to see nobody wait', async () => latest()?.length === 0);

  await until('the door to be open', async () => (await join(here.app, gusCookie)).statusCode === 200);
  t.same((await knock('Eve', eveCookie)).json().result.data, { standing: 'refused' }, 'not again at once');
  t.equal(
    (await call(here.app, 'recordings.stop', { roomName: 'team' }, { headers: { cookie: gusCookie } })).json()
      .error.data.errorCode,
    'RECORDING_NOT_STARTED',
  );
  t.equal((await join(here.app, ana)).statusCode, 200, 'a host does not wait');
});

t.test('who was removed comes back neither by a token from before nor by an old invitation', async (t) => {
  const { app, config, asAna } = await withRoom(t, { join: 'invited' });
  const { rooms } = livekitClients(config);
  const roomName = `team ${randomUUID()}`;
  const ana = await signIn(app, 'ana');
  await join(app, ana, roomName);
  const made = (await asAna('invites.create', { roomName })).json().result.data;
  const accept = (invite: string, cookie = '') =>
    call(app, 'invites.accept', { roomName, invite }, { headers: { cookie } });
  const guest = cookieOf(await accept(made.token));
  const grant = (await join(app, guest, roomName)).json().result.data;
  await joinRoom(t, grant);
  const inRoom = async () =>
    (await rooms.listParticipants(roomName)).find(({ identity }) => identity === grant.identity);
  const participant = await until('the guest to be in the room', inRoom);
  t.match(participant.attributes, { 'reelroom.person': /^[\w-]{22}$/ });

  t.equal((await asAna('lobby.remove', { roomName, identity: grant.identity })).statusCode, 200);
  await until('the guest to be out', async () => !(await inRoom()));
  t.equal(codeOf(await join(app, guest, roomName)), 'REMOVED_FROM_ROOM');
  t.equal((await accept(made.token, guest)).statusCode, 200);
  t.equal(codeOf(await join(app, guest, roomName)), 'REMOVED_FROM_ROOM', 'by the old invitation');

  // LiveKit takes the token until it expires, and tells us of it.
  await joinRoom(t, grant);
  await until('the guest to be back', inRoom);
  const body = JSON.stringify({
    event: 'participant_joined',
    room: { name: roomName },
    participant: { identity: grant.identity, attributes: participant.attributes },
  });
  const authorization = await signWebhook(body, config.livekit);
  const answer = await app.inject({
    ...{ method: 'POST', url: '/livekit/webhook', body },
    headers: { authorization, 'content-type': 'application/webhook+json' },
  });
  t.equal(answer.statusCode, 200);
  await until('the guest to be out again', async () => !(await inRoom()));

  const later = (await asAna('invites.create', { roomName })).json().result.data;
  t.equal((await accept(later.token, guest)).statusCode, 200);
  t.equal((await join(app, guest, roomName)).statusCode, 200, 'an invitation that is made later is meant');
});
