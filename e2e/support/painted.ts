import type { BrowserContext } from 'playwright-core';

/** What a person's devices give: one colour, and one tone that no noise suppression takes for noise. */
export interface Painted {
  camera: string;
  /** Hz. */
  tone: number;
  screen: string;
}

/** Gives a person's pages devices of one colour and one tone, by which they are found in a recording. */
export async function paintDevices(context: BrowserContext, painted: Painted): Promise<void> {
  await context.addInitScript(({ camera, tone, screen }) => {
    const pictureOf = (colour: string): MediaStreamTrack => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [640, 360];
      const pen = canvas.getContext('2d');
      const paint = () => {
        if (!pen) return;
        pen.fillStyle = colour;
        pen.fillRect(0, 0, canvas.width, canvas.height);
      };
      setInterval(paint, 100);
      paint();
      const [track] = canvas.captureStream(10).getVideoTracks();
      if (!track) throw new Error('no picture');
      return track;
    };
    const soundOf = (frequency: number): MediaStreamTrack => {
      const sound = new AudioContext();
      const output = sound.createMediaStreamDestination();
      const oscillator = new OscillatorNode(sound, { frequency });
      oscillator.connect(new GainNode(sound, { gain: 0.3 })).connect(output);
      oscillator.start();
      const [track] = output.stream.getAudioTracks();
      if (!track) throw new Error('no sound');
      return track;
    };
    navigator.mediaDevices.getUserMedia = ({ audio, video } = {}) =>
      Promise.resolve(
        new MediaStream([...(video ? [pictureOf(camera)] : []), ...(audio ? [soundOf(tone)] : [])]),
      );
    navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(new MediaStream([pictureOf(screen)]));
  }, painted);
}
