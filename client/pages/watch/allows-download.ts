/** Whether a file may be downloaded, given its address: asked without having it sent. */
export const allowsDownload = (address: string): Promise<boolean> =>
  fetch(address, { method: 'HEAD', redirect: 'manual' }).then(
    // A server that sends us on to its storage has looked at the link first.
    ({ ok, type }) => ok || type === 'opaqueredirect',
    () => false,
  );
