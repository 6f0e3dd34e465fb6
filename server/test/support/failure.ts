/** The error that `promise` rejects with; it must. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`this should have failed, and gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
