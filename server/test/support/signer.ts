import { createPurposeKeys } from '../../features/access/purpose-keys.ts';
import { createSigner } from '../../features/sharing/token.ts';

/** Signs share links as a server with this secret does. */
export const signerOf = (secret: string) => createSigner(createPurposeKeys([secret]).keysFor('share links'));
