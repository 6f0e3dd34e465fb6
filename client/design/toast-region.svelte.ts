import { onDestroy } from 'svelte';

let regions = $state.raw<readonly symbol[]>([]);

/** A place of a component's for messages, for as long as it is there; the one that was opened last is the top. */
export function openRegion() {
  const region = Symbol();
  regions = [...regions, region];
  onDestroy(() => {
    regions = regions.filter((other) => other !== region);
  });
  return {
    get isTop() {
      return regions.at(-1) === region;
    },
  };
}
