/** Whether a file may be downloaded, given its address: asked without having it sent. */
export const allowsDownload = (address: string): Promise<boolean> =>
  fetch(address, { method: 'HEAD' }).then(
    ({ ok }) => ok,
    () => false,
  );
