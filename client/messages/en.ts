import { plural } from './words.ts';

/** English, which the other languages are translated from, in the order of the pages. */
export default {
  // index.html
  page_description: 'Video calls with recording, on your own server',
  page_needs_javascript: 'Reelroom needs JavaScript to make video calls.',

  // App.svelte
  app_joining: 'Joining…',
  app_loading_library: 'Loading the library…',
  app_loading_player: 'Loading the player…',
  app_call_unloadable: 'The call could not be loaded. Check the connection and reload the page.',
  app_library_unloadable: 'The library could not be loaded. Check the connection and reload the page.',
  app_player_unloadable: 'The player could not be loaded. Check the connection and reload the page.',

  // Recordings
  recordings_count: (count: number) => plural(count, { one: '# recording', other: '# recordings' }),
};
