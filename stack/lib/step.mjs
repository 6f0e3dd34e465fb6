/** How long ago `since` (ms) was, for people: `8 s`, `3 min 45 s`. */
export function elapsed(since) {
  const seconds = Math.round((Date.now() - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Runs `work`, and prints its name, that it is still running, and how long it took. */
export async function step(name, work) {
  const began = Date.now();
  console.log(`${name} …`);
  const goesOn = setInterval(() => console.log(`${name}: ${elapsed(began)} so far`), 30_000);
  try {
    const result = await work();
    console.log(`${name}: done in ${elapsed(began)}`);
    return result;
  } finally {
    clearInterval(goesOn);
  }
}
