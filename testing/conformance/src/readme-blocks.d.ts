/** The runnable blocks of a README; see `../readme-blocks.ts`. */
declare module 'readme:packages/erasure/README.md' {
  export const BLOCKS: readonly { readonly line: number; readonly run: () => Promise<unknown> }[];
}
