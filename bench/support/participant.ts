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

/** A camera: its size in pixels, and how many pictures it makes a second. */
export interface Camera {
  width: number;
  height: number;
  fps: number;
}

/** Turns a camera on in which a bright bar goes from left to right. */
async function openCamera(room: Room, { width, height, fps }: Camera): Promise<() => Promise<void>> {
  const source = new VideoSource(width, height);
  const track = LocalVideoTrack.createVideoTrack('camera', source);
  const options = new TrackPublishOptions({ source: TrackSource.SOURCE_CAMERA, simulcast: false });
  await room.localParticipant?.publishTrack(track, options);
  const barWidth = width / 16;
  let picture = 0;
  const pictures = setInterval(() => {
    const data = new Uint8Array((width * height * 3) / 2).fill(128);
    const left = (picture++ % 16) * barWidth;
    for (let row = 0; row < height; row++) data.fill(235, row * width + left, row * width + left + barWidth);
    source.captureFrame(new VideoFrame(data, width, height, VideoBufferType.I420));
  }, 1000 / fps);
  return async () => {
    clearInterval(pictures);
    await track.close();
  };
}

/** A participant, who follows the status in the room's metadata; with a camera if one is given. */
export async function joinRoom(
  app: App,
  {
    livekitUrl,
    roomName,
    participantName,
    camera,
  }: { livekitUrl: string; roomName: string; participantName: string; camera?: Camera | undefined },
) {
  const { token } = await app.call('tokens.create', { roomName, participantName });
  const screen = createScreen(participantName);
  const room = new Room();
  room.on(RoomEvent.RoomMetadataChanged, (metadata) => {
    const { recording } = parseRoomState(metadata);
    if (recording) screen.show(recording.status);
  });
  await room.connect(livekitUrl, token, { autoSubscribe: false, dynacast: false });
  const closeCamera = camera && (await openCamera(room, camera));
  return {
    screen,
    async leave(): Promise<void> {
      await closeCamera?.();
      await room.disconnect();
    },
  };
}
