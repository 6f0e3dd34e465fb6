/** In the published types, in place of what the server's procedures delegate to: that is nobody's business. */
export type Services = object;
