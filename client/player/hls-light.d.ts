/** The build without subtitles, DRM and other things that recordings do not have; it comes without types. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
