/**
 * Conformance of `@barycenter/tee-attest`: what is published as evidence is found to be what it is, with
 * WebCrypto and without; no changed bit of it is accepted; what nobody published (revoked certificates,
 * other authorities) is made by an authority of our own; bytes from anywhere end in a refusal.
 */
import { type Case, type Group, type VectorFile, vectorsOrSkip } from './suite.ts';
import { attestedKeyCases } from './tee-attested-key.ts';
import { hostileCases } from './tee-hostile.ts';
import { type Read, sampler } from './tee-sample.ts';
import { syntheticCases } from './tee-synthetic.ts';
import { portableCases, vectorCases } from './tee-vectors.ts';

export const teeAttest: Group = {
  name: 'tee-attest',
  build: async (load) => {
    const files = await vectorsOrSkip('tee', load);
    const published = files.length === 0 ? [] : publishedCases(reader(files));
    return [...published, ...(await syntheticCases()), ...attestedKeyCases(), ...hostileCases()];
  },
};

function publishedCases(read: Read): Case[] {
  const sample = sampler();
  return [...vectorCases(read, sample), ...portableCases(read), sample.countCase];
}

/** Gives the bytes of a file by its path below `vectors/tee`. */
function reader(files: readonly VectorFile[]): Read {
  const contents = new Map(files.map(({ path, content }) => [path, content as string]));
  return (path) => {
    const base64 = contents.get(path);
    if (base64 === undefined) throw new Error(`no vector ${path}`);
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  };
}
