import { z } from 'zod';
import { isLoopbackName } from './loopback.ts';
import type { OptionPath } from './options.ts';

/** Something that a configuration lacks, by the path of the option that it concerns. */
export interface Problem {
  path: OptionPath;
  message: string;
}

/** Well-known development secrets, ours and those of common servers. */
const developmentSecrets = new Set([
  ...['secret', 'devsecret', 'development-secret-not-for-production'],
  ...['minioadmin', 'minio123', 'rustfsadmin', 'password'],
]);

/** The first of HOST and PUBLIC_URL by which other machines reach the app, with what it is; none when only this one does. */
export function exposure({ HOST = '127.0.0.1', PUBLIC_URL }: Record<string, string>): string | undefined {
  if (!isLoopbackName(HOST)) return `HOST is ${JSON.stringify(HOST)}`;
  if (PUBLIC_URL === undefined || !URL.canParse(PUBLIC_URL)) return undefined;
  return isLoopbackName(new URL(PUBLIC_URL).hostname)
    ? undefined
    : `PUBLIC_URL is ${JSON.stringify(PUBLIC_URL)}`;
}

/** What credentials there are, in options of whatever form: other mistakes are told by their schema. */
const credentialsSchema = z.object({
  access: z.unknown().optional(),
  livekit: z.object({ apiSecret: z.unknown().optional() }).catch({ apiSecret: undefined }),
  s3: z.object({ secretKey: z.unknown().optional() }).catch({ secretKey: undefined }),
  openid: z
    .object({ issuer: z.unknown().optional(), adminGroups: z.array(z.unknown()).catch([]) })
    .catch({ issuer: undefined, adminGroups: [] }),
  signIn: z
    .object({ adminPasswordHash: z.unknown().optional(), sessionSecrets: z.array(z.unknown()).catch([]) })
    .catch({ adminPasswordHash: undefined, sessionSecrets: [] }),
});

/**
 * Secrets that everyone knows.
 * @param why the reason for which that matters
 */
export function knownSecretProblems(options: unknown, why: string): Problem[] {
  const { livekit, s3 } = credentialsSchema.parse(options);
  return [
    { path: ['livekit', 'apiSecret'], secret: livekit.apiSecret },
    { path: ['s3', 'secretKey'], secret: s3.secretKey },
  ]
    .filter(({ secret }) => typeof secret === 'string' && developmentSecrets.has(secret))
    .map(({ path }) => ({
      path,
      message: `must be a secret of your own ${why}: everyone knows this one. npm run make-secret makes one`,
    }));
}

/**
 * What protected access lacks.
 * @param why the reason for which access is protected
 */
export function protectionProblems(options: unknown, why = 'while access is protected'): Problem[] {
  const { access, signIn, openid } = credentialsSchema.parse(options);
  if (access !== 'protected') return [];
  const hasOtherAdmins = openid.issuer !== undefined && openid.adminGroups.length > 0;
  const missing: [path: OptionPath, isMissing: boolean, command: string][] = [
    [
      ['signIn', 'adminPasswordHash'],
      signIn.adminPasswordHash === undefined && !hasOtherAdmins,
      'npm run hash-password',
    ],
    [['signIn', 'sessionSecrets'], signIn.sessionSecrets.length === 0, 'npm run make-secret'],
  ];
  return [
    ...missing
      .filter(([, isMissing]) => isMissing)
      .map(([path, , command]) => ({ path, message: `must be set ${why}: ${command} makes one` })),
    ...knownSecretProblems(options, why),
  ];
}
