import fastify from 'fastify';
import fc from 'fast-check';
import t from 'tap';
import { reelroom } from '../app.ts';
import { redactTokens, newLink } from '../features/sharing/token.ts';
import { signerOf } from './support/signer.ts';
import { bucketOf, pluginOptions, testConfig } from './support/build.ts';
import { proxyTo } from './support/proxy.ts';

const name = 'a-RM_1-t.mp4';

t.test('no log has what a link is', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url, LOG_LEVEL: 'trace' });
  const { put } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  await put(`recordings/${name}`, 'media');
  const signer = signerOf(config.livekit.apiSecret);

  /** Applications around ours, each with a way of its own to show requests. */
  const ways = {
    'as Fastify does': undefined,
    'with what they like': {
      req: ({ url, query, headers }: { url: string; query: unknown; headers: object }) => ({
        ...{ theirs: 'yes', url, query, headers },
      }),
    },
  };

  for (const [way, serializers] of Object.entries(ways))
    for (const prefix of ['', '/video'])
      await t.test(`${way}, at ${prefix || '/'}`, async (t) => {
        const lines: string[] = [];
        const app = fastify({
          logger: {
            level: 'trace',
            stream: { write: (line: string) => void lines.push(line) },
            ...(serializers && { serializers }),
          },
        });
        t.teardown(() => app.close());
        app.get('/theirs', () => 'theirs');
        await app.register(reelroom, { ...pluginOptions(config), prefix });
        const shared = await app.inject({
          method: 'POST',
          url: `${prefix}/trpc/recordings.share`,
          payload: { name },
        });
        const token = new URL(shared.json().result.data.videoUrl).searchParams.get('share') ?? '';
        const signature = token.slice(24);
        t.equal(signature.length, 32);
        const revoked = newLink({ createdAt: Date.now(), expiresInSeconds: 60, download: false });
        const other = signer.tokenOf(revoked, name);
        const spelled = (text: string) =>
          [...text].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join('');
        const inputOf = (share: string) => encodeURIComponent(JSON.stringify({ name, share }));
        const batch = encodeURIComponent(JSON.stringify({ 0: { name, share: token } }));
        const askAll = async () => {
          for (const share of [token, other, spelled(token)])
            for (const path of ['recordings', 'watch', 'embed', 'posters'])
              await app.inject({ url: `${prefix}/${path}/${name}?share=${share}` });
          for (const path of [
            `/thumbs/${name}/index.vtt?share=${token}`,
            `/recordings/${name}?download&share=${token}`,
            `/nothing?share=${token}`,
            `/trpc/recordings.get?input=${inputOf(token)}`,
            `/trpc/recordings.get?input=${inputOf(other)}`,
            `/trpc/recordings.get,recordings.totals?batch=1&input=${batch}`,
            `/trpc/nothing?input=${inputOf(token)}`,
            `/recordings/%?share=${token}`,
          ])
            await app.inject({
              url: prefix + path,
              headers: { referer: `http://localhost/?share=${token}` },
            });
        };
        await askAll();
        s3.goAway();
        await askAll();
        s3.comeBack();

        const log = lines.join('');
        t.notMatch(log, signature);
        t.notMatch(log, other.slice(24));
        t.notMatch(log.toLowerCase(), spelled(token).slice(24 * 3));
        t.match(log, token.slice(0, 24), 'but which link it was');
        t.match(log, 'STORAGE_UNAVAILABLE', 'errors are told');
        if (serializers) t.match(log, '"theirs":"yes"', 'as they show them');
        const before = lines.length;
        await app.inject('/theirs?share=' + token);
        t.match(lines.slice(before).join(''), signature, 'what they are asked themselves is theirs');
      });
});

t.test('hiding tokens leaves other texts as they are', async (t) => {
  const { tokenOf } = signerOf('a secret of some length, for tests only');
  const token = tokenOf(newLink({ createdAt: 1, expiresInSeconds: 1, download: true }), name);
  t.equal(redactTokens(`/watch/a.mp4?share=${token}&t=3`), `/watch/a.mp4?share=${token.slice(0, 24)}…&t=3`);
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
      fc.pre(!/[0-9a-z]{24}[0-9a-f]{32}/.test(url));
      return redactTokens(url) === url && redactTokens(`${url}%`) === `${url}%`;
    }),
  );
});
