/** A WebAssembly file imported as it is: Workers compile it when they are deployed. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  // biome-ignore lint/style/noDefaultExport: how Workers give a compiled module
  export default module;
}
