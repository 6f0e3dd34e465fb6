// Records a room for three seconds, downloads the recording in pieces, shares it for an hour, and deletes it.
// Usage: node record.js [URL of Reelroom] [room]
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { dispose, Room } from '@livekit/rtc-node';
import { createReelroomClient, errorCodeOf } from '@reelroom/sdk';

const [url = 'http://localhost:6080', roomName = 'node-client'] = process.argv.slice(2);
const { tokens, recordings, rooms, recordingUrl, waitUntilReady } = createReelroomClient({ url });

/** Resolves once the room's recording has begun, and tells what becomes of it until then. */
const untilRecording = () =>
  new Promise<void>((resolve, reject) => {
    const status = rooms.status.subscribe(
      { roomName },
      {
        onData({ recording }) {
          console.log(`status: ${recording?.status ?? 'not recorded'}`);
          if (recording?.status !== 'recording' && recording?.status !== 'failed') return;
          status.unsubscribe();
          if (recording.status === 'failed') reject(new Error(recording.error));
          else resolve();
        },
        onError: reject,
      },
    );
  });

async function download(name: string, size: number): Promise<void> {
  const file = await open(name, 'w');
  for (let at = 0, piece = 1_000_000; at < size; at += piece) {
    const range = `bytes=${at}-${Math.min(at + piece, size) - 1}`;
    const response = await fetch(recordingUrl(name), { headers: { range } });
    if (response.status !== 206) throw new Error(`${range} of ${name}: HTTP ${response.status}`);
    await file.write(new Uint8Array(await response.arrayBuffer()));
  }
  await file.close();
}

const room = new Room();
try {
  const { token, livekitUrl } = await tokens.create.mutate({ roomName, participantName: 'Node' });
  await room.connect(livekitUrl, token, { autoSubscribe: false, dynacast: false });
  const { name } = await recordings.start.mutate({ roomName, quality: '480p' });
  await untilRecording();
  await sleep(3_000);
  await recordings.stop.mutate({ roomName });
  const { size } = await waitUntilReady(name, { signal: AbortSignal.timeout(60_000) });
  await download(name, size);
  const { videoUrl } = await recordings.share.mutate({ name, expiresInSeconds: 3_600 });
  console.log(`${size} bytes are in ${name}; shared for an hour at ${videoUrl}`);
  await recordings.delete.mutate({ name });
} catch (error) {
  console.error(errorCodeOf(error) ?? error);
  process.exitCode = 1;
} finally {
  await room.disconnect();
  await dispose();
}
