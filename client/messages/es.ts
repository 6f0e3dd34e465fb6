import type { Messages } from './messages.ts';
import { plural } from './words.ts';

/** Spanish. */
export default {
  // index.html
  page_description: 'Videollamadas con grabación, en tu propio servidor',
  page_needs_javascript: 'Reelroom necesita JavaScript para hacer videollamadas.',

  // App.svelte
  app_joining: 'Entrando…',
  app_loading_library: 'Cargando la biblioteca…',
  app_loading_player: 'Cargando el reproductor…',
  app_call_unloadable: 'No se pudo cargar la llamada. Comprueba la conexión y recarga la página.',
  app_library_unloadable: 'No se pudo cargar la biblioteca. Comprueba la conexión y recarga la página.',
  app_player_unloadable: 'No se pudo cargar el reproductor. Comprueba la conexión y recarga la página.',

  // Recordings
  recordings_count: (count) => plural(count, { one: '# grabación', other: '# grabaciones' }),
} satisfies Messages;
