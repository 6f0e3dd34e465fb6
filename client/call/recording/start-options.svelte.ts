import { remembered } from '../../lib/storage.ts';
import { parseOptions, type Options } from './start-options.ts';

let chosen = $state.raw(parseOptions(remembered.get('recording')));

/** The last chosen options. */
export const startOptions = {
  get chosen() {
    return chosen;
  },
};

/** Changes some of the options, and stores all. */
export function chooseOptions(changed: Partial<Options>): void {
  chosen = { ...chosen, ...changed };
  remembered.set('recording', JSON.stringify(chosen));
}
