/** Conformance of `@barycenter/da-sampling`. */
import type { Group } from './suite.ts';

export const daSampling: Group = { name: 'da-sampling', build: async () => [] };
