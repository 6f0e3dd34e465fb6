/** Calls back with how loud a stream is (0–1), some 15 times a second, until the returned function is called. */
export function watchLoudness(stream: MediaStream, onLevel: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // Decibels from -55 (a quiet room) to -15 (loud speech).
    onLevel(Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-10) + 55) / 40)));
  }, 66);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
