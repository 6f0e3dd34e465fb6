import type { Recording, Share, shareInputSchema, Unlocked, unlockInputSchema } from '@reelroom/shared';
import pMap from 'p-map';
import type { z } from 'zod';
import { wallTime } from '../../lib/clock.ts';
import {
  downloadNotShared,
  invalidInput,
  recordingNotFound,
  ReelroomError,
  shareExpired,
  shareInvalid,
  shareLocked,
  wrongLinkPassword,
} from '../../lib/errors.ts';
import { createReadThrough } from '../../lib/read-through.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Viewer } from '../accounts/viewer-cookie.ts';
import type { Grant } from '../access/principal.ts';
import type { Library } from '../library/recordings.ts';
import { linksFolder, listLinks } from '../../bucket/share-folder.ts';
import { createAttempts } from './attempts.ts';
import { hashPassword, isPassword } from './password.ts';
import { assertDomain, parseRestrictions, type Part, type Restrictions } from './restrictions.ts';
import { createSigner, newLink, readLink, type Link } from './token.ts';
import { watchUrls } from './urls.ts';
import type { ViewCounts } from './view-counts.ts';

/** How many links are read concurrently. */
const maxConcurrent = 16;

/** The cache of stored links; `ttl` in ms. */
const cached = { ttl: 5_000, max: 1_000 };

/** How long a link stays unlocked by its password, in ms. */
const unlockedForMs = 12 * 3_600_000;

/** The suffixes of objects beside a link: its wrong passwords, and its views. */
const attemptsSuffix = '.tries';
const viewsSuffix = '.views';

const isActive = ({ expiresAt }: Link) => expiresAt > Date.now();

/** A stored link; without restrictions where it was revoked. */
interface Found {
  restrictions: Restrictions | undefined;
}

/** Returns undefined for a link that this version cannot read. */
function unlessInvalid(error: unknown): undefined {
  if (!(error instanceof ReelroomError) || error.code !== 'SHARE_INVALID') throw error;
}

/** A valid link, as its users need to know it. */
export interface CheckedLink {
  id: string;
  download: boolean;
  /** Absent for the whole recording. */
  part?: Part;
}

/**
 * Share links, whose holders watch a recording without signing in. Each is an object in the bucket whose key is
 * the link's id; deleting it revokes the link. Its content are the link's restrictions, if any.
 */
