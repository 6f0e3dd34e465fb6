import { agreesTo, consentAttribute, consentQuestions, consentValue, parseConsent } from '@reelroom/shared';
import fc from 'fast-check';
import t from 'tap';
import { bucketOf, livekitClients, openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { joinRoom } from './support/participant.ts';
import { proxyTo } from './support/proxy.ts';
import { startRecording, untilEnded, untilShown } from './support/recording.ts';

t.setTimeout(240_000);

const codeOf = (code: string) => ({ data: { errorCode: code } });

t.test('an answer is read from a participant as it was written, and from nothing else', async (t) => {
  const answer = fc.constantFrom('yes' as const, 'no' as const);
  fc.assert(
    fc.property(answer, fc.string({ minLength: 1 }), fc.string(), (answer, recording, other) => {
      const attributes = { [consentAttribute]: consentValue({ answer, recording }) };
      const read = parseConsent(attributes);
      if (read?.answer !== answer || read.recording !== recording) return false;
      if (agreesTo(attributes, recording) !== (answer === 'yes')) return false;
      return other === recording || !agreesTo(attributes, other);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/^(yes|no):/.test(text));
      return parseConsent({ [consentAttribute]: text }) === undefined;
    }),
  );
  t.equal(parseConsent({}), undefined);
});

t.test('require: who does not agree gets no token', async (t) => {
  const { trpc, post } = await serve(t, testConfig({ RECORDING_CONSENT: 'require' }));
  const who = { roomName: 'a', participantName: 'Ana' };
  t.match(await failure(trpc.tokens.create.mutate(who)), codeOf('CONSENT_REQUIRED'));
  const declines = { ...who, agreesToRecording: false };
  t.match(await failure(trpc.tokens.create.mutate(declines)), codeOf('CONSENT_REQUIRED'));
  const refused = await post('/token', who);
  t.equal(refused.status, 403);
  t.match(await refused.json(), { code: 'CONSENT_REQUIRED' });
  const agrees = { ...who, agreesToRecording: true };
  t.ok((await trpc.tokens.create.mutate(agrees)).token);
  t.equal((await post('/token', agrees)).status, 200);
});

t.test(
  'an answer is that of the holder of the token, for the recording of now, with a receipt',
  async (t) => {
    const s3 = await proxyTo(t, testConfig().s3.endpoint);
    const config = testConfig({ S3_ENDPOINT: s3.url, RECORDING_CONSENT: 'ask' });
    const { trpc } = await serve(t, config);
    const { rooms } = livekitClients(config);
    const { name: roomName } = await openRoom(t, config);
    const [ana, ben] = await Promise.all(
      ['Ana', 'Ben'].map((participantName) => trpc.tokens.create.mutate({ roomName, participantName })),
    );
    if (!ana || !ben) throw new Error();
    const { room } = await joinRoom(t, ana);
    const shown = async () =>
      (await rooms.getParticipant(roomName, ana.identity)).attributes[consentAttribute];
    const answer = (more: Partial<Parameters<typeof trpc.recordings.answerConsent.mutate>[0]>) =>
      trpc.recordings.answerConsent.mutate({
        ...{ roomName, answer: 'yes', token: ana.token, recording: 'a-RM_1-t.mp4' },
        ...more,
      });
    t.match(await failure(answer({})), codeOf('RECORDING_NOT_STARTED'), 'nobody is recorded yet');

    const { name: recording } = await startRecording(trpc, roomName);
    t.match(await untilShown(config, roomName, 'recording'), { consent: 'ask' }, 'they are told how');
    t.match(await failure(answer({})), codeOf('RECORDING_NOT_STARTED'), 'not for another recording');
    const other = await trpc.tokens.create.mutate({ roomName: 'another', participantName: 'Ana' });
    for (const [what, token] of [
      ['that is none', 'x'],
      ['of another room', other.token],
      ['of who is not there', ben.token],
      ['that was changed', `${ana.token.slice(0, -2)}xx`],
    ] as const)
      t.match(await failure(answer({ recording, token })), codeOf('FORBIDDEN'), `not by a token ${what}`);
    t.equal(await shown(), undefined, 'nothing was answered');

    const forged = { [consentAttribute]: consentValue({ recording, answer: 'yes' }) };
    // LiveKit either refuses that, or takes it and does nothing.
    await room.localParticipant?.setAttributes(forged).catch(() => undefined);
    t.equal(await shown(), undefined, 'nor does a participant say so of themselves');

    s3.goAway();
    t.match(await failure(answer({ recording })), codeOf('STORAGE_UNAVAILABLE'));
    t.equal(await shown(), undefined, 'without a receipt nobody is in it');
    s3.comeBack();
    t.match(await answer({ recording }), { identity: ana.identity, name: 'Ana', answer: 'yes' });
    t.equal(await shown(), `yes:${recording}`);
    s3.goAway();
    t.match(await failure(answer({ recording, answer: 'no' })), codeOf('STORAGE_UNAVAILABLE'));
    t.equal(await shown(), `no:${recording}`, 'but a no holds at once');
    s3.comeBack();
    await answer({ recording, answer: 'no', language: 'es' });

    await trpc.recordings.stop.mutate({ roomName });
    await untilEnded(trpc, recording, 60_000);
    t.match(await failure(answer({ recording })), codeOf('RECORDING_NOT_STARTED'), 'it is over');
    const receipts = await trpc.recordings.consent.query({ name: recording });
    t.match(receipts, [
      { identity: ana.identity, answer: 'yes', question: consentQuestions.en.ask },
      { identity: ana.identity, answer: 'no', question: consentQuestions.es.ask },
    ]);

    await trpc.recordings.delete.mutate({ name: recording });
    t.same(await (await bucketOf(config)).keys('recordings/.reelroom/consent/'), [], 'they go with it');
  },
);

t.test('tell: nobody is asked', async (t) => {
  const config = testConfig();
  const { trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { token } = await trpc.tokens.create.mutate({ roomName, participantName: 'Ana' });
  const { name: recording } = await startRecording(trpc, roomName);
  t.equal((await untilShown(config, roomName, 'recording')).consent, undefined);
  t.match(
    await failure(trpc.recordings.answerConsent.mutate({ roomName, recording, answer: 'no', token })),
    codeOf('RECORDING_NOT_STARTED'),
  );
  await trpc.recordings.stop.mutate({ roomName });
  await untilEnded(trpc, recording, 60_000);
  t.same(await trpc.recordings.consent.query({ name: recording }), []);
});
