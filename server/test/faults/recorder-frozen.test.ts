import { randomUUID } from 'node:crypto';
import t from 'tap';
import { bucketOf, livekitClients, serve, testConfig } from '../support/build.ts';
import { joinRoom } from '../support/participant.ts';
import {
  ffprobe,
  handlerOf,
  recordAgain,
  shownStatus,
  startRecording,
  treeOf,
  untilShown,
} from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

/** How long, in ms, a room may say nothing of a recorder that is there again: a round, and the requests of it. */
const unseenMs = 8_000;

t.test(
  'a recorder hangs, is taken for lost, and goes on: it is seen, stopped, and its file is whole',
  async (t) => {
    const config = testConfig();
    const { keys } = await bucketOf(config);
    const { trpc, url } = await serve(t, config);
    const { rooms, egress } = livekitClients(config);
    const roomName = `Équipe "F" 🎥 ${randomUUID().slice(0, 8)}`;
    // A room without people would be closed.
    await joinRoom(t, await trpc.tokens.create.mutate({ roomName, participantName: 'Ana' }));
    const { name, id } = await startRecording(trpc, roomName);
    await untilShown(config, roomName, 'recording');
    await until('two segments', async () => (await keys()).filter((key) => key.endsWith('.ts')).length >= 2);

    const processes = treeOf(handlerOf(id));
    t.ok(processes.length > 3, `${processes.length} processes, Chromium's among them`);
    const signalAll = (signal: 'SIGSTOP' | 'SIGCONT') => {
      for (const pid of processes)
        try {
          process.kill(pid, signal);
        } catch {
          // It has ended.
        }
    };
    t.teardown(() => signalAll('SIGCONT'));
    signalAll('SIGSTOP');
    const stoppedAt = Date.now();
    t.match(await untilShown(config, roomName, ['ready', 'failed'], 90_000), { name, status: 'ready' });
    t.comment(`taken for lost after ${Date.now() - stoppedAt} ms`);
    const recovered = await trpc.recordings.get.query({ name });
    t.match(recovered, { endedBy: 'recovered', durationMs: Number });
    await trpc.recordings.rename.mutate({ name, title: 'What was left' });
    await trpc.recordings.setKeep.mutate({ name, keep: true });

    const isThere = () =>
      rooms.getParticipant(roomName, id).then(
        () => true,
        () => false,
      );
    const isActive = async () => (await egress.listEgress({ roomName, active: true })).length > 0;
    t.ok(await isActive(), 'LiveKit goes on to call it active');
    signalAll('SIGCONT');
    await until('it to be in the room again', isThere);
    const cameBack = Date.now();
    let seenAfter: number | undefined;
    await until(
      'it to have stopped',
      async () => {
        // What is shown is asked for first: it may end between the two.
        const status = (await shownStatus(config, roomName))?.status;
        if (!(await isActive())) return true;
        if (status === 'recording' || status === 'stopping') seenAfter ??= Date.now() - cameBack;
        else if (seenAfter !== undefined) t.fail(`it records, and the room says ${status}`);
        return false;
      },
      60_000,
    );
    t.ok(seenAfter !== undefined && seenAfter < unseenMs, `the room says so after ${seenAfter} ms`);

    const whole = await until('its file to take the place of what was left', async () => {
      const recording = await trpc.recordings.get.query({ name });
      return recording.endedBy !== undefined && recording.endedBy !== 'recovered' && recording;
    });
    t.match(whole, { status: 'ready', endedBy: 'recorder-shutdown', title: 'What was left', keep: true });
    await untilShown(config, roomName, 'ready');
    const { durationMs = 0 } = whole;
    // What was recorded before it hung that no segment had, at least.
    t.ok(durationMs > (recovered.durationMs ?? Infinity), `${durationMs} ms of ${recovered.durationMs} ms`);
    const { duration, codecs } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
    t.ok(Math.abs(duration * 1_000 - durationMs) < 100, `${duration} s, ${durationMs} ms are told`);
    t.same(codecs, ['aac', 'h264']);
    t.equal((await keys()).filter((key) => key.includes('/index/v1/all/')).length, 1, 'it is entered once');
    await recordAgain(config, trpc, roomName);
  },
);
