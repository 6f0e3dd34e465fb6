export * from './errors.ts';
export * from './events.ts';
export * from './recording-name.ts';
export * from './recording.ts';
export * from './room-metadata.ts';
export * from './room-name.ts';
export * from './system-status.ts';
export * from './token.ts';
