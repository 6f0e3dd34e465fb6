import type { Share, shareInputSchema } from '@reelroom/shared';
import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { downloadNotShared, recordingNotFound, shareExpired, shareInvalid } from '../../lib/errors.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Grant } from '../access/principal.ts';
import type { Library } from '../library/recordings.ts';
import { linksFolder, listLinks } from '../../bucket/share-folder.ts';
import { createSigner, newLink, readLink, type Link } from './token.ts';
import { watchUrls } from './urls.ts';

/** How long the existence of a link is cached, in ms, and for how many links. */
const cachedForMs = 5_000;
const maxCached = 1_000;

const isActive = ({ expiresAt }: Link) => expiresAt > Date.now();

/**
 * Share links, whose holders watch a recording without signing in. Each is an empty object in the bucket
 * whose key is the link's id; deleting it revokes the link.
 */
export function createShares({
  storage,
  library,
  path,
  keys,
}: {
  storage: Storage;
  library: Pick<Library, 'get'>;
  /** Key prefix of the recordings' folder. */
  path: string;
  /** The keys that sign links, newest first: without its key a link is not valid. */
  keys: readonly Buffer[];
}) {
  const signer = createSigner(keys);
  const known = new LRUCache<string, Promise<boolean>>({ max: maxCached, ttl: cachedForMs });

  /** Whether a link is in the bucket: a HEAD, or none when cached. */
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

  /** The links of keys in a recording's folder. */
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

  /** Deletes expired links; returns the active ones. */
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

  /**
   * Checks that `token` allows watching the recording `name` or, with `download`, downloading it: a HEAD,
   * or no S3 request for a forged or expired token, and for one checked in the last 5 s.
   * @throws {ReelroomError} SHARE_INVALID, SHARE_EXPIRED, also when it was revoked
   */
  async function check(name: string, token: string, { download = false } = {}): Promise<Link> {
    const link = signer.linkOf(token, name);
    if (!link) throw shareInvalid();
    if (!isActive(link)) throw shareExpired();
    if (download && !link.download) throw downloadNotShared();
    if (!(await exists(linksFolder(path, name) + link.id))) throw shareExpired();
    return link;
  }

  return {
    /**
     * A new link to a recording: four S3 requests, and one more where others have expired.
     * @param base the app's URL, without a trailing slash
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
     * Revokes a recording's link, or all of them: a LIST and a DELETE per 1,000. Takes effect in this process
     * at once, in others within 5 s; transfers under way continue.
     * @returns how many active links were revoked
     */
    async revoke(name: string, id?: string): Promise<number> {
      const links = linksAt(name, await listLinks(storage, path, name)).filter(
        (link) => id === undefined || link.id === id,
      );
      await deleteLinks(name, links);
      return links.filter(isActive).length;
    },

    /**
     * What `token` is worth for the recording `name`: as {@link check}.
     * @throws {ReelroomError} SHARE_INVALID, SHARE_EXPIRED
     */
    async grantOf(name: string, token: string): Promise<Grant> {
      const link = await check(name, token);
      return { kind: 'link', recording: name, scopes: link.download ? ['play', 'download'] : ['play'] };
    },

    check,
  };
}

export type Shares = ReturnType<typeof createShares>;
