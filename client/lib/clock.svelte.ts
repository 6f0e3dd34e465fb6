import { createSubscriber } from 'svelte/reactivity';
import { serverTime } from './server-clock.ts';

const eachSecond = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** The server's time; reactive. The timer runs only while a template or an effect reads it. */
export function now(): number {
  eachSecond();
  return serverTime();
}
