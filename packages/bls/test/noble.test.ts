import { createBls } from '../src/index.ts';
import { blsSuite } from './bls-suite.ts';

blsSuite('noble', () => createBls({ backend: 'js' }), { signatureStride: 1 });
