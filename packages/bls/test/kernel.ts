/** A kernel that runs here, opened so that tests can look at its instances. */
import { compileKernel } from '../src/index.ts';
import { createKernelMemory, type KernelMemory } from '../src/kernel-memory.ts';

/** A kernel with every instance that it made, the newest last. */
export async function openKernel(): Promise<{
  kernel: KernelMemory;
  instances: WebAssembly.Instance[];
}> {
  const module = await compileKernel();
  if (module === undefined) throw new Error('no kernel runs here');
  const instances: WebAssembly.Instance[] = [];
  const kernel = createKernelMemory(() => {
    const instance = new WebAssembly.Instance(module);
    instances.push(instance);
    return instance;
  });
  return { kernel, instances };
}

/** All bytes of an instance's memory. */
export function memoryOf(instance: WebAssembly.Instance | undefined): Uint8Array<ArrayBuffer> {
  return new Uint8Array((instance!.exports.memory as WebAssembly.Memory).buffer);
}
