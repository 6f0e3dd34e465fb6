import {
  LocalVideoTrack,
  Room,
  RoomEvent,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoFrame,
  VideoSource,
} from '@livekit/rtc-node';
import { parseRoomState } from '../../shared/index.ts';
import type { App } from './app.ts';
import { createScreen } from './screen.ts';

const width = 320;
const height = 180;

/** A camera of 15 pictures a second, which get lighter and darker. */
async function openCamera(room: Room): Promise<() => Promise<void>> {
  const source = new VideoSource(width, height);
  const track = LocalVideoTrack.createVideoTrack('camera', source);
  const options = new TrackPublishOptions({ source: TrackSource.SOURCE_CAMERA });
  await room.localParticipant?.publishTrack(track, options);
  let shade = 0;
  const pictures = setInterval(() => {
    const data = new Uint8Array((width * height * 3) / 2).fill(128);
    data.fill((shade += 4) % 256, 0, width * height);
    source.captureFrame(new VideoFrame(data, width, height, VideoBufferType.I420));
  }, 1000 / 15);
  return async () => {
    clearInterval(pictures);
    await track.close();
  };
}

/** Somebody in a room, who sees which status its metadata tells; with a camera, if they like. */
export async function joinRoom(
  app: App,
  {
    livekitUrl,
    roomName,
    participantName,
    hasCamera,
  }: { livekitUrl: string; roomName: string; participantName: string; hasCamera: boolean },
) {
  const { token } = await app.call('tokens.create', { roomName, participantName });
  const screen = createScreen(participantName);
  const room = new Room();
  room.on(RoomEvent.RoomMetadataChanged, (metadata) => {
    const { recording } = parseRoomState(metadata);
    if (recording) screen.show(recording.status);
  });
  await room.connect(livekitUrl, token, { autoSubscribe: false, dynacast: false });
  const closeCamera = hasCamera ? await openCamera(room) : undefined;
  return {
    screen,
    async leave(): Promise<void> {
      await closeCamera?.();
      await room.disconnect();
    },
  };
}
