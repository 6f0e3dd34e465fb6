/** The languages that the client is built in, as tags (RFC 5646): vite.config.ts. */
declare const LANGUAGES: readonly string[];
