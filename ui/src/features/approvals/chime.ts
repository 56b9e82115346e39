const NOTES = { asked: [659, 880], expired: [784, 523], ended: [784, 523] } as const;
const NOTE_S = 0.12;
const LOUDNESS = 0.08;

let context: AudioContext | null = null;

/** Two soft notes: rising for a question, falling for the end of a wait or a turn. */
export function chime(kind: keyof typeof NOTES): void {
  context ??= new AudioContext();
  const audio = context;
  // Browsers keep sound back until the person has touched the page; then there is nothing to be done.
  if (audio.state === 'suspended') void audio.resume().catch(() => undefined);
  NOTES[kind].forEach((frequency, i) => {
    const start = audio.currentTime + i * NOTE_S;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(LOUDNESS, start);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_S);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + NOTE_S);
  });
}
