import type { Share, shareInputSchema } from '@reelroom/shared';
import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { downloadNotShared, recordingNotFound, shareExpired, shareInvalid } from '../../lib/errors.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Library } from '../library/recordings.ts';
import { linksFolder, listLinks } from '../../bucket/share-folder.ts';
import { createSigner, newLink, readLink, type Link } from './token.ts';
import { watchUrls } from './urls.ts';

/** How long it is remembered that a link is there, or is not, in ms; and of how many links. */
const cachedForMs = 5_000;
const maxCached = 1_000;

const isActive = ({ expiresAt }: Link) => expiresAt > Date.now();

/**
 * Links by which whoever holds one watches a recording, with no sign-in. The bucket is their
 * list: each is an empty object whose key is the link's id, and taking it back is
 * deleting it.
 */
export function createShares({
  storage,
  library,
  path,
  secret,
}: {
  storage: Storage;
  library: Pick<Library, 'get'>;
  /** Key prefix of the recordings' folder. */
  path: string;
  /** What links are signed with: another secret ends all of them. */
  secret: string;
}) {
  const signer = createSigner(secret);
  const known = new LRUCache<string, Promise<boolean>>({ max: maxCached, ttl: cachedForMs });

  /** Whether a link is in the bucket: a HEAD, or none when that was asked just now. */
  function exists(key: string): Promise<boolean> {
    const cached = known.get(key);
    if (cached) return cached;
    const answer = storage.head(key).then(({ status }) => status === 200);
    known.set(key, answer);
    answer.catch(() => {
      if (known.peek(key) === answer) known.delete(key);
    });
    return answer;
  }

  /** What keys in a recording's folder say. */
  const linksAt = (name: string, keys: string[]): Link[] =>
    keys.flatMap((key) => readLink(key.slice(linksFolder(path, name).length)) ?? []);

  async function deleteLinks(name: string, links: Link[]): Promise<void> {
    const keys = links.map(({ id }) => linksFolder(path, name) + id);
    await storage.deleteMany(keys);
    for (const key of keys) known.delete(key);
  }

  /** The newest thousand links of a recording, active or not: one LIST. */
  async function newest(name: string): Promise<Link[]> {
    const { objects } = await storage.listPage({ prefix: linksFolder(path, name) });
    return linksAt(
      name,
      objects.map(({ key }) => key),
    );
  }

  /** Those that are active; the others are deleted. */
  async function deleteExpired(name: string, links: Link[]): Promise<Link[]> {
    const active = links.filter(isActive);
    await deleteLinks(
      name,
      links.filter((link) => !active.includes(link)),
    );
    return active;
  }

  const shareOf = (link: Link, name: string, base: string): Share => {
    const { url, videoUrl, embedUrl } = watchUrls(base, name, signer.tokenOf(link, name));
    return { ...link, url, videoUrl, embedUrl };
  };

  return {
    /**
     * A new link to a recording: four S3 requests, and one more where others have expired.
     * @param base where the link leads: the app's address, without a slash at its end
     * @throws {ReelroomError} RECORDING_NOT_FOUND, also for one that is not ready
     */
    async create(
      { name, expiresInSeconds, download }: z.output<typeof shareInputSchema>,
      base: string,
    ): Promise<Share> {
      if ((await library.get(name)).status !== 'ready') throw recordingNotFound();
      const link = newLink({ createdAt: Date.now(), expiresInSeconds, download });
      await deleteExpired(name, await newest(name));
      await storage.putEmpty(linksFolder(path, name) + link.id);
      return shareOf(link, name, base);
    },

    /** The links of a recording that are active, newest first, a thousand at most: one LIST, and a DELETE where some have expired. */
    async list(name: string, base: string): Promise<Share[]> {
      const active = await deleteExpired(name, await newest(name));
      return active.map((link) => shareOf(link, name, base));
    },

    /**
     * Takes back a recording's link, or all of them: a LIST and a DELETE for each 1,000. This
     * process knows at once, others within 5 s; what is being transferred goes on to its end.
     * @returns how many links were taken back
     */
    async revoke(name: string, id?: string): Promise<number> {
      const links = linksAt(name, await listLinks(storage, path, name)).filter(
        (link) => id === undefined || link.id === id,
      );
      await deleteLinks(name, links);
      return links.filter(isActive).length;
    },

    /**
     * Makes sure that `token` is one by which the recording `name` may be watched or, with
     * `download`, downloaded: a HEAD, or no S3 request at all for a forged or expired one, and
     * for one that was seen in the last 5 s.
     * @throws {ReelroomError} SHARE_INVALID, SHARE_EXPIRED, also when it was taken back
     */
    async check(name: string, token: string, { download = false } = {}): Promise<void> {
      const link = signer.linkOf(token, name);
      if (!link) throw shareInvalid();
      if (!isActive(link)) throw shareExpired();
      if (download && !link.download) throw downloadNotShared();
      if (!(await exists(linksFolder(path, name) + link.id))) throw shareExpired();
    },
  };
}

export type Shares = ReturnType<typeof createShares>;
