import fc from 'fast-check';
import t from 'tap';
import { jpegSize } from '../features/playback/jpeg-size.ts';
import { thumbnailTrack, vttTime } from '../features/playback/vtt.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';

/** The beginning of a JPEG such as GStreamer's jpegenc makes, 640 by 360. */
const jpeg = Buffer.from(
  'ffd8ffe000104a46494600010100000100010000ffdb004300' +
    '01'.repeat(64) +
    'ffc0001108016802800301220002110103',
  'hex',
);

t.test('the size of a JPEG', async (t) => {
  t.same(jpegSize(jpeg), { width: 640, height: 360 });
  for (let length = 0; length < jpeg.length - 8; length += 1)
    t.equal(jpegSize(jpeg.subarray(0, length)), undefined);
  t.equal(jpegSize(Buffer.from('a picture of something else')), undefined);
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const size = jpegSize(Buffer.concat([Buffer.from('ffd8', 'hex'), bytes]));
      return size === undefined || size.width + size.height >= 0;
    }),
  );
});

t.test('a time in WebVTT', async (t) => {
  for (const [ms, text] of [
    [0, '00:00:00.000'],
    [10_000, '00:00:10.000'],
    [61_001.9, '00:01:01.001'],
    [3_600_000, '01:00:00.000'],
    [100 * 3_600_000 + 59_999, '100:00:59.999'],
  ] as const)
    t.equal(vttTime(ms), text);
});

t.test('a track: one that is missing is covered by the one before, the last to the end', async (t) => {
  const track = (durationMs: number | undefined) =>
    thumbnailTrack({
      files: ['t_00000.jpeg', 't_00001.jpeg', 't_00003.jpeg'],
      query: '?share=x',
      size: { width: 640, height: 360 },
      seconds: 10,
      durationMs,
    });
  const first = [
    'WEBVTT',
    '',
    '00:00:00.000 --> 00:00:10.000',
    't_00000.jpeg?share=x#xywh=0,0,640,360',
    '',
    '00:00:10.000 --> 00:00:30.000',
    't_00001.jpeg?share=x#xywh=0,0,640,360',
    '',
  ];
  const last = (end: string) => [`00:00:30.000 --> ${end}`, 't_00003.jpeg?share=x#xywh=0,0,640,360', ''];
  t.equal(track(undefined), [...first, ...last('00:00:40.000')].join('\n'));
  t.equal(track(65_500), [...first, ...last('00:01:05.500')].join('\n'));
  t.equal(track(29_900), [...first, ...last('00:00:40.000')].join('\n'), 'never ends before it begins');
});

t.test('thumbnails of a recording', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const name = 'Équipe "A" 🎥 50 %-RM_1-t.mp4';
  const folder = `recordings/.reelroom/thumbs/${name.slice(0, -4)}/`;
  await put(`recordings/${name}`, 'media');
  await put('recordings/plain.mp4', 'media');
  for (const file of ['t_00000.jpeg', 't_00001.jpeg']) await put(folder + file, jpeg);
  await put(`${folder}secret.txt`, 'x');
  const { url, trpc } = await serve(t, config);
  await until(
    'the index to be built',
    async () => (await trpc.recordings.list.query()).recordings.length === 2,
  );
  const at = `${url}/thumbs/${encodeURIComponent(name)}`;
  const asked = async (address: string, init: RequestInit = {}) => {
    const methods: string[] = [];
    s3.misbehave((request) => {
      if (decodeURIComponent(request).includes(name.slice(0, -4))) methods.push(request.split(' ')[0] ?? '');
      return undefined;
    });
    const answer = await fetch(address, init);
    const body = Buffer.from(await answer.arrayBuffer());
    s3.comeBack();
    return { answer, body, methods: methods.sort() };
  };

  await t.test('the track', async (t) => {
    const { answer, body, methods } = await asked(`${at}/index.vtt`);
    t.equal(answer.status, 200);
    t.equal(answer.headers.get('content-type'), 'text/vtt; charset=utf-8');
    t.equal(answer.headers.get('cache-control'), 'private, max-age=86400');
    t.match(body.toString(), 'WEBVTT\n\n00:00:00.000 --> 00:00:10.000\nt_00000.jpeg#xywh=0,0,640,360\n');
    t.same(
      methods,
      ['GET', 'GET', 'GET', 'GET', 'HEAD'],
      'a LIST, whether it is in the trash, the manifest, the media, a picture',
    );
  });

  await t.test('a picture', async (t) => {
    const { answer, body, methods } = await asked(`${at}/t_00001.jpeg`);
    t.equal(answer.status, 200);
    t.match(Object.fromEntries(answer.headers), {
      'content-type': 'image/jpeg',
      'cache-control': 'private, max-age=86400',
      'content-length': String(jpeg.length),
      etag: /^"/,
    });
    t.ok(body.equals(jpeg));
    t.same(methods, ['GET']);
    const headers = { 'if-none-match': answer.headers.get('etag') ?? '' };
    const same = await fetch(`${at}/t_00001.jpeg`, { headers });
    t.equal(same.status, 304);
    t.equal(same.headers.get('content-length'), null, 'it says nothing of a length that is not its own');
  });

  await t.test('none', async (t) => {
    const { answer, body } = await asked(`${url}/thumbs/plain.mp4/index.vtt`);
    t.equal(answer.status, 200, 'players take a track without pictures for what it is');
    t.equal(body.toString(), 'WEBVTT\n');
    t.equal(answer.headers.get('cache-control'), 'private, no-cache', 'there may be some later');
  });

  await t.test('HEAD says the same, and reads no picture', async (t) => {
    for (const file of ['index.vtt', 't_00001.jpeg']) {
      const { answer: get } = await asked(`${at}/${file}`);
      const { answer, body, methods } = await asked(`${at}/${file}`, { method: 'HEAD' });
      t.equal(answer.status, 200);
      t.equal(body.length, 0);
      const told = ({ headers }: Response) =>
        Object.fromEntries(
          [...headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)),
        );
      t.same(told(answer), told(get));
      if (file !== 'index.vtt') t.notOk(methods.includes('GET'), 'no picture is read');
    }
  });

  await t.test('nothing else', async (t) => {
    for (const [path, code] of [
      [`${at}/t_00002.jpeg`, 'NOT_FOUND'],
      [`${at}/secret.txt`, 'NOT_FOUND'],
      [`${at}/..%2F..%2F..%2Fplain.mp4`, 'RECORDING_NOT_FOUND'],
      [at, 'RECORDING_NOT_FOUND'],
      [`${at}/`, 'RECORDING_NOT_FOUND'],
      [`${url}/thumbs/none.mp4/index.vtt`, 'RECORDING_NOT_FOUND'],
      [`${url}/thumbs/none/t_00000.jpeg`, 'RECORDING_NOT_FOUND'],
    ] as const) {
      const answer = await fetch(path);
      t.equal(answer.status, 404, path);
      t.equal(answer.headers.get('cache-control'), null, 'is not kept');
      t.match(await answer.json(), { code }, path);
    }
  });
});
