import { createSubscriber } from 'svelte/reactivity';
import { serverTime } from './server-clock.ts';

const eachSecond = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** The server's time now; read in a template or an effect it ticks, and the timer runs only while it is read. */
export function now(): number {
  eachSecond();
  return serverTime();
}
