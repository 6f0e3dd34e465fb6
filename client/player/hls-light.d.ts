/** hls.js's light build, without subtitles and DRM, which recordings do not have; it has no types of its own. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
