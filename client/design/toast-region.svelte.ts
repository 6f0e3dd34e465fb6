import { onDestroy } from 'svelte';

let regions = $state.raw<readonly symbol[]>([]);

/** A component's region for messages, while it is mounted; the region opened last is the top one. */
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
