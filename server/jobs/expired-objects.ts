import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../adapters/s3/bucket.ts';
import type { StoredObject } from '../adapters/s3/types.ts';
import { inviteIds, sessionIds } from '../bucket/expiring-id.ts';
import { invitesRoot, lobbiesRoot, sessionsRoot } from '../bucket/layout.ts';
import { linksRoot } from '../bucket/share-folder.ts';
import { keptMs as lobbyKeptMs } from '../features/admission/lobby.ts';
import { readLink } from '../features/sharing/token.ts';
import { createDeleteExpired, type DeleteExpired } from './delete-expired.ts';

/** When an object expires, by the last part of its key. */
const byName =
  (expiryOf: (name: string) => number | undefined) =>
  ({ key }: StoredObject): number | undefined =>
    expiryOf(key.slice(key.lastIndexOf('/') + 1));

/** When the link expires that an object is, or stands beside: its key has a suffix then. */
const expiryOfLink = (name: string): number | undefined => readLink(name.replace(/\..*$/, ''))?.expiresAt;

/**
 * Deletes all that expires in the bucket: share links, invites, sessions and entries of waiting rooms; see
 * {@link createDeleteExpired}.
 * @param path key prefix of the recordings' folder
 */
export const createDeleteExpiredObjects = ({
  path,
  ...tools
}: {
  storage: Pick<Storage, 'listPage' | 'deleteMany' | 'now'>;
  path: string;
  log: FastifyBaseLogger;
}): DeleteExpired[] =>
  [
    { what: 'share links', folder: linksRoot(path), expiryOf: byName(expiryOfLink) },
    { what: 'invites', folder: invitesRoot(path), expiryOf: byName(inviteIds.expiryOf) },
    { what: 'sessions', folder: sessionsRoot(path), expiryOf: byName(sessionIds.expiryOf) },
    {
      what: 'entries of waiting rooms',
      folder: lobbiesRoot(path),
      expiryOf: ({ lastModified }: StoredObject) => lastModified.getTime() + lobbyKeptMs,
    },
  ].map((objects) => createDeleteExpired({ ...objects, ...tools }));
