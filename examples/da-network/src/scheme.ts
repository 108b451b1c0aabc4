/** The commitment scheme of a network: its profile names it. KZG loads its setup on first use. */
import {
  type CommitmentScheme,
  createZoda,
  kzgScheme,
  type Profile,
  schemeName,
} from '@barycenter/da-sampling';
import type { Kernels } from './kernels.ts';

/** The scheme over this thread's kernels. */
export async function schemeOf(
  profile: Profile,
  kernels: Pick<Kernels, 'kzg'>,
): Promise<CommitmentScheme> {
  return schemeName(profile) === 'zoda' ? createZoda() : kzgScheme(await kernels.kzg());
}