export function createShares({
  storage,
  library,
  path,
  keys,
  describePart,
  viewCounts,
  hasOpenid,
}: {
  storage: Storage;
  library: Pick<Library, 'get'>;
  /** The length and the size of a part of a recording; throws where it cannot be cut. */
  describePart: (name: string, part: Part) => Promise<{ durationMs: number; size: number }>;
  viewCounts: Pick<ViewCounts, 'add' | 'get'>;
  /** Whether people can sign in by OpenID Connect. */
  hasOpenid: boolean;
  /** Key prefix of the recordings' folder. */
  path: string;
  /** The keys that sign links, newest first; without its key a link is invalid. */
  keys: readonly Buffer[];
}) {
  const signer = createSigner(keys);
  const attempts = createAttempts({ storage });

  /** Stored links: a HEAD, a GET for a restricted one, or none when cached. */
  const known = createReadThrough(
    async ({ key, isRestricted }: { key: string; isRestricted: boolean }): Promise<Found> => {
      if (!isRestricted) return { restrictions: (await storage.head(key)).status === 200 ? {} : undefined };
      const text = await storage.getText(key);
      return { restrictions: text === undefined ? undefined : parseRestrictions(text) };
    },
    { ...cached, nameOf: ({ key }) => key },
  );

  /** A link's restrictions; undefined where it was revoked. */
  const find = async (name: string, { id, isRestricted }: Link): Promise<Restrictions | undefined> =>
    (await known.get({ key: linksFolder(path, name) + id, isRestricted })).restrictions;

  /** The links of keys in a recording's folder. */
  const linksAt = (name: string, keys: string[]): Link[] =>
    keys.flatMap((key) => readLink(key.slice(linksFolder(path, name).length)) ?? []);

  async function deleteLinks(name: string, links: Link[]): Promise<void> {
    const keys = links.map(({ id }) => linksFolder(path, name) + id);
    await storage.deleteMany(keys.flatMap((key) => [key, key + attemptsSuffix, key + viewsSuffix]));
    for (const key of keys) known.forget({ key, isRestricted: false });
  }

  /** The newest thousand keys of a recording's links, active or not: one LIST. */
  async function newestKeys(name: string): Promise<string[]> {
    const { objects } = await storage.listPage({ prefix: linksFolder(path, name) });
    return objects.map(({ key }) => key);
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

  const shareOf = (
    link: Link,
    name: string,
    base: string,
    { part, password, domains }: Restrictions,
    views = 0,
  ): Share => {
    const { url, videoUrl, embedUrl } = watchUrls(base, name, signer.tokenOf(link, name));
    const { id, createdAt, expiresAt, download } = link;
    return {
      ...{ id, createdAt, expiresAt, download, hasPassword: password !== undefined },
      ...(domains && { domains }),
      ...part,
      ...{ views, url, videoUrl, embedUrl },
    };
  };

  /** A link that is signed, active, and in the bucket. */
  async function findActive(name: string, token: string) {
    const link = signer.linkOf(token, name);
    if (!link) throw shareInvalid();
    if (!isActive(link)) throw shareExpired();
    const restrictions = await find(name, link);
    if (!restrictions) throw shareExpired();
    return { link, restrictions };
  }

  /**
   * Checks that `token` allows watching the recording `name` or, with `download`, downloading it: a HEAD or a GET,
   * or no S3 request for a forged or expired token, and for one checked in the last 5 s.
   * @param viewer the caller as the OpenID Connect provider knows them
   * @returns the link, and its part of the recording
   * @throws {ReelroomError} SHARE_INVALID; SHARE_EXPIRED, also when it was revoked; SHARE_SIGN_IN where it is for
   *   domains and the viewer is of none; SHARE_LOCKED until its password is given
   */
  async function check(
    name: string,
    token: string,
    { viewer, download = false }: { viewer: Viewer | undefined; download?: boolean },
  ): Promise<CheckedLink> {
    const { link, restrictions } = await findActive(name, token);
    if (download && !link.download) throw downloadNotShared();
    assertDomain(restrictions, viewer);
    if (restrictions.password && (link.unlockedUntil ?? 0) < wallTime()) throw shareLocked();
    const { id } = link;
    return { id, download: link.download, ...(restrictions.part && { part: restrictions.part }) };
  }

  /** The part for a new link; undefined for the whole recording. */
  async function partOf(
    { name, durationMs }: Recording,
    { from = 0, to = Infinity }: { from?: number | undefined; to?: number | undefined },
  ): Promise<Part | undefined> {
    const end = (durationMs ?? Infinity) / 1_000;
    if (from === 0 && to >= end) return undefined;
    const part = { from, to: Math.min(to, end) };
    if (part.from >= part.to || part.to === Infinity)
      throw invalidInput('from must be before the end of the recording');
    try {
      await describePart(name, part);
    } catch (error) {
      if (error instanceof ReelroomError) throw error;
      throw invalidInput('This recording cannot be shared in part: its file is of another kind');
    }
    return part;
  }

  return {
    /**
     * Creates a link to a recording: four S3 requests, one more where others have expired, two more for a part.
     * @param base the app's URL, without a trailing slash
     * @throws {ReelroomError} RECORDING_NOT_FOUND, also for one that is not ready; INVALID_INPUT for a part outside
     *   the recording, or of one that cannot be cut, and for domains without OpenID Connect
     */
    async create(
      { name, expiresInSeconds, download, password, domains, from, to }: z.output<typeof shareInputSchema>,
      base: string,
    ): Promise<Share> {
      if (domains && !hasOpenid)
        throw invalidInput(
          'domains needs people to sign in by OpenID Connect: set ACCESS=protected, OIDC_ISSUER and OIDC_CLIENT_ID',
        );
      const recording = await library.get(name);
      if (recording.status !== 'ready') throw recordingNotFound();
      const part = await partOf(recording, { from, to });
      const restrictions: Restrictions = {
        ...(part && { part }),
        ...(password !== undefined && { password: await hashPassword(password) }),
        ...(domains && { domains }),
      };
      const isRestricted = Object.keys(restrictions).length > 0;
      const link = newLink({ createdAt: Date.now(), expiresInSeconds, download, isRestricted });
      await deleteExpired(name, linksAt(name, await newestKeys(name)));
      const key = linksFolder(path, name) + link.id;
      await (isRestricted ? storage.putJson(key, restrictions) : storage.putEmpty(key));
      return shareOf(link, name, base, restrictions);
    },

    /**
     * The active links of a recording, newest first, some hundred at least: one LIST, a GET for each that
     * is restricted, another for each that was watched, and a DELETE where some have expired.
     */
    async list(name: string, base: string): Promise<Share[]> {
      const keys = await newestKeys(name);
      const active = await deleteExpired(name, linksAt(name, keys));
      const watched = new Set(keys.filter((key) => key.endsWith(viewsSuffix)));
      const shares = await pMap(
        active,
        async (link) => {
          const views = linksFolder(path, name) + link.id + viewsSuffix;
          // A link that this version cannot read can be revoked with all the others.
          const restrictions = link.isRestricted ? await find(name, link).catch(unlessInvalid) : {};
          const count = watched.has(views) ? await viewCounts.get(views) : 0;
          return restrictions && shareOf(link, name, base, restrictions, count);
        },
        { concurrency: maxConcurrent },
      );
      return shares.filter((share) => share !== undefined);
    },

    /**
     * Revokes a recording's link, or all of them: a LIST and a DELETE per 1,000. Takes effect in this process
     * at once, in others within 5 s, as does the end of transfers under way.
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
     * The grant of `token` for the recording `name`: requests as {@link check}.
     * @throws {ReelroomError} SHARE_INVALID, SHARE_EXPIRED, SHARE_SIGN_IN, SHARE_LOCKED
     */
    async grantOf(name: string, token: string, viewer: Viewer | undefined): Promise<Grant> {
      const link = await check(name, token, { viewer });
      return { kind: 'link', recording: name, scopes: link.download ? ['play', 'download'] : ['play'] };
    },

    check,

    /**
     * Unlocks a link by its password; returns a token for half a day at most. Some six S3 requests. Ten wrong
     * passwords lock the link for the rest of a quarter of an hour, in all app processes.
     * @throws {ReelroomError} SHARE_INVALID, SHARE_EXPIRED; SHARE_SIGN_IN; SHARE_LOCKED for another password;
     *   TOO_MANY_REQUESTS
     */
    async unlock(
      { name, share: token, password }: z.output<typeof unlockInputSchema>,
      viewer: Viewer | undefined,
    ): Promise<Unlocked> {
      const { link, restrictions } = await findActive(name, token);
      assertDomain(restrictions, viewer);
      if (restrictions.password) {
        const tries = linksFolder(path, name) + link.id + attemptsSuffix;
        await attempts.begin(tries);
        if (!(await isPassword(password, restrictions.password))) throw wrongLinkPassword();
        await attempts.giveBack(tries);
      }
      const expiresAt = Math.min(wallTime() + unlockedForMs, link.expiresAt);
      return { share: signer.unlockedToken(link, name, expiresAt), expiresAt };
    },

    /** A recording as the holder of a link for a part sees it: a GET or two, none when cached. */
    async inPart(recording: Recording, part: Part | undefined): Promise<Recording> {
      return part ? { ...recording, ...(await describePart(recording.name, part)) } : recording;
    },

    /** Counts a view of a link. No request. */
    countView: (name: string, id: string): void => viewCounts.add(linksFolder(path, name) + id + viewsSuffix),
  };
}

export type Shares = ReturnType<typeof createShares>;
