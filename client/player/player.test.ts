import fc from 'fast-check';
import t from 'tap';
import type { Focus } from '../lib/keys.ts';
import { playerKeys } from './keys.ts';
import { perform } from './perform.ts';
import { playbackOf } from './remembered-playback.ts';
import { nextSpeed, speeds } from './speeds.ts';
import { parseStart, startWithin } from '../lib/start-time.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, repeat: false };
const action = (key: string, focus: Focus = 'nothing', more: Partial<typeof plain> = {}) =>
  playerKeys.actionOf({ ...plain, key, ...more }, focus);

t.test('where a link begins', async (t) => {
  for (const [text, seconds] of [
    ['83', 83],
    ['83s', 83],
    ['1m23s', 83],
    ['1M23S', 83],
    ['1:23', 83],
    ['1:02:03', 3723],
    ['1h2m3s', 3723],
    ['2h', 7200],
    ['83.9', 83],
    ['', 0],
    [null, 0],
    ['-5', 0],
    ['soon', 0],
    ['1:2:3:4', 0],
    ['1e9', 0],
  ] as const) {
    t.equal(parseStart(text), seconds, String(text));
  }
  fc.assert(fc.property(fc.string(), (text) => Number.isFinite(parseStart(text)) && parseStart(text) >= 0));
  t.equal(startWithin(83, 152_000), 83);
  t.equal(startWithin(152, 152_000), 0, 'one that has ended by then begins at its beginning');
  t.equal(startWithin(83, undefined), 83, 'nothing is known of its length');
});

t.test('what keys do', async (t) => {
  t.same(action(' '), { do: 'play-pause' });
  t.same(action('K'), { do: 'play-pause' }, 'large letters, too');
  t.same(action('ArrowLeft'), { do: 'skip', seconds: -5 });
  t.same(action('l'), { do: 'skip', seconds: 10 });
  t.same(action('7'), { do: 'go-to', part: 0.7 });
  t.same(action('>'), { do: 'speed', step: 1 });
  t.equal(action('x'), undefined);
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey']) {
    t.equal(action('f', 'nothing', { [modifier]: true }), undefined, `${modifier} is the browser's`);
  }
  t.equal(action('k', 'field'), undefined, 'what is typed is typed');
  t.equal(action(' ', 'button'), undefined, 'a button is pressed');
  t.same(action('k', 'button'), { do: 'play-pause' });
  t.equal(action('ArrowRight', 'slider'), undefined, 'a slider moves');
  t.same(action('ArrowRight', 'timeline'), { do: 'skip', seconds: 5 }, 'the timeline as everywhere');
  t.equal(action('m', 'nothing', { repeat: true }), undefined, 'once, however long it is held');
  t.same(action('ArrowRight', 'nothing', { repeat: true }), { do: 'skip', seconds: 5 });
  t.equal(
    new Set(playerKeys.lines.map(({ does }) => does)).size,
    playerKeys.lines.length,
    'each line says something else',
  );
});

/** A video of 100 s that is played, without the playing. */
const fake = (more: object = {}) => ({
  paused: true,
  currentTime: 50,
  duration: 100,
  seekable: { length: 1, start: () => 0, end: () => 40 },
  playbackRate: 1,
  volume: 0.5,
  muted: false,
  play() {
    this.paused = false;
    return Promise.resolve();
  },
  pause() {
    this.paused = true;
  },
  ...more,
});

const nothing = () => t.fail('this was not asked for');
const others = {
  'full-screen': nothing,
  'picture-in-picture': nothing,
  'copy-link': nothing,
  'show-keys': nothing,
};

t.test('what is done', async (t) => {
  const video = fake();
  const does = (key: string) => {
    const asked = action(key);
    return asked && perform(asked, { video, others });
  };
  does('k');
  t.equal(video.paused, false);
  does(' ');
  t.equal(video.paused, true);
  does('ArrowRight');
  t.equal(video.currentTime, 55);
  does('End');
  does('l');
  t.equal(video.currentTime, 100, 'not past its end');
  does('0');
  does('j');
  t.equal(video.currentTime, 0, 'nor before its beginning');
  t.equal(does('>'), 'Speed 1.25×');
  t.equal(does('ArrowUp'), 'Volume 60%');
  t.equal(does('m'), 'Sound off');
  does('ArrowDown');
  t.same(
    [video.muted, Math.round(video.volume * 10)],
    [false, 5],
    'who makes it louder or quieter wants to hear it',
  );

  const live = fake({ duration: Infinity });
  perform({ do: 'go-to', part: 1 }, { video: live, others });
  t.equal(live.currentTime, 40, 'one that grows ends where it is now');
  let copied = 0;
  perform({ do: 'copy-link' }, { video, others: { ...others, 'copy-link': () => (copied += 1) } });
  t.equal(copied, 1);
});

t.test('speeds', async (t) => {
  t.equal(nextSpeed(1, 1), 1.25);
  t.equal(nextSpeed(1, -1), 0.75);
  t.equal(nextSpeed(2, 1), 2);
  t.equal(nextSpeed(0.5, -1), 0.5);
  t.equal(nextSpeed(1.1, 1), 1.25, 'from one that is none of them');
  t.ok(speeds.includes(1));
});

t.test('what is remembered', async (t) => {
  t.same(playbackOf(undefined, undefined), { volume: 1, speed: 1 });
  t.same(playbackOf('0.4', '1.5'), { volume: 0.4, speed: 1.5 });
  for (const odd of ['', '0', '-1', '7', 'NaN', 'loud']) {
    t.same(playbackOf(odd, odd), { volume: 1, speed: 1 }, `not ${odd}`);
  }
});
