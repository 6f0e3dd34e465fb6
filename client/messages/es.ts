import type { Messages } from './messages.ts';
import { number, plural } from './words.ts';

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

  // Words that many places use
  common_cancel: 'Cancelar',
  common_saving: 'Guardando…',
  common_save: 'Guardar',
  common_share_dialog: 'Compartir…',
  common_download: 'Descargar',
  common_delete_dialog: 'Eliminar…',
  edit_label: 'Editar la grabación',
  edit_title: 'Título',
  edit_keep: 'Conservar esta grabación',

  // Signing in and the banner of the set-up
  account_audit: 'Auditoría',
  account_sign_out: 'Cerrar sesión',
  account_sign_in: 'Iniciar sesión',
  setup_label: 'Preparación',
  setup_unreachable: 'No se puede acceder al servidor de Reelroom. Reintentando…',
  setup_title: 'Reelroom se está preparando',
  error_unknown: 'Algo salió mal. Inténtalo de nuevo.',
  error_unreachable:
    'No se puede acceder al servidor de Reelroom. Comprueba la conexión e inténtalo de nuevo.',

  // Parts of pages
  page_failed: 'Algo salió mal en esta página.',
  page_reload: 'Recargar la página',
  toast_undo: 'Deshacer',
  toast_dismiss: 'Descartar',
  toasts_failures: 'Errores',
  toasts_messages: 'Mensajes',

  // Cameras and microphones
  device_unavailable: 'No disponible',
  device_default: 'Predeterminado',

  // The page that joins a call
  join_your_name: 'Tu nombre',
  join_room: 'Sala',
  join_not_ready: 'Las videollamadas aún se están preparando.',
  common_library: 'Biblioteca',
  join_heading: 'Conversa. Y conserva la grabación.',
  join_auto_record: 'Grabar cuando llegue la segunda persona',
  join_button: 'Unirse',
  join_may_be_recorded: 'Las llamadas pueden grabarse.',
  device_microphone: 'Micrófono',
  device_camera: 'Cámara',
  preview_starting: 'Iniciando la cámara…',
  preview_waiting: 'La cámara se encenderá cuando escribas el nombre de la sala',
  preview_off: 'Tu cámara está apagada',
  preview_label: 'Vista previa',
  microphone_mute: 'Silenciar el micrófono',
  microphone_unmute: 'Activar el micrófono',
  camera_off: 'Apagar la cámara',
  camera_on: 'Encender la cámara',
  preview_problem_hint: 'Puedes unirte de todos modos.',

  // Titles and names of recordings
  recording_spoken: (room) => `la grabación de ${room}`,

  // A page that is none
  audit_unloadable: 'No se pudo cargar la auditoría. Comprueba la conexión y recarga la página.',
  page_not_found: 'Página no encontrada',
  common_join_a_call: 'Unirse a una llamada',

  // In a call
  call_sound_on: 'Activar el sonido',
  call_start_pictures: 'Iniciar las imágenes',
  screen_stop: 'Dejar de compartir',
  screen_share: 'Compartir pantalla',
  call_leave: 'Salir',
  call_lost: 'Se perdió la conexión',
  call_lost_retry: 'Volverás a entrar automáticamente cuando vuelva la conexión.',
  call_lost_long: 'Comprueba tu conexión y vuelve a unirte.',
  call_moved: 'Te uniste desde otro lugar',
  call_moved_hint: 'Esta llamada continúa en otra ventana.',
  call_not_admitted: 'No te dejaron entrar',
  call_not_admitted_hint: 'Un anfitrión de esta sala te rechazó. Puedes volver a pedirlo en un minuto.',
  call_removed: 'Te expulsaron de la llamada',
  call_removed_hint: 'Un anfitrión te expulsó.',
  call_over: 'La llamada terminó',
  call_room_closed: 'La sala se cerró.',
  call_interrupted: 'La llamada se interrumpió',
  call_interrupted_hint:
    'El servidor de llamadas se está reiniciando. Volverás a entrar automáticamente en un momento.',
  call_not_joined: 'No se pudo entrar en la llamada',
  call_closed_reopen: 'La sala se cerró. Únete otra vez para abrirla.',
  call_refused: 'El servidor de llamadas no te deja entrar. Vuelve al inicio y únete de nuevo.',
  call_turned_away:
    'El servidor de llamadas te rechazó: puede que la sala esté llena. Inténtalo de nuevo en un momento.',
  call_no_media:
    'El servidor de llamadas responde, pero no se pudo establecer la conexión de audio y vídeo. Puede que un cortafuegos lo impida.',
  call_unreachable:
    'No se puede acceder al servidor de llamadas. Comprueba tu conexión e inténtalo de nuevo.',
  screen_failed: 'No se puede compartir la pantalla. Prueba con otra ventana o pantalla.',
  microphone_muted_while_playing: 'Tu micrófono está silenciado mientras se reproduce una grabación.',
  tile_not_recorded: 'No se graba',
  screen_of: (name) => `Pantalla de ${name}`,
  screen_yours: 'Tu pantalla',
  people_participants: 'Participantes',
  tile_muted: 'Silenciado',

  // Invitations, and who is in the call
  join_open: 'Cualquiera que tenga la dirección',
  join_signed_in: 'Personas con cuenta o invitadas',
  join_invited: 'Solo personas invitadas',
  record_hosts: 'Anfitriones',
  record_everyone: 'Todos los de la llamada',
  invite_people: 'Invitar a personas',
  common_close: 'Cerrar',
  common_try_again: 'Intentar de nuevo',
  common_loading: 'Cargando…',
  rules_label: 'Quién puede hacer qué',
  rules_join: 'Quién puede unirse',
  rules_waiting_room: 'Sala de espera: los anfitriones admiten a las personas una a una',
  rules_record: 'Quién puede grabar',
  invite_copy_address: 'Copiar la dirección de la sala',
  invite_new: 'Nueva invitación',
  invite_as: 'Como',
  invite_guest: 'Invitado',
  invite_host: 'Anfitrión',
  invite_works_for: 'Es válida durante',
  invite_once: 'Para una sola persona',
  invite_create: 'Crear y copiar el enlace',
  invite_list: 'Invitaciones',
  invite_revoke_spoken: (until) => `Revocar la invitación que vale hasta el ${until}`,
  common_revoke: 'Revocar',
  invite_none: 'Aún no hay ninguna.',
  knock_label: 'Esperando a entrar',
  knock_one: 'quiere entrar',
  knock_decline: 'Rechazar',
  knock_let_in: 'Dejar entrar',
  knock_view: 'Ver',
  knock_let_all_in: 'Dejar entrar a todos',
  people_removed: (name) => `Se expulsó a ${name}.`,
  people_decline: (name) => `Rechazar a ${name}`,
  people_let_in: (name) => `Dejar entrar a ${name}`,
  people_in_call: 'En la llamada',
  people_you: '(tú)',
  people_remove: 'Expulsar',
  people_remove_spoken: (name) => `Expulsar a ${name}`,
  invite_copied: 'Invitación copiada. Envíasela a las personas que quieras invitar.',
  invite_revoked: 'Invitación revocada.',

  // Recording a call
  alone_question: '¿Seguimos grabando? Estás a solas aquí.',
  alone_keep: 'Seguir grabando',
  consent_in: 'Estás en la grabación.',
  consent_out: 'No estás en la grabación: tu imagen y tu voz quedan fuera.',
  consent_change: 'Puedes cambiarlo en cualquier momento.',
  consent_stay_out: 'No salir en ella',
  consent_be_in: 'Salir en la grabación',
  consent_leave: 'Salir de la llamada',
  consent_agree: 'Aceptar',
  options_label: 'Opciones de grabación',
  options_audio_only: 'Solo audio',
  options_layout: 'Diseño',
  options_quality: 'Calidad',
  common_done: 'Listo',
  options_label_audio_only: 'Opciones de grabación: solo audio',
  record_not_ready: 'La grabación aún se está preparando.',
  record_waits_for_person: 'La grabación empieza cuando llegue una segunda persona',
  record_waits_for_recorder: 'La grabación empieza en cuanto haya un grabador libre',
  record_alert_starting: 'La grabación está empezando…',
  record_alert_audio: 'Grabando solo el sonido',
  record_alert_live: 'Esta sala se está grabando',
  record_alert_saving: 'La grabación se está guardando…',
  layout_grid: 'Cuadrícula',
  layout_grid_hint: 'Todos, del mismo tamaño',
  layout_speaker: 'Orador',
  layout_speaker_hint: 'Quien habla en grande, los demás al lado',
  layout_single: 'Solo el orador',
  layout_single_hint: 'Quien habla, nadie más',

  // Why a camera or microphone cannot be used
  device_blocked: (kind) =>
    `El acceso ${kind === 'camera' ? 'a la cámara' : 'al micrófono'} está bloqueado. Puedes permitirlo en la barra de direcciones del navegador.`,
  device_not_found: (kind) => `No se encontró ${kind === 'camera' ? 'ninguna cámara' : 'ningún micrófono'}.`,
  device_in_use: (kind) =>
    `Otro programa está usando ${kind === 'camera' ? 'la cámara' : 'el micrófono'}. Cierra ese programa${kind === 'camera' ? ' y vuelve a encenderla' : ' y vuelve a activarlo'}.`,
  device_insecure: (kind) =>
    `El navegador solo da acceso ${kind === 'camera' ? 'a la cámara' : 'al micrófono'} por https.`,
  device_failed: (kind) => `No se puede iniciar ${kind === 'camera' ? 'la cámara' : 'el micrófono'}.`,
  device_still_on: (kind) =>
    `No se pudo apagar ${kind === 'camera' ? 'la cámara. Sigue encendida' : 'el micrófono. Sigue activado'}.`,

  // What may not be typed to join
  join_name_empty: 'Escribe el nombre que verán los demás.',
  join_room_empty: 'Escribe el nombre de una sala.',

  // In a call, with names and numbers
  invite_until: (role, until) => `${role}, hasta el ${until}`,
  invite_used: (times) => plural(times, { one: 'usada # vez', other: 'usada # veces' }),
  invite_used_of: (times, most) => `usada ${number(times)} de ${number(most)}`,
  knock_many: (count) => `${number(count)} personas quieren entrar`,
  alone_ends: (seconds) =>
    seconds <= 0
      ? 'La grabación termina ahora.'
      : `La grabación termina en ${plural(seconds, { one: 'un segundo', other: '# segundos' })}.`,
  record_limit: (minutes) =>
    `La grabación se detiene en ${plural(minutes, { one: '# minuto', other: '# minutos' })} (duración máxima).`,
  record_start: 'Grabar',
  record_starting: 'Iniciando…',
  record_stop: 'Detener la grabación',
  record_stopping: 'Deteniendo…',

  // The page of a call
  common_back_to_start: 'Volver al inicio',
  room_not_in_yet: 'Aún no estás en la llamada',
  room_reconnecting: 'Reconectando…',
  room_not_connected: 'Sin conexión',
  room_alone: 'Solo estás tú',
  room_in_recording: 'Estás en la grabación',
  room_not_in_recording: 'No estás en la grabación',
  common_watch_from_beginning: 'Ver desde el principio',
  room_invite: 'Invitar',
  common_copy_link: 'Copiar enlace',
  room_people: 'Personas',
  common_recordings: 'Grabaciones',
  recording_failed: 'La grabación falló.',
  room_server_unreachable:
    'No se puede acceder al servidor de Reelroom. La llamada continúa; las grabaciones lo esperan.',
  room_may_be_recorded: 'Las llamadas aquí pueden grabarse',
  room_elsewhere: 'Estás en esta llamada en otra pestaña',
  room_nothing_recorded: 'Aún no se ha grabado nada en esta sala.',
  room_link_copied: 'Enlace copiado. Compártelo con las personas que quieras invitar.',

  // After a call
  left_heading: 'Saliste de la llamada',
  left_join_again: 'Volver a unirte',
  left_recordings: 'Grabaciones de esta llamada',
  left_nothing: 'No se grabó nada de esta llamada.',

  // Recordings: their state, their lists
  status_starting: 'Iniciando',
  status_recording: 'Grabando',
  status_stopping: 'Guardando',
  status_ready: 'Lista',
  status_failed: 'Fallida',
  ended_room_closed: 'Se detuvo cuando todos se habían ido',
  ended_limit: 'Se detuvo al llegar a la duración máxima',
  ended_recorder_shutdown: 'Se detuvo al apagarse el grabador',
  ended_recovered: 'Recuperada tras perderse el grabador',
  ended_alone: 'Se detuvo cuando solo quedaba una persona',
  recording_sound_only: 'Solo sonido',
  live_recording: 'Aún se está grabando',
  live_saving: 'Se está guardando',
  live_failed: 'La grabación falló',
  expiry_any_moment: 'Se eliminará en cualquier momento',
  expiry_within_a_day: 'Se eliminará en menos de un día',
  trash_any_moment: 'Desaparecerá en cualquier momento',
  trash_less_than_a_day: 'Queda menos de un día',
  list_searched: 'Se buscó en muchas grabaciones y, por ahora, no se encontró nada más.',
  list_keep_searching: 'Seguir buscando',
  common_show_more: 'Mostrar más',
  recording_play: (name) => `Reproducir ${name}`,
  player_label: 'Reproductor',
  recording_delete: (name) => `Eliminar ${name}`,
  list_loading: 'Cargando las grabaciones…',
  delete_failed: 'No se eliminó',
  delete_no_undo: 'Esto no se puede deshacer.',

  // Share links
  common_copy: 'Copiar',
  share_label: 'Compartir la grabación',
  share_heading: (title) => `Compartir “${title}”`,
  share_explained:
    'Cualquiera que tenga un enlace puede ver esta grabación, sin iniciar sesión, hasta que el enlace caduque.',
  share_works_for: 'El enlace es válido durante',
  share_allow_download: 'Permitir la descarga',
  share_part: 'Solo una parte',
  common_from: 'Desde',
  common_to: 'Hasta',
  share_password: 'Contraseña (opcional)',
  share_create: 'Crear enlace',
  share_link: 'Enlace',
  share_link_copied: 'Enlace copiado. Compártelo con las personas que quieras que lo vean.',
  share_embed: 'Código para insertar',
  share_embed_copied: 'Código copiado. Pégalo en el HTML de una página.',
  share_start_at: (time) => `Empezar en ${time}`,
  share_active: 'Enlaces activos',
  share_revoke_all: 'Revocar todos',
  share_loading: 'Cargando los enlaces…',
  share_none: 'No hay enlaces activos.',
  share_until: (until) => `Hasta el ${until}`,
  share_show_spoken: (until) => `Mostrar el enlace que vale hasta el ${until}`,
  share_show: 'Mostrar',
  share_revoke_spoken: (until) => `Revocar el enlace que vale hasta el ${until}`,
  share_created: 'Enlace creado.',
  share_revoked: 'Enlace revocado.',
  share_download_allowed: 'descarga permitida',

  // The player
  keys_label: 'Teclas',
  player_sound_only: 'Esta grabación solo tiene sonido',
  player_recording_of: (room) => `Grabación de ${room}`,
  player_failed: 'La grabación falló. No hay nada que ver.',
  player_cannot_play:
    'Esta grabación no se puede reproducir. Puede que se haya eliminado, o que ahora mismo no se pueda acceder a su archivo.',
  player_cannot_watch: 'Esta grabación no se puede ver ahora mismo. Estará aquí en cuanto esté lista.',
  player_loading_first: 'Cargando los primeros segundos…',
  copy_link_at: (time) => `Copiar enlace en ${time}`,
  link_copied_at: (time) => `Enlace copiado: empieza en ${time}.`,
  link_copied: 'Enlace copiado.',
  key_space: 'Espacio',
  keys_play: 'Reproducir o pausar',
  keys_five: '5 segundos atrás o adelante',
  keys_ten: '10 segundos atrás o adelante',
  keys_jump: 'Ir al 0 %–90 %',
  keys_ends: 'Ir al principio o al final',
  keys_speed: 'Más lento o más rápido',
  keys_volume: 'Más alto o más bajo',
  keys_mute: 'Sonido activado o desactivado',
  keys_full_screen: 'Pantalla completa',
  keys_picture_in_picture: 'Imagen en imagen',
  keys_copy: 'Copiar un enlace a este momento',
  keys_show: 'Mostrar estas teclas',
  sound_off: 'Sonido desactivado',
  sound_on: 'Sonido activado',
  picture_in_picture_unavailable: 'La imagen en imagen no está disponible',

  // The page that plays a recording
  password_heading: 'Esta grabación tiene contraseña',
  password_hint: 'Quien te envió el enlace la conoce.',
  common_password: 'Contraseña',
  password_opening: 'Abriendo…',
  password_watch: 'Ver',
  watch_loading: 'Cargando la grabación…',
  watch_soon: 'Estará aquí en cuanto esté lista.',
  watch_until_then: 'Hasta entonces puedes ver lo que hay.',
  watch_not_found: 'No se encontró la grabación',
  watch_not_found_hint: 'Puede que se haya eliminado o que el enlace esté incompleto.',
  watch_expired: 'Este enlace ha caducado',
  watch_expired_hint: 'Ha caducado o fue revocado. Pide otro a quien te lo envió.',
  watch_invalid: 'Este enlace no es válido',
  watch_invalid_hint: 'Puede que esté incompleto. Pide a quien te lo envió que lo envíe de nuevo.',
  watch_unreachable: 'No se puede acceder a la grabación',
  watch_deleted: 'Esta grabación se eliminó',
  watch_deleted_hint: 'Alguien acaba de eliminarla.',
  embed_not_ready: 'Esta grabación aún se está haciendo.',
  embed_watch_on: 'Ver en Reelroom',

  // Signing in
  sign_in_not_allowed: 'Tu cuenta no puede iniciar sesión aquí. Pregunta a quien administra este Reelroom.',
  sign_in_failed: 'No se pudo iniciar sesión. Inténtalo de nuevo.',
  sign_in_done: 'Has iniciado sesión',
  sign_in_as: (name) => `Como ${name}`,
  sign_in_go_on: 'Continuar',
  sign_out_everywhere: 'Cerrar sesión en todas partes',
  sign_in_not_needed: 'Aquí nadie tiene que iniciar sesión',
  sign_in_organisation: 'Iniciar sesión con tu organización',
  sign_in_name: 'Nombre',

  // The audit
  common_filter: 'Filtro',
  audit_who: 'Quién',
  audit_what: 'Qué',
  audit_target: 'Sala o grabación',
  audit_entries: 'Entradas',
  audit_nothing: 'No se auditó nada de esto.',
  audit_refused: (outcome) => `rechazado: ${outcome}`,
  audit_signed_in: 'inició sesión',
  audit_signed_out: 'cerró sesión',
  audit_started: 'inició una grabación',
  audit_stopped: 'detuvo la grabación',
  audit_shared: 'creó un enlace',
  audit_unshared: 'revocó enlaces',
  audit_unlocked: 'abrió un enlace con su contraseña',
  audit_kept: 'cambió lo que se conserva',
  audit_deleted_several: 'eliminó varias',
  audit_deleted_for_good: 'eliminó definitivamente',
  audit_emptied_trash: 'vació la papelera',
  audit_changed_rules: 'cambió las reglas de una sala',
  audit_invited: 'creó una invitación',
  audit_uninvited: 'revocó una invitación',
  audit_decided: 'dejó entrar a personas, o las rechazó',
  audit_removed: 'expulsó a alguien',
  audit_made_key: 'creó una clave de API',
  audit_revoked_key: 'revocó una clave de API',
  audit_everything: 'Todo',
  audit_group_session: 'Inicios y cierres de sesión',
  audit_group_watching: 'Reproducciones',
  audit_group_downloads: 'Descargas',
  audit_group_changes: 'Cambios en las grabaciones',
  audit_group_rules: 'Reglas de las salas',
  audit_group_invitations: 'Invitaciones',
  audit_group_waiting: 'Salas de espera, expulsiones',
  audit_group_keys: 'Claves de API',

  // The library
  consent_agreed: 'aceptó salir en ella',
  consent_declined: 'quedó fuera de ella',
  download_failed: 'No se pudieron descargar estas grabaciones. Inténtalo de nuevo.',
  download_as_zip: 'En un solo archivo ZIP',
  trash_empty: 'La papelera está vacía.',
  trash_empty_question: '¿Vaciar la papelera?',
  trash_empty_explained:
    'Todas las grabaciones que contiene desaparecerán definitivamente. Esto no se puede deshacer.',
  trash_empty_confirm: 'Vaciar la papelera',
  filter_search_label: 'Buscar en títulos y salas',
  filter_search: 'Buscar',
  filter_all_rooms: 'Todas las salas',
  filter_status: 'Estado',
  filter_any_status: 'Cualquier estado',
  filter_order: 'Orden',
  filter_newest: 'Más recientes primero',
  filter_oldest: 'Más antiguas primero',
  filter_show_all: 'Mostrar todo',
  recording_select: (name) => `Seleccionar ${name}`,
  recording_kept: 'Conservada',
  recording_share: (name) => `Compartir ${name}`,
  common_share: 'Compartir',
  recording_edit: (name) => `Editar ${name}`,
  recording_edit_title: 'Título, detalles',
  trash_link: 'Papelera',
  library_indexing:
    'Se está leyendo la biblioteca del almacenamiento: hay grabaciones que aún no aparecen en la lista.',
  library_no_match: 'Ninguna grabación coincide.',
  library_show_all: 'Mostrar todas las grabaciones',
  library_empty: 'Aún no se ha grabado nada. Únete a una llamada y pulsa Grabar: aparecerá aquí.',
  selection_clear: 'Borrar la selección',
  trash_empty_dialog: 'Vaciar la papelera…',
  trash_list: 'Grabaciones en la papelera',
  trash_restore: 'Restaurar',
  recording_restore: (name) => `Restaurar ${name}`,
  recording_delete_for_good: (name) => `Eliminar ${name} definitivamente`,
  trash_delete_for_good: 'Eliminar definitivamente',
  trash_not_kept: 'Las grabaciones eliminadas ya no se guardan: lo que hay aquí desaparecerá en breve.',
  keep_hint:
    'Las grabaciones se quedan hasta que alguien las elimina; una que se conserva lo avisa antes de eliminarse.',
  library_none: 'No hay grabaciones',

  // Deleting and restoring recordings
  delete_question: (count, forGood) =>
    `¿Eliminar ${plural(count, { one: 'esta grabación', other: '# grabaciones' })}${forGood ? ' definitivamente' : ''}?`,
  delete_done: (count) => plural(count, { one: 'Grabación eliminada.', other: '# grabaciones eliminadas.' }),
  delete_to_trash: (count) =>
    plural(count, { one: 'Grabación movida a la papelera.', other: '# grabaciones movidas a la papelera.' }),
  delete_failed_count: (count) =>
    plural(count, { one: '# grabación no se eliminó', other: '# grabaciones no se eliminaron' }),
  delete_more: (count) => `y ${number(count)} más`,
  delete_one_gone: (date) => `${date}, desaparecerá para todos.`,
  delete_many_gone: 'en total desaparecerán para todos.',
  delete_kept_in_trash: (count, days) =>
    `${plural(count, { one: 'Se queda', other: 'Se quedan' })} en la papelera ${plural(days, { one: 'un día', other: '# días' })} y ${plural(count, { one: 'se puede', other: 'se pueden' })} restaurar desde allí.`,
  delete_marked_kept: (count, kept) =>
    count === 1
      ? 'Está marcada para conservarse.'
      : plural(kept, {
          one: 'Una de ellas está marcada para conservarse.',
          other: '# de ellas están marcadas para conservarse.',
        }),
  delete_confirm: (count) => `Eliminar ${plural(count, { one: 'grabación', other: '# grabaciones' })}`,
  delete_progress: (count, done) =>
    count === 1 ? 'Eliminando…' : `Eliminando ${number(done)} de ${number(count)}…`,
  restore_done: (count) =>
    plural(count, { one: 'Grabación restaurada.', other: '# grabaciones restauradas.' }),
  restore_failed: (count, why) =>
    `${plural(count, { one: '# grabación no se restauró', other: '# grabaciones no se restauraron' })}: ${why}`,

  // Recordings: ages and lengths
  ended_recovered_lost: (seconds) =>
    plural(seconds, {
      one: 'Recuperada; falta el último segundo',
      other: 'Recuperada; faltan los últimos # s',
    }),
  expiry_in_days: (days) => `Se eliminará en ${number(days)} días`,
  trash_days_left: (days) => `Quedan ${number(days)} días`,
  trash_kept_for: (days) =>
    `Las grabaciones eliminadas se quedan aquí ${plural(days, { one: 'un día', other: '# días' })}. Nadie puede reproducirlas hasta que se restauren.`,
  library_retention: (days) =>
    `Las grabaciones se eliminan ${plural(days, { one: 'un día', other: '# días' })} después de hacerse, salvo las que se conservan.`,
  keep_hint_days: (days) =>
    `Se queda cuando otras se eliminan, ${plural(days, { one: 'un día', other: '# días' })} después de hacerse. Aún se puede eliminar a mano.`,

  // The library: choosing several
  selection_all_loaded: (loaded) => `Seleccionar las ${number(loaded)} cargadas`,
  selection_all: 'Seleccionar todo',
  download_at_most: (most) => `Como máximo ${number(most)} a la vez`,
  trash_not_deleted: (count) =>
    plural(count, {
      one: 'No se pudo eliminar # grabación.',
      other: 'No se pudieron eliminar # grabaciones.',
    }),
  trash_deleting: (done) => `Eliminando ${done > 0 ? number(done) : ''}…`,
  consent_answers: (count) =>
    `Consentimiento (${plural(count, { one: '# respuesta', other: '# respuestas' })})`,

  // The audit: one word
  audit_watched: 'vio',
  audit_downloaded: 'descargó',
  audit_renamed: 'cambió el título de',
  audit_deleted: 'eliminó',
  audit_restored: 'restauró',

  // In a call: the heading and the panels
  room_people_count: (count) => `${number(count)} personas`,
  room_consent_change: (state) => `${state}: cambiarlo`,
  panel_close: (panel) => `Cerrar ${panel.toLowerCase()}`,
  consent_question:
    'Esta llamada se está grabando. ¿Quieres salir en la grabación, con tu imagen, tu voz y la pantalla que compartas?',
  consent_question_required:
    'Las llamadas de esta sala pueden grabarse, con la imagen, la voz y la pantalla compartida de todos los que participan. ¿Aceptas?',

  // Share links: how long, how often
  share_has_password: 'contraseña',
  share_views: (views) => plural(views, { one: '# vista', other: '# vistas' }),
  share_revoked_count: (links) => plural(links, { one: '# enlace revocado.', other: '# enlaces revocados.' }),
  copy_named: (what) => `Copiar ${what.toLowerCase()}`,

  // The player: what a key has done
  player_speed: (speed) => `Velocidad ${number(speed)}×`,
  player_volume: (percent) => `Volumen ${number(percent)} %`,

  // Why a recording failed
  failure_not_begun: 'La grabación se detuvo antes de empezar',
  failure_no_recorder: 'Ningún grabador estaba libre: no se grabó nada',
  failure_recorder_failed: 'El grabador falló y no dejó nada que se pueda reproducir',
  failure_recorder_lost: 'Se perdió el grabador y no dejó nada que se pueda reproducir',

  // Errors of the server, by their code
  error_unauthenticated: 'Inicia sesión para hacer esto',
  error_webhook_invalid: 'El webhook no está firmado con nuestra clave de API de LiveKit',
  error_wrong_password: 'No hay ninguna cuenta con este nombre y contraseña',
  error_key_invalid: 'Esta clave de API no es válida: se revocó o nunca lo fue',
  error_share_invalid: 'Este enlace no es válido para esta grabación',
  error_share_expired: 'Este enlace ha caducado o fue revocado',
  error_share_locked: 'Esa no es la contraseña de este enlace',
  error_forbidden: 'No tienes permiso para hacer esto',
  error_invite_invalid:
    'Esta invitación ha caducado, se revocó o ya la usaron todas las personas para las que era: pide otra',
  error_waiting_room: 'Esta sala tiene sala de espera: pide que te dejen entrar',
  error_removed_from_room: 'Un anfitrión te ha expulsado de esta sala',
  error_consent_required: 'Quien se une a una llamada aquí debe aceptar que se le grabe',
  error_origin_not_allowed: 'Las páginas de este sitio no pueden usar este servidor',
  error_room_not_found: 'No se encontró la sala: se abre cuando entra el primer participante',
  error_recording_not_found: 'No se encontró la grabación',
  error_not_found: 'Aquí no hay nada',
  error_method_not_allowed: 'Esto no se puede hacer aquí',
  error_request_timeout: 'La petición no llegó a tiempo: inténtalo de nuevo',
  error_recording_already_started: 'La grabación de esta sala ya ha empezado',
  error_recording_not_started: 'La grabación de esta sala no ha empezado',
  error_recording_locked:
    'El almacenamiento de grabaciones (S3) lo ha bloqueado: no se puede cambiar hasta que acabe el bloqueo',
  error_precondition_failed: 'Ha cambiado mientras tanto: inténtalo de nuevo',
  error_body_too_large: 'Es demasiado grande para enviarse',
  error_unsupported_media_type: 'No se puede enviar de esta forma',
  error_host_not_allowed: 'Este servidor no responde a este nombre de host',
  error_too_many_requests: 'Demasiados intentos: espera un poco e inténtalo de nuevo',
  error_headers_too_large: 'La dirección es demasiado larga',
  error_no_recorder:
    'Ningún grabador está libre en este momento: no se grabó nada, inténtalo de nuevo en breve',
  error_recorder_not_responding:
    'El grabador no responde: se seguirá intentando detener hasta que termine la grabación',
  error_too_many_recordings:
    'Este servidor no hace más grabaciones a la vez: inténtalo de nuevo cuando termine una',
  error_livekit_unavailable: 'No se puede acceder al servidor de videollamadas (LiveKit) en este momento',
  error_storage_unavailable: 'No se puede acceder al almacenamiento de grabaciones (S3) en este momento',
  error_storage_refused:
    'El almacenamiento de grabaciones (S3) lo rechaza: el registro del servidor dice por qué',
  error_storage_newer: 'Una versión más nueva de Reelroom guardó las grabaciones: esta solo las lee',
  error_indexing: 'Se está creando la lista de grabaciones: inténtalo de nuevo en breve',
  error_internal: 'Algo salió mal en el servidor',

  // The language of the pages
  language_label: 'Idioma',

  // In a call: controls, views, devices
  microphone_talks_muted: 'Estás hablando, pero en silencio. Activar',
  devices_microphone_and_speaker: 'Micrófono y altavoz',
  device_speaker: 'Altavoz',
  view_automatic: 'Automático',
  view_speaker: 'Orador y los demás',
  view_label: 'Vista',
  view_hide_self: 'Ocultar mi imagen',
  full_screen_exit: 'Salir de pantalla completa',
  keys_microphone: 'Activar o silenciar el micrófono',
  keys_talk: 'Hablar mientras se mantiene pulsada',
  keys_camera: 'Encender o apagar la cámara',
  keys_screen: 'Compartir tu pantalla, o dejar de hacerlo',
  device_replaced: (before, now) => `${before} se desconectó. Ahora se usa ${now}.`,
  microphone_silent: 'Tu micrófono no capta nada. Comprueba que has elegido el correcto.',
  stage_pages: 'Páginas de participantes',
  stage_previous: 'Página anterior',
  stage_next: 'Página siguiente',
  tile_unstable: 'Conexión inestable',
  tile_unpin: (name) => `Desfijar a ${name}`,
  tile_pin: (name) => `Fijar a ${name}`,
  device_switch_failed: (kind) =>
    `No se puede usar ${{ camera: 'esta cámara', microphone: 'este micrófono', speaker: 'este altavoz' }[kind]}. Sigue activo el anterior.`,
  device_gone: (before, kind) =>
    `${before} se desconectó. No hay ${{ camera: 'otra cámara', microphone: 'otro micrófono', speaker: 'otro altavoz' }[kind]}.`,

  // Names that are refused
  name_too_long: (most) => `El nombre es demasiado largo: como máximo ${most} caracteres.`,
  name_too_many_bytes: (most) =>
    `El nombre es demasiado largo: como máximo ${most} bytes en UTF-8 (un emoji ocupa 4 o más).`,
  name_refused:
    'El nombre no puede contener caracteres de control ni los que invierten la dirección del texto: valen letras, cifras, espacios, acentos, emojis y otros símbolos.',
  room_name_refused:
    'El nombre no puede contener / \\ | { }, caracteres de control ni los que invierten la dirección del texto: valen letras, cifras, espacios, acentos, emojis y otros símbolos.',

  // The controls of the player
  media_play_tip: 'Reproducir',
  media_pause_tip: 'Pausar',
  media_play: 'reproducir',
  media_pause: 'pausar',
  media_mute_tip: 'Silenciar',
  media_unmute_tip: 'Activar sonido',
  media_mute: 'silenciar',
  media_unmute: 'activar sonido',
  media_enter_fullscreen_mode_tip: 'Pantalla completa',
  media_exit_fullscreen_mode_tip: 'Salir de pantalla completa',
  media_enter_fullscreen_mode: 'pantalla completa',
  media_exit_fullscreen_mode: 'salir de pantalla completa',
  media_enter_picture_in_picture_mode_tip: 'Imagen en imagen',
  media_exit_picture_in_picture_mode_tip: 'Salir de imagen en imagen',
  media_enter_picture_in_picture_mode: 'imagen en imagen',
  media_exit_picture_in_picture_mode: 'salir de imagen en imagen',
  media_playback_rate_tip: 'Velocidad de reproducción',
  media_playback_rate_playbackRate__tip: 'Velocidad de reproducción {playbackRate}',
  media_playback_time: 'tiempo de reproducción',
  media_media_loading: 'cargando',
  media_video_not_loaded_unknown_time: 'vídeo sin cargar, tiempo desconocido.',
  media_currentTime_of_totalTime: '{currentTime} de {totalTime}',
  media_time_remaining: 'quedan {time}',
  media_seek: 'buscar',
  media_volume: 'volumen',
  media_audio_player: 'reproductor de audio',
  media_video_player: 'reproductor de vídeo',
  media_hour: 'hora',
  media_hours: 'horas',
  media_minute: 'minuto',
  media_minutes: 'minutos',
  media_second: 'segundo',
  media_seconds: 'segundos',
} satisfies Messages;
