/** The two tones of the chime, in Hz, and how long each sounds, in s. */
const tones = [660, 880];
const toneSeconds = 0.16;

/** As loud as a notification, and quieter than people who talk. */
const loudness = 0.08;

/** Plays the chime when a recording begins; silent where the browser does not allow sound yet. */
export async function chime(): Promise<void> {
  const context = new AudioContext();
  if (context.state === 'running') {
    for (const [index, frequency] of tones.entries()) {
      const from = context.currentTime + index * toneSeconds;
      const oscillator = new OscillatorNode(context, { frequency });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setTargetAtTime(loudness, from, 0.01);
      gain.gain.setTargetAtTime(0, from + toneSeconds / 2, 0.03);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(from);
      oscillator.stop(from + 2 * toneSeconds);
      if (index === tones.length - 1)
        await new Promise((resolve) => oscillator.addEventListener('ended', resolve));
    }
  }
  await context.close();
}
