/** The routers of the API, by the names that callers know: each feature has one. */
export { recordingsRouter as recordings } from './features/library/router.ts';
export { roomsRouter as rooms } from './features/rooms/router.ts';
export { systemRouter as system } from './features/system/router.ts';
export { tokensRouter as tokens } from './features/tokens/router.ts';
