// The light build of hls.js comes without types; what we use of it has those of the full one.
declare module "hls.js/light" {
  export * from "hls.js";
  export { default } from "hls.js";
}
