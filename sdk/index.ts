export * from '@reelroom/shared';
export * from './client.ts';
