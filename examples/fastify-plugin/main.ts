// An application with a page and a sign-in of its own, and Reelroom below /video.
import { reelroom } from '@reelroom/server';
import fastify, { type FastifyRequest } from 'fastify';

const { env } = process;
const app = fastify({ logger: true });

const key = 'sesame';
const mayEnter = ({ headers }: FastifyRequest) =>
  headers.authorization === `Bearer ${key}` || headers.cookie?.split('; ').includes(`key=${key}`);

// What LiveKit and its recorder ask for: they cannot sign in. LiveKit signs what it tells.
const forMachines = /^\/video\/(livekit\/webhook$|recorder\.html\?|assets\/)/;

app.addHook('onRequest', async (request, reply) => {
  if (request.url === '/sign-in' || forMachines.test(request.url) || mayEnter(request)) return;
  return reply.code(401).type('text/html').send('Please <a href="/sign-in">sign in</a>');
});

// A real application would ask who this is.
app.get('/sign-in', (_request, reply) =>
  reply.header('set-cookie', `key=${key}; Path=/; HttpOnly; SameSite=Lax`).redirect('/'),
);

app.get('/', (_request, reply) =>
  reply.type('text/html').send('<h1>Our application</h1><a href="/video/">Video calls</a>'),
);

await app.register(reelroom, {
  prefix: '/video',
  livekit: {
    url: env.LIVEKIT_URL ?? 'http://localhost:7880',
    apiKey: env.LIVEKIT_API_KEY ?? 'devkey',
    apiSecret: env.LIVEKIT_API_SECRET ?? 'development-secret-not-for-production',
  },
  s3: {
    endpoint: env.S3_ENDPOINT ?? 'http://localhost:9000',
    accessKey: env.S3_ACCESS_KEY ?? 'minioadmin',
    secretKey: env.S3_SECRET_KEY ?? 'minioadmin',
    bucket: env.S3_BUCKET ?? 'example',
  },
  access: 'open',
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void app.close());

await app.listen({ port: Number(env.PORT ?? 3000) });
